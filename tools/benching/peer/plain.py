"""Plain SQLite: the same rows, written where they are, with nothing that could be merged."""

import os
import sqlite3

from .common import (
    BATCH, FIELDS, INSERT, TABLE, Measured, batches, changes, database_digest, main, values)

UPDATES = {name: f"UPDATE bill SET {name} = ? WHERE id = ?" for name in FIELDS}
SINGLES = 200


def opened(folder: str) -> sqlite3.Connection:
    connection = sqlite3.connect(folder + "/books.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -32768")
    connection.execute(TABLE)
    return connection


def prepare(workload: str, folder: str) -> dict:
    """Writes the creations alone, a thousand in a transaction, and some more in one each."""
    rows = [(row, *values(put)) for is_of_creations, batch in batches(workload)
            for row, put in batch if is_of_creations]
    more = [(f"{row}+", *put) for row, *put in rows[:SINGLES]]
    connection = opened(folder)
    with Measured() as bulk:
        for start in range(0, len(rows), BATCH):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT, rows[start:start + BATCH])
            connection.execute("COMMIT")
    with Measured() as single:
        for row in more:
            connection.execute(INSERT, row)
    return {**bulk.figures, "rows": len(rows), "singles": len(more),
            "singleSeconds": single.figures["seconds"]}


def merge(workload: str, folder: str, place: str) -> dict:
    """Writes creations and edits, a thousand in a transaction. The work is read beforehand."""
    parts = [(is_of_creations, batch) for is_of_creations, batch in batches(workload)]
    with Measured() as measured:
        connection = opened(place)
        for is_of_creations, batch in parts:
            connection.execute("BEGIN IMMEDIATE")
            if is_of_creations:
                connection.executemany(INSERT, [(row, *values(put)) for row, put in batch])
            else:
                for row, put in batch:
                    for name, value in put.items():
                        connection.execute(UPDATES[name], (value, row))
            connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # Its memory holds the workload, which says nothing of SQLite.
    del measured.figures["peakBytes"]
    return {
        **measured.figures, "fileBytes": os.path.getsize(place + "/books.sqlite"),
        "digest": database_digest(connection)}


if __name__ == "__main__":
    main(prepare, merge)
