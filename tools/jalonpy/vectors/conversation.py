"""Protocol/vectors/conversation.ndjson: lines, and conversations line by line."""

from ..changes import put
from ..conversation import (
    Client, Done, End, GaveUp, Hashes, Hello, Mailbox, OtherVersion, Refusal, RequestRefused,
    Standing, Welcome, read_line)
from ..encoding import Malformed, Oversize, base64url
from ..keys import sha256
from ..segments import ZERO, Segment
from .fixtures import A, B, OTHER_SECRET, R, SECRET, Device, parts, seeded, segment_of, whole
from .segments import flip

GENERATION = bytes(range(16))
OTHER_GENERATION = b"\xee" * 16
BOOKS = base64url(SECRET.books)
H = base64url(sha256(b""))


def segments(signer, count: int) -> list[Segment]:
    device = Device(signer)
    return [
        segment_of([device.write([put("clients", R, {"a": n})], n)], sealer=signer)
        for n in range(1, count + 1)]


OURS = segments(A, 4)
THEIRS = segments(B, 4)


def vectors():
    yield from lines()
    yield from refused_lines()
    yield from marks()
    yield from requests()
    yield from conversations()


# Lines


def standing_members(standing: Standing | None) -> dict | None:
    if standing is None:
        return None
    return {
        "generation": standing.generation.hex(), "position": standing.position,
        "mark": standing.mark.hex()}


