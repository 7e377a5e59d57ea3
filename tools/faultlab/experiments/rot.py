"""Random bytes of the database flipped: found, never a crash, never a silently wrong total; mended."""

import os
import shutil
import sqlite3

from ..lab import Case, Lab, check
from ..machines import Device
from ..scene import scene

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
