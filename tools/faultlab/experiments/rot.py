"""Random bytes of the database flipped: found, never a crash, never a silently wrong total; mended."""

import os
import shutil
import sqlite3

from ..lab import Case, Lab, check
from ..machines import Device
from ..scene import scene
from .disk import same_digest

# What is looked at, as a person would: totals, names, counts.
LOOKS = [["owed", "--as-of", "2026-12-24"], ["client", "list"], ["package", "list"],
         ["invoice", "list", "--as-of", "2026-12-24"]]
PER_CASE = 10


def cases(lab: Lab):
    base = lab.folder()
    device = scene(lab).laptop.copied(base + "/laptop")
    stick = base + "/stick"
    device.does("sync", stick)
    # Everything lies in the one file, as after a while.
    connection = sqlite3.connect(device.database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    truth = [device.json(*words) for words in LOOKS]
    digest = device.json("status")["digest"]
    rot = Rot(lab, device, stick, truth, digest)
    for number in range(1000 if lab.is_whole else 2):
        name = f"flips.{number}"
        yield Case(name, lambda folder, name=name: rot.flips(folder, name))
    for column in ("line", "writer", "number", "id", "previous"):
        for number in range(25 if lab.is_whole else 1):
            name = f"unsent.{column}.{number}"
            yield Case(name, lambda folder, name=name, column=column: _unsent(
                lab, folder, name, column))


# Changes that are nowhere else yet

NAMES = ["Unsent 1", "Unsent 2", "Unsent 3"]


def _unsent(lab: Lab, folder: str, name: str, column: str) -> None:
    """A byte of a change that was never sent is flipped: everything else goes its way, and a rebuild
    puts it right by its id, or sets it aside with what follows it."""
    chance = lab.random(name)
    copy = scene(lab).copied(folder)
    laptop, desk, stick = copy.laptop, copy.desk, folder + "/between"
    for device in (laptop, desk, laptop):
        device.does("sync", stick)
    for client in NAMES:
        laptop.does("client", "add", client)
    _flip(laptop.database, column, chance)
    desk.does("client", "add", "From the desk")
    desk.does("sync", stick)
    doctor = laptop.run("doctor")
    check(doctor.exit == 2 and "damaged" in doctor.out, f"not found: {doctor}")
    sync = laptop.run("sync", stick)
    check(sync.exit == 65 and "cannot be sent" in sync.err, f"not told: {sync}")
    check("From the desk" in _clients(laptop), "what came was not taken in")
    laptop.does("rebuild")
    laptop.does("client", "add", "Afterwards")
    for device in (laptop, desk):
        device.does("sync", stick)
    same_digest(laptop, desk)
    there = _clients(desk)
    check({"From the desk", "Afterwards"} <= there, f"not there: {there}")
    if column in ("line", "writer", "number"):
        check(set(NAMES) <= there, f"not put right: {there}")
    check(laptop.run("doctor", "--note").exit in (0, 2), "doctor failed")
    laptop.does("doctor")


def _clients(device: Device) -> set[str]:
    return {one["name"] for one in device.json("client", "list")}


def _flip(database: str, column: str, chance) -> None:
    connection = sqlite3.connect(database)
    rows = connection.execute(f"SELECT seq, {column} FROM unsealed ORDER BY seq").fetchall()
    place, value = chance.choice(rows)
    if isinstance(value, int):
        value ^= chance.randrange(1, 256)
    else:
        value = bytearray(value)
        value[chance.randrange(len(value))] ^= chance.randrange(1, 256)
    connection.execute(f"UPDATE unsealed SET {column} = ? WHERE seq = ?", (value, place))
    connection.commit()
    connection.close()


class Rot:
    def __init__(self, lab: Lab, device: Device, stick: str, truth, digest: str):
        self.lab = lab
        self.device = device
        self.stick = stick
        self.truth = truth
        self.digest = digest

    def flips(self, folder: str, name: str) -> int:
        """Several copies of the books, each with one byte flipped."""
        chance = self.lab.random(name)
        for number in range(PER_CASE):
            home = f"{folder}/{number}"
            device = self.device.copied(home)
            size = os.path.getsize(device.database)
            with open(device.database, "r+b") as file:
                place = chance.randrange(size)
                file.seek(place)
                byte = file.read(1)[0]
                file.seek(place)
                file.write(bytes([byte ^ chance.randrange(1, 256)]))
            try:
                self._flipped(device, home)
            except Exception as fault:
                raise type(fault)(f"flip {number} at byte {place}: {fault}") from None
            shutil.rmtree(home)
        return PER_CASE

    def _looks(self, device: Device) -> list[str]:
        """What is wrong in what a person sees; a clean failure is no wrong total."""
        wrong = []
        for words, truth in zip(LOOKS, self.truth):
            run = device.run(*words, "--json")
            _no_crash(run, words)
            if run.exit == 0 and run.json != truth:
                wrong.append(f"{' '.join(words)}: {run.out[:300]}")
        return wrong

    def _flipped(self, device: Device, home: str) -> None:
        wrong = self._looks(device)
        doctor = device.run("doctor", "--json")
        _no_crash(doctor, ["doctor"])
        check(not wrong or doctor.exit != 0, f"silently wrong: {wrong}")
        if doctor.exit == 0:
            return
        # The remedies, as they are told: rebuild, then the peers; else the books come from there.
        run = device.run("rebuild")
        _no_crash(run, ["rebuild"])
        run = device.run("sync", self.stick)
        _no_crash(run, ["sync"])
        if not self._is_mended(device):
            shutil.rmtree(device.books)
            word = self.device.does("invite").out.split()[-1]
            device.does("join", "-", input=word)
            device.does("sync", self.stick)
            check(self._is_mended(device), "not mended by a new join")

    def _is_mended(self, device: Device) -> bool:
        doctor = device.run("doctor")
        _no_crash(doctor, ["doctor"])
        status = device.run("status", "--json")
        return (doctor.exit == 0 and status.exit == 0 and status.json["digest"] == self.digest
                and not self._looks(device))


def _no_crash(run, words) -> None:
    check(run.exit in (0, 1, 2, 65, 69, 73), f"{' '.join(words)}: {run}")
