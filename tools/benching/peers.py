"""Who is measured beside jalon, what each does not do, and where the Python packages come from."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from .runs import Failed

PACKAGES = ["apsw==3.54.1.0", "loro==1.17.1", "pycrdt==0.14.13", "taskchampion3-py-dev==3.0.1.3"]


@dataclass(frozen=True)
class Peer:
    """A program in `peer/`."""
    name: str
    title: str
    package: str
    """What it is a test of, with its version; empty for what Python has itself."""
    lacks: str
    is_in_memory: bool
    most: int
    """The most invoices that it is measured with: beyond, it takes too much time or memory. A quick
    run takes a fifth of them."""


PEERS = [
    Peer("session", "SQLite session extension", "apsw", "no conflicts beyond what the caller decides, no "
         "history, no order; not encrypted or signed", False, 62_500),
    Peer("yrs", "Yrs", "pycrdt", "memory only: the file is the caller's; not encrypted, signed or "
         "relational; the loser of two values is dropped", True, 62_500),
    Peer("loro", "Loro", "loro", "memory only: the file is the caller's; not encrypted, signed or "
         "relational; the loser of two values is dropped", True, 62_500),
    Peer("taskchampion", "TaskChampion", "taskchampion3-py-dev", "strings in tasks, not relational; not "
         "signed, encrypted only towards a server; the loser of two values is dropped", False, 10_000),
    Peer("plain", "plain SQLite", "", "nothing is merged: the floor for writes and size", False, 62_500),
]


def version(peer: Peer) -> str:
    if not peer.package:
        import sqlite3
        return sqlite3.sqlite_version
    return next(one for one in PACKAGES if one.startswith(peer.package + "==")).partition("==")[2]


class Environment:
    """A Python with the peers' packages, made once in the checkout's build folder."""

    def __init__(self, folder: str):
        self.python = folder + "/bin/python"
        self._folder = folder

    def prepare(self) -> None:
        """Makes it where it is missing or has other versions. Raises Failed."""
        mark = self._folder + "/packages"
        wanted = hashlib.sha256("\n".join([sys.version, *PACKAGES]).encode()).hexdigest()
        if os.path.exists(mark):
            with open(mark) as file:
                if file.read() == wanted:
                    return
        print("Installing the peers' Python packages", file=sys.stderr)
        shutil.rmtree(self._folder, ignore_errors=True)
        for words in ([sys.executable, "-m", "venv", self._folder],
                      [self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                       "--only-binary=:all:", *PACKAGES]):
            if subprocess.run(words, stdout=sys.stderr).returncode:
                raise Failed(f"{' '.join(words[:4])} failed")
        with open(mark, "w") as file:
            file.write(wanted)
