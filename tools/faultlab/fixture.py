"""Makes the books that later programs must open: PYTHONPATH=tools python3 -m faultlab.fixture \
--programs FOLDER Tests/Fixtures/schema-N.tar.gz

A release does this once, with its own programs, when the schema's number is new; a fixture is never
made again."""

import argparse
import json
import os
import sqlite3
import tarfile
import types

from .lab import Lab
from .scene import scene

# What is asked of them, then and ever after.
QUESTIONS = [["client", "list"], ["invoice", "list", "--as-of", "2026-12-24"],
             ["invoice", "show", "F-0001", "--as-of", "2026-12-24"],
             ["owed", "--as-of", "2026-12-24"], ["payment", "list"], ["package", "list"],
             ["series", "list"], ["conflicts"], ["status"]]
# Of the status only what does not depend on the machine and the moment.
LASTING = {"books", "digest", "version", "conflicts", "waiting", "rejected"}


def answers(device) -> dict:
    """The answers, by question."""
    found = {" ".join(words): device.json(*words) for words in QUESTIONS}
    found["status"] = {key: found["status"][key] for key in LASTING}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", required=True)
    parser.add_argument("file")
    options = parser.parse_args()
    if os.path.exists(options.file):
        parser.error("a fixture is never made again")
    lab_options = types.SimpleNamespace(
        programs=options.programs, older=None, whole=False, share=None, part=None, case=None, seed=1, jobs=1,
        keep=False, verbose=False)
    with Lab(lab_options) as lab:
        made = scene(lab)
        laptop = made.laptop
        # One sealed, one not; and all in one file, as after a while.
        laptop.does("sync", made.stick)
        laptop.does("client", "add", "Unsealed")
        connection = sqlite3.connect(laptop.database)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        with open(made.home + "/answers.json", "w") as file:
            json.dump(answers(laptop), file, indent=1, sort_keys=True)
        # Without the shared memory, which is of one machine and one moment.
        for name in os.listdir(laptop.books):
            if name.endswith(("-shm", "-wal")):
                os.remove(f"{laptop.books}/{name}")
        os.makedirs(os.path.dirname(options.file), exist_ok=True)
        with tarfile.open(options.file, "x:gz", compresslevel=9) as archive:
            for name in ("answers.json", "laptop/books", "stick"):
                archive.add(f"{made.home}/{name}", name)


if __name__ == "__main__":
    main()
