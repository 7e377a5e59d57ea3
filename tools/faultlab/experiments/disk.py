"""Disks that are full, fail or can only be read, at every call that writes and at every size."""

import os
import shutil
import subprocess
import time

from .. import tool
from ..facts import is_sound
from ..lab import Case, Lab, Missed, check
from ..machines import Device, RelayEnded
from ..scene import COMMANDS, Command, Stage, scene
from ..sweeping import Expected, calls, difference, goes_on, traced

WRITING = {
    "write", "pwrite64", "writev", "pwritev", "ftruncate", "fsync", "fdatasync", "openat", "open",
    "mkdir", "mkdirat", "rename", "renameat", "renameat2", "fchmod", "chmod", "fallocate",
    "unlink", "unlinkat", "flock", "pread64", "read",
}
# Reading is only done by a disk that fails, not by one that is full.
READING = {"read", "pread64", "flock", "unlink", "unlinkat", "chmod", "fchmod"}
CLEAN = {1, 65, 69, 73, 77}


def cases(lab: Lab):
    if tool.may("strace", lab):
        for command in lab.sample(COMMANDS, 4, "commands"):
            yield from _at_every_call(lab, command)
    if tool.may("mount", lab):
        yield from _sizes(lab)
        yield Case("read-only", lambda folder: _read_only(lab, folder))


# An error at a call


def _at_every_call(lab: Lab, command: Command):
    folder = lab.folder()
    with Stage(lab, command, folder) as stage:
        before = stage.facts()
        stage.run(under=traced(folder + "/trace"))
        expected = Expected(before, stage.facts())
        # Before the books are touched the system loads the program, which is not ours.
        points = [(call, n, error) for error in ("ENOSPC", "EIO")
                  for call, n in calls(folder + "/trace", after=stage.device.books,
                                       but=lambda line: not _on_disk(line, folder)
                                       or error == "ENOSPC" and _only_reads(line))
                  if call in WRITING]
    for call, n, error in lab.sample(points, 1, command.name):
        yield Case(
            f"{command.name}.{error}.{call}.{n}",
            lambda folder, call=call, n=n, error=error: _failed(
                lab, command, expected, folder, f"{call}:error={error}:when={n}", error))


def _only_reads(line: str) -> bool:
    """A disk that is full opens and reads what is there."""
    call = line.split("(")[0].split()[-1]
    return call in READING or call in ("open", "openat") and "O_CREAT" not in line


def _on_disk(line: str, folder: str) -> bool:
    """Whether a call is for a file of a stage or for what the program says, which may go to a file:
    the system's libraries and what a process says to itself are on no disk of ours."""
    return folder in line or "write(1<" in line or "write(2<" in line


def _struck(trace: str, folder: str) -> bool:
    """Whether the fault took place, at calls for such files alone. Each thread of a program has an
    n-th call, and which one that is differs from run to run."""
    begun = {}
    struck = []
    with open(trace, errors="replace") as lines:
        for line in lines:
            thread, _, call = line.partition(" ")
            if "<unfinished" in call:
                begun[thread] = call
            elif call.rstrip().endswith("(INJECTED)"):
                whole = begun.get(thread, "") + call if "resumed>" in call else call
                struck.append(_on_disk(whole, folder))
    return bool(struck) and all(struck)


def _failed(lab, command, expected, folder, injection: str, error: str) -> None:
    with Stage(lab, command, folder) as stage:
        try:
            run = stage.run(under=tool.strace(injection, trace=folder + "/trace", paths=True))
        finally:
            if not _struck(folder + "/trace", stage.folder):
                raise Missed
        is_clean(run)
        if error == "ENOSPC" and run.exit == 73 and "answer" not in run.err:
            check(stage.folder in run.err, f"no path is named: {run}")
        found = stage.facts()
        if run.exit == 0:
            check(found == expected.after, f"acknowledged and not there: {run} {difference(found, expected)}")
        check(found in (expected.before, expected.after), f"neither before nor after: {run}")
        if not expected.is_new(stage, run.exit == 0):
            return
        if not command.is_first:
            stage.device.does("client", "list")
        goes_on(stage, run.exit == 0)


def is_clean(run) -> None:
    """Either done, or refused with one clear failure."""
    if run.exit == 0:
        return
    check(run.exit in CLEAN, f"no clean failure: {run}")
    check("jalon: " in run.err or run.exit == 65, f"nothing is said: {run}")


# Sizes


class Memory:
    """A small disk in memory."""

    def __init__(self, path: str, size: int):
        self.path = path
        os.makedirs(path, exist_ok=True)
        self._mount("-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", path)

    def _mount(self, *words: str) -> None:
        subprocess.run(["mount", *words], check=True, capture_output=True)

    def change(self, how: str) -> None:
        """Mounts it otherwise. A process that another case is just starting holds every open file
        for an instant, until it has become its program."""
        for _ in range(100):
            try:
                return self._mount("-o", f"remount,{how}", self.path)
            except subprocess.CalledProcessError:
                time.sleep(0.05)
        self._mount("-o", f"remount,{how}", self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.path], check=True, capture_output=True)


