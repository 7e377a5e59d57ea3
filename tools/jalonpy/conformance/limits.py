"""Protocol/limits.md: every bound that a relay decides, at it, below and beyond."""

from dataclasses import replace

from ..conversation import Hashes, Hello, Refusal, read_line, split_lines
from ..segments import ZERO, Segment
from .subject import (
    DONE, Skipped, Subject, check, expect, expect_body_like_model, expect_like_model,
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


@check("an enrolment of 3 000 bytes is taken where none is needed")
def _(subject: Subject):
    member = subject.books()
    answer = member.admit(enrolment="e" * 3_000)
    expect(answer.status == 201, answer.status)
