"""Protocol/http.md: routes, tokens, connections."""

import json
import secrets

from ..encoding import base64url
from ..conversation import Hello
from ..keys import Secret
from .subject import (
    DONE, Member, Subject, check, expect, expect_refusal, lines_of, standing_at)


@check("health answers 200 and ok")
def _(subject: Subject):
    answer = subject.books().send("GET", subject.books().address.path + "/health")
    expect(answer.status == 200, answer.status)
    expect(answer.content_type == "application/json", answer.content_type)
    expect(answer.body.strip() == b'{"status":"ok"}', answer.body)


@check("metrics are text and name no books")
def _(subject: Subject):
    member = subject.books()
    member.sync(Hello(member.books).line(), DONE)
    answer = member.send("GET", member.address.path + "/metrics")
    expect(answer.status == 200, answer.status)
    expect(answer.content_type == "text/plain", answer.content_type)
    expect(base64url(member.books).encode() not in answer.body, "they name the books")


@check("an unknown path answers 404 with an error")
def _(subject: Subject):
    member = subject.books()
    for path in ("/nothing", "/v1", "/v1/books", f"/v1/books/{base64url(member.books)}"):
        answer = member.send("GET", member.address.path + path)
        expect(answer.status == 404, f"{path}: {answer.status}")
        expect(b'"error"' in answer.body, answer.body)


@check("the other devices are listed by name, with what they fetched")
def _(subject: Subject):
    member = subject.books()
    names = ["phone \"1\"", "Zoé"]
    others = [member.other_device(name) for name in names]
    segment = member.forge.segment()
    expect(member.sync(Hello(member.books).line(), segment.line(), DONE).status == 200, "not taken")
    at = len(others[1].model().segments)
    answer = member.send("GET", member.path("devices"), None, member.bearer)
    expect(answer.status == 200, answer.status)
    expect(answer.content_type == "application/x-ndjson", answer.content_type)
    told = {line["device"]: line["position"] for line in map(json.loads, answer.body.splitlines())}
    expect(told.get(names[0]) == 0, f"who fetched nothing: {told}")
    expect(told.get(names[1]) == at, f"who fetched everything: {told}")
    asker, *rest = [member, *others]
    listed = [line["device"] for line in devices(asker)]
    expect(listed[-2:] == names, f"not in the order of admission: {listed}")
    for other in rest:
        expect(len(devices(other)) == len(listed), "another device is told more, or of itself")


def devices(member: Member) -> list[dict]:
    answer = member.send("GET", member.path("devices"), None, member.bearer)
    expect(answer.status == 200, answer.status)
    expect(answer.body.endswith(b"\n") or not answer.body, "the last line has no end")
    lines = list(map(json.loads, answer.body.splitlines()))
    for line in lines:
        expect(list(line) == ["device", "position"], line)
        expect(type(line["device"]) is str and type(line["position"]) is int, line)
    return lines


@check("of other devices a terminal shows every character; without a name it is empty")
def _(subject: Subject):
    member = subject.books()
    asker = member.other_device()
    for name, shown in (
            ("a\tb\x1b[31m\x7f\u202e\u2028\ue000é😀", "a\ufffdb\ufffd[31m" + "\ufffd" * 4 + "é😀"),
            ("\x01" * 200, "\ufffd" * 200), ("", ""), (None, "")):
        other = Member(subject, member.secret)
        named = {} if name is None else {"name": name}
        expect(other.admit(**named).status == 201, "not admitted")
        expect(devices(asker)[-1]["device"] == shown, f"{name!r} is {devices(asker)[-1]}")


