"""The secret, the writers and the devices that the vectors speak of."""

import hashlib
import struct
import zlib

from ..changes import Operation, encode, parse
from ..encoding import base64url
from ..history import History
from ..keys import Secret, Signer
from ..segments import ZERO, Opened, Sealed, Segment, seal

SECRET = Secret(bytes(range(32)))
A, B, C = (Signer(bytes([digit]) * 32) for digit in (0x11, 0x22, 0x33))
OTHER_SECRET = Secret(bytes([0x77]) * 32)
R = "raaaqeayeaudaocajbifqydio"
"""The random row of the bytes 00 … 0e."""


def seeded(*words) -> bytes:
    """32 bytes that look random and follow from the words."""
    return hashlib.sha256(" ".join(map(str, words)).encode()).digest()


def stored(text: bytes) -> bytes:
    """A zlib stream that does not compress, so that it is the same with every zlib."""
    blocks, at = b"", 0
    while True:
        part = text[at : at + 65_535]
        at += len(part)
        final = at >= len(text)
        blocks += struct.pack("<BHH", final, len(part), 65_535 - len(part)) + part
        if final:
            return b"\x78\x01" + blocks + struct.pack(">I", zlib.adler32(text))


class Device:
    """A replica in memory: what it knows, and the writer that it writes as."""

    def __init__(self, signer: Signer, known: dict | None = None):
        self.signer = signer
        self.known: dict[tuple[bytes, bytes], Sealed] = dict(known or {})
        self.last: Sealed | None = None

    def twin(self) -> "Device":
        """The same machine, copied."""
        twin = Device(self.signer, self.known)
        twin.last = self.last
        return twin

    def learn(self, *changes: Sealed) -> None:
        for sealed in changes:
            self.known[sealed.writer, sealed.id] = sealed

    def meet(self, other: "Device") -> None:
        self.known |= other.known
        other.known |= self.known

    def history(self) -> History:
        return history_of(self.known.values())

    def news(self):
        """The context difference, told from the branch that this device itself is on."""
        history = self.history()
        place = history.placed[self.last.writer, self.last.id] if self.last else None
        return history.beyond(place, self.signer.name)

    def write(self, operations: list[Operation] | bytes, clock: int, context=None) -> Sealed:
        """The next change; instead of operations, the bytes between the brackets of `o`."""
        number = self.last.change.number + 1 if self.last else 1
        stamp = max(clock, self.last.change.stamp + 1) if self.last else clock
        context = self.news() if context is None else context
        if isinstance(operations, bytes):
            line = encode(number, stamp, context, [])[:-2] + operations + b"]}"
        else:
            line = encode(number, stamp, context, operations)
        previous = self.last.id if self.last else ZERO
        id = SECRET.change_id(previous, line)
        name = self.signer.name
        self.last = Sealed(name, previous, id, parse(line, name), line)
        self.learn(self.last)
        return self.last


def history_of(changes) -> History:
    return History.of(
        Opened(segment_of([sealed]), (sealed,), None) for sealed in changes)


def segment_of(
        changes: list[Sealed], sealer: Signer = A, claim: bytes | None = None,
        seed: str = "") -> Segment:
    """Consecutive changes sealed with random bytes that follow from their last id."""
    first = changes[0]
    random = seeded("segment", seed, base64url(changes[-1].id), len(changes))
    return seal(
        SECRET, sealer, first.writer, first.change.number, first.previous,
        [c.line for c in changes], random, claim, compress=stored)


def text_of(line: bytes) -> dict:
    """A line as `text`, or as `hex` where it is no UTF-8."""
    try:
        return {"text": line.decode("utf-8")}
    except UnicodeDecodeError:
        return {"hex": line.hex()}


def parts(*pieces: tuple[str, int]) -> dict:
    """A long line as pieces, each repeated some times."""
    return {"parts": [[text, times] for text, times in pieces]}


def whole(source: dict) -> bytes:
    """The bytes that `text_of` or `parts` mean."""
    if "hex" in source:
        return bytes.fromhex(source["hex"])
    if "parts" in source:
        return "".join(text * times for text, times in source["parts"]).encode()
    return source["text"].encode()
