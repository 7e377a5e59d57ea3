"""Which changes apply, in what order, and under whose name (Protocol/model.md, merging.md).

`History.of` is a plain function from a set of opened segments to a state. Where a replica that
keeps its state would have to rebuild (a fork, a found change, a context that shrinks), this one
starts over with what it has learnt.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .changes import Entry
from .encoding import Malformed, from_base64url
from .merging import Conflict, Row, digest
from .segments import ZERO, Opened, Sealed
from .values import is_integer

Slot = tuple[bytes, bytes]
"""A place on a chain: a writer's key and the id of the previous change."""

Node = tuple[bytes, bytes]
"""A change: its writer's key and its id."""

Version = dict[bytes, int]
"""For every writer and branch, by name, the number of the last of its changes."""


class Shrinks(Exception):
    """A change's context falls behind that of the change before it."""

    def __init__(self, node: Node):
        super().__init__("context")
        self.node = node


class Fork(Exception):
    """Two changes stand in one slot."""

    def __init__(self, slot: Slot):
        super().__init__("fork")
        self.slot = slot


@dataclass(frozen=True)
class Place:
    """Where a change is applied: under which name, and what it covers, itself included."""

    name: bytes
    number: int
    covers: Version


@dataclass
class History:
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    version: Version = field(default_factory=dict)
    last: dict[bytes, bytes] = field(default_factory=dict)
    """The id of each name's last applied change."""
    placed: dict[Node, Place] = field(default_factory=dict)
    unlawful: list[Sealed] = field(default_factory=list)
    unknown: list[Sealed] = field(default_factory=list)
    rejected: frozenset[Node] = frozenset()
    """Changes whose context shrinks: their segments are refused."""
    gaps: dict[bytes, list[range]] = field(default_factory=dict)
    """The numbers of passed-over changes, by writer."""
    forks: frozenset[Slot] = frozenset()
    parents: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)
    """A branch's trunk or branch, and the number of the fork."""
    _followed: dict[Slot, bytes] = field(default_factory=dict)
    _waiting: dict[Node, Sealed] = field(default_factory=dict)
    _blocked: dict[Node, list[Sealed]] = field(default_factory=dict)

    @staticmethod
    def of(segments: Iterable[Opened]) -> "History":
        segments = list(segments)
        forks: frozenset[Slot] = frozenset()
        rejected: frozenset[Node] = frozenset()
        while True:
            kept = [
                s for s in segments
                if not any((c.writer, c.id) in rejected for c in s.changes)]
            history = History(forks=forks, rejected=rejected)
            try:
                history._apply_all(kept)
                return history
            except Fork as fork:
                forks |= {fork.slot}
            except Shrinks as shrinks:
                rejected |= {shrinks.node}

    # What it says

    @property
    def digest(self) -> bytes:
        return digest(self.rows.values())

    @property
    def conflicts(self) -> list[Conflict]:
        return [c for key in sorted(self.rows) for c in self.rows[key].conflicts()]

    @property
    def waiting(self) -> list[Sealed]:
        return list(self._waiting.values())

    @property
    def compares(self) -> bool:
        """Whether a digest may be claimed or compared."""
        return not self.unknown and not self.gaps

    def news(self, writer: bytes) -> list[Entry]:
        """The context difference of the writer's next change: all that its last had not seen."""
        return self.beyond(self.placed.get((writer, self.last.get(writer, ZERO))), writer)

    def beyond(self, place: Place | None, writer: bytes) -> list[Entry]:
        """What is applied and not covered at a place, of other writers."""
        covered = dict(place.covers) if place else {}
        entries = []
        # A branch covers its trunk up to the fork, so it is listed first and spares it.
        for name in sorted(self.version, key=lambda n: (-len(n), n)):
            number = self.version[name]
            if name[:32] != writer and number > covered.get(name, 0):
                entries.append(Entry(name[:32], number, self.last[name]))
                self._raise(covered, name, number)
        return entries

    def covered_by(self, node: Node) -> bool:
        """Whether exactly this change and what it had seen is applied."""
        place = self.placed.get(node)
        return place is not None and place.covers == self.version

    # Applying

    def _apply_all(self, segments: list[Opened]) -> None:
        for segment in sorted(segments, key=segment_order):
            for sealed in segment.changes:
                self._waiting.setdefault((sealed.writer, sealed.id), sealed)
        self._apply_what_can(list(self._waiting.values()))
        # What goes on may hold more declarations.
        honoured: Version = {}
        while (lost := self._declared_lost()) != honoured:
            honoured = lost
            while moved := self._go_on(lost, self._first_waiting()) or self._go_on(lost, {}):
                self._apply_what_can(self._released_by(moved))

    def _apply_what_can(self, candidates: list[Sealed]) -> None:
        """Applies the candidates as far as they can be, and all that waited for them."""
        while candidates:
            sealed = candidates.pop()
            missing = self._missing(sealed)
            if missing is not None:
                self._blocked.setdefault(missing, []).append(sealed)
            elif (sealed.writer, sealed.id) not in self.placed:
                self._apply(sealed)
                candidates += self._released_by([(sealed.writer, sealed.id)])

    def _released_by(self, nodes: list[Node]) -> list[Sealed]:
        return [sealed for node in nodes for sealed in self._blocked.pop(node, [])]

    def _missing(self, sealed: Sealed) -> Node | None:
        """A change that has to be applied first; itself, if it was passed over."""
        if self._in_gap(sealed.writer, sealed.change.number):
            return (sealed.writer, sealed.id)
        if not self._follows(sealed):
            return (sealed.writer, sealed.previous)
        for entry in sealed.change.context:
            if self._place_of(entry) is None:
                return (entry.writer, entry.id)
        return None

    def _follows(self, sealed: Sealed) -> bool:
        if sealed.change.number == 1:
            return sealed.previous == ZERO
        place = self.placed.get((sealed.writer, sealed.previous))
        return place is not None and place.number == sealed.change.number - 1

    def _place_of(self, entry: Entry) -> Place | None:
        place = self.placed.get((entry.writer, entry.id))
        return place if place and place.number == entry.number else None

    def _apply(self, sealed: Sealed) -> None:
        change, key = sealed.change, sealed.writer
        slot = (key, sealed.previous)
        before = self.placed.get(slot)
        name = before.name if before else key
        if self._followed.setdefault(slot, sealed.id) != sealed.id and slot not in self.forks:
            raise Fork(slot)
        if slot in self.forks:
            trunk, name = name, key + sealed.id
            self.parents[name] = (trunk, change.number)

        context = dict(before.covers) if before else {}
        for entry in change.context:
            place = self._place_of(entry)
            other = place.name if place else entry.writer
            if entry.number < context.get(other, 0):
                raise Shrinks((key, sealed.id))
            if not place:
                self._note_gap(other, entry.number)
            self._raise(context, other, entry.number)
        self._raise(context, name, change.number - 1)

        if change.outcome == "unknown":
            self.unknown.append(sealed)
        elif change.outcome == "unlawful":
            self.unlawful.append(sealed)
        else:
            covers = lambda dot: dot[1] <= context.get(dot[0], 0)  # noqa: E731
            for operation in change.operations:
                where = (operation.table, operation.row)
                row = self.rows.setdefault(where, Row(*where))
                row.apply(operation, (name, change.number), change.stamp, covers)

        covered = dict(context)
        self._raise(covered, name, change.number)
        self.placed[key, sealed.id] = Place(name, change.number, covered)
        self._count(name, change.number, sealed.id)
        del self._waiting[key, sealed.id]

    def _count(self, name: bytes, number: int, id: bytes) -> None:
        if number > self.version.get(name, 0):
            self.version[name] = number
            self.last[name] = id

    def _raise(self, version: Version, name: bytes, number: int) -> None:
        """To the number, and all that lies before the fork of a branch."""
        if number > 0:
            version[name] = max(version.get(name, 0), number)
        while name in self.parents:
            name, fork = self.parents[name]
            if fork > 1:
                version[name] = max(version.get(name, 0), fork - 1)

    # Lost changes

    def _declared_lost(self) -> Version:
        lost: Version = {}
        for (table, _), row in self.rows.items():
            if table != "lost":
                continue
            shown = row.registers()
            number = shown.get("number")
            try:
                writer = from_base64url(shown["writer"], 32)
            except (Malformed, KeyError, TypeError):
                continue
            if is_integer(number) and number > lost.get(writer, 0):
                lost[writer] = number
        return lost

    def _first_waiting(self) -> Version:
        """The number of each writer's first change that is here and waits."""
        first: Version = {}
        for sealed in self._waiting.values():
            number = sealed.change.number
            first[sealed.writer] = min(first.get(sealed.writer, number), number)
        return first

    def _go_on(self, lost: Version, held_back: Version) -> list[Node]:
        """Applies the first waiting change that may pass over what is gone and not held back."""
        def passes(writer: bytes, number: int) -> bool:
            return (
                self._trunk_end(writer) < number <= lost.get(writer, 0)
                and number < held_back.get(writer, number + 1))

        for sealed in self._waiting.values():
            key, before = sealed.writer, sealed.change.number - 1
            follows = self._follows(sealed)
            if (
                    (follows or passes(key, before))
                    and not self._in_gap(key, sealed.change.number)
                    and all(
                        self._place_of(e) or self._in_gap(e.writer, e.number)
                        or passes(e.writer, e.number) for e in sealed.change.context)):
                if not follows:
                    self._pass_over(key, before, sealed.previous)
                self._apply(sealed)
                return [(key, sealed.previous), (key, sealed.id)]
        return []

    def _pass_over(self, key: bytes, number: int, id: bytes) -> None:
        """Takes the trunk's changes up to a number as applied."""
        covers = dict(self._trunk_covers(key))
        self._note_gap(key, number)
        self._raise(covers, key, number)
        self.placed[key, id] = Place(key, number, covers)
        self._count(key, number, id)

    def _note_gap(self, key: bytes, number: int) -> None:
        first = self._trunk_end(key) + 1
        if first <= number:
            self.gaps.setdefault(key, []).append(range(first, number + 1))

    def _in_gap(self, writer: bytes, number: int) -> bool:
        return any(number in gap for gap in self.gaps.get(writer, []))

    def _trunk_end(self, key: bytes) -> int:
        return self.version.get(key, 0)

    def _trunk_covers(self, key: bytes) -> Version:
        place = self.placed.get((key, self.last.get(key, ZERO)))
        return place.covers if place else {}


def segment_order(segment: Opened):
    header = segment.segment.header
    return (header.writer, header.first, segment.segment.hash)