@check("a device is said to have what an answer with segments told it, and never more")
def _(subject: Subject):
    member = subject.books()
    model = member.model()
    asker, other = member.other_device(), member.other_device("the other")
    start = len(model.segments)

    def told() -> int:
        return devices(asker)[-1]["position"]

    # Its own segments come back to nobody, so they hand it nothing.
    made = other.forge.segments(2)
    hello = Hello(other.books, standing_at(model, start)).line()
    expect(other.sync(hello, *(s.line() for s in made), DONE).status == 200, "not taken")
    expect(told() == 0, told())
    for segment in made:
        model.append(segment)
    more = member.forge.segment()
    model.append(more)
    hello = Hello(member.books, standing_at(model, start + 2)).line()
    expect(member.sync(hello, more.line(), DONE).status == 200, "not taken")
    hello = Hello(other.books, standing_at(model, start + 2)).line()
    for _ in range(2):
        expect(other.sync(hello, DONE).status == 200, "not answered")
        expect(told() == start + 3, told())
    # Going back does not take it away.
    expect(other.sync(Hello(other.books, standing_at(model, start)).line(), DONE).status == 200, "")
    expect(told() == start + 3, told())


@check("the list of devices asks for a token, as everything else")
def _(subject: Subject):
    member = subject.books()
    for headers in TOKENLESS.values():
        expect_refusal(member.send("GET", member.path("devices"), None, headers), "token")
    unknown = Member(subject, Secret(secrets.token_bytes(32)))
    answer = unknown.send("GET", unknown.path("devices"), None, unknown.bearer)
    expect_refusal(answer, "token")


@check("another version's path is unknown")
def _(subject: Subject):
    member = subject.books()
    path = member.path("sync").replace("/v1/", "/v2/")
    answer = member.send("POST", path, lines_of(Hello(member.books).line(), DONE), member.bearer)
    expect(answer.status == 404, answer.status)


TOKENLESS = {
    "no authorization": {},
    "another scheme": {"authorization": "Basic eDp5"},
    "a scheme without a token": {"authorization": "Bearer"},
    "a token of 31 bytes": {"authorization": "Bearer " + base64url(bytes(31))},
    "a token of 33 bytes": {"authorization": "Bearer " + base64url(bytes(33))},
    "a token with padding": {"authorization": "Bearer " + base64url(bytes(32)) + "="},
    "a token that nobody brought": {"authorization": "Bearer " + base64url(bytes(32))},
    "a token that is no text": {"authorization": "Bearer \xff\xfe"},
}


def tokenless(headers: dict):
    def attempt(subject: Subject):
        member = subject.books()
        request = lines_of(Hello(member.books).line(), DONE)
        expect_refusal(member.send("POST", member.path("sync"), request, headers), "token")
        path = member.path("live?position=0")
        expect_refusal(member.send("GET", path, None, headers), "token")
    return attempt


for name, headers in TOKENLESS.items():
    attempt = tokenless(headers)
    attempt.__module__ = __name__
    check(f"{name}: refused as token")(attempt)


@check("books that the relay does not know: the same answer as for a wrong token")
def _(subject: Subject):
    member = subject.books()
    request = lines_of(Hello(member.books).line(), DONE)
    unknown = Member(subject, type(member.secret)(secrets.token_bytes(32)))
    wrong = {"authorization": "Bearer " + base64url(bytes(32))}
    one = unknown.send("POST", unknown.path("sync"), request, unknown.bearer)
    other = member.send("POST", member.path("sync"), request, wrong)
    expect_refusal(one, "token")
    expect(one.body == other.body, f"{one.body!r} and {other.body!r}")


@check("a token opens no other books")
def _(subject: Subject):
    one, other = subject.fresh(), subject.fresh()
    request = lines_of(Hello(other.books).line(), DONE)
    expect_refusal(one.send("POST", other.path("sync"), request, one.bearer), "token")


@check("one books' segments are in no other mailbox")
def _(subject: Subject):
    one, other = subject.fresh(), subject.fresh()
    segment = one.forge.segment()
    expect(one.sync(Hello(one.books).line(), segment.line(), DONE).status == 200, "not taken")
    expect(not other.model().segments, "the other mailbox holds it")


