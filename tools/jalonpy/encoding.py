"""Texts for bytes and bytes for integers (Protocol/README.md, "Notation")."""

import base64
import re
import struct

BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


class Malformed(ValueError):
    """Something received is not of its form."""


class Oversize(Malformed):
    """A line, a body or a list is over its bound."""


def u8(number: int) -> bytes:
    return struct.pack(">B", number)


def u16(number: int) -> bytes:
    return struct.pack(">H", number)


def u32(number: int) -> bytes:
    return struct.pack(">I", number)


def u64(number: int) -> bytes:
    """Eight bytes; a negative number as two's complement."""
    return struct.pack(">Q", number % 2**64)


def signed64(number: int) -> int:
    """The number wrapped into −2^63 … 2^63 − 1."""
    return (number + 2**63) % 2**64 - 2**63


def base32(data: bytes) -> str:
    """Five bits to a digit, the last digit filled with zero bits."""
    digits = (len(data) * 8 + 4) // 5
    bits = int.from_bytes(data, "big") << (digits * 5 - len(data) * 8)
    return "".join(BASE32[bits >> 5 * (digits - 1 - i) & 31] for i in range(digits))


def from_base32(text: str) -> bytes:
    """Lower case only; raises Malformed for a digit, a count or filler bits that no bytes give."""
    bits = 0
    for digit in text:
        value = BASE32.find(digit)
        if value < 0:
            raise Malformed("digit")
        bits = bits << 5 | value
    filler = len(text) * 5 % 8
    if filler >= 5 or bits & ((1 << filler) - 1):
        raise Malformed("count")
    return (bits >> filler).to_bytes(len(text) * 5 // 8, "big")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str, size: int | None = None) -> bytes:
    """No padding; raises Malformed for another alphabet, count, filler or size."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        raise Malformed("base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64url(data) != text or (size is not None and len(data) != size):
        raise Malformed("base64url")
    return data
