"""Books of a former schema brought up to date, killed at every system call or without power."""

import glob
import os
import shutil
import threading

from .. import tool
from ..facts import facts, is_sound
from ..fixture import answers
from ..lab import Case, Lab, Missed, Skip, check
from ..machines import Device
from ..recorder import Disk, lay_down, recording, steps
from ..sweeping import calls, fingerprint, traced
from .disk import same_digest
from .power import images
from .skew import FIXTURES, holds, unpacked

# One that looks, one that writes, one that meets others: each finds the books as they were.
COMMANDS = {
    "list": ["client", "list"],
    "add": ["client", "add", "Typed"],
    "sync": ["sync", "STICK"],
}


def cases(lab: Lab):
    tool.needs("strace")
    for path in sorted(glob.glob(FIXTURES)):
        name = os.path.basename(path).removesuffix(".tar.gz")
        for word in COMMANDS:
            older = Older(lab, path, word)
            yield from older.kills(name)
            if word == "add":
                yield from older.losses(name)


class Older:
    """Books of a former schema and the command that brings them up to date."""

    def __init__(self, lab: Lab, path: str, word: str):
        self.lab = lab
        self.path = path
        self.word = word
        # As they were, up to date, and after the command.
        home = lab.folder()
        device, _, self.answers = unpacked(lab, home, path)
        self.trace = home + "/trace"
        allowed = [facts(device, home + "/facts")]
        device.does(*self._words(home), under=traced(self.trace))
        allowed.append(facts(device, home + "/facts"))
        home = lab.folder()
        device, _, _ = unpacked(lab, home, path)
        device.does("rebuild")
        allowed.append(facts(device, home + "/facts"))
        self.allowed = allowed
        self._lock = threading.Lock()
        self._seen: set[bytes] = set()

    def _words(self, home: str) -> list[str]:
        return [home + "/stick" if word == "STICK" else word for word in COMMANDS[self.word]]

    def kills(self, name: str):
        lab = self.lab
        # Before the books are touched the system loads the program.
        points = calls(self.trace, after="laptop/books")
        for call, n in lab.sample(points, 1, f"{name}.{self.word}"):
            yield Case(f"{name}.{self.word}.KILL.{call}.{n}",
                       lambda folder, call=call, n=n: self._killed(
                           folder, f"{call}:signal=KILL:when={n}"))

    def _killed(self, folder: str, injection: str) -> None:
        device, _, _ = unpacked(self.lab, folder, self.path)
        device.run(*self._words(folder), under=tool.strace(injection, trace=folder + "/trace"))
        if not tool.came_to(folder + "/trace", injection):
            raise Missed
        self._goes_on(device, folder)

    def losses(self, name: str):
        home = self.lab.folder()
        device, _, _ = unpacked(self.lab, home, self.path)
        disk = Disk()
        disk.hold(home, "laptop")
        device.does(*self._words(home), under=recording(home + "/trace"))
        record = [step for step in steps(home + "/trace", home) if step.path.startswith("laptop")]
        for case, _, image in images(self.lab, f"{name}.power", record, 2, disk):
            yield Case(case, lambda folder, image=image: self._lost(folder, image))

    def _lost(self, folder: str, image: dict) -> None:
        device, _, _ = unpacked(self.lab, folder, self.path)
        shutil.rmtree(device.home)
        lay_down({"laptop": None} | image, folder)
        # The state of a machine begins with what it writes itself.
        shutil.rmtree(device.state, ignore_errors=True)
        self._goes_on(device, folder)

    def _goes_on(self, device: Device, folder: str) -> None:
        found = facts(device, folder + "/facts")
        check(found in self.allowed, f"neither as before nor up to date: {found}")
        with self._lock:
            state = fingerprint([device.books, device.state, folder + "/stick"])
            if state in self._seen:
                return
            self._seen.add(state)
        is_typed = any("name=Typed" in row for row in found)
        if not is_typed:
            holds(answers(device), self.answers, "afterwards")
        device.does("client", "add", "Next")
        is_sound(device)
        other = Device(self.lab, folder + "/other")
        other.does("join", "-", input=device.does("invite").out.split()[-1])
        for one in (device, other, device):
            one.does("sync", folder + "/stick")
        same_digest(device, other)
        is_sound(other)
        names = sorted(one["name"] for one in other.json("client", "list"))
        then = [one["name"] for one in self.answers["client list"]]
        check(names == sorted(then + ["Next"] + ["Typed"] * is_typed), f"{names}")