@check("a path whose books are no books' id is refused as form or token")
def _(subject: Subject):
    member = subject.books()
    good = base64url(member.books)
    texts = (good[:-1], good + "A", good[:-1] + "B", good.lower() + "=", "%41" * 22, "x" * 5000)
    for text in texts:
        path = member.path("sync").replace(good, text)
        answer = member.send("POST", path, lines_of(DONE), member.bearer)
        refusal = answer.refusal
        expect(
            refusal and refusal.code in ("form", "token") or answer.status in (404, 414),
            f"{text[:30]}: {answer.status} {answer.body[:80]!r}")


@check("the token is looked at before the body")
def _(subject: Subject):
    member = subject.books()
    wrong = {"authorization": "Bearer " + base64url(bytes(32))}
    expect_refusal(member.send("POST", member.path("sync"), b"nonsense", wrong), "token")


@check("a refused request ends its connection")
def _(subject: Subject):
    member = subject.books()
    with member.connection() as connection:
        body = b"nonsense\n"
        head = member.head("POST", member.path("sync"), content_length=len(body), **member.bearer)
        connection.sock.sendall(head + body)
        expect_closed(connection.sock)


@check("a request without a length, in chunks, is read")
def _(subject: Subject):
    member = subject.books()
    with member.connection() as connection:
        body = lines_of(Hello(member.books).line(), DONE)
        connection.request(
            "POST", member.path("sync"), iter([body[:20], body[20:]]), member.bearer,
            encode_chunked=True)
        expect(connection.getresponse().status == 200, "not 200")


@check("several requests go over one connection")
def _(subject: Subject):
    member = subject.books()
    with member.connection() as connection:
        for _ in range(3):
            body = lines_of(Hello(member.books).line(), DONE)
            connection.request("POST", member.path("sync"), body, member.bearer)
            response = connection.getresponse()
            expect(response.status == 200, response.status)
            response.read()


@check("a body that is cut off leaves nothing behind")
def _(subject: Subject):
    member = subject.books()
    before = len(member.model().segments)
    body = lines_of(Hello(member.books).line(), member.forge.segment().line(), DONE)
    for cut in (0, 1, len(body) // 2, len(body) - 2, len(body) - 1):
        with member.connection() as connection:
            head = member.head(
                "POST", member.path("sync"), content_length=len(body), **member.bearer)
            connection.sock.sendall(head + body[:cut])
        expect(len(member.model().segments) == before, f"something is stored after a cut at {cut}")


@check("a request that is no HTTP does not stop the relay")
def _(subject: Subject):
    member = subject.books()
    for raw in (b"\0" * 100, b"GET\r\n\r\n", b"\x16\x03\x01" + b"x" * 200,
                b"GET / HTTP/9.9\r\n\r\n", b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
                b"POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\nx"):
        with member.connection(timeout=2) as connection:
            try:
                connection.sock.sendall(raw)
                connection.sock.recv(1000)
            except OSError:
                pass
    expect(member.send("GET", member.address.path + "/health").status == 200, "it is down")


@check("a head that takes longer than 10 s is ended", long=True)
def _(subject: Subject):
    member = subject.books()
    with member.connection(timeout=30) as connection:
        connection.sock.sendall(b"POST / HTTP/1.1\r\nhost: x\r\n")
        expect_closed(connection.sock)


@check("a body that comes too slowly is ended", long=True)
def _(subject: Subject):
    member = subject.books()
    with member.connection(timeout=40) as connection:
        connection.sock.sendall(member.head(
            "POST", member.path("sync"), content_length=100_000, **member.bearer) + b"{")
        expect_closed(connection.sock)


def expect_closed(sock) -> None:
    """The other side ends the connection, whatever it says before."""
    try:
        while sock.recv(65_536):
            pass
    except TimeoutError:
        expect(False, "the connection stays open")
    except OSError:
        pass
