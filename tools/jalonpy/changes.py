"""A change's line: reading, judging and writing it (Protocol/changes.md).

Reading raises `Refused` for a line that is not of the grammar or over a bound. Any other line is a
`Change` with an outcome: lawful, unlawful or unknown.
"""

import re
from dataclasses import dataclass, field

from .encoding import Malformed, base64url, from_base64url
from .values import MOST_FIELDS, Value, is_integer, is_name, is_row_id, is_value

LONGEST_LINE = 524_288
GREATEST_NUMBER = 2**53
GREATEST_STAMP = 2**49
GREATEST_CLOCK = 2**48
MOST_ENTRIES = 10_000
MOST_ENTRIES_WRITTEN = 1_000
MOST_OPERATIONS = 10_000
MOST_LEVELS = 16


class Refused(Exception):
    """The line makes its segment refused."""


@dataclass(frozen=True)
class Entry:
    """What a change had seen of another writer: the last of its changes, by number and id."""

    writer: bytes
    number: int
    id: bytes


@dataclass(frozen=True)
class Operation:
    """`kind` is put, add or remove. `fields` are in the order of the line; empty for a remove."""

    kind: str
    table: str
    row: str
    fields: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True)
class Change:
    number: int
    stamp: int
    context: tuple[Entry, ...]
    operations: tuple[Operation, ...]
    outcome: str = "lawful"
    fault: str | None = None
    """The rule an unlawful change breaks, the first found."""


def put(table: str, row: str, fields: dict[str, Value]) -> Operation:
    return Operation("put", table, row, tuple(fields.items()))


def add(table: str, row: str, fields: dict[str, int]) -> Operation:
    return Operation("add", table, row, tuple(fields.items()))


def remove(table: str, row: str) -> Operation:
    return Operation("remove", table, row)


# Writing

ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def string(text: str) -> str:
    """A JSON string with as few escapes as a writer may use."""
    escaped = (ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text)
    return '"' + "".join(escaped) + '"'


def encode(number: int, stamp: int, context, operations) -> bytes:
    """The line as a writer writes it."""

    def value(v: Value) -> str:
        return "null" if v is None else str(v) if isinstance(v, int) else string(v)

    def one(operation: Operation) -> str:
        head = f'["{operation.kind}",{string(operation.table)},{string(operation.row)}'
        if operation.kind == "remove":
            return head + "]"
        fields = (f"{string(name)}:{value(v)}" for name, v in operation.fields)
        return f"{head},{{{','.join(fields)}}}]"

    line = f'{{"n":{number},"t":{stamp}'
    if context:
        entries = (f'["{base64url(e.writer)}",{e.number},"{base64url(e.id)}"]' for e in context)
        line += f',"c":[{",".join(entries)}]'
    line += f',"o":[{",".join(map(one, operations))}]}}'
    return line.encode()


# Reading

