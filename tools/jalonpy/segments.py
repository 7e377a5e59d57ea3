"""The sealed unit of storage and transfer (Protocol/segments.md)."""

import re
import struct
import zlib
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .changes import Change, Refused, parse
from .encoding import Malformed, Oversize, base64url, from_base64url, u32, u64
from .keys import Secret, Signer, hkdf, hmac_sha256, sha256, signature_holds

MAGIC = b"jalon\1"
ZERO = bytes(32)
LONGEST_LINE = 1_048_576
LONGEST_TEXT = 1_048_576
MOST_CHANGES = 10_000
LEAST_BODY, MOST_BODY = 17, 720_000
HEADER_SIZE = 186
BODY_AT = HEADER_SIZE + 16 + 64


class Rejected(Exception):
    """A member refuses the segment: signature, key, seal, form, chain or context."""


@dataclass(frozen=True)
class Header:
    books: bytes
    epoch: int
    writer: bytes
    sealer: bytes
    first: int
    last: int
    before: bytes
    after: bytes
    salt: bytes

    def bytes(self) -> bytes:
        return (
            MAGIC + self.books + u32(self.epoch) + self.writer + self.sealer
            + u64(self.first) + u64(self.last) + self.before + self.after + self.salt)

    def check(self) -> None:
        """The bounds that every receiver decides alike; raises Malformed."""
        sizes = (16, 32, 32, 32, 32, 16)
        parts = (self.books, self.writer, self.sealer, self.before, self.after, self.salt)
        if any(len(part) != size for part, size in zip(parts, sizes)):
            raise Malformed("size of a field")
        if not 1 <= self.epoch < 2**32:
            raise Malformed("epoch")
        if not 1 <= self.first <= self.last <= 2**53:
            raise Malformed("numbers")
        if self.last - self.first >= MOST_CHANGES:
            raise Oversize("changes")
        if (self.before == ZERO) != (self.first == 1):
            raise Malformed("before")

    @staticmethod
    def parse(data: bytes) -> "Header":
        if len(data) != HEADER_SIZE or not data.startswith(MAGIC):
            raise Malformed("header")
        epoch, = struct.unpack(">I", data[22:26])
        first, last = struct.unpack(">QQ", data[90:106])
        header = Header(
            data[6:22], epoch, data[26:58], data[58:90], first, last,
            data[106:138], data[138:170], data[170:186])
        header.check()
        return header


@dataclass(frozen=True)
class Segment:
    header: Header
    commitment: bytes
    signature: bytes
    body: bytes

    def bytes(self) -> bytes:
        return self.header.bytes() + self.commitment + self.signature + self.body

    @cached_property
    def hash(self) -> bytes:
        return sha256(self.bytes())

    @property
    def signature_holds(self) -> bool:
        return signature_holds(self.header.sealer, self.signature, signed(
            self.header.bytes(), self.commitment, self.body))

    @staticmethod
    def parse(data: bytes) -> "Segment":
        """The binary form; raises Malformed."""
        body = data[BODY_AT:]
        if not LEAST_BODY <= len(body) <= MOST_BODY:
            raise Malformed("body")
        header = Header.parse(data[:HEADER_SIZE])
        commitment, signature = data[HEADER_SIZE : HEADER_SIZE + 16], data[HEADER_SIZE + 16 : BODY_AT]
        return Segment(header, commitment, signature, body)

    # Line

    def line(self) -> bytes:
        h = self.header
        members = [f'"segment":1,"books":"{base64url(h.books)}","epoch":{h.epoch}']
        members.append(f'"writer":"{base64url(h.writer)}"')
        if h.sealer != h.writer:
            members.append(f'"sealer":"{base64url(h.sealer)}"')
        members.append(f'"first":{h.first},"last":{h.last}')
        if h.first != 1:
            members.append(f'"before":"{base64url(h.before)}"')
        for name, data in (
                ("after", h.after), ("salt", h.salt), ("commitment", self.commitment),
                ("signature", self.signature), ("body", self.body)):
            members.append(f'"{name}":"{base64url(data)}"')
        return ("{" + ",".join(members) + "}").encode()

    @staticmethod
    def from_line(line: bytes) -> "Segment":
        """Raises Malformed; there is only one line for a segment."""
        if len(line) >= LONGEST_LINE:
            raise Oversize("line")
        found = LINE.fullmatch(line)
        if not found:
            raise Malformed("line")

        def binary(name: str, size: int | None) -> bytes:
            return from_base64url(found[name].decode(), size)

        writer = binary("writer", 32)
        first = int(found["first"])
        header = Header(
            binary("books", 16), int(found["epoch"]), writer,
            binary("sealer", 32) if found["sealer"] else writer,
            first, int(found["last"]),
            binary("before", 32) if found["before"] else ZERO,
            binary("after", 32), binary("salt", 16))
        header.check()
        if found["sealer"] and header.sealer == writer or found["before"] and first == 1:
            raise Malformed("written where it is left out")
        segment = Segment(
            header, binary("commitment", 16), binary("signature", 64), binary("body", None))
        if len(segment.body) > MOST_BODY:
            raise Oversize("body")
        if len(segment.body) < LEAST_BODY:
            raise Malformed("body")
        return segment


