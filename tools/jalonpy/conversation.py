"""Lines and both halves of a conversation (Protocol/conversation.md, errors.md).

`Client` and `Mailbox` say what to send and what to do with what came; neither of them knows how the
lines travel or where anything is stored.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .encoding import Malformed, Oversize, base64url, from_base64url
from .keys import sha256
from .segments import LONGEST_LINE, ZERO, Segment

GREATEST_POSITION = 2**53
MOST_HASHES_OF_A_LINE = 1_000
MOST_WANTED = 1_000
MOST_REFUSALS = 1_000
MOST_INVENTORY = 1_000_000
MOST_REQUEST = 4_194_304
MOST_REQUEST_SEGMENTS = 4_128_768
MOST_ANSWER_SEGMENTS = 2_097_152

KINDS = {
    "form": "never", "size": "never", "signature": "never", "version": "never",
    "books": "identity", "key": "identity",
    "proof": "denied", "token": "denied", "revoked": "denied", "enrolment": "denied",
    "quota": "later", "busy": "later", "storage": "later",
}
"""Every code with its kind; the list is closed."""


@dataclass(frozen=True)
class Standing:
    """What a client knows of a mailbox."""

    generation: bytes
    position: int
    mark: bytes


NOWHERE_THAT_IS = Standing(bytes(16), 0, ZERO)
"""A standing that no mailbox has: the next conversation compares."""


# Lines


@dataclass(frozen=True)
class Hello:
    books: bytes
    standing: Standing | None = None

    def line(self) -> bytes:
        at = ""
        if self.standing:
            at = (f',"generation":"{base64url(self.standing.generation)}"'
                  f',"position":{self.standing.position},"mark":"{base64url(self.standing.mark)}"')
        return f'{{"hello":{{"jalon":1,"books":"{base64url(self.books)}"{at}}}}}'.encode()


@dataclass(frozen=True)
class Welcome:
    generation: bytes
    matches: bool

    def line(self) -> bytes:
        matches = "true" if self.matches else "false"
        members = f'"jalon":1,"generation":"{base64url(self.generation)}","matches":{matches}'
        return f'{{"welcome":{{{members}}}}}'.encode()


@dataclass(frozen=True)
class OtherVersion:
    """A hello or a welcome of another version."""

    kind: str
    version: int


@dataclass(frozen=True)
class Hashes:
    """A want or a have."""

    kind: str
    hashes: tuple[bytes, ...]

    def line(self) -> bytes:
        hashes = ",".join(f'"{base64url(hash)}"' for hash in self.hashes)
        return f'{{"{self.kind}":[{hashes}]}}'.encode()


@dataclass(frozen=True)
class Done:
    def line(self) -> bytes:
        return b'{"done":{}}'


@dataclass(frozen=True)
class Refusal:
    """A line `refused`."""

    code: str
    hash: bytes | None = None

    @property
    def kind(self) -> str:
        return KINDS[self.code]

    def line(self) -> bytes:
        hash = f',"hash":"{base64url(self.hash)}"' if self.hash is not None else ""
        return f'{{"refused":{{"kind":"{self.kind}","code":"{self.code}"{hash}}}}}'.encode()


@dataclass(frozen=True)
class End:
    position: int
    mark: bytes
    more: bool

    def line(self) -> bytes:
        more = "true" if self.more else "false"
        members = f'"position":{self.position},"mark":"{base64url(self.mark)}","more":{more}'
        return f'{{"end":{{{members}}}}}'.encode()


UINT = r"(0|[1-9][0-9]{0,15})"
HELLO = re.compile(
    r'\{"hello":\{"jalon":1,"books":"([^"]{22})"'
    rf'(?:,"generation":"([^"]{{22}})","position":{UINT},"mark":"([^"]{{43}})")?\}}\}}')
WELCOME = re.compile(
    r'\{"welcome":\{"jalon":1,"generation":"([^"]{22})","matches":(true|false)\}\}')
VERSION = re.compile(r'\{"(hello|welcome)":\{"jalon":(0|[1-9][0-9]*)(?![0-9.eE])')
HASHES = re.compile(r'\{"(want|have)":\[((?:"[^"]{43}"(?:,"[^"]{43}")*)?)\]\}')
REFUSED = re.compile(
    r'\{"refused":\{"kind":"([a-z]+)","code":"([a-z]+)"(?:,"hash":"([^"]{43})")?\}\}')
END = re.compile(rf'\{{"end":\{{"position":{UINT},"mark":"([^"]{{43}})","more":(true|false)\}}\}}')


def read_line(line: bytes):
    """The line's meaning; raises Malformed, or Oversize for a bound. `line` is without its end."""
    if len(line) >= LONGEST_LINE:
        raise Oversize("line")
    if line.startswith(b'{"segment":'):
        return Segment.from_line(line)
    try:
        text = line.decode("ascii")
    except UnicodeDecodeError:
        raise Malformed("line") from None
    if text == '{"done":{}}':
        return Done()
    if found := VERSION.match(text):
        if found[2] != "1" and len(found[2]) <= 19 and int(found[2]) < 2**63:
            return OtherVersion(found[1], int(found[2]))
    if found := HELLO.fullmatch(text):
        books, generation, position, mark = found.groups()
        standing = None
        if generation:
            standing = Standing(
                from_base64url(generation, 16), bounded(position), from_base64url(mark, 32))
        return Hello(from_base64url(books, 16), standing)
    if found := WELCOME.fullmatch(text):
        return Welcome(from_base64url(found[1], 16), found[2] == "true")
    if found := HASHES.fullmatch(text):
        hashes = found[2].replace('"', "").split(",") if found[2] else []
        if len(hashes) > MOST_HASHES_OF_A_LINE:
            raise Oversize("hashes")
        return Hashes(found[1], tuple(from_base64url(h, 32) for h in hashes))
    if found := REFUSED.fullmatch(text):
        kind, code, hash = found.groups()
        if KINDS.get(code) != kind:
            raise Malformed("code")
        return Refusal(code, from_base64url(hash, 32) if hash else None)
    if found := END.fullmatch(text):
        return End(bounded(found[1]), from_base64url(found[2], 32), found[3] == "true")
    raise Malformed("line")


