"""SQLite's session extension: changesets, applied to a fresh database."""

import os

import apsw

from .common import (
    FIELDS, INSERT, TABLE, Measured, Updates, batches, database_digest, main, read_updates, values)

UPDATES = {name: f"UPDATE bill SET {name} = ? WHERE id = ?" for name in FIELDS}
# A changeset names rows by their primary key, which must be the same everywhere.
TABLE = TABLE.replace(
    "row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE", "id TEXT PRIMARY KEY NOT NULL")


def opened(folder: str) -> apsw.Connection:
    connection = apsw.Connection(folder + "/books.sqlite")
    connection.execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768")
    connection.execute(TABLE)
    return connection


def prepare(workload: str, folder: str) -> dict:
    connection = opened(folder)
    with Updates(folder + "/updates") as updates, Measured() as measured:
        for is_of_creations, batch in batches(workload):
            session = apsw.Session(connection, "main")
            session.attach("bill")
            with connection:
                if is_of_creations:
                    connection.executemany(INSERT, ([row, *values(put)] for row, put in batch))
                else:
                    for row, put in batch:
                        for name, value in put.items():
                            connection.execute(UPDATES[name], (value, row))
            updates.append(session.changeset(), is_of_creations)
            session.close()
    return {**measured.figures, **updates.figures}


def merge(workload: str, folder: str, place: str) -> dict:
    with Measured() as measured:
        connection = opened(place)
        for update in read_updates(folder + "/updates"):
            apsw.Changeset.apply(update, connection)
    shown = database_digest(connection)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {
        **measured.figures, "fileBytes": os.path.getsize(place + "/books.sqlite"), "digest": shown}


if __name__ == "__main__":
    main(prepare, merge)
