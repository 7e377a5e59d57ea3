"""The relay that is asked, and books that are brought to it."""

import contextlib
import http.client
import json
import os
import secrets
from dataclasses import dataclass

from ..carriers import Address, Answer, Http, NoRelay
from ..conversation import End, Hello, Mailbox, RequestRefused, Welcome, read_line, split_lines
from ..encoding import base64url
from ..keys import Secret, Signer
from ..segments import ZERO, Header, Segment, signed

DONE = b'{"done":{}}'
STATUS = {
    "form": 400, "version": 400, "signature": 400, "token": 401, "proof": 403, "revoked": 403,
    "enrolment": 403, "books": 409, "key": 409, "size": 413, "storage": 500, "busy": 503,
    "quota": 507,
}
MET: set[str] = set()
"""Codes that a request was refused with as a whole, as it had to be."""


class Wrong(AssertionError):
    """A claim does not hold."""


class Skipped(Exception):
    """A check that this relay cannot be asked."""


def expect(claim: bool, what) -> None:
    if not claim:
        raise Wrong(str(what))


def lines_of(*lines: bytes) -> bytes:
    return b"".join(line + b"\n" for line in lines)


class Forge:
    """Makes signed segments whose bodies mean nothing: a relay cannot tell."""

    def __init__(self, books: bytes):
        self.books = books
        self.signer = Signer(secrets.token_bytes(32))
        self.last = 0

    def segment(self, body: int = 96) -> Segment:
        self.last += 1
        before = ZERO if self.last == 1 else secrets.token_bytes(32)
        header = Header(
            self.books, 1, self.signer.name, self.signer.name, self.last, self.last, before,
            secrets.token_bytes(32), secrets.token_bytes(16))
        return self.sign(header, secrets.token_bytes(16), os.urandom(body))

    def sign(self, header: Header, commitment: bytes, body: bytes) -> Segment:
        signature = self.signer.sign(signed(header.bytes(), commitment, body))
        return Segment(header, commitment, signature, body)

    def segments(self, count: int, body: int = 96) -> list[Segment]:
        return [self.segment(body) for _ in range(count)]


class Subject:
    """The relay under test."""

    def __init__(
            self, url: str, *, enrolment: str | None = None, quota: int | None = None,
            connections: int | None = None, per_address: int | None = None,
            revoke: str | None = None, fill: str | None = None, free: str | None = None,
            long: bool = False):
        self.url = url
        self.enrolment = enrolment
        self.quota = quota
        self.connections = connections
        self.per_address = per_address
        self.revoke = revoke
        self.fill = fill
        self.free = free
        self.long = long
        self._enrolled: Member | None = None
        self.is_open = self._admits_anybody()

    def _admits_anybody(self) -> bool:
        answer = Member(self, Secret(secrets.token_bytes(32))).admit()
        if answer.status == 201:
            return True
        refusal = answer.refusal
        if refusal is None or refusal.code != "enrolment":
            raise NoRelay(f"{self.url} answers an admission with {answer.status}")
        return False

    def books(self) -> "Member":
        """Books to ask with, admitted: fresh ones where the relay is open."""
        if self.is_open:
            return self.fresh()
        if self._enrolled is None:
            if not self.enrolment:
                raise Skipped("the relay is not open: --enrolment is needed")
            self._enrolled = Member(self, Secret(secrets.token_bytes(32)))
            answer = self._enrolled.admit(enrolment=self.enrolment)
            expect(answer.status == 201, f"the enrolment is refused: {answer.body!r}")
        return self._enrolled

    def fresh(self) -> "Member":
        """Other books than all before, admitted."""
        if not self.is_open:
            raise Skipped("only an open relay takes other books")
        member = Member(self, Secret(secrets.token_bytes(32)))
        expect(member.admit().status == 201, "the admission is refused")
        return member