def bounded(digits: str) -> int:
    if int(digits) > GREATEST_POSITION:
        raise Malformed("position")
    return int(digits)


def split_lines(data: bytes) -> list[bytes]:
    return [line for line in data.split(b"\n") if line]


# The relay's half


class RequestRefused(Exception):
    """The request is refused as a whole."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass
class Mailbox:
    """A mailbox in memory, with the relay's half of a conversation."""

    books: bytes
    generation: bytes
    segments: list[Segment] = field(default_factory=list)
    quota: int | None = None
    """How many segments fit."""
    most_answered: int = MOST_ANSWER_SEGMENTS
    marks: list[bytes] = field(default_factory=lambda: [ZERO])
    held: dict[bytes, int] = field(default_factory=dict)
    """The place of each hash."""

    def append(self, segment: Segment) -> None:
        if segment.hash not in self.held:
            self.held[segment.hash] = len(self.segments)
            self.segments.append(segment)
            self.marks.append(sha256(self.marks[-1] + segment.hash))

    def matches(self, standing: Standing | None) -> bool:
        return standing is None or (
            standing.generation == self.generation and standing.position < len(self.marks)
            and self.marks[standing.position] == standing.mark)

    def answer(self, request: bytes) -> bytes:
        """The answer's lines; raises RequestRefused."""
        standing, accepted, wanted, refusals = self._listen(request)
        came = set()
        full = False
        for segment in accepted:
            if segment.hash not in self.held:
                full = full or self.quota is not None and len(self.segments) >= self.quota
            if full:
                # Every later one, so that what depends on a segment never overtakes it.
                refusals.append(Refusal("quota", segment.hash))
                continue
            self.append(segment)
            came.add(segment.hash)
        matches = self.matches(standing)
        lines = [Welcome(self.generation, matches).line(), *(r.line() for r in refusals)]
        lines += self._delta(standing, wanted, came) if matches else self._inventory()
        return b"".join(line + b"\n" for line in lines)

    def _listen(self, request: bytes):
        lines = split_lines(request)
        standing, accepted, wanted, refusals = None, [], [], []
        done = False
        for index, line in enumerate(lines):
            if done:
                raise RequestRefused("form")
            try:
                meaning = read_line(line)
            except Malformed as fault:
                if len(line) >= LONGEST_LINE:
                    raise RequestRefused("size") from None
                code = "size" if isinstance(fault, Oversize) else "form"
                if index == 0:
                    raise RequestRefused(code) from None
                meaning = None
                refusals.append(Refusal(code))
            if index and isinstance(meaning, OtherVersion):
                meaning = None
                refusals.append(Refusal("form"))
            if index == 0:
                if isinstance(meaning, OtherVersion) and meaning.kind == "hello":
                    raise RequestRefused("version")
                if not isinstance(meaning, Hello):
                    raise RequestRefused("form")
                if meaning.books != self.books:
                    raise RequestRefused("books")
                standing = meaning.standing
            elif isinstance(meaning, Segment):
                if meaning.header.books != self.books:
                    refusals.append(Refusal("books", meaning.hash))
                elif not meaning.signature_holds:
                    refusals.append(Refusal("signature", meaning.hash))
                else:
                    accepted.append(meaning)
            elif isinstance(meaning, Hashes) and meaning.kind == "want":
                wanted += meaning.hashes
                if len(wanted) > MOST_WANTED:
                    raise RequestRefused("size")
            elif isinstance(meaning, Done):
                done = True
            elif meaning is not None:
                raise RequestRefused("form")
            if len(refusals) > MOST_REFUSALS:
                raise RequestRefused("size")
        if not done:
            raise RequestRefused("form")
        return standing, accepted, wanted, refusals

    def _delta(self, standing, wanted, came) -> Iterable[bytes]:
        asked = sorted({self.held[h] for h in wanted if h in self.held})
        yield from (s.line() for s in self._fitting([self.segments[place] for place in asked]))
        start = standing.position if standing else 0
        later = self.segments[start:]
        reached = start
        going = self._fitting([s for s in later if s.hash not in came])
        own: list[bytes] = []
        for segment in later:
            if segment.hash in came:
                own.append(segment.hash)
            else:
                if not going:
                    break
                yield from self._own(own)
                own = []
                yield going.pop(0).line()
            reached += 1
        yield from self._own(own)
        yield End(reached, self.marks[reached], reached < len(self.segments)).line()

    @staticmethod
    def _own(hashes: list[bytes]) -> Iterable[bytes]:
        for start in range(0, len(hashes), MOST_HASHES_OF_A_LINE):
            yield Hashes("have", tuple(hashes[start : start + MOST_HASHES_OF_A_LINE])).line()

    def _fitting(self, segments: list[Segment]) -> list[Segment]:
        total, fitting = 0, []
        for segment in segments:
            total += 560 + -(-4 * len(segment.body) // 3)
            if fitting and total > self.most_answered:
                break
            fitting.append(segment)
        return fitting

    def _inventory(self) -> Iterable[bytes]:
        for start in range(0, len(self.segments), MOST_HASHES_OF_A_LINE):
            part = self.segments[start : start + MOST_HASHES_OF_A_LINE]
            yield Hashes("have", tuple(s.hash for s in part)).line()
        yield End(len(self.segments), self.marks[-1], False).line()


# The client's half


class GaveUp(Exception):
    """The conversation is over before its end; what is committed stays."""

    def __init__(self, reason: str, refusal: Refusal | None = None):
        super().__init__(refusal.code if refusal else reason)
        self.reason = reason
        """`peer` (a fault of the peer), `version`, `cut`, or `refused`."""
        self.refusal = refusal


@dataclass
class Commit:
    """What has to be stored in one transaction after an answer."""

    standing: Standing | None
    held: set[bytes]
    """Hashes that the peer is known to hold."""
    refused: dict[bytes, str]
    """Hashes that are not sent to this peer again, with the code."""
    forget: bool
    """What was known before of what the peer holds counts no more."""


@dataclass
class Client:
    """One conversation. `replica` has the methods of `books.Books` that are called here."""

    replica: object
    start: Standing | None
    outgoing: list[Segment]
    books: bytes
    offers: bool = True
    """Whether segments are sent at all."""

    def __post_init__(self):
        self.reached = self.start
        self.wanted: list[bytes] = []
        self.stored: set[bytes] = set()
        self.settled: set[bytes] = set()
        self.in_flight: list[Segment] = []
        self.asked: list[bytes] = []
        self.arrived: set[bytes] = set()
        self.received: set[bytes] = set()
        self.unread: set[bytes] = set()
        self.comparing = self.cut_short = self.changed = self.doubtful = self.singly = False
        self.incomplete = self.suspected = self.must_compare = False
        self.more = False
        self.requests = 0

    def request(self) -> bytes | None:
        """The next request's bytes, or None when the conversation is over."""
        if self.requests and not (
                self.more or self.must_compare or self.outgoing or self.wanted):
            return None
        self.requests += 1
        if self.must_compare:
            self.reached, self.must_compare = NOWHERE_THAT_IS, False
        alone = self.singly and bool(self.outgoing)
        self.in_flight = [self.outgoing.pop(0)] if alone else self._take_outgoing()
        self.asked = [] if alone else self.wanted[:MOST_WANTED]
        lines = [Hello(self.books, self.reached).line(), *(s.line() for s in self.in_flight)]
        if self.asked:
            lines.append(Hashes("want", tuple(self.asked)).line())
        lines.append(Done().line())
        return b"".join(line + b"\n" for line in lines)

    def _take_outgoing(self) -> list[Segment]:
        """As many as fit, at least one."""
        taken, total = [], 0
        while self.outgoing:
            total += len(self.outgoing[0].line()) + 1
            if taken and total > MOST_REQUEST_SEGMENTS:
                break
            taken.append(self.outgoing.pop(0))
        return taken

    def answer(self, data: bytes) -> Commit:
        """Takes an answer; raises GaveUp."""
        welcome = end = None
        refused: dict[bytes, Refusal] = {}
        nameless: list[Refusal] = []
        inventory: list[bytes] = []
        batch: list[Segment] = []
        sent = {segment.hash for segment in self.in_flight}
        came: set[bytes] = set()
        shown = self.reached.mark if self.reached else ZERO
        for line in split_lines(data):
            if end:
                raise self._over(batch, "peer")
            try:
                meaning = read_line(line)
            except Malformed:
                if len(line) >= LONGEST_LINE:
                    raise self._over(batch, "peer") from None
                self.doubtful = True
                continue
            if isinstance(meaning, Welcome) and not welcome:
                welcome = meaning
                if not welcome.matches:
                    shown = ZERO
            elif isinstance(meaning, OtherVersion) and meaning.kind == "welcome":
                raise self._over(batch, "version")
            elif isinstance(meaning, Refusal) and meaning.hash in sent:
                refused[meaning.hash] = meaning
                if meaning.kind == "later":
                    self.outgoing, self.cut_short = [], True
            elif isinstance(meaning, Refusal) and self.in_flight and (
                    meaning.hash or meaning.kind == "never"):
                # A hash that was not sent is one of a line that was damaged on its way.
                nameless.append(meaning)
                if meaning.kind == "later":
                    self.outgoing, self.cut_short = [], True
            elif isinstance(meaning, Refusal):
                raise self._over(batch, "refused", meaning)
            elif (isinstance(meaning, Segment) and welcome and welcome.matches
                    and meaning.header.books == self.books):
                batch.append(meaning)
                if meaning.hash in self.asked and meaning.hash not in came:
                    came.add(meaning.hash)
                else:
                    shown = sha256(shown + meaning.hash)
            elif isinstance(meaning, Hashes) and meaning.kind == "have" and welcome:
                for hash in meaning.hashes:
                    if not welcome.matches or hash in sent:
                        shown = sha256(shown + hash)
                if not welcome.matches:
                    inventory += meaning.hashes
                if len(inventory) > MOST_INVENTORY:
                    raise self._over(batch, "peer")
            elif isinstance(meaning, End) and welcome:
                end = meaning
            else:
                raise self._over(batch, "peer")
        if not end:
            raise self._over(batch, "cut")
        self._keep(batch)
        return self._after_end(welcome, end, refused, nameless, inventory, shown == end.mark)

    def _keep(self, batch: list[Segment]) -> None:
        self.arrived = {s.hash for s in batch}
        self.received |= self.arrived
        if batch and self.replica.keep(batch):
            self.doubtful = True

    def _over(self, batch, reason, refusal=None) -> GaveUp:
        self._keep(batch)
        return GaveUp(reason, refusal)

    def _after_end(self, welcome, end, refused, nameless, inventory, adds_up) -> Commit:
        sent = {s.hash for s in self.in_flight}
        rest = [s for s in self.in_flight if s.hash not in refused]
        if not nameless:
            self.stored |= {s.hash for s in rest}
        elif len(self.in_flight) > 1 or self.asked:
            # Which line it was is not known; the one with the hashes asked for, perhaps.
            self.asked = []
            if not self.cut_short:
                self.outgoing[:0] = rest
                self.singly = True
        else:
            for segment in rest:
                refused[segment.hash] = Refusal(nameless[0].code, segment.hash)
                self.unread.add(segment.hash)
            self.singly = False
        if not end.more:
            self.settled |= self.stored
            self.stored = set()
        self.more = end.more

        forget = not welcome.matches
        if welcome.matches:
            arrived = self.arrived.intersection(self.asked)
            rest = self.wanted[len(self.asked):]
            missing = [h for h in self.asked if h not in arrived]
            self.wanted = (missing if arrived else []) + rest
            if self.asked and not arrived:
                self.incomplete = True
            reached = self.reached.position if (
                self.reached and self.reached.generation == welcome.generation) else 0
            if end.position < reached or end.more and end.position <= reached:
                raise GaveUp("peer")
        else:
            if self.changed:
                raise GaveUp("peer")
            self.changed = self.comparing = True
            self.incomplete = False
            self.settled = set()
            self._compare(inventory, refused)
        self.reached = Standing(welcome.generation, end.position, end.mark)
        if not adds_up:
            self.must_compare = not self.changed and not self.suspected
            self.incomplete = self.suspected = True
        if not (self.wanted or self.outgoing or self.cut_short):
            self.comparing = False
        standing = self.start if self.comparing else self.reached
        if self.doubtful or self.incomplete:
            standing = NOWHERE_THAT_IS
        lasting = {
            h: r.code for h, r in refused.items() if r.kind in ("never", "identity") and h in sent}
        held = self.settled - set(refused)
        if standing == self.reached:
            # Only now: a standing before them would match a mailbox rolled back to between.
            held |= self.received
        return Commit(standing, held, lasting, forget)

    def _compare(self, inventory: list[bytes], refused) -> None:
        held = self.replica.hashes()
        theirs = set(inventory)
        self.wanted = [h for h in inventory if h not in held and not self.replica.has_rejected(h)]
        self.settled |= theirs & held
        if self.offers and not self.cut_short:
            never = {h for h, r in refused.items() if r.kind in ("never", "identity")}
            apart = theirs | never | self.unread
            self.outgoing = [s for s in self.replica.all_for_peer() if s.hash not in apart]
