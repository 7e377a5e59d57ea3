"""Protocol/vectors/segments.ndjson: padding, sealing, lines and their forms, what a member refuses."""

import struct
from dataclasses import replace

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..changes import encode, put
from ..encoding import Malformed, Oversize, base64url, u32

from ..segments import (
    ZERO, Header, Rejected, Segment, body_secrets, claim_line, open_segment, padded_size,
    plaintext, seal, seal_plaintext, signed)
from .fixtures import A, B, C, OTHER_SECRET, R, SECRET, parts, seeded, stored, whole

RANDOM = b"\x42" * 32

WORKED_LINES = [
    '{"n":1,"t":1700000000000,"o":[["put","clients","raaaqeayeaudaocajbifqydio",'
    '{"name":"Zoé \\"Z\\"\\n","email":null}],["add","clients","raaaqeayeaudaocajbifqydio",'
    '{"visits":2}]]}',
    '{"n":2,"t":1700000000001,"o":[["remove","clients","raaaqeayeaudaocajbifqydio"]]}',
]
WORKED_STREAM = bytes.fromhex(
    "789c8d8ecd0ec1401485f79e42ce7a16d890d98d7f09111209da2eaece606867d0d64f9a3e90e7f06246442c6cdc"
    "c5c95d9cf3e5cb61c0ab0ca9cb7ae57b0c16dcf370c85230849156264ddc7722a2a3a29ba24c920d69b7d2ebe34d"
    "6a0b96c350acc0b1b48f7bd9c7d2876fdc44c5a4237093455111300f24e5ffc8b34eb46bf15a110445297fd9d67e"
    "6cab1fdb938aed59fd497f03a5dea8c4f12044a7252e936e73130e5a133b6c8bcab87d15d3ce7634eb4e17f35e73"
    "4fbdeb45f6b70d14a5276f846442")
"""The zlib stream of the worked segment, as zlib 1.3 wrote it."""


def vectors():
    for size in (5, 191, 192, 193, 208, 209, 255, 256, 257, 1000, 1024, 1025, 5000, 65_535, 65_536,
                 65_537, 262_144, 262_145, 700_000, 704_512):
        yield {"topic": "padding", "name": f"{size}", "size": size, "padded": padded_size(size)}
    yield from seals()
    yield from forms()
    for name, source, fault in rejections():
        yield {
            "topic": "segment-open", "name": name, "secret": SECRET.bytes.hex(), **source,
            "fault": fault}


def chained(lines: list[bytes], before: bytes = ZERO) -> bytes:
    for line in lines:
        before = SECRET.change_id(before, line)
    return before


def seals():
    """From these inputs exactly this segment; it opens to the same lines."""
    lines = [line.encode() for line in WORKED_LINES]
    second = [lines[1]]
    claim = bytes(range(32))
    many = [encode(n, n, (), [put("clients", R, {"a": n})]) for n in range(1, 301)]
    for name, sealer, first, before, changes, claimed, stream in (
            ("worked: two changes of A sealed by B with a claim", B, 1, ZERO, lines, claim, WORKED_STREAM),
            ("a change of A sealed by A", A, 1, ZERO, lines[:1], None, None),
            ("a later change", A, 2, chained(lines[:1]), second, None, None),
            ("a later change by another sealer with a claim", C, 2, chained(lines[:1]), second, claim, None),
            ("300 changes", A, 1, ZERO, many, None, None)):
        text = b"".join(line + b"\n" for line in changes) + (claim_line(claimed) if claimed else b"")
        stream = stream or stored(text)
        segment = seal(
            SECRET, sealer, A.name, first, before, changes, RANDOM, claimed, lambda _: stream)
        opened = open_segment(SECRET, segment)
        assert [c.line for c in opened.changes] == changes and opened.claim == claimed
        h = segment.header
        yield {
            "topic": "segment", "name": name, "secret": SECRET.bytes.hex(),
            "writer": A.name.hex(), "sealerSeed": sealer.seed.hex(), "random": RANDOM.hex(),
            "first": first, "before": before.hex(), "stream": stream.hex(),
            "texts": [line.decode() for line in changes],
            "claim": claimed.hex() if claimed else None,
            "header": h.bytes().hex(), "commitment": segment.commitment.hex(),
            "signature": segment.signature.hex(), "body": segment.body.hex(),
            "hash": segment.hash.hex(), "line": segment.line().decode()}


