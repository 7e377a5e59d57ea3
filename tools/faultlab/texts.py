"""What a terminal must not be given, and texts that programs stumble over."""

import unicodedata

from .lab import check


def acts(scalar: int) -> bool:
    """Whether a terminal acts on a scalar, or does not show that it is there (Unicode 15: control
    and format characters but the joiners that scripts and emoji need, separators, non-characters)."""
    character = chr(scalar)
    if unicodedata.category(character) == "Cc":
        return True
    return (scalar in (0x61C, 0x200B, 0x200E, 0x200F, 0xFEFF) or 0x2028 <= scalar <= 0x202E
            or 0x2060 <= scalar <= 0x206F or 0xFFF9 <= scalar <= 0xFFFB
            or 0xE0000 <= scalar <= 0xE007F or scalar & 0xFFFE == 0xFFFE
            or 0xFDD0 <= scalar <= 0xFDEF)


# Of all, for speed: a set of characters.
ACTING = {chr(scalar) for scalar in range(0x110000) if not 0xD800 <= scalar < 0xE000
          and acts(scalar)} - {"\n"}


def is_harmless(output: bytes, what: str) -> None:
    """Raises Fault unless the output is UTF-8 that a terminal only shows."""
    try:
        text = output.decode()
    except UnicodeDecodeError as error:
        check(False, f"{what}: its answer is no UTF-8: {error}")
    found = ACTING.intersection(text)
    check(not found, f"{what}: its answer holds {sorted(map(hex, map(ord, found)))[:20]}")


def scalars() -> list[str]:
    """All scalars that a text may hold, in texts of less than 60 000 bytes."""
    texts, text, size = [], [], 0
    for scalar in range(1, 0x110000):
        if 0xD800 <= scalar < 0xE000:
            continue
        character = chr(scalar)
        text.append(character)
        size += len(character.encode())
        if size > 60_000:
            texts.append("".join(text))
            text, size = [], 0
    return texts + ["".join(text)]


NASTY: list[str | bytes] = [
    # What terminals act on
    "\x1b[2J\x1b]0;owned\x07", "\x1b]8;;http://x\x1b\\y", "\u009b31mred", "\x07", "a\x08b", "\x7f",
    "\u202egpj.exe", "\u2066a\u2069", "a\u200bb\u2060c", "\ufeffa", "a\u2028b", "\U000e0041",
    # Normal forms, marks, joins
    "café", "cafe\u0301", "e" + "\u0301" * 200, "👩‍👩‍👧", "🇫🇷🇫", "ﷺ", "𝕏", "İ", "ſ", "K", "ﬁ",
    # Spreadsheets
    "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "%0A",
    # Paths and names
    "../../etc/passwd", "/etc/passwd", "/", "..", ".", "-", "--", "---", "~", "a/b", "CON", "x" * 255,
    "/dev/null", "/dev/full", "/nowhere/at/all", "/proc/self/mem", "file:///etc/passwd",
    # Other languages' words
    "'; DROP TABLE clients; --", '" OR 1=1', "%", "_", "*", "?", "NULL", "null", "true", "$(id)",
    "`id`", "${HOME}", "%s%n%x", "{}", "[]", "\\", '"', "'", "<script>", "\\u0000", "\\(x)",
    # Numbers and dates
    "0", "-0", "1e309", "9" * 400, "9223372036854775807", "9223372036854775808",
    "-9223372036854775809", "18446744073709551616", "NaN", "inf", "0x41", "٣", "１２", "1_000",
    "1,234", "1.2.3", "0000-00-00", "9999-12-31", "10000-01-01", "2026-02-30", "+999999d", "5/12",
    "1=x;1;1;20", "0=a;1;1;20", "a;1;1;20;S;x", ";;;", "365d eom", "366",
    # Blanks and lengths
    "", " ", "\t", "\n", "a\nb", "\r\n", "\u00a0", "x" * 4096, "é" * 60_000, "x" * 131_000,
    # No UTF-8
    b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"abc\xe2\x82", b"\xf4\x90\x80\x80", b"a\x80",
]