def used(*folders: str) -> int:
    """What files take on a disk of 4 KiB pages."""
    sizes = [os.path.getsize(f"{path}/{name}")
             for top in folders for path, _, names in os.walk(top) for name in names]
    return sum((size + 4095) // 4096 * 4096 for size in sizes)


def _sizes(lab: Lab):
    steps = [4096 * step for step in range(1, 129)]
    for free in lab.sample(steps, 1, "sizes"):
        yield Case(f"books.{free}", lambda folder, free=free: _books_on(lab, folder, free))
    for free in lab.sample(steps[::4], 1, "stick sizes"):
        yield Case(f"stick.{free}", lambda folder, free=free: _stick_on(lab, folder, free))
    for free in lab.sample(steps[::4], 1, "relay sizes"):
        yield Case(f"relay.{free}", lambda folder, free=free: _relay_on(lab, folder, free))


def _books_on(lab: Lab, folder: str, free: int) -> None:
    """A device that writes until its disk is full."""
    base = scene(lab).laptop
    size = used(base.books, base.state)
    with Memory(folder + "/disk", size + free) as disk:
        device = base.copied(folder + "/disk/laptop")
        acknowledged = []
        refused = None
        for number in range(40):
            name = f"Client {number} " + "x" * 100
            run = device.run("client", "add", name)
            if run.exit != 0:
                refused = run
                break
            acknowledged.append(name)
        if refused:
            check(refused.exit == 73 and "full" in refused.err and device.books in refused.err,
                  f"after {len(acknowledged)}: {refused}")
        # Looking still works, and shows everything that was acknowledged.
        names = [one["name"] for one in device.json("client", "list")]
        check(set(acknowledged) <= set(names), f"lost: {set(acknowledged) - set(names)}")
        device.does("owed")
        device.does("verify")
        disk.change(f"size={size + free + (64 << 20)}")
        device.does("client", "add", "Next")
        is_sound(device, allow=frozenset({"space"}))
        names = [one["name"] for one in device.json("client", "list")]
        check({"Next", *acknowledged} <= set(names), f"lost later: {names}")


def _stick_on(lab: Lab, folder: str, free: int) -> None:
    """A stick that is full in the middle of a conversation."""
    copy = scene(lab).copied(folder)
    for number in range(20):
        copy.laptop.does("client", "add", f"Client {number}")
    with Memory(folder + "/disk", used(copy.stick) + free) as disk:
        shutil.copytree(copy.stick, folder + "/disk/stick", dirs_exist_ok=True)
        stick = folder + "/disk/stick"
        run = copy.laptop.run("sync", stick)
        is_clean(run)
        check(run.exit == 0 or stick in run.err, f"no path is named: {run}")
        names = [one["name"] for one in copy.laptop.json("client", "list")]
        check("Desk Client" in names or run.exit != 0, f"{names}")
        disk.change("size=64m")
        for device in (copy.laptop, copy.desk, copy.laptop):
            device.does("sync", stick)
        same_digest(copy.laptop, copy.desk)


def _relay_on(lab: Lab, folder: str, free: int) -> None:
    """A relay whose disk is full: it says so, keeps what it acknowledged and goes on afterwards."""
    copy = scene(lab).copied(folder)
    relay = copy.relay()
    size = used(relay.data)
    with Memory(folder + "/disk", size + free) as disk:
        shutil.move(relay.data, folder + "/disk/relay")
        relay.data = folder + "/disk/relay"
        acknowledged = []
        try:
            relay.start()
            for number in range(20):
                name = f"Pushed {number} " + "x" * 400
                copy.laptop.does("client", "add", name)
                run = copy.laptop.run("sync", relay.url)
                is_clean(run)
                if run.exit != 0:
                    break
                acknowledged.append(name)
        except RelayEnded as ended:
            check(free < 131072, f"{free} bytes do not suffice to start: {ended}")
        disk.change("size=64m")
        relay.stop()
        relay.start()
        reader = Device(lab, folder + "/reader")
        reader.does("join", "-", input=copy.invitation)
        reader.does("sync", relay.url)
        names = [one["name"] for one in reader.json("client", "list")]
        check(set(acknowledged) <= set(names), f"lost: {set(acknowledged) - set(names)}")
        for device in (copy.laptop, reader):
            device.does("sync", relay.url)
        same_digest(copy.laptop, reader)
        relay.stop()


def same_digest(*devices: Device) -> None:
    digests = [device.json("status")["digest"] for device in devices]
    check(len(set(digests)) == 1, f"digests differ: {digests}")


# Reading alone

READS = [["today"], ["client", "list"], ["client", "show", "Maison Blum"], ["invoice", "list"],
         ["invoice", "show", "F-0001"], ["payment", "list"], ["package", "list"], ["owed"],
         ["status"], ["conflicts"], ["peer", "list"], ["series", "list"], ["log"], ["verify"],
         ["books"], ["invite"], ["recovery"]]


def _read_only(lab: Lab, folder: str) -> int:
    """Every command that looks works on a disk that can only be read, every other one says why."""
    base = scene(lab)
    points = 0
    with Memory(folder + "/disk", 64 << 20) as disk:
        copy = base.copied(folder + "/disk")
        disk.change("ro")
        for words in READS:
            run = copy.laptop.run(*words)
            check(run.exit == 0, f"{words}: {run}")
            points += 1
        for command in COMMANDS:
            if command.is_first or command.uses_relay:
                continue
            run = copy.laptop.run(*command.words(copy))
            check(run.exit == 73 and copy.laptop.home in run.err, f"{command.name}: {run}")
            points += 1
        disk.change("rw")
        copy.laptop.does("client", "add", "Next")
        is_sound(copy.laptop, allow=frozenset({"space"}))
    return points
