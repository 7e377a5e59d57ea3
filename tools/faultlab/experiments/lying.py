"""A disk that lied about syncs: the machine comes back as it was, or torn, though all was acknowledged."""

import os
import shutil
import sqlite3
from dataclasses import dataclass, field

from .. import tool
from ..facts import is_sound
from ..lab import Case, Lab, check
from ..machines import Device, Relay
from ..recorder import Disk, lay_down, recording, steps
from ..scene import QUIET
from .disk import same_digest
from .power import find_state

# Of documents: nobody can keep a machine that forgot its last number from giving it again, unless it
# meets others before; who meets both sees it named.
TWICE = frozenset({"number-twice", "issued-twice", "series-claimed-twice"})


def cases(lab: Lab):
    tool.needs("strace")
    past = Past(lab)
    points = range(past.marks[0], len(past.record) + 1)
    for kept in lab.sample(list(points), 3, "older"):
        for order in ("met", "wrote"):
            name = f"older.{kept}.{order}-first"
            yield Case(name, lambda folder, kept=kept, order=order: past.older(
                folder, kept, order == "met"))
    for kept in lab.sample(list(points), 2, "torn"):
        name = f"torn.{kept}"
        yield Case(name, lambda folder, kept=kept, name=name: past.torn(folder, kept, name))


