"""What the books say, read without jalon: what must be there, and nothing that chance decides."""

import os
import re
import shutil
import sqlite3

from .lab import check
from .machines import Device

ROW = re.compile(r"\b[rdf][a-z2-7]{24}\b")
# Times, hashes, and texts that hold them: different each time the same is typed.
CHANCE = {"created", "hash", "content", "draft", "writer", "at", "state", "row", "id"}


def opened(device: Device, work: str) -> sqlite3.Connection:
    """A copy of the database in `work`, so that looking changes nothing."""
    os.makedirs(work, exist_ok=True)
    for name in os.listdir(device.books):
        if name.startswith("books.sqlite") and not name.endswith("-shm"):
            shutil.copy(f"{device.books}/{name}", f"{work}/{name}")
    return sqlite3.connect(f"{work}/books.sqlite")


def facts(device: Device, work: str) -> tuple[str, ...]:
    """All rows of the declared tables without ids and times, in an order of their own. Also checks
    the file, and that every reference leads somewhere."""
    if not os.path.exists(device.database):
        return ()
    connection = opened(device, work)
    try:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        check(found == ["ok"], f"integrity_check: {found}")
        return tuple(sorted(_rows(connection)))
    finally:
        connection.close()
        shutil.rmtree(work, ignore_errors=True)


def _rows(connection):
    tables = [row[0] for row in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'rebuild_%'")]
    ids = set()
    references = []
    for table in tables:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        # A machine may take a new writer at any time, and each has a row among the devices.
        if not {"row", "id", "hidden", "state"} <= set(columns) or table == "devices":
            continue
        for values in connection.execute(f'SELECT * FROM "{table}"'):
            row = dict(zip(columns, values))
            ids.add(row["id"])
            words = [table]
            for name, value in row.items():
                if name in CHANCE:
                    continue
                if isinstance(value, str) and ROW.fullmatch(value):
                    references.append((table, name, value))
                    value = "*"
                words.append(f"{name}={value}")
            yield " ".join(words)
    for table in {"conflict", "other"} & set(tables):
        for name, count in connection.execute(f"SELECT tbl, count(*) FROM {table} GROUP BY tbl"):
            yield f"{table} of {name}: {count}"
    # Where the machine meets others is its own, beside the books; a guest has no name.
    if "peer" in tables:
        for name, in connection.execute("SELECT name FROM peer WHERE name <> url"):
            yield f"peer {name}"
    for table, name, value in references:
        check(value in ids, f"{name} of {table} leads nowhere: {value}")


def is_sound(device: Device, allow: frozenset = frozenset()) -> dict:
    """doctor and verify find nothing but what is allowed; the status."""
    doctor = device.run("doctor", "--json")
    check(doctor.exit in (0, 2), f"doctor: {doctor}")
    found = [one["code"] for one in doctor.json["findings"] if one["code"] not in allow]
    check(not found, f"doctor: {doctor}")
    verify = device.run("verify", "--json")
    check(verify.exit == 0 and not verify.json["findings"], f"verify: {verify}")
    status = device.json("status")
    check(status["digest"] == verify.json["digest"], f"digests: {status} {verify}")
    return status


def writer_of(device: Device) -> str | None:
    return device.json("status").get("writer")
