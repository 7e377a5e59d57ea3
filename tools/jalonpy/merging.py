"""The state of rows, what is shown, conflicts and the digest (Protocol/merging.md).

Nothing here knows in which order changes apply: `history` does.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from .changes import Operation
from .encoding import base32, signed64, u8, u64
from .values import Value, frozen_row, is_frozen, name_bytes, value_bytes

Dot = tuple[bytes, int]
"""Where an operation came from: the writer's or branch's name, and the number of the change."""


@dataclass(frozen=True)
class Written:
    """A written value of a register."""

    field: str
    dot: Dot
    stamp: int
    value: Value
    original: bool

    @property
    def rank(self):
        """What decides among values that have not seen each other."""
        return (self.stamp, *self.dot)


@dataclass(frozen=True)
class Removal:
    dot: Dot
    stamp: int
    hides: bool


@dataclass(frozen=True)
class Conflict:
    """Something that stands against what is shown. `field` is empty for kind `removed`."""

    id: str
    kind: str
    table: str
    row: str
    field: str
    shown: Value
    alternatives: tuple[Value, ...]


@dataclass
class Row:
    """All that is known of one row."""

    table: str
    id: str
    entries: list[Written] = field(default_factory=list)
    tallies: dict[tuple[str, bytes], tuple[Dot, int]] = field(default_factory=dict)
    removals: list[Removal] = field(default_factory=list)

    def apply(self, operation: Operation, dot: Dot, stamp: int, covers: Callable[[Dot], bool]):
        """One operation of a lawful change; `covers` is the change's full context."""
        if operation.kind == "put":
            fields = dict(operation.fields)
            # A branch's name begins with its key; a frozen id is derived from the key.
            original = is_frozen(self.id) and frozen_row(self.table, dot[0][:32], fields) == self.id
            for name, value in fields.items():
                self.entries = [
                    e for e in self.entries
                    if e.field != name or e.original or not (covers(e.dot) or e.dot == dot)]
                self.entries.append(Written(name, dot, stamp, value, original))
            self.settle(covers)
        elif operation.kind == "add":
            for name, amount in operation.fields:
                _, total = self.tallies.get((name, dot[0]), (dot, 0))
                self.tallies[name, dot[0]] = (dot, signed64(total + amount))
            self.settle(covers)
        else:
            hides = (
                not is_frozen(self.id)
                and all(covers(e.dot) for e in self.entries)
                and all(covers(d) for d, _ in self.tallies.values()))
            self.removals = [r for r in self.removals if not covers(r.dot)]
            self.removals.append(Removal(dot, stamp, hides))

    def settle(self, covers) -> None:
        self.removals = [
            Removal(r.dot, r.stamp, False) for r in self.removals if not covers(r.dot)]

    # What is shown

    @property
    def hidden(self) -> bool:
        if is_frozen(self.id):
            return not any(e.original for e in self.entries)
        return any(r.hides for r in self.removals)

    def register(self, name: str) -> Written | None:
        """The entry that is shown."""
        able = [
            e for e in self.entries
            if e.field == name and (e.original or not is_frozen(self.id))]
        return max(able, key=lambda e: e.rank, default=None)

    def counter(self, name: str) -> int | None:
        sums = [total for (f, _), (_, total) in self.tallies.items() if f == name]
        return signed64(sum(sums)) if sums and not is_frozen(self.id) else None

    def registers(self) -> dict[str, Value]:
        """All registers that show something."""
        shown = {name: self.register(name) for name in field_names(e.field for e in self.entries)}
        return {name: entry.value for name, entry in shown.items() if entry}

    def counters(self) -> dict[str, int]:
        totals = {name: self.counter(name) for name in field_names(f for f, _ in self.tallies)}
        return {name: total for name, total in totals.items() if total is not None}

    # What stands against it

    def conflicts(self) -> list[Conflict]:
        if self.hidden:
            return []
        found = []
        for name in field_names(e.field for e in self.entries):
            if name == "alive":
                continue
            entries = sorted(
                (e for e in self.entries if e.field == name), key=lambda e: e.rank, reverse=True)
            entry = self.register(name)
            shown = entry.value if entry else None
            others: list[Value] = []
            for e in entries:
                # `==` alone would take 1 for True elsewhere; here values are null, int or str.
                if e.value != shown and e.value not in others:
                    others.append(e.value)
            if others:
                kind = "issued" if is_frozen(self.id) else "value"
                dots = [e.dot for e in entries]
                found.append(self.conflict(kind, name, dots, shown, others))
        if self.removals:
            dots = [e.dot for e in self.entries] + [d for d, _ in self.tallies.values()]
            dots += [r.dot for r in self.removals]
            found.append(self.conflict("removed", "", dots, None, []))
        return found

    def conflict(self, kind, name, dots, shown, others) -> Conflict:
        data = f"{kind} {self.table} {self.id} {name}\n".encode()
        for dot in sorted({writer + u64(number) for writer, number in dots}):
            data += u8(len(dot)) + dot
        id = base32(hashlib.sha256(data).digest()[:10])
        return Conflict(id, kind, self.table, self.id, name, shown, tuple(others))

    # Digest

    def canonical(self) -> bytes:
        parts: dict[bytes, list[tuple]] = {}
        for e in self.entries:
            writer, number = e.dot
            key = (0, e.field.encode(), number, not e.original)
            data = b"\x76" + name_bytes(e.field) + u64(number) + u8(e.original) + value_bytes(e.value)
            parts.setdefault(writer, []).append((key, data))
        for (name, writer), ((_, number), total) in self.tallies.items():
            data = b"\x74" + name_bytes(name) + u64(number) + u64(total)
            parts.setdefault(writer, []).append(((1, name.encode()), data))
        for r in self.removals:
            writer, number = r.dot
            data = b"\x72" + u64(number) + u8(r.hides)
            parts.setdefault(writer, []).append(((2, number), data))
        out = name_bytes(self.table) + self.id.encode()
        for writer in sorted(parts):
            out += u8(len(writer)) + writer
            out += b"".join(data for _, data in sorted(parts[writer], key=lambda part: part[0]))
        return out


def field_names(names) -> list[str]:
    return sorted(set(names), key=str.encode)


def digest(rows) -> bytes:
    """Of all rows that have state."""
    hashes = (hashlib.sha256(row.canonical()).digest() for row in rows)
    return (sum(int.from_bytes(h, "big") for h in hashes) % 2**256).to_bytes(32, "big")


def as_people_see(digest: bytes) -> str:
    return base32(digest[:10])