LINE = re.compile(
    rb'\{"segment":1,"books":"(?P<books>[^"]{22})","epoch":(?P<epoch>[1-9][0-9]{0,9})'
    rb',"writer":"(?P<writer>[^"]{43})"(?:,"sealer":"(?P<sealer>[^"]{43})")?'
    rb',"first":(?P<first>[1-9][0-9]{0,15}),"last":(?P<last>[1-9][0-9]{0,15})'
    rb'(?:,"before":"(?P<before>[^"]{43})")?'
    rb',"after":"(?P<after>[^"]{43})","salt":"(?P<salt>[^"]{22})"'
    rb',"commitment":"(?P<commitment>[^"]{22})","signature":"(?P<signature>[^"]{86})"'
    rb',"body":"(?P<body>[A-Za-z0-9_-]*)"\}')


def signed(header: bytes, commitment: bytes, body: bytes) -> bytes:
    return b"jalon segment signature 1\0" + header + commitment + sha256(body)


# Plaintext


def padded_size(size: int) -> int:
    """P(n)."""
    if size <= 192:
        return 192
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return (size + step - 1) // step * step


def plaintext(stream: bytes) -> bytes:
    size = 4 + len(stream)
    return u32(len(stream)) + stream + bytes(padded_size(size) - size)


def claim_line(digest: bytes) -> bytes:
    return b'{"digest":"' + base64url(digest).encode() + b'"}\n'


# Sealing


def body_secrets(secret: Secret, salt: bytes) -> tuple[bytes, bytes, bytes]:
    """Body key, nonce and commitment."""
    data = hkdf(secret.epoch_key, salt, b"jalon body 1", 60)
    return data[:32], data[32:44], data[44:]


def seal_plaintext(
        secret: Secret, sealer: Signer, header_without_salt: bytes, plain: bytes,
        random: bytes) -> Segment:
    salt = hmac_sha256(secret.salt_key, random + header_without_salt + plain)[:16]
    header = header_without_salt + salt
    key, nonce, commitment = body_secrets(secret, salt)
    body = AESGCM(key).encrypt(nonce, plain, header)
    signature = sealer.sign(signed(header, commitment, body))
    return Segment(Header(
        header[6:22], int.from_bytes(header[22:26], "big"), header[26:58], header[58:90],
        *struct.unpack(">QQ", header[90:106]), header[106:138], header[138:170], salt,
    ), commitment, signature, body)


def seal(
        secret: Secret, sealer: Signer, writer: bytes, first: int, before: bytes,
        lines: list[bytes], random: bytes, claim: bytes | None = None,
        compress=zlib.compress) -> Segment:
    """The lines of consecutive changes as a segment; `random` is 32 fresh bytes."""
    after = before
    for line in lines:
        after = secret.change_id(after, line)
    text = b"".join(line + b"\n" for line in lines)
    if claim is not None:
        text += claim_line(claim)
    header = Header(
        secret.books, 1, writer, sealer.name, first, first + len(lines) - 1, before, after, b"")
    return seal_plaintext(secret, sealer, header.bytes(), plaintext(compress(text)), random)


# Opening


@dataclass(frozen=True)
class Sealed:
    """A change as it stood in a segment, with its place on its writer's chain."""

    writer: bytes
    previous: bytes
    id: bytes
    change: Change
    line: bytes


@dataclass(frozen=True)
class Opened:
    segment: Segment
    changes: tuple[Sealed, ...]
    claim: bytes | None


CLAIM = re.compile(rb'\{"digest":"([A-Za-z0-9_-]{43})"\}\n')


def open_segment(secret: Secret, segment: Segment) -> Opened:
    """Checks in the order of "Receiving"; raises Rejected with the first fault."""
    header = segment.header
    if not segment.signature_holds:
        raise Rejected("signature")
    key, nonce, commitment = body_secrets(secret, header.salt)
    if header.books != secret.books or header.epoch != 1 or commitment != segment.commitment:
        raise Rejected("key")
    try:
        plain = AESGCM(key).decrypt(nonce, segment.body, header.bytes())
    except InvalidTag:
        raise Rejected("seal") from None
    lines, claim = split_text(header, inflate(plain))
    changes, id = [], header.before
    for number, line in enumerate(lines, header.first):
        try:
            change = parse(line, header.writer)
        except Refused:
            raise Rejected("form") from None
        if change.number != number:
            raise Rejected("form")
        previous, id = id, secret.change_id(id, line)
        changes.append(Sealed(header.writer, previous, id, change, line))
    if id != header.after:
        raise Rejected("chain")
    return Opened(segment, tuple(changes), claim)


def inflate(plain: bytes) -> bytes:
    """The text of a plaintext whose length and padding fit."""
    size = 4 + int.from_bytes(plain[:4], "big")
    if len(plain) < 4 or len(plain) != padded_size(size) or any(plain[size:]):
        raise Rejected("form")
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(plain[4:size], LONGEST_TEXT + 1)
    except zlib.error:
        raise Rejected("form") from None
    if len(text) > LONGEST_TEXT or not stream.eof or stream.unused_data:
        raise Rejected("form")
    return text


def split_text(header: Header, text: bytes) -> tuple[list[bytes], bytes | None]:
    count = header.last - header.first + 1
    parts = text.split(b"\n", count)
    if len(parts) != count + 1:
        raise Rejected("form")
    lines, rest = parts[:count], parts[count]
    if not rest:
        return lines, None
    found = CLAIM.fullmatch(rest)
    if not found:
        raise Rejected("form")
    try:
        return lines, from_base64url(found[1].decode(), 32)
    except Malformed:
        raise Rejected("form") from None
