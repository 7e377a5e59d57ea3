"""Protocol/http.md, "Live channel"."""

import contextlib
import json

from ..conversation import Hello
from .subject import DONE, Subject, check, expect, expect_refusal, standing_at


@contextlib.contextmanager
def channel(member, position, timeout: float = 30):
    with member.connection(timeout) as connection:
        connection.request("GET", member.path(f"live?position={position}"), None, member.bearer)
        response = connection.getresponse()
        expect(response.status == 200, response.status)
        kind = response.getheader("content-type", "").split(";")[0]
        expect(kind == "application/x-ndjson", kind)
        yield response


def told(response) -> int | None:
    """The position of the next line that is not empty."""
    while True:
        line = response.readline()
        expect(line.endswith(b"\n"), "the channel ended")
        if line != b"\n":
            body = json.loads(line)
            expect(line == b'{"position":%d}\n' % body["position"], line)
            return body["position"]


@check("at the mailbox's position an empty line comes at once")
def _(subject: Subject):
    member = subject.books()
    with channel(member, len(member.model().segments), timeout=5) as response:
        expect(response.readline() == b"\n", "something else")


@check("behind and ahead of it, its position is told at once")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    segment = member.forge.segment()
    member.sync(Hello(member.books).line(), segment.line(), DONE)
    at = len(model.segments) + 1
    for position in (0, at - 1, at + 1, at + 1_000, 2**53):
        if position != at:
            with channel(member, position, timeout=5) as response:
                expect(told(response) == at, f"at {position}")


@check("when another device sends, the new position is told")
def _(subject: Subject):
    member = subject.books()
    other = member.other_device()
    model = member.model()
    at = len(model.segments)
    with channel(member, at) as response:
        expect(response.readline() == b"\n", "something else first")
        for number in range(1, 4):
            segment = other.forge.segment()
            model.append(segment)
            before = standing_at(model, at + number - 1)
            other.sync(Hello(other.books, before).line(), segment.line(), DONE)
            expect(told(response) == at + number, f"after {number}")


@check("a position that is none is refused as form")
def _(subject: Subject):
    member = subject.books()
    for query in ("", "?", "?position", "?position=", "?position=-1", "?position=x",
                  "?position=1.0", "?position=9007199254740993", "?position=1e3"):
        with member.connection(timeout=5) as connection:
            # Not read to its end: a channel that opens has none.
            connection.request("GET", member.path("live" + query), None, member.bearer)
            status = connection.getresponse().status
            expect(status == 400, f"{query or 'no query'}: {status}")
        expect_refusal(member.send("GET", member.path("live" + query), None, member.bearer), "form")


@check("a channel that is left gives its place back")
def _(subject: Subject):
    member = subject.books().other_device()
    for _ in range(40):
        with channel(member, 0, timeout=5) as response:
            response.readline()


@check("something is heard at least every 20 s", long=True)
def _(subject: Subject):
    member = subject.books()
    with channel(member, len(member.model().segments), timeout=22) as response:
        for _ in range(3):
            expect(response.readline() == b"\n", "something else")
