"""Protocol/conversation.md: the relay's half, compared with our own."""

from dataclasses import replace

from ..conversation import End, Hashes, Hello, Refusal, Standing, Welcome, read_line, split_lines
from ..segments import ZERO, Segment
from .subject import (
    DONE, Forge, Subject, check, expect, expect_body_like_model, expect_like_model, lines_of,
    standing_at)


def want(*segments: Segment) -> bytes:
    return Hashes("want", tuple(s.hash for s in segments)).line()


class Talk:
    """A member, a model of its mailbox with four segments more, and others to send."""

    def __init__(self, subject: Subject):
        self.member = subject.books()
        self.model = self.member.model()
        self.held = self.member.forge.segments(4)
        self.like(self.hello(), *(s.line() for s in self.held), DONE)
        self.new = self.member.forge.segments(4)

    def hello(self, back: int | None = None, **changes) -> bytes:
        """Nowhere, or so many positions before the end."""
        if back is None:
            return Hello(self.member.books).line()
        standing = standing_at(self.model, len(self.model.segments) - back)
        return Hello(self.member.books, replace(standing, **changes)).line()

    def like(self, *lines: bytes):
        return expect_like_model(self.member, self.model, *lines)


def talk(claim: str):
    """A check that gets a `Talk` of its own."""
    def register(attempt):
        def start(subject: Subject):
            attempt(Talk(subject))
        start.__module__ = __name__
        check(claim)(start)
        return attempt
    return register


# Standings


@talk("nowhere: everything comes")
def _(t: Talk):
    t.like(t.hello(), DONE)


@talk("in the middle: the rest comes")
def _(t: Talk):
    for back in (4, 3, 1):
        t.like(t.hello(back), DONE)


@talk("at the end: nothing comes")
def _(t: Talk):
    t.like(t.hello(0), DONE)


@talk("another generation, another mark, a position beyond: the inventory comes")
def _(t: Talk):
    t.like(t.hello(0, generation=b"\xee" * 16), DONE)
    t.like(t.hello(1, mark=b"\xee" * 32), DONE)
    beyond = len(t.model.segments) + 1
    t.like(t.hello(0, position=beyond), DONE)
    t.like(t.hello(0, position=2**53), DONE)
    t.like(t.hello(0, generation=bytes(16), position=0, mark=ZERO), DONE)


@talk("without a match segments are taken all the same, and nothing wanted is sent")
def _(t: Talk):
    t.like(t.hello(0, generation=b"\xee" * 16), t.new[0].line(), want(t.held[0]), DONE)


# Segments


@talk("own segments do not come back, others' before and after them do")
def _(t: Talk):
    other = t.member.other_device()
    model = t.model
    expect_like_model(other, model, t.hello(0), t.new[0].line(), DONE)
    t.like(t.hello(1), t.new[1].line(), DONE)


@talk("a segment twice, in one request and in two, is one segment")
def _(t: Talk):
    t.like(t.hello(0), t.new[0].line(), t.new[0].line(), DONE)
    t.like(t.hello(0), t.new[0].line(), DONE)
    t.like(t.hello(2), t.new[0].line(), t.held[0].line(), DONE)


@talk("wanted segments come, unknown ones do not, and new ones stand behind them")
def _(t: Talk):
    t.like(t.hello(0), want(t.held[0], t.held[2]), DONE)
    t.like(t.hello(0), want(t.new[0], t.held[1]), DONE)
    t.like(t.hello(1), want(t.held[0], t.held[3]), DONE)
    t.like(t.hello(0), want(t.held[0]), want(t.held[1]), want(), DONE)


@talk("segments that are wanted in another order, or twice, come in any order")
def _(t: Talk):
    answer = t.member.sync(t.hello(0), want(t.held[2], t.held[0], t.held[2]), DONE)
    _, *came, end = map(read_line, split_lines(answer.body))
    expect({s.hash for s in came} == {t.held[0].hash, t.held[2].hash}, "others came")
    expect(end == End(len(t.model.segments), t.model.marks[-1], False), end)


@talk("a segment that is sent and wanted in one request comes")
def _(t: Talk):
    t.like(t.hello(0), t.new[0].line(), want(t.new[0]), DONE)


@talk("a signature that does not hold is refused with its hash, the rest is taken")
def _(t: Talk):
    for bad in (
            replace(t.new[0], signature=bytes(64)),
            replace(t.new[0], commitment=bytes(16)),
            replace(t.new[0], body=bytes(96)),
            replace(t.new[0], header=replace(t.new[0].header, salt=bytes(16)))):
        t.like(t.hello(0), bad.line(), DONE)
    t.like(t.hello(0), bad.line(), t.new[1].line(), DONE)


@talk("a segment of other books is refused with its hash")
def _(t: Talk):
    foreign = Forge(b"\xee" * 16).segment()
    t.like(t.hello(0), foreign.line(), t.new[0].line(), DONE)


@talk("another epoch is the members' affair")
def _(t: Talk):
    forge = t.member.forge
    header = replace(t.new[0].header, epoch=7)
    t.like(t.hello(0), forge.sign(header, bytes(16), bytes(40)).line(), DONE)


@talk("a mailbox's marks follow from its hashes")
def _(t: Talk):
    t.like(t.hello(0), *(s.line() for s in t.new), DONE)
    expect(t.member.model().marks == t.model.marks, "other marks")


# Lines


def unreadable(line: bytes):
    def attempt(t: Talk):
        t.like(t.hello(0), line, t.new[0].line(), DONE)
    return attempt


