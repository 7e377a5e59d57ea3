"""Names, values and row ids (Protocol/model.md)."""

import hashlib
import re

from .encoding import base32, u8, u64

LONGEST_TEXT = 65_536
MOST_FIELDS = 256
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
ROW_ID = re.compile(r"[rdf][a-z2-7]{24}", re.ASCII)

Value = None | int | str
"""A register's value: null, a signed integer of 64 bits, or a text."""


def is_name(text: str) -> bool:
    return NAME.fullmatch(text) is not None


def is_row_id(text: str) -> bool:
    """24 digits are exactly 15 bytes, so every digit string of that length is some row."""
    return ROW_ID.fullmatch(text) is not None


def is_value(value) -> bool:
    """Whether a register may hold it."""
    if isinstance(value, str):
        try:
            return "\0" not in value and len(value.encode()) <= LONGEST_TEXT
        except UnicodeEncodeError:
            return False
    return value is None or is_integer(value)


def is_integer(value) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def name_bytes(name: str) -> bytes:
    """N(name)."""
    data = name.encode()
    return u8(len(data)) + data


def value_bytes(value: Value) -> bytes:
    """V(value)."""
    if value is None:
        return b"\0"
    if isinstance(value, int):
        return b"\1" + u64(value)
    data = value.encode()
    return b"\2" + u64(len(data)) + data


def random_row(data: bytes) -> str:
    """The row of 15 random bytes."""
    assert len(data) == 15
    return "r" + base32(data)


def derived_row(table: str, *keys: Value) -> str:
    """The row that every device makes alike from the same keys."""
    data = b"jalon derived row 1\0" + name_bytes(table) + b"".join(map(value_bytes, keys))
    return "d" + base32(hashlib.sha256(data).digest()[:15])


def frozen_row(table: str, writer: bytes, fields: dict[str, Value]) -> str:
    """The row whose values are these for ever; `writer` is the 32 bytes of a key."""
    data = b"jalon frozen row 1\0" + name_bytes(table) + writer
    for name in sorted(fields, key=str.encode):
        data += name_bytes(name) + value_bytes(fields[name])
    return "f" + base32(hashlib.sha256(data).digest()[:15])


def is_frozen(row: str) -> bool:
    return row[0] == "f"
