"""Protocol/limits.md: every bound that a relay decides, at it, below and beyond."""

import socket
import time
from dataclasses import replace

from ..conversation import Hashes, Hello, Refusal, read_line, split_lines
from ..segments import BODY_AT, ZERO, Segment
from .subject import (
    DONE, Skipped, Subject, Wrong, check, expect, expect_body_like_model, expect_like_model,
    expect_refusal, lines_of, standing_at)


def here(member, model) -> bytes:
    return Hello(member.books, standing_at(model, len(model.segments))).line()


@check("bytes of a body: 17, 719 999 and 720 000 are taken, 16 and 720 001 are not")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    for size in (16, 17, 719_999, 720_000, 720_001):
        line = member.forge.segment(size).line()
        expect_like_model(member, model, here(member, model), line, DONE)


@check("bytes of a line: 1 048 575 are read, 1 048 576 refuse the request")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    for size in (1_048_574, 1_048_575, 1_048_576, 1_048_577, 3_000_000):
        expect_like_model(member, model, here(member, model), b"x" * size, DONE)


@check("bytes of a first line: too many are refused as size")
def _(subject: Subject):
    member = subject.books()
    expect_refusal(member.sync(b"x" * 1_048_575, DONE), "form")
    expect_refusal(member.sync(b"x" * 1_048_576, DONE), "size")


@check("changes of a segment: 9 999 and 10 000 are taken, 10 001 are not")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    for count in (9_999, 10_000, 10_001):
        made = member.forge.segment()
        header = replace(made.header, last=made.header.first + count - 1)
        segment = member.forge.sign(header, bytes(16), bytes(40))
        expect_like_model(member, model, here(member, model), segment.line(), DONE)


@check("numbers: 2^53 is taken, one more is not")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    for last in (2**53 - 1, 2**53, 2**53 + 1):
        header = replace(member.forge.segment().header, first=last, last=last, before=b"\1" * 32)
        segment = member.forge.sign(header, bytes(16), bytes(40))
        expect_like_model(member, model, here(member, model), segment.line(), DONE)


@check("position of a hello: 2^53 is read, one more is not")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    for position in (2**53 - 1, 2**53, 2**53 + 1):
        at = replace(standing_at(model, 0), position=position)
        expect_like_model(member, model, Hello(member.books, at).line(), DONE)


@check("hashes of a want: 999 and 1 000 are read, 1 001 are not")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    for count in (999, 1_000, 1_001):
        line = Hashes("want", (ZERO,) * count).line()
        expect_like_model(member, model, here(member, model), line, DONE)


@check("hashes wanted in one request: 1 000 in parts are answered, 1 001 are refused")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    for counts in ((500, 499), (500, 500), (500, 501), (1_000, 1)):
        wants = [Hashes("want", (ZERO,) * count).line() for count in counts]
        expect_like_model(member, model, here(member, model), *wants, DONE)


@check("refusals of one request: 1 000 are told, 1 001 end it")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    for count in (999, 1_000, 1_001):
        expect_like_model(member, model, here(member, model), *[b"x"] * count, DONE)


@check("bytes of a request: 4 194 303 and 4 194 304 are read, 4 194 305 are refused")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    for size in (4_194_303, 4_194_304, 4_194_305):
        request = lines_of(here(member, model), DONE)
        request += b"\n" * (size - len(request))
        if size <= 4_194_304:
            expect_body_like_model(member, model, request)
        else:
            expect_refusal(member.post_sync(request), "size")


@check("bytes of a request in chunks: 4 194 305 are refused too")
def _(subject: Subject):
    member = subject.books()
    with member.connection() as connection:
        parts = [b"\n" * 65_536] * 64 + [b"\n"]
        try:
            connection.request(
                "POST", member.path("sync"), iter(parts), member.bearer, encode_chunked=True)
        except OSError:
            pass
        expect(connection.getresponse().status == 413, "not 413")


@check("a length beyond every bound is refused before it is sent")
def _(subject: Subject):
    member = subject.books()
    with member.connection(timeout=20) as connection:
        connection.sock.sendall(member.head(
            "POST", member.path("sync"), content_length=10**12, **member.bearer))
        response = connection.response_class(connection.sock, method="POST")
        response.begin()
        expect(response.status == 413, response.status)