STRING = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(.))')
SHORT_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
ENDS_NUMBER = rb"(?![0-9.eE])"
UINT = re.compile(rb"(?:0|[1-9][0-9]*)" + ENDS_NUMBER)
INT = re.compile(rb"(?:0|-?[1-9][0-9]*)" + ENDS_NUMBER)
NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?![0-9])(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
MOST_DIGITS = 20


def parse(line: bytes, writer: bytes | None = None) -> Change:
    """The change of a line; `writer` is whose it is. Raises `Refused`."""
    if len(line) > LONGEST_LINE:
        raise Refused("size")
    return Reader(line, writer).change()


def unescape(raw: bytes) -> str:
    """The text of a JSON string's inside."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("utf-8") from None
    if "\\" not in text:
        return text
    # A pair of escaped halves becomes one character by way of UTF-16; a lone half raises.
    units = ESCAPE.sub(
        lambda m: chr(int(m[1], 16)) if m[1] else SHORT_ESCAPES.get(m[2], m[2]), text)
    try:
        return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        raise Refused("surrogate") from None


@dataclass
class Reader:
    """Goes once through a line."""

    line: bytes
    writer: bytes | None = None
    at: int = 0
    unknown: bool = False
    faults: list[str] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)

    # Pieces

    def take(self, text: bytes) -> bool:
        if not self.line.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def need(self, text: bytes) -> None:
        if not self.take(text):
            raise Refused(f"{text!r} is missing at {self.at}")

    def match(self, pattern: re.Pattern) -> bytes:
        found = pattern.match(self.line, self.at)
        if not found:
            raise Refused(f"at {self.at}")
        self.at = found.end()
        return found.group()

    def next_is(self, text: bytes) -> bool:
        return self.line.startswith(text, self.at)

    def uint(self, least: int, most: int) -> int:
        digits = self.match(UINT)
        if len(digits) > MOST_DIGITS or not least <= int(digits) <= most:
            raise Refused("number")
        return int(digits)

    def string(self) -> str:
        return unescape(self.match(STRING)[1:-1])

    def binary(self) -> bytes:
        """32 bytes in base64url, without escapes."""
        raw = self.match(STRING)[1:-1]
        try:
            return from_base64url(raw.decode("ascii"), 32)
        except (Malformed, UnicodeDecodeError):
            raise Refused("base64url") from None

    def skip(self, level: int = 1) -> None:
        """Passes over a value whose meaning is not known; its form is still checked."""
        if level > MOST_LEVELS:
            raise Refused("levels")
        if self.next_is(b'"'):
            self.string()
        elif self.take(b"["):
            if self.take(b"]"):
                return
            self.skip(level + 1)
            while self.take(b","):
                self.skip(level + 1)
            self.need(b"]")
        elif self.take(b"{"):
            if self.take(b"}"):
                return
            while True:
                self.string()
                self.need(b":")
                self.skip(level + 1)
                if not self.take(b","):
                    break
            self.need(b"}")
        elif not (self.take(b"null") or self.take(b"true") or self.take(b"false")):
            self.match(NUMBER)

    # The line

    def change(self) -> Change:
        self.need(b'{"n":')
        number = self.uint(1, GREATEST_NUMBER)
        self.need(b',"t":')
        stamp = self.uint(0, GREATEST_STAMP)
        context = tuple(self.context()) if self.take(b',"c":[') else ()
        self.need(b',"o":[')
        count = 0
        if not self.take(b"]"):
            while True:
                count += 1
                self.operation()
                if not self.take(b","):
                    break
            self.need(b"]")
        while self.take(b","):
            self.unknown = True
            self.string()
            self.need(b":")
            self.skip()
        self.need(b"}")
        if self.at != len(self.line):
            raise Refused("something follows")
        if not 1 <= count <= MOST_OPERATIONS:
            self.faults.append("count")
        if self.mixes():
            self.faults.append("mixed")
        outcome = "unknown" if self.unknown else "unlawful" if self.faults else "lawful"
        fault = self.faults[0] if outcome == "unlawful" else None
        return Change(number, stamp, context, tuple(self.operations), outcome, fault)

    def context(self):
        count = 0
        while True:
            self.need(b"[")
            writer = self.binary()
            self.need(b",")
            number = self.uint(1, GREATEST_NUMBER)
            self.need(b",")
            entry = Entry(writer, number, self.binary())
            self.need(b"]")
            count += 1
            if count > MOST_ENTRIES or writer == self.writer:
                raise Refused("context")
            yield entry
            if not self.take(b","):
                break
        self.need(b"]")

    def operation(self) -> None:
        kinds = ("put", "add", "remove")
        kind = next((k for k in kinds if self.next_is(b'["%s",' % k.encode())), None)
        if kind is None:
            self.unknown = True
            return self.skip()
        self.need(b'["%s"' % kind.encode())
        table = self.text_member()
        if table is None:
            return self.rest()
        if not is_name(table):
            self.faults.append("name")
        row = self.text_member()
        if row is None:
            return self.rest()
        if not is_row_id(row):
            # What stands behind cannot be judged, so it is neither unknown nor unlawful.
            self.faults.append("row")
            return self.rest()
        fields: list[tuple[str, Value]] = []
        if kind != "remove":
            if not self.take(b","):
                self.unknown = True
                return self.rest()
            if not self.next_is(b"{"):
                self.unknown = True
                self.skip()
                return self.rest()
            fields = self.fields(kind)
            names = [name for name, _ in fields]
            if not 1 <= len(names) <= MOST_FIELDS or len(set(names)) < len(names):
                self.faults.append("fields")
        if self.next_is(b","):
            self.unknown = True
        self.rest()
        self.operations.append(Operation(kind, table, row, tuple(fields)))

    def text_member(self) -> str | None:
        """The next member if it is a string; else it is skipped and the change unknown."""
        if self.take(b","):
            if self.next_is(b'"'):
                return self.string()
            self.skip()
        self.unknown = True
        return None

    def rest(self) -> None:
        """What is left of an operation: only its form is checked."""
        while self.take(b","):
            self.skip()
        self.need(b"]")

    def fields(self, kind: str) -> list[tuple[str, Value]]:
        self.need(b"{")
        fields: list[tuple[str, Value]] = []
        if self.take(b"}"):
            return fields
        while True:
            name = self.string()
            if not is_name(name):
                self.faults.append("name")
            self.need(b":")
            fields.append((name, self.value(kind)))
            if not self.take(b","):
                break
        self.need(b"}")
        return fields

    def value(self, kind: str) -> Value:
        if kind == "put" and self.next_is(b'"'):
            text = self.string()
            if not is_value(text):
                self.faults.append("text")
            return text
        if kind == "put" and self.take(b"null"):
            return None
        found = INT.match(self.line, self.at)
        if found and len(found.group()) <= MOST_DIGITS and is_integer(int(found.group())):
            self.at = found.end()
            return int(found.group())
        self.unknown = True
        self.skip()
        return None

    def mixes(self) -> bool:
        removed = [(o.table, o.row) for o in self.operations if o.kind == "remove"]
        written = {(o.table, o.row) for o in self.operations if o.kind != "remove"}
        return len(set(removed)) < len(removed) or not written.isdisjoint(removed)
