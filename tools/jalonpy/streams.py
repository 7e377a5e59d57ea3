"""Conversations over standard streams, both ends (Protocol/transports.md, "Standard streams")."""

import re
import secrets
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import unquote_to_bytes

from .carriers import NoRelay
from .conversation import (
    MOST_REQUEST, Done, Hello, Mailbox, Refusal, RequestRefused, read_line)
from .encoding import Malformed
from .segments import LONGEST_LINE, Segment

LONGEST_ANSWER = 64 * 1_048_576
REMOTE = (
    'PATH="$PATH:$HOME/.local/bin:/usr/local/bin"; export PATH; '
    'exec jalon-relay stdio --data="$0"')


# The client's end


@dataclass(frozen=True)
class SSHAddress:
    user: str | None
    host: str
    port: int | None
    path: str

    @staticmethod
    def parse(text: str) -> "SSHAddress":
        """Raises ValueError for what transports.md does not allow."""
        found = re.fullmatch(
            r"ssh://(?:([A-Za-z0-9._+][A-Za-z0-9.\-_+]*)@)?"
            r"(?:\[([A-Za-z0-9._:%][A-Za-z0-9.\-_:%]*)\]|([A-Za-z0-9._][A-Za-z0-9.\-_]*))"
            r"(?::([0-9]{1,5}))?(/[^?#\x00-\x20\x7f]+)", text)
        if not found:
            raise ValueError("no address of a machine: " + text)
        user, bracketed, plain, port, path = found.groups()
        if port is not None and not 1 <= int(port) <= 65_535:
            raise ValueError("no port: " + text)
        if re.search(r"%(?![0-9A-Fa-f]{2})", path):
            raise ValueError("no path: " + text)
        folder = unquote_to_bytes(path).decode("utf-8")
        if folder.startswith("/~/"):
            folder = folder[3:]
        if not folder or re.search(r"[\x00-\x1f\x7f]", folder):
            raise ValueError("no path: " + text)
        return SSHAddress(user, bracketed or plain, int(port) if port else None, folder)

    def words(self) -> list[str]:
        """What to start. Nothing in the address is an option of ssh or a word of a shell."""
        words = ["ssh", "-T", "-a", "-x", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"]
        if self.port:
            words += ["-p", str(self.port)]
        if self.user:
            words += ["-l", self.user]
        path = "'" + self.path.replace("'", "'\\''") + "'"
        return words + ["--", self.host, f"sh -c '{REMOTE}' {path}"]


class Program:
    """A carrier: a program whose standard streams speak the relay's half. Its user is let in."""

    def __init__(self, words: list[str]):
        try:
            self.process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        except OSError as fault:
            raise NoRelay(str(fault)) from fault
        self.output = open(self.process.stdout.fileno(), "rb", closefd=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()
        self.process.stdout.close()

    def exchange(self, token: bytes, request: bytes) -> bytes:
        """The answer's lines; raises RequestRefused or NoRelay."""
        rest = memoryview(request + b"\n")
        try:
            while rest:
                rest = rest[self.process.stdin.write(rest):]
        except BrokenPipeError:
            pass  # It may have said why.
        lines, size = [], 0
        while (line := self.output.readline(LONGEST_LINE + 1)) not in (b"\n", b""):
            size += len(line)
            if not lines and not line.startswith(b'{"welcome":{'):
                self._check(line)
            if size > LONGEST_ANSWER or not line.endswith(b"\n"):
                raise NoRelay("the answer has no end")
            lines.append(line)
        if not line:
            raise NoRelay("the program ended")
        return b"".join(lines)

    def _check(self, line: bytes) -> None:
        """Raises what a first line that is no welcome means."""
        try:
            said = read_line(line.rstrip(b"\n"))
        except Malformed:
            said = None
        if isinstance(said, Refusal) and said.hash is None:
            raise RequestRefused(said.code)
        raise NoRelay("words of a shell: " + repr(line[:80]))


# The relay's end


class Store:
    """The mailboxes of a file, kept for as long as the file is."""

    def __init__(self, path: str):
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS mailbox (books BLOB PRIMARY KEY, generation BLOB NOT NULL)")
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS segment (place INTEGER PRIMARY KEY, books BLOB NOT NULL,"
            " hash BLOB NOT NULL, bytes BLOB NOT NULL, UNIQUE (books, hash))")

    def close(self) -> None:
        self.db.close()

    def answer(self, books: bytes, request: bytes) -> bytes:
        """The answer's lines, after what it says is stored; raises RequestRefused."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            self.db.execute(
                "INSERT OR IGNORE INTO mailbox VALUES (?, ?)", (books, secrets.token_bytes(16)))
            generation, = self.db.execute(
                "SELECT generation FROM mailbox WHERE books = ?", (books,)).fetchone()
            mailbox = Mailbox(books, generation)
            for data, in self.db.execute(
                    "SELECT bytes FROM segment WHERE books = ? ORDER BY place", (books,)):
                mailbox.append(Segment.parse(data))
            held = len(mailbox.segments)
            answer = mailbox.answer(request)
            self.db.executemany(
                "INSERT INTO segment (books, hash, bytes) VALUES (?, ?, ?)",
                [(books, s.hash, s.bytes()) for s in mailbox.segments[held:]])
            self.db.execute("COMMIT")
            return answer
        except BaseException:
            self.db.execute("ROLLBACK")
            raise


def serve(store: Store, input: BinaryIO, output: BinaryIO) -> None:
    """Answers one request after another until the input ends, or one is refused as a whole."""
    try:
        while (request := next_request(input)) is not None:
            output.write(store.answer(*request) + b"\n")
            output.flush()
    except RequestRefused as refused:
        output.write(Refusal(refused.code).line() + b"\n\n")
        output.flush()


def next_request(input: BinaryIO) -> tuple[bytes, bytes] | None:
    """The books and the lines of the next request, or None at the end of the input."""
    lines, size, books = [], 0, None
    while line := input.readline(LONGEST_LINE + 1):
        if not line.endswith(b"\n"):
            raise RequestRefused("size" if len(line) > LONGEST_LINE else "form")
        if line == b"\n":
            continue
        size += len(line)
        if size > MOST_REQUEST:
            raise RequestRefused("size")
        lines.append(line)
        if books is None:
            books = books_of(line)
        if line == Done().line() + b"\n":
            return books, b"".join(lines)
    if lines:
        raise RequestRefused("form")
    return None


def books_of(line: bytes) -> bytes:
    """Those that a first line names; zeros where it names none, which the mailbox refuses."""
    try:
        hello = read_line(line.rstrip(b"\n"))
    except Malformed:
        return bytes(16)
    return hello.books if isinstance(hello, Hello) else bytes(16)


def main(path: str) -> None:
    serve(Store(path), sys.stdin.buffer, sys.stdout.buffer)