@check("segments of a request: as many as a client may send are taken at once")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    made: list[Segment] = []
    total = 0
    while total + 961_000 < 4_128_768:
        made.append(member.forge.segment(720_000))
        total += len(made[-1].line()) + 1
    expect_like_model(member, model, here(member, model), *(s.line() for s in made), DONE)


@check("hashes of an inventory: 1 000 to a line")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    missing = 2_001 - len(model.segments)
    made = member.forge.segments(max(missing, 0), body=17)
    for start in range(0, len(made), 1_000):
        lines = (s.line() for s in made[start : start + 1_000])
        expect_like_model(member, model, here(member, model), *lines, DONE)
    elsewhere = replace(standing_at(model, 0), generation=b"\xee" * 16)
    expect_like_model(member, model, Hello(member.books, elsewhere).line(), DONE)


@check("1 000 wanted segments come, as many as fit")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    made = member.forge.segments(max(1_000 - len(model.segments), 0), body=17)
    expect_like_model(member, model, here(member, model), *(s.line() for s in made), DONE)
    hashes = tuple(s.hash for s in model.segments[:1_000])
    answer = member.sync(here(member, model), Hashes("want", hashes).line(), DONE)
    came = [s for s in map(read_line, split_lines(answer.body)) if isinstance(s, Segment)]
    expect(came and came == model.segments[: len(came)], "others, or in another order")


@check("live channels of a token: 16 are open, a further one is refused as busy")
def _(subject: Subject):
    member = subject.books().other_device()
    held = []
    try:
        for number in range(16):
            connection = member.address.connect(20)
            held.append(connection)
            connection.request("GET", member.path("live?position=0"), None, member.bearer)
            response = connection.getresponse()
            expect(response.status == 200, f"channel {number + 1}: {response.status}")
        answer = member.send("GET", member.path("live?position=0"), None, member.bearer)
        expect_refusal(answer, "busy")
        other = member.other_device()
        with other.connection() as connection:
            connection.request("GET", other.path("live?position=0"), None, other.bearer)
            expect(connection.getresponse().status == 200, "another token is refused as well")
    finally:
        for connection in held:
            connection.close()


