"""Protocol/http.md, "Admission", and keys.md."""

import json
import secrets

from ..encoding import base64url
from ..keys import Secret
from .subject import Member, Subject, check, expect, expect_refusal


@check("a member is admitted: 201 and admitted")
def _(subject: Subject):
    answer = subject.books().admit()
    expect(answer.status == 201, answer.status)
    expect(answer.content_type == "application/json", answer.content_type)
    expect(json.loads(answer.body) == {"admitted": True}, answer.body)


@check("the same token again is the same device")
def _(subject: Subject):
    member = subject.books()
    for _ in range(3):
        expect(member.admit(name="again").status == 201, "not 201")


@check("another device of the same books is admitted")
def _(subject: Subject):
    member = subject.books()
    other = member.other_device()
    expect(other.model().generation == member.model().generation, "it is another mailbox")


@check("keys in any order, and further keys, are taken")
def _(subject: Subject):
    member = subject.books()
    body = dict(reversed(member.admission(name="laptop").items()))
    answer = member.post_devices(json.dumps({"later": [1, {}], **body}, indent=1).encode())
    expect(answer.status == 201, answer.status)


@check("a name of any characters is taken")
def _(subject: Subject):
    expect(subject.books().admit(name='Zoé "Z" \n 😀').status == 201, "not 201")


@check("a name of 199 and 200 bytes is taken, one of 201 is refused as form")
def _(subject: Subject):
    member = subject.books()
    expect(member.admit(name="n" * 199).status == 201, "199 bytes are refused")
    expect(member.admit(name="n" * 200).status == 201, "200 bytes are refused")
    expect(member.admit(name="é" * 100).status == 201, "200 bytes of 100 characters are refused")
    expect_refusal(member.admit(name="n" * 201), "form")
    expect_refusal(member.admit(name="é" * 101), "form")


@check("4 096 bytes are taken, 4 097 are refused as size")
def _(subject: Subject):
    member = subject.books()
    for size, status in ((4_095, 201), (4_096, 201), (4_097, 413), (100_000, 413)):
        body = json.dumps(member.admission()).encode()
        body += b" " * (size - len(body))
        answer = member.post_devices(body)
        expect(answer.status == status, f"{size} bytes: {answer.status}")
        if status == 413:
            expect_refusal(answer, "size")


def changed(**members):
    def attempt(subject: Subject):
        member = subject.books()
        body = member.admission()
        for name, value in members.items():
            if value is None:
                del body[name]
            else:
                body[name] = value
        expect_refusal(member.post_devices(json.dumps(body).encode()), "form")
    return attempt


for claim, members in (
        ("no key", {"key": None}), ("no token hash", {"tokenHash": None}),
        ("no proof", {"proof": None}), ("a key of 31 bytes", {"key": base64url(bytes(31))}),
        ("a token hash of 33 bytes", {"tokenHash": base64url(bytes(33))}),
        ("a proof of 63 bytes", {"proof": base64url(bytes(63))}),
        ("a key with padding", {"key": base64url(bytes(32)) + "="}),
        ("a key that is a number", {"key": 1}), ("a name that is a number", {"name": 1}),
        ("an enrolment that is a list", {"enrolment": []})):
    attempt = changed(**members)
    attempt.__module__ = __name__
    check(f"{claim}: refused as form")(attempt)


def bodied(body: bytes):
    def attempt(subject: Subject):
        expect_refusal(subject.books().post_devices(body), "form")
    return attempt


for claim, body in (
        ("an empty body", b""), ("no JSON", b"admit me"), ("a list", b"[]"), ("null", b"null"),
        ("bytes that are no UTF-8", b'{"key":"\xff"}'), ("JSON that is cut", b'{"key":"'),
        ("two thousand open brackets", b"[" * 2_000)):
    attempt = bodied(body)
    attempt.__module__ = __name__
    check(f"{claim}: refused as form")(attempt)


@check("a key of other books: refused as key")
def _(subject: Subject):
    member = subject.books()
    other = Secret(secrets.token_bytes(32)).admit(member.token)
    expect_refusal(member.admit(**other), "key")
    expect_refusal(member.admit(key=other["key"]), "key")


@check("a proof of another key, or for another token: refused as proof")
def _(subject: Subject):
    member = subject.books()
    other = Secret(secrets.token_bytes(32)).admit(member.token)
    expect_refusal(member.admit(proof=other["proof"]), "proof")
    again = member.secret.admit(secrets.token_bytes(32))
    expect_refusal(member.admit(tokenHash=again["tokenHash"]), "proof")
    expect_refusal(member.admit(proof=base64url(bytes(64))), "proof")


@check("books that are not enrolled are refused, with any enrolment that is none")
def _(subject: Subject):
    if subject.is_open:
        from .subject import Skipped
        raise Skipped("the relay is open")
    member = Member(subject, Secret(secrets.token_bytes(32)))
    for enrolment in (None, "", "jalon-enrol-x", "x" * 1000, subject.enrolment):
        more = {} if enrolment is None else {"enrolment": enrolment}
        if enrolment and enrolment == subject.enrolment:
            subject.books()  # they used it
        expect_refusal(member.admit(**more), "enrolment")


@check("an enrolled business needs its enrolment no more")
def _(subject: Subject):
    subject.books().other_device()


@check("10 000 devices are taken, one more is refused as quota", long=True)
def _(subject: Subject):
    member = subject.fresh()
    with member.connection() as connection:
        for number in range(2, 10_001):
            admission = json.dumps(Member(subject, member.secret).admission(name="n" * 200))
            connection.request("POST", member.path("devices"), admission)
            response = connection.getresponse()
            response.read()
            expect(response.status == 201, f"device {number}: {response.status}")
    for _ in range(2):
        expect_refusal(Member(subject, member.secret).admit(), "quota")
    expect(member.admit().status == 201, "a token that it knows is refused")
    lines = member.send("GET", member.path("devices"), None, member.bearer).body.splitlines()
    expect(len(lines) == 9_999, f"{len(lines)} other devices are listed")