def lines():
    mark = sha256(b"mark")
    for name, kind, meaning, members in (
            ("hello, nowhere", "hello", Hello(SECRET.books), {
                "books": SECRET.books.hex(), "standing": None}),
            ("hello with a standing", "hello", Hello(SECRET.books, Standing(GENERATION, 7, mark)), {
                "books": SECRET.books.hex(), "standing": standing_members(Standing(GENERATION, 7, mark))}),
            ("hello at the greatest position", "hello",
             Hello(SECRET.books, Standing(GENERATION, 2**53, mark)), {
                 "books": SECRET.books.hex(),
                 "standing": standing_members(Standing(GENERATION, 2**53, mark))}),
            ("want", "want", Hashes("want", (mark, sha256(b""))), {
                "hashes": [mark.hex(), sha256(b"").hex()]}),
            ("want of nothing", "want", Hashes("want", ()), {"hashes": []}),
            ("have", "have", Hashes("have", (mark,)), {"hashes": [mark.hex()]}),
            ("done", "done", Done(), {}),
            ("welcome that matches", "welcome", Welcome(GENERATION, True), {
                "generation": GENERATION.hex(), "matches": True}),
            ("welcome that does not match", "welcome", Welcome(GENERATION, False), {
                "generation": GENERATION.hex(), "matches": False}),
            ("end", "end", End(0, ZERO, False), {"position": 0, "mark": ZERO.hex(), "more": False}),
            ("end with more", "end", End(2**53, mark, True), {
                "position": 2**53, "mark": mark.hex(), "more": True}),
            ("refused", "refused", Refusal("token"), {"code": "token", "hash": None}),
            ("refused with a hash", "refused", Refusal("quota", mark), {
                "code": "quota", "hash": mark.hex()}),
            ("segment", "segment", OURS[0], {"hash": OURS[0].hash.hex()})):
        text = meaning.line()
        assert read_line(text) == meaning, name
        yield {"topic": "line", "name": name, "kind": kind, **members, "text": text.decode()}
    hashes = tuple(sha256(bytes([n % 256, n // 256])) for n in range(1_000))
    yield {
        "topic": "line", "name": "want of 1 000", "kind": "want",
        **parts(('{"want":[', 1), (f'"{H}",', 999), (f'"{H}"]}}', 1)),
        "hashes": [sha256(b"").hex()] * 1_000}
    assert len(hashes) == 1_000


def refused_lines():
    hello = Hello(SECRET.books, Standing(GENERATION, 7, ZERO)).line().decode()
    welcome = Welcome(GENERATION, True).line().decode()
    end = End(7, ZERO, False).line().decode()
    cases = [
        ("hello of version 2", hello.replace('"jalon":1', '"jalon":2')),
        ("hello of version 0", hello.replace('"jalon":1', '"jalon":0')),
        ("hello of the greatest version", hello.replace('"jalon":1', '"jalon":9223372036854775807')),
        ("hello of a version beyond", hello.replace('"jalon":1', '"jalon":9223372036854775808')),
        ("hello of a version of twenty digits", hello.replace('"jalon":1', '"jalon":' + "9" * 20)),
        ("hello of version 2, whatever follows", '{"hello":{"jalon":2,"books":[['),
        ("hello of version 2 and nothing else", '{"hello":{"jalon":2}}'),
        ("welcome of version 2", welcome.replace('"jalon":1', '"jalon":2')),
        ("welcome of version 10, whatever follows", '{"welcome":{"jalon":10,"new":true}}'),
        ("hello of version 01", hello.replace('"jalon":1', '"jalon":01')),
        ("hello of version 1.0", hello.replace('"jalon":1', '"jalon":1.0')),
        ("hello of version -1", hello.replace('"jalon":1', '"jalon":-1')),
        ("hello of a version as a text", hello.replace('"jalon":1', '"jalon":"2"')),
        ("hello without a version", hello.replace('"jalon":1,', "")),
        ("hello without books", '{"hello":{"jalon":1}}'),
        ("hello of books of 15 bytes", '{"hello":{"jalon":1,"books":"%s"}}' % base64url(bytes(15))),
        ("hello with a generation alone",
         '{"hello":{"jalon":1,"books":"%s","generation":"%s"}}' % (BOOKS, base64url(GENERATION))),
        ("hello with a position beyond its bound", hello.replace('"position":7', '"position":9007199254740993')),
        ("hello with a position below 0", hello.replace('"position":7', '"position":-1')),
        ("hello with a position as a fraction", hello.replace('"position":7', '"position":7.0')),
        ("hello with a leading zero", hello.replace('"position":7', '"position":07')),
        ("hello with a further key", hello[:-2] + ',"x":1}}'),
        ("hello with a second key beside it", hello[:-1] + ',"x":1}'),
        ("hello with white space", hello.replace('"jalon":1', '"jalon": 1')),
        ("hello with an escape", hello.replace('"books"', '"\\u0062ooks"')),
        ("hello with keys in another order", '{"hello":{"books":"%s","jalon":1}}' % BOOKS),
        ("hello cut off", hello[:-1]),
        ("two hellos in a line", hello + hello),
        ("welcome without matches", '{"welcome":{"jalon":1,"generation":"%s"}}' % base64url(GENERATION)),
        ("welcome with matches as a text", welcome.replace("true", '"true"')),
        ("welcome with a short generation", welcome.replace(base64url(GENERATION), base64url(bytes(15)))),
        ("end without more", end.replace(',"more":false', "")),
        ("end with null for more", end.replace("false", "null")),
        ("end with a mark of 31 bytes", end.replace(base64url(ZERO), base64url(bytes(31)))),
        ("want of one hash that is no array", '{"want":"%s"}' % H),
        ("want with a comma behind", '{"want":["%s",]}' % H),
        ("want of a short hash", '{"want":["%s"]}' % base64url(bytes(31))),
        ("want with filler bits", '{"want":["%s"]}' % (H[:-1] + "V")),
        ("want of null", '{"want":[null]}'),
        ("done with something in it", '{"done":{"x":1}}'),
        ("done with true", '{"done":true}'),
        ("done with white space behind", '{"done":{}} '),
        ("done with a carriage return", '{"done":{}}\r'),
        ("a code of a later version", '{"refused":{"kind":"never","code":"later"}}'),
        ("a kind that is not the code's", '{"refused":{"kind":"later","code":"form"}}'),
        ("a kind of a later version", '{"refused":{"kind":"maybe","code":"form"}}'),
        ("refused without a kind", '{"refused":{"code":"form"}}'),
        ("refused with a short hash", '{"refused":{"kind":"never","code":"form","hash":"%s"}}' % H[:-1]),
        ("refused with null for its hash", '{"refused":{"kind":"never","code":"form","hash":null}}'),
        ("a line of a later kind", '{"later":{}}'),
        ("no JSON", "hello"),
        ("an empty object", "{}"),
        ("an empty array", "[]"),
        ("a byte-order mark", '\ufeff{"done":{}}'),
    ]
    for name, text in cases:
        yield refused_line(name, {"text": text})
    many = [('{"want":[', 1), (f'"{H}",', 1_000), (f'"{H}"]}}', 1)]
    yield refused_line("want of 1 001", parts(*many))
    yield refused_line("have of 1 001", parts(('{"have":[', 1), *many[1:]))
    yield refused_line("a line of 1 048 576 bytes", parts(("x", 1_048_576)))
    yield refused_line("a line of 1 048 575 bytes that is none", parts(("x", 1_048_575)))


def refused_line(name: str, source: dict) -> dict:
    try:
        meaning = read_line(whole(source))
        assert isinstance(meaning, OtherVersion), name
        code = "version"
    except Oversize:
        code = "size"
    except Malformed:
        code = "form"
    return {"topic": "line-refused", "name": name, **source, "code": code}


def marks():
    mailbox = Mailbox(SECRET.books, GENERATION)
    for segment in OURS + THEIRS:
        mailbox.append(segment)
    yield {
        "topic": "mark", "name": "eight segments",
        "hashes": [s.hash.hex() for s in mailbox.segments],
        "marks": [m.hex() for m in mailbox.marks]}


# The relay's half


def mailbox_of(held, **more) -> Mailbox:
    mailbox = Mailbox(SECRET.books, GENERATION, **more)
    for segment in held:
        mailbox.append(segment)
    return mailbox


def hello(mailbox: Mailbox | None = None, position: int | None = None, **other) -> bytes:
    if mailbox is None:
        return Hello(SECRET.books).line()
    standing = Standing(
        other.get("generation", mailbox.generation), position,
        other.get("mark", mailbox.marks[min(position, len(mailbox.segments))]))
    return Hello(SECRET.books, standing).line()


DONE = Done().line()


def requests():
    full = mailbox_of(OURS)
    at = lambda position, **other: hello(full, position, **other)  # noqa: E731
    bad = Segment(OURS[0].header, OURS[0].commitment, flip(OURS[0].signature, 0), OURS[0].body)
    foreign = foreign_segment()
    want = lambda *found: Hashes("want", tuple(s.hash for s in found)).line()  # noqa: E731
    line = [s.line() for s in OURS]
    theirs = [s.line() for s in THEIRS]
    for name, held, request in (
            ("an empty mailbox, nothing to say", [], [hello(), DONE]),
            ("an empty mailbox takes segments in their order", [], [hello(), *line, DONE]),
            ("a segment twice in one request", [], [hello(), line[0], line[0], DONE]),
            ("a segment that is held already", OURS, [at(4), line[1], DONE]),
            ("nowhere: everything", OURS, [hello(), DONE]),
            ("in the middle: the rest", OURS, [at(2), DONE]),
            ("at the end: nothing", OURS, [at(4), DONE]),
            ("position 0 of the generation", OURS, [at(0), DONE]),
            ("own segments are left out, others come", OURS[:2], [hello(), line[2], theirs[0], DONE]),
            ("own segments between others: all are passed", OURS[:2], [at(1), theirs[0], DONE]),
            ("another generation", OURS, [at(4, generation=OTHER_GENERATION), DONE]),
            ("another mark", OURS, [at(2, mark=ZERO), DONE]),
            ("a position beyond the end", OURS, [at(5), DONE]),
            ("a standing that no mailbox has", OURS, [at(0, generation=bytes(16), mark=ZERO), DONE]),
            ("an empty mailbox that does not match", [], [at(2), DONE]),
            ("no match: segments are taken, the inventory holds them", OURS[:1],
             [at(2, generation=OTHER_GENERATION), theirs[0], DONE]),
            ("no match: nothing wanted is sent", OURS,
             [at(2, generation=OTHER_GENERATION), want(OURS[0]), DONE]),
            ("wanted ones come first, in the mailbox's order", OURS,
             [at(3), want(OURS[1], OURS[0]), DONE]),
            ("wanted twice, unknown and new ones", OURS,
             [at(3), want(OURS[0], OURS[0], THEIRS[0], OURS[3]), DONE]),
            ("several wants", OURS, [at(4), want(OURS[0]), want(OURS[2]), DONE]),
            ("a signature that does not hold", OURS[1:2], [hello(), bad.line(), line[2], DONE]),
            ("a segment of other books", [], [hello(), foreign.line(), line[0], DONE]),
            ("a line that cannot be read", [], [hello(), b"x", line[0], DONE]),
            ("a segment line that cannot be read", [],
             [hello(), line[0].replace(b'"epoch":1', b'"epoch":0'), DONE]),
            ("a want of too many hashes on a line", [],
             [hello(), Hashes("want", (ZERO,) * 1_001).line(), DONE]),
            ("too many hashes wanted, all told", [],
             [hello(), Hashes("want", (ZERO,) * 1_000).line(), Hashes("want", (ZERO,)).line(), DONE]),
            ("1 000 hashes wanted in two lines", [],
             [hello(), Hashes("want", (ZERO,) * 600).line(), Hashes("want", (ZERO,) * 400).line(), DONE]),
            ("1 000 lines that cannot be read", [], [hello(), *[b"x"] * 1_000, DONE]),
            ("1 001 lines that cannot be read", [], [hello(), *[b"x"] * 1_001, DONE]),
            ("empty lines are passed over", OURS[:1], [b"", hello(), b"", b"", DONE, b""]),
            ("hello of other books", [], [Hello(OTHER_SECRET.books).line(), DONE]),
            ("hello of another version", [], [hello().replace(b'"jalon":1', b'"jalon":2'), DONE]),
            ("no hello", [], [DONE]),
            ("a segment before the hello", [], [line[0], hello(), DONE]),
            ("an unreadable line before the hello", [], [b"x", hello(), DONE]),
            ("two hellos", [], [hello(), hello(), DONE]),
            ("a hello of another version later", [], [hello(), b'{"hello":{"jalon":2}}', DONE]),
            ("a welcome of another version later", [], [hello(), b'{"welcome":{"jalon":2}}', DONE]),
            ("a welcome from the client", [], [hello(), Welcome(GENERATION, True).line(), DONE]),
            ("a refusal from the client", [], [hello(), Refusal("quota").line(), DONE]),
            ("a have from the client", [], [hello(), Hashes("have", ()).line(), DONE]),
            ("an end from the client", [], [hello(), End(0, ZERO, False).line(), DONE]),
            ("a line after done", [], [hello(), DONE, line[0]]),
            ("done twice", [], [hello(), DONE, DONE]),
            ("no done", [], [hello(), line[0]]),
            ("nothing at all", [], [])):
        yield request_vector(name, mailbox_of(held), b"".join(x + b"\n" for x in request))
    yield request_vector("the last line lacks its end", mailbox_of([]), hello() + b"\n" + DONE)
    yield request_vector("a carriage return", mailbox_of([]), hello() + b"\r\n" + DONE + b"\n")
    yield request_vector(
        "the quota: refused are all from the first that does not fit", mailbox_of(OURS[:1], quota=2),
        b"".join(x + b"\n" for x in (at(1), theirs[0], theirs[1], line[0], theirs[2], DONE)))


def foreign_segment() -> Segment:
    from ..segments import seal
    from .fixtures import stored

    return seal(
        OTHER_SECRET, A, A.name, 1, ZERO, [b'{"n":1,"t":0,"o":[]}'], seeded("foreign"),
        compress=stored)


def request_vector(name: str, mailbox: Mailbox, request: bytes) -> dict:
    before = [s.line().decode() for s in mailbox.segments]
    vector = {
        "topic": "exchange", "name": name, "books": SECRET.books.hex(),
        "generation": mailbox.generation.hex(), "mailbox": before,
        "fits": mailbox.quota, "request": request.decode()}
    try:
        answer = {"answer": mailbox.answer(request).decode()}
    except RequestRefused as refused:
        answer = {"code": refused.code}
        assert [s.line().decode() for s in mailbox.segments] == before
    return vector | answer | {"after": [s.hash.hex() for s in mailbox.segments]}


# The client's half


class Replica:
    """What a conversation asks of a replica, in memory. It rejects what it is told to."""

    def __init__(self, held, bad=()):
        self.held = {s.hash: s for s in held}
        self.bad = {s.hash for s in bad}
        self.rejected: set[bytes] = set()

    def keep(self, batch) -> bool:
        anew = False
        for segment in batch:
            if segment.hash in self.bad:
                anew = anew or segment.hash not in self.rejected
                self.rejected.add(segment.hash)
            else:
                self.held.setdefault(segment.hash, segment)
        return anew

    def hashes(self) -> set[bytes]:
        return set(self.held)

    def has_rejected(self, hash: bytes) -> bool:
        return hash in self.rejected

    def all_for_peer(self):
        return list(self.held.values())


def answer(*lines) -> bytes:
    return b"".join((x if isinstance(x, bytes) else x.line()) + b"\n" for x in lines)


def end_of(held, more=False, position=None) -> End:
    mailbox = mailbox_of(held)
    at = len(held) if position is None else position
    return End(at, mailbox.marks[at], more)


def standing_of(held, position=None, generation=GENERATION) -> Standing:
    end = end_of(held, position=position)
    return Standing(generation, end.position, end.mark)


def conversations():
    yes, no = Welcome(GENERATION, True), Welcome(GENERATION, False)
    nothing: list[Segment] = []
    s, t = OURS, THEIRS
    later = lambda segment: Refusal("quota", segment.hash)  # noqa: E731
    have = lambda *segments: Hashes("have", tuple(x.hash for x in segments))  # noqa: E731
    # name, held, start, outgoing, answers, more
    cases = [
        ("an empty mailbox, nothing to send", nothing, None, nothing, [answer(yes, end_of([]))]),
        ("a first conversation", s[:1], None, s[:1], [answer(yes, have(s[0]), end_of(s[:1]))]),
        ("nothing new", s[:1], standing_of(s[:1]), nothing, [answer(yes, end_of(s[:1]))]),
        ("segments come", nothing, None, nothing, [answer(yes, *t[:2], end_of(t[:2]))]),
        ("more: it asks again from where it is", nothing, None, nothing, [
            answer(yes, t[0], end_of(t[:2], more=True, position=1)),
            answer(yes, t[1], end_of(t[:2]))]),
        ("sent with more: held by the peer only at the end", s[:1], None, s[:1], [
            answer(yes, t[0], end_of([t[0], t[1], s[0]], more=True, position=1)),
            answer(yes, t[1], s[0], end_of([t[0], t[1], s[0]]))]),
        ("a wiped mailbox: compare, send and fetch", s[:2], standing_of(s[:2], generation=OTHER_GENERATION),
         nothing, [
             answer(no, Hashes("have", (t[0].hash,)), end_of(t[:1])),
             answer(yes, t[0], have(*s[:2]), end_of([t[0], *s[:2]]))]),
        ("an emptied mailbox: everything is sent again", s[:2],
         standing_of(s[:2], generation=OTHER_GENERATION), nothing, [
             answer(no, end_of([])), answer(yes, have(*s[:2]), end_of(s[:2]))]),
        ("a mailbox that holds the same under another name", s[:2],
         standing_of(s[:2], generation=OTHER_GENERATION), nothing, [
             answer(no, Hashes("have", tuple(x.hash for x in s[:2])), end_of(s[:2]))]),
        ("comparing, cut off in the second answer: the standing stays", s[:2],
         standing_of(s[:2], generation=OTHER_GENERATION), nothing, [
             answer(no, Hashes("have", (t[0].hash,)), end_of(t[:1])), answer(yes, t[0])]),
        ("wanted ones that do not come all are asked for again", nothing,
         standing_of(s[:2], generation=OTHER_GENERATION), nothing, [
             answer(no, Hashes("have", (t[0].hash, t[1].hash)), end_of(t[:2])),
             answer(yes, t[0], end_of(t[:2])), answer(yes, t[1], end_of(t[:2]))]),
        ("wanted ones that never come are let go, until the next comparison", nothing,
         standing_of(s[:2], generation=OTHER_GENERATION), nothing, [
             answer(no, Hashes("have", (t[0].hash, t[1].hash)), end_of(t[:2])),
             answer(yes, end_of(t[:2]))]),
        ("the quota: sending ends, receiving goes on", s[:2], None, s[:2], [
            answer(yes, later(s[1]), have(s[0]), t[0], end_of([s[0], t[0]]))]),
        ("the quota while comparing: it compares again next time", s[:2],
         standing_of(s[:2], generation=OTHER_GENERATION), nothing, [
             answer(no, end_of([])), answer(yes, later(s[1]), have(s[0]), end_of(s[:1]))]),
        ("the quota and a mismatch: nothing more is sent, what is there comes", s[:3],
         standing_of(s[:3], generation=OTHER_GENERATION), s[1:3], [
             answer(no, later(s[2]), Hashes("have", (s[1].hash, t[0].hash)), end_of([s[1], t[0]])),
             answer(yes, t[0], end_of([s[1], t[0]]))]),
        ("refused for ever and a mismatch: it is not sent again", s[:3],
         standing_of(s[:3], generation=OTHER_GENERATION), s[1:3], [
             answer(no, Refusal("signature", s[1].hash), Hashes("have", (s[2].hash,)),
                    end_of(s[2:3])),
             answer(yes, have(s[0]), end_of([s[2], s[0]]))]),
        ("a segment refused for ever", s[:2], None, s[:2], [
            answer(yes, Refusal("signature", s[0].hash), have(s[1]), end_of(s[1:2]))]),
        ("a refusal of a hash that was not sent: a line was damaged on its way", s[:2], None, s[:2], [
            answer(yes, Refusal("signature", t[0].hash), have(s[1]), end_of(s[1:2])),
            answer(yes, have(s[0]), end_of([s[1], s[0]])),
            answer(yes, end_of([s[1], s[0]]))]),
        ("a segment of other books, says the peer", s[:1], None, s[:1], [
            answer(yes, Refusal("books", s[0].hash), end_of([]))]),
        ("unreadable for the peer: one segment, so it is that one", s[:1], None, s[:1], [
            answer(yes, Refusal("form"), end_of([]))]),
        ("unreadable for the peer: sent singly until it is found", s[:3], None, s[:3], [
            answer(yes, Refusal("form"), have(s[0], s[2]), end_of([s[0], s[2]])),
            answer(yes, end_of([s[0], s[2]])),
            answer(yes, Refusal("form"), end_of([s[0], s[2]])),
            answer(yes, end_of([s[0], s[2]]))]),
        ("unreadable for the peer: two are found, the rest goes together", s[:4], None, s[:4], [
            answer(yes, Refusal("form"), Refusal("size"), have(*s[2:4]), end_of(s[2:4])),
            answer(yes, Refusal("form"), end_of(s[2:4])),
            answer(yes, Refusal("size"), end_of(s[2:4])),
            answer(yes, Refusal("size"), end_of(s[2:4])), answer(yes, end_of(s[2:4]))]),
        ("unreadable for the peer: what is refused by its hash is not sent singly", s[:2], None, s[:2], [
            answer(yes, Refusal("form"), Refusal("signature", s[0].hash), end_of([])),
            answer(yes, Refusal("form"), end_of([]))]),
        ("unreadable for the peer: with a want beside it, it is sent alone", s[:1],
         standing_of(s[:1], generation=OTHER_GENERATION), nothing, [
             answer(no, Hashes("have", (t[0].hash,)), end_of(t[:1])),
             answer(yes, Refusal("form"), t[0], end_of(t[:1])),
             answer(yes, Refusal("form"), end_of(t[:1])),
             answer(yes, t[0], end_of(t[:1]))]),
        ("unreadable for the peer: and the quota", s[:2], None, s[:2], [
            answer(yes, Refusal("form"), later(s[1]), end_of([]))]),
        ("unreadable for the peer: nothing was sent", nothing, None, nothing, [
            answer(yes, Refusal("form"), end_of([]))]),
        ("busy, without a hash", s[:1], None, s[:1], [answer(yes, Refusal("busy"), end_of([]))]),
        ("an unreadable line: doubtful", nothing, None, nothing, [
            answer(yes, t[0], b"x", end_of(t[:2])),
            answer(no, have(*t[:2]), end_of(t[:2])), answer(yes, t[1], end_of(t[:2]))]),
        ("too long an inventory line: doubtful", nothing, standing_of(s[:1]), nothing, [
            answer(no, Hashes("have", (ZERO,) * 1_001), end_of(t[:1]))]),
        ("a code of a later version: doubtful", s[:1], None, s[:1], [
            answer(yes, b'{"refused":{"kind":"never","code":"later"}}', end_of([]))]),
        ("empty lines are passed over", nothing, None, nothing, [
            answer(yes, b"", t[0], b"", end_of(t[:1]))]),
        ("cut off before the end", s[:1], None, s[:1], [answer(yes, t[0])]),
        ("nothing at all", s[:1], None, s[:1], [b""]),
        ("cut off in a line", nothing, None, nothing, [answer(yes, t[0])[:-9]]),
        ("a line after the end", nothing, None, nothing, [answer(yes, end_of([]), t[0])]),
        ("a segment before the welcome", nothing, None, nothing, [answer(t[0], yes, end_of(t[:1]))]),
        ("an end before the welcome", nothing, None, nothing, [answer(end_of([]))]),
        ("two welcomes", nothing, None, nothing, [answer(yes, yes, end_of([]))]),
        ("a welcome of another version", nothing, None, nothing, [
            answer(b'{"welcome":{"jalon":2,"generation":"x"}}', end_of([]))]),
        ("a segment of other books", nothing, None, nothing, [
            answer(yes, foreign_segment(), end_of(t[:1]))]),
        ("a have where it matches", nothing, None, nothing, [
            answer(yes, Hashes("have", ()), end_of([]))]),
        ("a segment is left out: both sides compare", nothing, None, nothing, [
            answer(yes, t[0], end_of(t[:2])),
            answer(no, have(*t[:2]), end_of(t[:2])), answer(yes, t[1], end_of(t[:2]))]),
        ("a have of what was not sent hides nothing", nothing, None, nothing, [
            answer(yes, have(t[0]), end_of(t[:1])),
            answer(no, have(t[0]), end_of(t[:1])), answer(yes, t[0], end_of(t[:1]))]),
        ("an inventory that leaves one out: it compares again next time", nothing, standing_of(s[:1]),
         nothing, [answer(no, have(t[0]), end_of(t[:2])), answer(yes, t[0], end_of(t[:2]))]),
        ("it never adds up: it compares again next time", nothing, None, nothing, [
            answer(yes, end_of(t[:1])), answer(yes, end_of(t[:1]))]),
        ("a segment where it does not match", nothing, standing_of(s[:1]), nothing, [
            answer(no, t[0], end_of(t[:1]))]),
        ("a want from the peer", nothing, None, nothing, [answer(yes, Hashes("want", ()), end_of([]))]),
        ("a done from the peer", nothing, None, nothing, [answer(yes, DONE, end_of([]))]),
        ("a hello from the peer", nothing, None, nothing, [answer(yes, hello(), end_of([]))]),
        ("a position that went back", nothing, standing_of(t[:2]), nothing, [
            answer(yes, end_of(t[:1]))]),
        ("more without a step", nothing, standing_of(t[:1]), nothing, [
            answer(yes, end_of(t[:1], more=True))]),
        ("a second mismatch", s[:1], standing_of(s[:1], generation=OTHER_GENERATION), nothing, [
            answer(no, end_of([])), answer(Welcome(OTHER_GENERATION, False), end_of([]))]),
    ]
    for case in cases:
        yield conversation(*case)
    yield conversation(
        "a segment that the replica refuses for the first time", nothing, None, nothing,
        [answer(yes, *t[:2], end_of(t[:2]))], bad=t[:1])


def conversation(name, held, start, outgoing, answers, bad=()) -> dict:
    replica = Replica(held, bad)
    client = Client(replica, start, list(outgoing), SECRET.books)
    vector = {
        "topic": "conversation", "name": name, "books": SECRET.books.hex(),
        "held": [s.line().decode() for s in held], "start": standing_members(start),
        "outgoing": [s.hash.hex() for s in outgoing], "bad": [s.hash.hex() for s in bad]}
    exchanges, over = [], None
    for data in answers:
        request = client.request()
        assert request is not None, name
        step = {"request": request.decode(), "answer": data.decode()}
        exchanges.append(step)
        try:
            commit = client.answer(data)
        except GaveUp as reason:
            over = reason.refusal.code if reason.refusal else reason.reason
            break
        step["commit"] = {
            "standing": standing_members(commit.standing),
            "held": sorted(h.hex() for h in commit.held),
            "refused": {h.hex(): code for h, code in sorted(commit.refused.items())}}
    assert len(exchanges) == len(answers), name
    if not over:
        assert client.request() is None, name
    return vector | {
        "exchanges": exchanges, "over": over,
        "after": sorted(h.hex() for h in replica.hashes())}