@check("the quota: what does not fit and all behind it is refused with hashes, the rest is kept")
def _(subject: Subject):
    if not subject.quota:
        raise Skipped("--quota")
    if subject.quota > 64 * 1_048_576 and not subject.long:
        raise Skipped("--long: a great quota")
    member = subject.books()
    model = member.model()
    for _ in range(subject.quota // 500_000 + 10):
        made = [member.forge.segment(700_000), *member.forge.segments(2, body=17)]
        answer = member.sync(here(member, model), *(s.line() for s in made), DONE)
        expect(answer.status == 200, answer.status)
        lines = list(map(read_line, split_lines(answer.body)))
        refused = [line for line in lines if isinstance(line, Refusal)]
        for segment in made[: len(made) - len(refused)]:
            model.append(segment)
        expect(lines[-1].mark == model.marks[-1], "the mark is not that of what was taken")
        if refused:
            expected = [Refusal("quota", s.hash) for s in made[len(made) - len(refused):]]
            expect(refused == expected, "not every later one is refused, or not as quota")
            expect(len(refused) < 3 or made[0] not in member.model().segments, "it is held")
            return
    expect(False, "the quota takes everything")


@check("the quota counts bytes of the binary form: as many as are left are taken, one more is not")
def _(subject: Subject):
    if not subject.quota:
        raise Skipped("--quota")
    if subject.quota > 64 * 1_048_576 and not subject.long:
        raise Skipped("--long: a great quota")
    member = subject.fresh()
    model = member.model()
    left = subject.quota

    def send(size: int) -> bool:
        """Whether a segment of that many bytes is taken."""
        nonlocal left
        segment = member.forge.segment(size - BODY_AT)
        answer = member.sync(here(member, model), segment.line(), DONE)
        refused = [m for m in map(read_line, split_lines(answer.body)) if isinstance(m, Refusal)]
        expect(refused in ([], [Refusal("quota", segment.hash)]), refused)
        if not refused:
            model.append(segment)
            left -= size
        return not refused

    while left > 720_000:
        expect(send(min(left - 1_000, 720_000)), f"refused with {left} bytes left")
    expect(not send(left + 1), "one byte more is taken")
    expect(send(left - 300), "less is refused")
    expect(not send(left + 1), "one byte more is taken")
    expect(send(left), "as many as are left are refused")
    expect(not send(BODY_AT + 17), "nothing is left, and the smallest is taken")
    # What it holds already needs no room.
    held = model.segments[0]
    answer = member.sync(here(member, model), held.line(), DONE)
    expect(b"refused" not in answer.body, "what it holds is refused")


@check("request bytes held at once: 256 MiB are, and one more is refused as busy", long=True)
def _(subject: Subject):
    member = subject.books()
    all_told, each = 256 * 1_048_576, 4_194_303
    held = []

    def probe(size: int) -> str:
        answer = member.post_sync(b"\n" * size)
        return answer.refusal.code if answer.refusal else str(answer.status)

    try:
        for _ in range(all_told // (each + 1)):
            connection = member.address.connect(30)
            connection.connect()
            held.append(connection)
            connection.sock.sendall(member.head(
                "POST", member.path("sync"), content_length=each + 1, **member.bearer)
                + b"\n" * each)
        left = all_told - len(held) * each
        expect(eventually(lambda: probe(left + 1) == "busy"), "one more is taken")
        expect(probe(left) == "form", f"as many as are left: {probe(left)}")
        held.pop().close()
        expect(eventually(lambda: probe(left + 1) == "form"), "what was let go of counts still")
    finally:
        for connection in held:
            connection.close()


def eventually(holds, seconds: float = 20) -> bool:
    """Whether it comes to hold: a relay may need a moment to take what lies in the network."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def let_in(member, count: int) -> list:
    """So many connections, each of which was answered; raises Wrong for the first that was not."""
    held = []
    try:
        for number in range(1, count + 1):
            connection = member.address.connect(20)
            held.append(connection)
            expect(healthy(connection), f"connection {number} of {count} is turned away")
    except Wrong:
        for connection in held:
            connection.close()
        raise
    return held


def healthy(connection) -> bool:
    """Whether a connection is let in. One that is not gets `busy`, and its end."""
    try:
        connection.request("GET", "/health")
        response = connection.getresponse()
    except OSError:
        return False
    body = response.read()
    if response.status == 200:
        return True
    expect(response.status == 503, f"turned away with {response.status}")
    expect(body == Refusal("busy").line(), f"turned away with {body!r}")
    expect(response.getheader("retry-after") == "5", "turned away without retry-after")
    expect(response.getheader("content-type") == "application/json", "turned away without a type")
    expect(connection.sock is None or connection.sock.recv(1) == b"", "it is kept open")
    return False


def turned_away(member) -> bool:
    with member.connection() as connection:
        return not healthy(connection)


def counted(member, count: int) -> None:
    """So many connections and no more are let in; who leaves makes room."""
    held = let_in(member, count)
    try:
        for _ in range(3):
            expect(turned_away(member), f"{count + 1} connections are let in")
        held.pop().close()
        expect(eventually(lambda: not turned_away(member)), "who left made no room")
    finally:
        for connection in held:
            connection.close()
    expect(eventually(lambda: not turned_away(member)), "nobody is let in any more")


@check("connections, all told: as many as may are let in, one more is refused as busy")
def _(subject: Subject):
    if not subject.connections:
        raise Skipped("--connections")
    counted(subject.books(), subject.connections)


@check("connections of one address: as many as may are let in, one more is refused as busy")
def _(subject: Subject):
    if not subject.per_address:
        raise Skipped("--per-address")
    member = subject.books()
    if not is_loopback(member.address.host):
        return counted(member, subject.per_address)
    for connection in let_in(member, subject.per_address + 2):
        connection.close()


def is_loopback(host: str) -> bool:
    address = socket.gethostbyname(host)
    return address.startswith("127.")


@check("an enrolment of 3 000 bytes is taken where none is needed")
def _(subject: Subject):
    member = subject.books()
    answer = member.admit(enrolment="e" * 3_000)
    expect(answer.status == 201, answer.status)