class Member(Http):
    """A device of some books, with a token of its own."""

    def __init__(self, subject: Subject, secret: Secret, token: bytes | None = None):
        super().__init__(subject.url, secret.books)
        self.subject = subject
        self.secret = secret
        self.token = token or secrets.token_bytes(32)
        self.forge = Forge(secret.books)

    def other_device(self, name: str = "other") -> "Member":
        """Another device of the same books, admitted."""
        other = Member(self.subject, self.secret)
        expect(other.admit(name=name).status == 201, "a second device is refused")
        return other

    # Requests

    def admission(self, **members) -> dict:
        return {**self.secret.admit(self.token), **members}

    def admit(self, **members) -> Answer:
        return self.post_devices(json.dumps(self.admission(**members)).encode())

    def post_devices(self, body: bytes, path: str | None = None) -> Answer:
        return self.send(
            "POST", path or self.path("devices"), body, {"content-type": "application/json"})

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": "Bearer " + base64url(self.token)}

    def sync(self, *lines: bytes) -> Answer:
        return self.post_sync(lines_of(*lines))

    def post_sync(self, body: bytes) -> Answer:
        return self.send(
            "POST", self.path("sync"), body,
            {"content-type": "application/x-ndjson", **self.bearer})

    def model(self) -> Mailbox:
        """A mailbox of our own that holds what the relay's holds."""
        hello = Hello(self.books)
        mailbox: Mailbox | None = None
        while True:
            answer = self.sync(hello.line(), DONE)
            expect(answer.status == 200, f"the mailbox cannot be read: {answer.body[:100]!r}")
            welcome, *rest, end = map(read_line, split_lines(answer.body))
            expect(isinstance(welcome, Welcome) and isinstance(end, End), "no welcome, or no end")
            mailbox = mailbox or Mailbox(self.books, welcome.generation)
            for segment in rest:
                mailbox.append(segment)
            expect(end.position == len(mailbox.segments), "the position is not what came")
            expect(end.mark == mailbox.marks[-1], "the mark is not that of what came")
            if not end.more:
                return mailbox
            hello = Hello(self.books, standing_at(mailbox, end.position))

    # Connections by hand

    @contextlib.contextmanager
    def connection(self, timeout: float = 30):
        connection: http.client.HTTPConnection = Address.parse(self.subject.url).connect(timeout)
        connection.connect()
        try:
            yield connection
        finally:
            connection.close()

    def head(self, method: str, path: str, **headers) -> bytes:
        """The head of a request, to be sent by hand."""
        text = f"{method} {path} HTTP/1.1\r\nhost: {self.address.host}\r\n"
        for name, value in headers.items():
            text += f"{name.replace('_', '-')}: {value}\r\n"
        return (text + "\r\n").encode()


def standing_at(mailbox: Mailbox, position: int):
    from ..conversation import Standing

    return Standing(mailbox.generation, position, mailbox.marks[position])


def expect_refusal(answer: Answer, code: str) -> None:
    """A request that is refused as a whole, in every respect."""
    MET.add(code)
    refusal = answer.refusal
    expect(refusal is not None, f"no refusal: {answer.status} {answer.body[:100]!r}")
    expect(refusal.code == code, f"the code is {refusal.code}, not {code}")
    expect(answer.status == STATUS[code], f"the status is {answer.status}, not {STATUS[code]}")
    expect(answer.content_type == "application/json", f"the type is {answer.content_type}")
    expect(answer.headers.get("cache-control") == "no-store", "no cache-control: no-store")
    if code == "token":
        expect(answer.headers.get("www-authenticate") == "Bearer", "no www-authenticate: Bearer")
    if code == "busy":
        expect(answer.headers.get("retry-after") == "5", "no retry-after: 5")


def expect_like_model(member: Member, mailbox: Mailbox, *lines: bytes) -> Answer:
    """The relay answers what our own half answers; both then hold the same."""
    return expect_body_like_model(member, mailbox, lines_of(*lines))


def expect_body_like_model(member: Member, mailbox: Mailbox, request: bytes) -> Answer:
    answer = member.post_sync(request)
    try:
        expected = mailbox.answer(request)
    except RequestRefused as refused:
        expect_refusal(answer, refused.code)
        return answer
    expect(answer.status == 200, f"the status is {answer.status}: {answer.body[:100]!r}")
    expect(answer.content_type == "application/x-ndjson", f"the type is {answer.content_type}")
    expect(answer.headers.get("cache-control") == "no-store", "no cache-control: no-store")
    theirs, ours = split_lines(answer.body), split_lines(expected)
    for number, (their, our) in enumerate(zip(theirs, ours), 1):
        expect(their == our, f"line {number} is {their[:120]!r}, not {our[:120]!r}")
    expect(len(theirs) == len(ours), f"{len(theirs)} lines, not {len(ours)}")
    expect(answer.body.endswith(b"\n"), "the last line has no end")
    return answer


@dataclass
class Check:
    """One claim and how it is tried."""

    group: str
    claim: str
    attempt: object
    is_long: bool = False


CHECKS: list[Check] = []


def check(claim: str, long: bool = False):
    """Registers a function of the subject as a check; its module is the group."""
    def register(attempt):
        CHECKS.append(Check(attempt.__module__.rsplit(".", 1)[-1], claim, attempt, long))
        return attempt
    return register