# Lines


def forms():
    """Which lines are segments at all. No signature holds here: form comes first."""
    def header(**changes) -> Header:
        return replace(Header(
            SECRET.books, 1, A.name, B.name, 2, 3, b"\1" * 32, b"\2" * 32, b"\3" * 16), **changes)

    def line(body=bytes(17), **changes) -> str:
        return Segment(header(**changes), b"\xc4" * 16, b"\xc5" * 64, body).line().decode()

    good = line()
    first = line(first=1, last=1, before=ZERO)

    def swap(old: str, new: str, text=None) -> str:
        text = text or good
        assert text.count(old) == 1, old
        return text.replace(old, new)

    cases = [
        ("good", good), ("the first of a writer", first),
        ("sealed by its writer", line(sealer=A.name)),
        ("epoch 0", swap('"epoch":1', '"epoch":0')),
        ("epoch 2", swap('"epoch":1', '"epoch":2')),
        ("the greatest epoch", swap('"epoch":1', '"epoch":4294967295')),
        ("an epoch beyond 32 bits", swap('"epoch":1', '"epoch":4294967296')),
        ("first 0", swap('"first":2', '"first":0')),
        ("first with a leading zero", swap('"first":2', '"first":02')),
        ("first as a fraction", swap('"first":2', '"first":2.0')),
        ("last before first", swap('"last":3', '"last":1')),
        ("10 000 changes", swap('"last":3', '"last":10001')),
        ("10 001 changes", swap('"last":3', '"last":10002')),
        ("last at its bound", line(first=2**53 - 1, last=2**53)),
        ("last beyond its bound", line(first=2**53 - 1, last=2**53 + 1)),
        ("a first beyond 64 bits", swap('"first":2', '"first":18446744073709551618')),
        ("before left out though first is 2",
         swap(',"before":"' + base64url(b"\1" * 32) + '"', "")),
        ("before of zeros though first is 2",
         swap(base64url(b"\1" * 32), base64url(ZERO))),
        ("before written though first is 1",
         swap(',"after"', ',"before":"' + base64url(ZERO) + '","after"', first)),
        ("before other than zeros though first is 1",
         swap(',"after"', ',"before":"' + base64url(b"\1" * 32) + '","after"', first)),
        ("sealer written though it is the writer", swap(base64url(B.name), base64url(A.name))),
        ("books of 15 bytes", swap(base64url(SECRET.books), base64url(bytes(15)))),
        ("books of 17 bytes", swap(base64url(SECRET.books), base64url(bytes(17)))),
        ("a writer of 31 bytes", swap(base64url(A.name), base64url(bytes(31)))),
        ("a writer with filler bits", swap(base64url(A.name), base64url(A.name)[:-1] + "d")),
        ("a writer with padding", swap(base64url(A.name), base64url(A.name) + "=")),
        ("a writer in the other alphabet", swap(base64url(A.name), "+" * 43)),
        ("a salt of 15 bytes", swap(base64url(b"\3" * 16), base64url(b"\3" * 15))),
        ("a commitment of 17 bytes", swap(
            base64url(b"\xc4" * 16), base64url(b"\xc4" * 17))),
        ("a signature of 63 bytes", swap(base64url(b"\xc5" * 64), base64url(b"\xc5" * 63))),
        ("an after of 33 bytes", swap(base64url(b"\2" * 32), base64url(b"\2" * 33))),
        ("an empty body", line(body=b"")),
        ("a body of 16 bytes", line(body=bytes(16))),
        ("a body with filler bits", swap('"body":"' + "A" * 23, '"body":"' + "A" * 22 + "B")),
        ("an escaped value", swap('"salt":"A', '"salt":"\\u0041')),
        ("another version", swap('"segment":1', '"segment":2')),
        ("version as a text", swap('"segment":1', '"segment":"1"')),
        ("a further key", swap('"}', '","x":1}')),
        ("a key twice", swap('"epoch":1', '"epoch":1,"epoch":1')),
        ("a key missing", swap('"epoch":1,', "")),
        ("keys in another order", swap('"first":2,"last":3', '"last":3,"first":2')),
        ("white space", swap('"first":2', '"first": 2')),
        ("white space behind", good + " "),
        ("null for the sealer", swap('"' + base64url(B.name) + '"', "null")),
        ("cut off", good[:-1]),
        ("two lines in one", good + good),
    ]
    for name, text in cases:
        yield form(name, {"text": text})
    head, tail = good.split("A" * 23)
    for name, body in (("a body of 720 000 bytes", 720_000), ("a body of 720 001 bytes", 720_001)):
        digits = base64url(bytes(body))
        yield form(name, parts((head, 1), ("A", len(digits)), (tail, 1)))
    room = 1_048_575 - len(head) - len(tail)
    for name, count in (("a line of 1 048 575 bytes", room), ("a line of 1 048 576 bytes", room + 1)):
        yield form(name, parts((head, 1), ("A", count), (tail, 1)))