SEGMENT = Forge(b"\x01" * 16).segment().line()

for claim, line in (
        ("no JSON", b"x"), ("an array", b"[]"), ("a line of a later kind", b'{"later":{}}'),
        ("a NUL", b"\0"), ("bytes that are no UTF-8", b"\xff\xfe"),
        ("a segment of another version", SEGMENT.replace(b'"segment":1', b'"segment":2')),
        ("a segment with a further key", SEGMENT.replace(b'"}', b'","x":1}')),
        ("a segment with epoch 0", SEGMENT.replace(b'"epoch":1', b'"epoch":0')),
        ("a segment that begins at 0", SEGMENT.replace(b'"first":1', b'"first":0')),
        ("a segment that is cut", SEGMENT[:-20]),
        ("a segment with white space", SEGMENT.replace(b",", b", ")),
        ("a segment whose zeros before are written",
         SEGMENT.replace(b',"after"', b',"before":"' + b"A" * 43 + b'","after"')),
        ("a carriage return behind a line", DONE + b"\r"),
        ("a want with filler bits", b'{"want":["' + b"A" * 42 + b'B"]}'),
        ("a hundred thousand brackets", b"[" * 100_000),
        ("a hello of another version later on", b'{"hello":{"jalon":2}}'),
        ("a refused line with an unknown code", b'{"refused":{"kind":"never","code":"x"}}')):
    talk(f"{claim}: refused as form without a hash, the rest goes on")(unreadable(line))


@talk("empty lines are passed over; the last line may lack its end")
def _(t: Talk):
    request = b"\n\n" + lines_of(t.hello(0), b"", t.new[0].line(), b"") + DONE
    expect_body_like_model(t.member, t.model, request)


# Order


def whole(*lines: bytes):
    """A request that is refused as a whole; what it carries is not stored."""
    def attempt(t: Talk):
        marked = {b"HELLO": t.hello(0), b"SEGMENT": t.new[0].line()}
        before = len(t.model.segments)
        t.like(*(marked.get(line, line) for line in lines))
        expect(len(t.member.model().segments) == before, "something is stored")
    return attempt


OTHER_BOOKS = Hello(b"\xee" * 16).line()
for claim, lines in (
        ("nothing at all", ()), ("no hello", (DONE,)),
        ("a segment first", (b"SEGMENT", b"HELLO", DONE)),
        ("an unreadable line first", (b"x", b"HELLO", DONE)),
        ("two hellos", (b"HELLO", b"SEGMENT", b"HELLO", DONE)),
        ("no done", (b"HELLO", b"SEGMENT")), ("done twice", (b"HELLO", b"SEGMENT", DONE, DONE)),
        ("a segment after done", (b"HELLO", DONE, b"SEGMENT")),
        ("an unreadable line after done", (b"HELLO", b"SEGMENT", DONE, b"x")),
        ("a welcome", (b"HELLO", b"SEGMENT", Welcome(bytes(16), True).line(), DONE)),
        ("a have", (b"HELLO", b"SEGMENT", Hashes("have", ()).line(), DONE)),
        ("an end", (b"HELLO", b"SEGMENT", End(0, ZERO, False).line(), DONE)),
        ("a refusal", (b"HELLO", b"SEGMENT", Refusal("busy").line(), DONE)),
        ("a hello of other books", (OTHER_BOOKS, b"SEGMENT", DONE)),
        ("a hello of version 2", (b'{"hello":{"jalon":2,"new":[', b"SEGMENT", DONE)),
        ("a hello of version 0", (b'{"hello":{"jalon":0}}', DONE)),
        ("a hello of no version", (b'{"hello":{"jalon":"1"}}', DONE)),
        ("a hello with white space", (b'{"hello": {"jalon":1}}', DONE))):
    talk(f"{claim}: the request is refused and nothing is stored")(whole(*lines))


# Several devices


@talk("what one device sends, another gets, with the same marks")
def _(t: Talk):
    other = t.member.other_device()
    t.like(t.hello(0), *(s.line() for s in t.new), DONE)
    mailbox = other.model()
    expect(mailbox.marks == t.model.marks, "other marks")
    expect(mailbox.generation == t.model.generation, "another generation")


@talk("the segments come back byte for byte")
def _(t: Talk):
    sizes = [17, 18, 19, 208, 1_000, 65_537]
    forge = t.member.forge
    made = [forge.segment(size) for size in sizes]
    t.like(t.hello(0), *(s.line() for s in made), DONE)
    t.like(t.hello(len(sizes)), DONE)


@check("a client that goes on while there is more gets everything")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    start = standing_at(model, len(model.segments))
    for segment in member.forge.segments(6, body=720_000):
        expect_like_model(
            member, model, Hello(member.books, standing_at(model, len(model.segments))).line(),
            segment.line(), DONE)
    came: list[Segment] = []
    position, requests = start, 0
    while True:
        requests += 1
        answer = member.sync(Hello(member.books, position).line(), DONE)
        expect(answer.status == 200, answer.status)
        expect(len(answer.body) <= 2 * 2_097_152 + 1_048_576, f"{len(answer.body)} bytes")
        welcome, *rest, end = map(read_line, split_lines(answer.body))
        expect(welcome.matches and rest, "no match, or nothing came")
        came += rest
        expect(end.position == start.position + len(came), "the position is not what came")
        position = Standing(welcome.generation, end.position, end.mark)
        if not end.more:
            break
    expect(came == model.segments[start.position:], "something else came")
    expect(requests > 1, "8 MiB came in one answer")
