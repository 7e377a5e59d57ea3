"""TaskChampion: rows as tasks with properties, over its own server in a folder."""

import datetime
import os
import sqlite3
import uuid

from taskchampion import Operation, Operations, Replica

from .common import Measured, batches, changes, digest, is_creation, main

NAMESPACE = uuid.UUID("4f5a1d0e-8f43-4ad2-9d8a-0a7a8a1f1d55")
NOW = datetime.datetime(2026, 11, 2, tzinfo=datetime.timezone.utc)


def task(row: str) -> str:
    return str(uuid.uuid5(NAMESPACE, row))


def prepare(workload: str, folder: str) -> dict:
    os.makedirs(folder + "/server")
    os.makedirs(folder + "/replica")
    replica = Replica.new_on_disk(folder + "/replica", True)
    sizes = {True: 0, False: 0}
    old: dict[tuple[str, str], str] = {}
    kind = True
    with Measured() as measured:
        for is_of_creations, batch in batches(workload):
            if is_of_creations != kind:
                sizes[kind] = sent(replica, folder)
                kind = is_of_creations
            operations = Operations()
            for row, fields in batch:
                name = task(row)
                if is_of_creations:
                    operations.append(Operation.Create(name))
                for field, value in fields.items():
                    operations.append(Operation.Update(
                        name, field, NOW, old.get((name, field)), str(value)))
                    old[name, field] = str(value)
            replica.commit_operations(operations)
        sizes[kind] = sent(replica, folder) - sizes[True]
    return {**measured.figures, "creationBytes": sizes[True], "editBytes": sizes[False]}


def sent(replica, folder: str) -> int:
    """Gives everything to the server; bytes that it holds."""
    replica.sync_to_local(folder + "/server", True)
    name = next(name for name in os.listdir(folder + "/server") if name.endswith(".sqlite3"))
    server = sqlite3.connect(f"{folder}/server/{name}")
    return server.execute("SELECT sum(length(data)) FROM versions").fetchone()[0]


def merge(workload: str, folder: str, place: str) -> dict:
    with Measured() as measured:
        replica = Replica.new_on_disk(place, True)
        replica.sync_to_local(folder + "/server", True)
    names = {task(change[0]): change[0] for change in changes(workload) if is_creation(change)}
    shown = replica.all_task_data()
    return {
        **measured.figures, "fileBytes": sum(one.stat().st_size for one in os.scandir(place)),
        "digest": digest((names[name], data.items()) for name, data in shown.items())}


if __name__ == "__main__":
    main(prepare, merge)