def form(name: str, source: dict) -> dict:
    try:
        segment = Segment.from_line(whole(source))
        found = {"hash": segment.hash.hex()}
        if "text" in source:
            assert segment.line() == whole(source), name
    except Oversize:
        found = {"fault": "size"}
    except Malformed:
        found = {"fault": "form"}
    return {"topic": "segment-line", "name": name, **source, **found}


# What a member refuses


def rejections():
    lines = [line.encode() for line in WORKED_LINES]
    good = seal(SECRET, B, A.name, 1, ZERO, lines, RANDOM, None, stored)

    def made(name: str, segment: Segment, expected: str | None):
        try:
            open_segment(SECRET, segment)
            fault = None
        except Rejected as found:
            fault = str(found)
        assert fault == expected, (name, fault, expected)
        return name, {"line": segment.line().decode()}, fault

    yield made("good", good, None)

    # A bit of every field of the header, signed by nobody anew.
    h = good.header
    for field, other in (
            ("books", OTHER_SECRET.books), ("epoch", 2), ("writer", C.name), ("sealer", C.name),
            ("last", 3), ("after", b"\1" * 32), ("salt", bytes(16))):
        changed = replace(good, header=replace(h, **{field: other}))
        yield made(f"{field} changed", changed, "signature")
    yield made("first and before changed", replace(
        good, header=replace(h, first=2, before=b"\1" * 32)), "signature")
    yield made("commitment changed", replace(good, commitment=bytes(16)), "signature")
    yield made("a bit of the body changed", replace(good, body=flip(good.body, 9)), "signature")
    yield made("the body a byte shorter", replace(good, body=good.body[:-1]), "signature")
    yield made("a bit of R changed", replace(good, signature=flip(good.signature, 3)), "signature")
    yield made("a bit of S changed", replace(good, signature=flip(good.signature, 40)), "signature")
    yield made("signature of zeros", replace(good, signature=bytes(64)), "signature")
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(good.signature[32:], "little") + order
    yield made("S plus the order of the group", replace(
        good, signature=good.signature[:32] + scalar.to_bytes(32, "little")), "signature")
    yield made("a sealer that is no point", replace(
        good, header=replace(h, sealer=b"\2" + bytes(31))), "signature")

    # The same, signed by whoever does it: what only the keys find.
    for field, other, fault in (
            ("books", OTHER_SECRET.books, "key"), ("epoch", 2, "key"), ("writer", C.name, "seal"),
            ("last", 3, "seal"), ("after", b"\1" * 32, "seal"), ("salt", bytes(16), "key")):
        changed = signed_anew(replace(good, header=replace(h, **{field: other})))
        yield made(f"{field} changed and signed", changed, fault)
    yield made("another sealer signs", signed_anew(replace(good, header=replace(h, sealer=C.name)), C), "seal")
    yield made("first and before changed and signed", signed_anew(replace(
        good, header=replace(h, first=2, before=b"\1" * 32))), "seal")
    yield made("commitment changed and signed", signed_anew(replace(good, commitment=bytes(16))), "key")
    yield made("a bit of the body changed and signed", signed_anew(replace(good, body=flip(good.body, 9))), "seal")
    yield made("a bit of the tag changed and signed", signed_anew(replace(good, body=flip(good.body, -1))), "seal")
    yield made("sealed with another secret", of_other_books(lines), "key")

    # Sealed rightly, with something else inside.
    def inside(plain: bytes, **changes) -> Segment:
        header = replace(h, salt=b"", sealer=B.name, **changes)
        return seal_plaintext(SECRET, B, header.bytes(), plain, RANDOM)

    def text(text: bytes, **changes) -> Segment:
        return inside(plaintext(stored(text)), **changes)

    body = b"".join(line + b"\n" for line in lines)
    stream = stored(body)
    size = 4 + len(stream)
    padded = plaintext(stream)
    claim = claim_line(bytes(range(32)))
    yield made("padding a byte too long", inside(padded + b"\0"), "form")
    yield made("padding a byte too short", inside(padded[:-1]), "form")
    yield made("padding to the next step", inside(padded + bytes(padded_size(len(padded) + 1) - len(padded))), "form")
    yield made("padding that is not zero", inside(padded[:-1] + b"\1"), "form")
    yield made("a length beyond the plaintext", inside(u32(2**32 - 1) + padded[4:]), "form")
    yield made("a length a byte too short", inside(u32(len(stream) - 1) + padded[4:]), "form")
    yield made("a length a byte too long", inside(u32(len(stream) + 1) + padded[4:]), "form")
    yield made("length 0", inside(bytes(192)), "form")
    yield made("a plaintext of one byte", inside(b"\0"), "form")
    yield made("no zlib stream", inside(plaintext(b"x" * 40)), "form")
    yield made("a raw deflate stream", inside(plaintext(stream[2:-4])), "form")
    yield made("a wrong Adler sum", inside(plaintext(stream[:-1] + flip(stream[-1:], 0))), "form")
    yield made("a stream cut off", inside(plaintext(stream[:-5])), "form")
    yield made("a byte behind the stream", inside(plaintext(stream + b"\0")), "form")
    yield made("a preset dictionary", inside(plaintext(b"\x78\x20" + bytes(4) + stream[2:])), "form")
    assert size <= padded_size(size)
    yield made("no end of the last line", text(body[:-1]), "form")
    yield made("a line missing", text(lines[0] + b"\n"), "form")
    yield made("a line too many", text(body + lines[1] + b"\n"), "form")
    yield made("an empty line behind", text(body + b"\n"), "form")
    yield made("an empty line before", text(b"\n" + body), "form")
    yield made("lines swapped", text(lines[1] + b"\n" + lines[0] + b"\n"), "form")
    yield made("carriage returns", text(body.replace(b"\n", b"\r\n")), "form")
    yield made("a claim", text(body + claim), None)
    yield made("two claims", text(body + claim + claim), "form")
    yield made("a claim without its end", text(body + claim[:-1]), "form")
    yield made("a claim with filler bits", text(body + claim.replace(b'8"', b'9"')), "form")
    yield made("a claim of 31 bytes", text(body + claim_line(bytes(31))), "form")
    yield made("a claim with a further key", text(body + claim.replace(b'"}', b'","x":1}')), "form")
    yield made("a claim before the lines", text(claim + body), "form")
    wrong = lines[1].replace(b'"n":2', b'"n":3')
    yield made("a number that is not its place", text(
        lines[0] + b"\n" + wrong + b"\n", after=chained([lines[0], wrong])), "form")
    own = encode(2, 2, (), [put("clients", R, {"a": 1})]).replace(
        b',"o"', b',"c":[["%s",1,"%s"]],"o"' % (base64url(A.name).encode(), base64url(A.name).encode()))
    yield made("a refused change: a context that names its own writer", text(
        lines[0] + b"\n" + own + b"\n", after=chained([lines[0], own])), "form")
    spaced = lines[1].replace(b'"n":2', b'"n": 2')
    yield made("a refused change: white space", text(
        lines[0] + b"\n" + spaced + b"\n", after=chained([lines[0], spaced])), "form")
    for name, line in (
            ("an unknown change", b'{"n":2,"t":2,"o":[["later"]]}'),
            ("an unlawful change", b'{"n":2,"t":2,"o":[]}')):
        yield made(name, text(lines[0] + b"\n" + line + b"\n", after=chained([lines[0], line])), None)
    yield made("another after", text(body, after=b"\1" * 32), "chain")
    yield made("another line than after says", text(
        lines[0] + b"\n" + lines[1].replace(b"01,", b"02,") + b"\n"), "chain")
    before = seeded("another before")
    yield made("another before", text(lines[1] + b"\n", first=2, before=before), "chain")
    yield made("its own before", text(
        lines[1] + b"\n", first=2, before=before, after=chained([lines[1]], before)), None)
    yield from bombs(inside, made)


