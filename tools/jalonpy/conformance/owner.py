"""What only the relay's owner can bring about: revoked tokens and a full disk."""

import json
import secrets
import shlex
import subprocess

from ..conversation import Hello, Refusal, read_line, split_lines
from ..segments import Segment
from .limits import eventually
from .subject import DONE, Member, Skipped, Subject, check, expect, expect_refusal


def order(command: str | None, option: str, *words: str) -> None:
    """Runs a command of the owner's."""
    if not command:
        raise Skipped(option)
    done = subprocess.run([*shlex.split(command), *words], capture_output=True, timeout=50)
    expect(done.returncode == 0, f"{command}: {done.stderr.decode()}")


@check("a token that was revoked opens nothing, at once, and cannot be admitted again")
def _(subject: Subject):
    member = subject.books()
    other = member.other_device()
    name = "revoked " + secrets.token_hex(8)
    gone = member.other_device(name)
    at = len(gone.model().segments)
    order(subject.revoke, "--revoke", name)
    hello = Hello(gone.books).line()
    for answer in (
            gone.sync(hello, gone.forge.segment().line(), DONE),
            gone.send("GET", gone.path("live?position=0"), None, gone.bearer),
            gone.send("GET", gone.path("devices"), None, gone.bearer),
            gone.admit(name=name), gone.admit()):
        expect_refusal(answer, "revoked")
    expect(len(other.model().segments) == at, "what it sent is stored")
    listed = other.send("GET", other.path("devices"), None, other.bearer)
    names = [json.loads(line)["device"] for line in listed.body.splitlines()]
    expect(name not in names, "it is listed among the devices")


@check("a device that was shut out comes back with a new token: it holds the secret")
def _(subject: Subject):
    member = subject.books()
    name = "revoked " + secrets.token_hex(8)
    gone = member.other_device(name)
    order(subject.revoke, "--revoke", name)
    expect_refusal(gone.sync(Hello(gone.books).line(), DONE), "revoked")
    again = Member(subject, gone.secret)
    expect(again.admit(name=name).status == 201, "a new token is refused")
    again.model()


@check("a full disk: what does not fit is refused as storage, the rest goes on, and it recovers")
def _(subject: Subject):
    member = subject.books()
    reader = member.other_device()
    held = member.forge.segments(2)
    hello = Hello(member.books).line()
    expect(member.sync(hello, *(s.line() for s in held), DONE).status == 200, "not taken")
    order(subject.fill, "--fill")
    try:
        refused = None
        for _ in range(20):
            made = member.forge.segments(3, body=700_000)
            answer = member.sync(hello, *(s.line() for s in made), DONE)
            expect(answer.status == 200, f"the conversation ends: {answer.body!r}")
            lines = list(map(read_line, split_lines(answer.body)))
            refused = [line for line in lines if isinstance(line, Refusal)]
            if refused:
                break
        expect(refused == [Refusal("storage", s.hash) for s in made], f"refused: {refused}")
        came = {s.hash for s in map(read_line, split_lines(reader.sync(hello, DONE).body))
                if isinstance(s, Segment)}
        expect({s.hash for s in held} <= came, "what is stored does not come any more")
        expect(not {s.hash for s in made} & came, "what was refused comes")
        expect(member.send("GET", member.address.path + "/health").status == 503, "it is healthy")
        for _ in range(300):
            answer = Member(subject, member.secret).admit()
            if answer.status != 201:
                break
        expect_refusal(answer, "storage")
    finally:
        order(subject.free, "--free")
    answer = member.sync(hello, *(s.line() for s in made), DONE)
    expect(b"refused" not in answer.body, "it takes nothing after there was room again")
    expect(eventually(lambda: member.send(
        "GET", member.address.path + "/health").status == 200), "it stays unhealthy")
