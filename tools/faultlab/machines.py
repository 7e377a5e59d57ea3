"""Devices and relays: the real programs, each with a home of its own."""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from base64 import b32encode

from .lab import Fault, Lab, check

PATIENCE = 120


class Run:
    """What a program answered."""

    def __init__(self, exit: int, out: bytes, err: bytes):
        self.exit = exit
        self.out = out.decode(errors="replace")
        self.err = err.decode(errors="replace")

    @property
    def is_killed(self) -> bool:
        return self.exit < 0 or self.exit in (137, 143)

    @property
    def json(self):
        try:
            return json.loads(self.out)
        except ValueError:
            raise Fault(f"no JSON: {self}") from None

    def __str__(self):
        return f"exit {self.exit}, out “{self.out[-400:]}”, err “{self.err[-400:]}”"


def run(words: list[str], env: dict, input: str = "", **options) -> Run:
    """Runs a program to its end; a program that does not end is a fault."""
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
               "start_new_session": True} | options
    process = subprocess.Popen(words, env=env, **options)
    try:
        out, err = process.communicate(
            input.encode() if options["stdin"] == subprocess.PIPE else None, PATIENCE)
    except subprocess.TimeoutExpired:
        end(process, signal.SIGKILL)
        raise Fault(f"{' '.join(words[-4:])} did not end in {PATIENCE} s") from None
    except BaseException:
        end(process, signal.SIGKILL)
        raise
    return Run(process.returncode, out or b"", err or b"")


def end(process: subprocess.Popen, how=signal.SIGTERM) -> int:
    """Ends a process that was started in a session of its own, with all that it started."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            pass
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return process.returncode


class Device:
    """A machine with nothing on it but its home; books and state are folders inside."""

    def __init__(self, lab: Lab, home: str, **variables: str):
        self.lab = lab
        self.home = home
        os.makedirs(home, exist_ok=True)
        self.books = home + "/books"
        self.state = home + "/state"
        self.env = {
            "HOME": home, "PATH": "/usr/bin:/bin", "TZ": "UTC", "LANG": "C.UTF-8",
            "XDG_DATA_HOME": home + "/data", "XDG_STATE_HOME": self.state,
            "JALON_BOOKS": self.books, "SWIFT_BACKTRACE": "enable=no",
        } | variables

    def run(self, *words: str, under: list[str] = (), input: str = "", **options) -> Run:
        """Runs jalon, under another program if one is given."""
        env = options.pop("env", self.env)
        return run([*under, self.lab.jalon, *words], env, input, **options)

    def does(self, *words: str, **options) -> Run:
        """Runs jalon and expects success."""
        answer = self.run(*words, **options)
        check(answer.exit == 0, f"jalon {' '.join(words)}: {answer}")
        return answer

    def json(self, *words: str, **options):
        # Behind a lone `--` everything is an argument.
        place = words.index("--") if "--" in words else len(words)
        return self.does(*words[:place], "--json", *words[place:], **options).json

    def starts(self, *words: str, under: list[str] = (), **options) -> subprocess.Popen:
        """Starts jalon and returns at once."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, "start_new_session": True} | options
        return subprocess.Popen([*under, self.lab.jalon, *words], env=self.env, **options)

    def copied(self, home: str, with_state: bool = True) -> "Device":
        """This machine's files at another place. With its state it goes on as the same writer, as
        a machine that was put back; without, as a copy of the books' folder elsewhere."""
        os.makedirs(home, exist_ok=True)
        copy = Device(self.lab, home)
        if os.path.isdir(self.books):
            shutil.copytree(self.books, copy.books)
        if with_state and os.path.isdir(self.state):
            shutil.copytree(self.state, copy.state)
            for books in os.scandir(copy.state + "/jalon"):
                old = f"{books.path}/{state_name(self.books)}"
                if os.path.isdir(old):
                    os.rename(old, f"{books.path}/{state_name(copy.books)}")
        return copy

    @property
    def database(self) -> str:
        return self.books + "/books.sqlite"


def state_name(books: str) -> str:
    """The name of the state folder that belongs to a folder of books: see Protocol/model.md, of a
    row that is derived from a key."""
    path = os.path.realpath(books).encode()
    data = b"jalon derived row 1\0\5state\2" + len(path).to_bytes(8, "big") + path
    return "d" + b32encode(hashlib.sha256(data).digest()[:15]).decode().lower()


class Relay:
    """A relay on a port of its own."""

    def __init__(self, lab: Lab, home: str, *words: str, under: list[str] = ()):
        self.lab = lab
        self.home = home
        self.data = home + "/relay"
        self.words = words
        self.under = under
        self.host = "127.0.0.1"
        # Its own for good: a port of the system's choice may be another's when it is started again.
        self.port = str(lab.port())
        self.process = None
        os.makedirs(home, exist_ok=True)

    def start(self, under: list[str] = ()) -> "Relay":
        """Starts it, on the port that it had before if it had one; returns once it listens."""
        env = {"HOME": self.home, "PATH": "/usr/bin:/bin", "XDG_STATE_HOME": self.home + "/state",
               "SWIFT_BACKTRACE": "enable=no"}
        log = open(self.home + "/relay.log", "ab")
        self.process = subprocess.Popen(
            [*(under or self.under), self.lab.relay, "serve", "--data", self.data, "--secret",
             self.home + "/secret", "--listen", f"{self.host}:{self.port}", "--open", *self.words],
            env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            start_new_session=True)
        log.close()
        self.lab.closing(self.stop)
        # It prints one line once it listens; a pipe that ends is a relay that has.
        line = self.process.stdout.readline().decode()
        if "listening on" not in line:
            self.process.wait(20)
            with open(self.home + "/relay.log") as log:
                raise RelayEnded(f"the relay ended with {self.process.returncode}: "
                                 + log.read()[-400:])
        return self

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def holds(self) -> list[bytes]:
        """The hashes of the segments that it holds."""
        connection = sqlite3.connect(f"file:{self.data}/relay.sqlite?mode=ro", uri=True)
        try:
            found = connection.execute("SELECT hash FROM segments ORDER BY mailbox, position")
            return [row[0] for row in found]
        finally:
            connection.close()

    def stop(self, how=signal.SIGTERM) -> None:
        if self.process:
            end(self.process, how)
            self.process.stdout.close()
            self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class RelayEnded(Fault):
    """A relay that did not come as far as listening."""


def wait_until(condition, what: str, seconds: float = 30):
    """Asks again and again until the answer is true, and gives it: for what another process does in
    its own time."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        check(time.monotonic() < deadline, f"not in {seconds:g} s: {what}")
        time.sleep(0.01)
    return answer