def bombs(inside, made):
    """Texts at the bound and beyond, in few bytes: 1 MiB of one letter in a skipped string."""
    for name, size, fault in (
            ("a text of 1 048 576 bytes", 1_048_576, None),
            ("a text of 1 048 577 bytes", 1_048_577, "form")):
        count = (size + 524_287) // 524_288
        sizes = [size // count + (1 if i < size % count else 0) for i in range(count)]
        lines = []
        for n, length in enumerate(sizes, 1):
            head, tail = b'{"n":%d,"t":0,"o":["' % n, b'"]}'
            lines.append(head + b"x" * (length - 1 - len(head) - len(tail)) + tail)
        text = b"".join(line + b"\n" for line in lines)
        assert len(text) == size
        yield made(name, inside(plaintext(runs(text)), first=1, last=count, after=chained(lines)), fault)


def runs(text: bytes) -> bytes:
    """A zlib stream with fixed Huffman codes that knows only letters and runs of one letter.

    Written here so that its bytes do not follow from the version of a zlib.
    """
    import zlib

    bits: list[tuple[int, int]] = [(1, 1), (1, 2)]  # the last block, fixed codes

    def code(value: int, size: int) -> None:
        bits.append((int(f"{value:0{size}b}"[::-1], 2), size))

    def literal(byte: int) -> None:
        code(0x30 + byte, 8) if byte < 144 else code(0x190 + byte - 144, 9)

    at = 0
    while at < len(text):
        run = 1
        while at + run < len(text) and text[at + run] == text[at] and run < 259:
            run += 1
        literal(text[at])
        if run == 259:
            code(0xC5, 8)  # length 258
            code(0, 5)  # distance 1
        else:
            for _ in range(run - 1):
                literal(text[at])
        at += run
    code(0, 7)  # the end of the block
    out, have, count = bytearray(), 0, 0
    for value, size in bits:
        have |= value << count
        count += size
        while count >= 8:
            out.append(have & 255)
            have >>= 8
            count -= 8
    if count:
        out.append(have)
    stream = b"\x78\x01" + bytes(out) + struct.pack(">I", zlib.adler32(text))
    assert zlib.decompress(stream) == text
    return stream


def flip(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def signed_anew(segment: Segment, sealer=B) -> Segment:
    """The segment with a signature that holds."""
    message = signed(segment.header.bytes(), segment.commitment, segment.body)
    return replace(segment, signature=sealer.sign(message))


def of_other_books(lines: list[bytes]) -> Segment:
    """Sealed under another secret, with our books' id in its header."""
    made = seal(OTHER_SECRET, B, A.name, 1, ZERO, lines, RANDOM, None, stored)
    header = replace(made.header, books=SECRET.books)
    key, nonce, commitment = body_secrets(OTHER_SECRET, header.salt)
    body = AESGCM(key).encrypt(nonce, plaintext(stored(lines[0] + b"\n")), header.bytes())
    return signed_anew(Segment(header, commitment, bytes(64), body))