@dataclass
class Past:
    """What a laptop wrote, step by step, and what a relay and a desk hold of it."""
    lab: Lab
    record: list = field(default_factory=list)
    # The step at which books are there for the first time, and those at which a word ended.
    marks: list = field(default_factory=list)
    names: list = field(default_factory=list)
    used: int = 0

    def __post_init__(self):
        lab = self.lab
        self.home = lab.folder()
        self.laptop = Device(lab, self.home + "/laptop")
        self.desk = Device(lab, self.home + "/desk")
        self.relay = Relay(lab, self.home + "/relayhome", *QUIET).start()
        self._does("init", "--name", "Atelier Nord")
        self._does("sync", self.relay.url)
        word = self.laptop.does("invite").out.split()[-1]
        self.desk.does("join", "-", input=word)
        self._adds("Maison Blum")
        for number in range(2):
            line = f"Design; {number + 1}; 450.00; 20"
            draft = self._does("invoice", "new", "Maison Blum", "--line", line)["id"]
            self._does("invoice", "issue", draft, "--on", f"2026-11-0{number + 2}")
            self._does("pay", f"F-000{number + 1}", "100.00")
            self._does("sync", self.relay.url)
            self.desk.does("sync", self.relay.url)
        self._does("package", "new", "Maison Blum", "Coaching", "--units", "10", "--price", "900")
        self._does("package", "use", "Coaching", "2")
        self.used = 2
        self._adds("Sent Last")
        self._does("sync", self.relay.url)
        self.desk.does("client", "add", "Of the desk")
        self.names.append("Of the desk")
        self.desk.does("sync", self.relay.url)
        # What it learned of others is lost as well.
        self._does("sync", self.relay.url)
        self.relay.stop()
        self.totals = self._totals(self.desk)

    def _does(self, *words: str):
        run = self.laptop.does(*words, "--json", under=recording(self.home + "/trace"))
        self.record += [step for step in steps(self.home + "/trace", self.home)
                        if step.path.startswith("laptop")]
        self.marks.append(len(self.record))
        return run.json if run.out else None

    def _adds(self, name: str) -> None:
        self._does("client", "add", name)
        self.names.append(name)

    @staticmethod
    def _totals(device: Device):
        words = ["owed", "--as-of", "2026-12-24"]
        return (device.json(*words)["totals"], len(device.json("payment", "list")),
                [one["number"] for one in device.json("invoice", "list") if one["number"]])

    def _stands(self, folder: str, image: dict) -> tuple[Device, Device, Relay]:
        lay_down({"laptop": None} | image, folder)
        laptop = Device(self.lab, folder + "/laptop")
        find_state(laptop)
        shutil.copytree(self.relay.home, folder + "/relayhome")
        relay = Relay(self.lab, folder + "/relayhome", *QUIET).start()
        return laptop, self.desk.copied(folder + "/desk"), relay

    def _moved(self, device: Device, url: str) -> None:
        """The relay has another port in each case; to the devices it is the one that they met."""
        connection = sqlite3.connect(device.database)
        connection.execute("UPDATE peer SET name = ?, url = ? WHERE url = ?",
                           (url, url, self.relay.url))
        connection.commit()
        connection.close()

    # The machine as it was at an earlier moment

    def older(self, folder: str, kept: int, meets_first: bool) -> None:
        disk = Disk()
        for step in self.record[:kept]:
            disk.take(step)
        laptop, desk, relay = self._stands(folder, disk.image(None, True))
        try:
            for one in (laptop, desk):
                self._moved(one, relay.url)
            is_sound(laptop)
            if meets_first:
                laptop.does("sync", relay.url)
            self._writes(laptop)
            number = self._issues(laptop)
            for one in (laptop, desk, laptop):
                one.does("sync", relay.url)
            self._is_whole(laptop, desk, number, meets_first)
        finally:
            relay.stop()

    def _writes(self, laptop: Device) -> None:
        laptop.does("client", "add", "Afterwards")
        if laptop.json("package", "list"):
            laptop.does("package", "use", "Coaching", "1")
        else:
            laptop.does("package", "new", "Afterwards", "Hours", "--units", "5", "--price", "500")

    @staticmethod
    def _issues(laptop: Device) -> str:
        draft = laptop.json("invoice", "new", "Afterwards", "--line", "Late; 1; 70.00; 20")["id"]
        return laptop.json("invoice", "issue", draft, "--on", "2026-11-09")["number"]

    def _is_whole(self, laptop: Device, desk: Device, number: str, is_free: bool) -> None:
        """Everything that others hold is back and nothing is there twice; a number that was given
        twice is named, and one that was given after a conversation is free."""
        same_digest(laptop, desk)
        held = self.totals[2]
        check(not (is_free and number in held), f"{number} was given again although it was known")
        for one in (laptop, desk):
            names = sorted(client["name"] for client in one.json("client", "list"))
            check(names == sorted(self.names + ["Afterwards"]), f"{names}")
            totals, payments, numbers = self._totals(one)
            check(payments == self.totals[1], f"{payments} payments, {self.totals[1]} were made")
            check(sorted(numbers) == sorted(held + [number]), f"{numbers}, {held} and {number}")
            due = _cents(totals) - _cents(self.totals[0])
            check(due == 8400, f"{due} cents more are owed: {totals}")
            used = [package["used"] for package in one.json("package", "list")]
            check(sum(used) in (self.used, self.used + 1), f"{used} used")
            doctor = one.run("doctor", "--json").json["findings"]
            codes = {finding["code"] for finding in doctor}
            check((number in held) == bool(codes), f"{number}, held {held}: {doctor}")
            check(one.run("verify").exit == 0, f"{one.run('verify')}")
        if number not in held:
            is_sound(laptop)

    # The machine with whatever a disk kept that syncs nothing

    def torn(self, folder: str, kept: int, name: str) -> None:
        chance = self.lab.random(name)
        from_here = chance.randrange(self.marks[0], kept + 1)
        disk = Disk()
        for place, step in enumerate(self.record[:kept]):
            if place < from_here or step.kind != "sync":
                disk.take(step)
        laptop, desk, relay = self._stands(folder, disk.image(chance))
        try:
            wrong = []
            for words in (["owed"], ["client", "list"], ["client", "add", "Afterwards"]):
                run = laptop.run(*words)
                check(run.exit in (0, 1, 2, 65, 69, 73), f"{words}: {run}")
                if run.exit == 0 and words[1:2] == ["add"]:
                    wrong.append("Afterwards")
            # The remedies as they are told: rebuild, then the peers; else the books come from there.
            laptop.run("rebuild")
            run = laptop.run("sync", relay.url)
            is_mended = run.exit == 0 and laptop.run("doctor").exit == 0
            if not is_mended:
                shutil.rmtree(laptop.books, ignore_errors=True)
                laptop.does("join", "-", input=desk.does("invite").out.split()[-1])
                laptop.does("sync", relay.url)
                wrong = []
            # It goes on as another writer than the one that it forgot.
            laptop.does("client", "add", "Later")
            wrong.append("Later")
            for one in (laptop, desk, laptop):
                one.does("sync", relay.url)
            same_digest(laptop, desk)
            for one in (laptop, desk):
                is_sound(one)
                names = sorted(client["name"] for client in one.json("client", "list"))
                check(names == sorted(self.names + wrong), f"{names}")
                check(self._totals(one) == self.totals, f"{self._totals(one)}")
        finally:
            relay.stop()


def _cents(totals: list) -> int:
    return sum(round(float(one["owed"]) * 100) for one in totals)
