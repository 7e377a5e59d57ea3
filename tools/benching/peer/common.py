"""What the peers' programs share: the workload, files of updates, and how figures are taken."""

import hashlib
import json
import os
import resource
import shutil
import struct
import sys
import time
from itertools import islice
from typing import Iterable, Iterator

FIELDS = ["client", "number", "issued", "due", "currency", "amount", "title", "note"]
BATCH = 1000
"""Changes that travel together, about as many as in a segment."""
TABLE = f"CREATE TABLE bill (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, {', '.join(FIELDS)})"
INSERT = f"INSERT INTO bill (id, {', '.join(FIELDS)}) VALUES ({', '.join('?' * 9)})"

Change = tuple[str, dict]
"""A row and the fields that are put to it."""


def changes(path: str) -> Iterator[Change]:
    """The workload's changes in their order. The creations, which have all fields, come first."""
    with open(path, "rb") as lines:
        for line in lines:
            change = json.loads(line)
            yield change["row"], change["put"]


def is_creation(change: Change) -> bool:
    return len(change[1]) == len(FIELDS)


def batches(path: str, size: int = BATCH) -> Iterator[tuple[bool, list[Change]]]:
    """Runs of changes, either all creations or all edits, and which of both."""
    for kind, some in _by_kind(changes(path)):
        while batch := list(islice(some, size)):
            yield kind, batch


def _by_kind(all_changes: Iterator[Change]):
    rest = iter(all_changes)
    first_edit: list[Change] = []

    def creations():
        for change in rest:
            if not is_creation(change):
                first_edit.append(change)
                return
            yield change

    def edits():
        yield from first_edit
        yield from rest

    yield True, creations()
    yield False, edits()


def values(fields: dict) -> list:
    """The values of a creation in the columns' order."""
    return [fields[name] for name in FIELDS]


class Updates:
    """A file of byte strings, written and read one after the other."""

    def __init__(self, path: str):
        self.path = path
        self.sizes = {True: 0, False: 0}
        """Bytes of the creations and of the edits."""

    def __enter__(self):
        self._file = open(self.path, "wb")
        return self

    def __exit__(self, *_):
        self._file.close()

    def append(self, update: bytes, is_of_creations: bool) -> None:
        self._file.write(struct.pack(">I", len(update)) + update)
        self.sizes[is_of_creations] += len(update)

    @property
    def figures(self) -> dict:
        return {"creationBytes": self.sizes[True], "editBytes": self.sizes[False]}


def read_updates(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while head := file.read(4):
            yield file.read(struct.unpack(">I", head)[0])


class Measured:
    """What the block took of the clock and of the processors, and the process of memory until then."""

    def __enter__(self):
        self._usage = resource.getrusage(resource.RUSAGE_SELF)
        self._start = time.perf_counter()
        return self

    def __exit__(self, *_):
        seconds = time.perf_counter() - self._start
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self.figures = {
            "seconds": seconds, "userSeconds": usage.ru_utime - self._usage.ru_utime,
            "systemSeconds": usage.ru_stime - self._usage.ru_stime,
            "peakBytes": peak()}


def peak() -> int:
    """The most memory that this program had. What the system says of a process counts the program
    that started it, too."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def digest(rows: Iterable[tuple[str, Iterable[tuple[str, object]]]]) -> str:
    """A hash of what is shown at the end, by which it can be told that all did the same work."""
    lines = (f"{row}\0{name}\0{value}\n" for row, fields in rows for name, value in fields)
    whole = hashlib.sha256()
    for line in sorted(lines):
        whole.update(line.encode())
    return whole.hexdigest()


def expected(path: str) -> str:
    """The digest that must come out: of each field the last value."""
    rows: dict[str, dict] = {}
    for row, fields in changes(path):
        rows.setdefault(row, {}).update(fields)
    return digest((row, fields.items()) for row, fields in rows.items())


def database_digest(connection) -> str:
    """The digest of the table `bill` of a database."""
    found = connection.execute(f"SELECT id, {', '.join(FIELDS)} FROM bill")
    return digest((row[0], zip(FIELDS, row[1:])) for row in found)


def save(path: str, data: bytes) -> None:
    """Writes a file so that a loss of power leaves it."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def fresh(folder: str) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def main(prepare, merge) -> None:
    """Begins a peer's program: `prepare WORKLOAD FOLDER` makes updates, `merge WORKLOAD FOLDER FRESH`
    merges them; the figures are printed as one JSON object."""
    verb, workload, folder, *rest = sys.argv[1:]
    if verb == "prepare":
        figures = prepare(workload, fresh(folder))
    else:
        figures = merge(workload, folder, fresh(rest[0]))
    print(json.dumps(figures))


if __name__ == "__main__":
    print(json.dumps({"digest": expected(sys.argv[1])}))
