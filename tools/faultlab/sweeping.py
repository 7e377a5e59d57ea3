"""A signal at every system call of a program, and what has to hold afterwards."""

import hashlib
import os
import re
import threading

from . import tool
from .facts import is_sound, writer_of
from .lab import Case, Lab, Missed, check
from .machines import Device, RelayEnded
from .scene import COMMANDS, Command, Scene, Stage, scene

# Before these nothing of the program runs; after these nothing of it does.
OUTSIDE = {"execve", "exit", "exit_group", "rt_sigreturn"}
CALL = re.compile(r"^(\d+)\s+(\w+)\(")


def calls(trace: str, after: str = "", but=lambda line: False) -> list[tuple[str, int]]:
    """Every (system call, n) of a trace, n counted for each thread as strace does, in the order of
    their first appearance; only those after the first line with a text, if one is given, and none
    whose line is to be left out."""
    seen: dict[tuple[str, str], int] = {}
    points: dict[tuple[str, int], None] = {}
    is_reached = not after
    with open(trace, errors="replace") as lines:
        for line in lines:
            is_reached = is_reached or after in line
            if not (match := CALL.match(line)) or match[2] in OUTSIDE:
                continue
            count = seen[match[1], match[2]] = seen.get((match[1], match[2]), 0) + 1
            if is_reached and not but(line):
                points[match[2], count] = None
    return list(points)


def traced(trace: str) -> list[str]:
    return ["strace", "-f", "-qq", "-y", "-s", "256", "-o", trace]


def at_every_call(lab: Lab, signals: list[str], per_command: int, only=None):
    for command in COMMANDS:
        if not only or command.name in only:
            yield from _of_command(lab, command, signals, per_command)
    yield from _of_relay(lab, signals, per_command * 2)


# Commands of a device


def _of_command(lab: Lab, command: Command, signals, per_command: int):
    folder = lab.folder()
    with Stage(lab, command, folder) as stage:
        before = stage.facts()
        whole = stage.run(under=traced(folder + "/trace"))
        check(whole.exit == 0, f"{command.name}: {whole}")
        after = stage.facts()
        check(command.is_silent or before != after, f"{command.name} changes nothing")
        expected = Expected(before, after)
        # In quick mode not where only libraries are loaded.
        reached = "" if lab.is_whole else stage.device.books
        points = calls(folder + "/trace", after=reached)
    points = [(signal, *point) for signal in signals for point in points]
    for signal, call, n in lab.sample(points, per_command * len(signals), command.name):
        yield Case(
            f"{command.name}.{signal}.{call}.{n}",
            lambda folder, signal=signal, call=call, n=n: _stopped(
                lab, command, expected, folder, f"{call}:signal={signal}:when={n}"))


class Expected:
    """What the books may say after a command: as before, or as after it. What follows from the same
    bytes, here and with the other side of a conversation, is not looked at twice."""

    def __init__(self, before, after):
        self.before = before
        self.after = after
        self._lock = threading.Lock()
        self._seen: set[tuple] = set()

    def is_new(self, stage: Stage, is_done: bool) -> bool:
        tops = [stage.device.books, stage.device.state]
        # A conversation leaves something with its other side, too.
        if stage.command.is_sync and not stage.relay:
            tops.append(stage.scene.stick)
        state = is_done, fingerprint(tops), stage.relay and tuple(stage.relay.holds())
        with self._lock:
            if state in self._seen:
                return False
            self._seen.add(state)
            return True


def fingerprint(tops: list[str]) -> bytes:
    """All files of some folders; the names of folders inside depend on the place."""
    sum = hashlib.sha256()
    for top in tops:
        for path, folders, names in os.walk(top):
            folders.sort()
            for name in sorted(names):
                sum.update(name.encode() + b"\0")
                with open(f"{path}/{name}", "rb") as file:
                    sum.update(hashlib.sha256(file.read()).digest())
    return sum.digest()


def _stopped(lab: Lab, command: Command, expected: Expected, folder: str, injection: str) -> None:
    with Stage(lab, command, folder) as stage:
        run = stage.run(under=tool.strace(injection, trace=folder + "/trace"))
        if not tool.came_to(folder + "/trace", injection):
            raise Missed
        check(run.is_killed or "signal=KILL" not in injection, f"{run}")
        found = stage.facts()
        if run.exit == 0 or (run.out and not command.is_sync):
            check(found == expected.after, f"acknowledged and not there: {run}\n{found}")
        check(found in (expected.before, expected.after),
              f"neither before nor after: {run}\n{difference(found, expected)}")
        if expected.is_new(stage, run.exit == 0):
            goes_on(stage, run.exit == 0)


def difference(found, expected: Expected) -> str:
    nearest = expected.after if len(found) >= len(expected.after) else expected.before
    return (f"missing {sorted(set(nearest) - set(found))} "
            f"beside {sorted(set(found) - set(nearest))}")


def goes_on(stage: Stage, is_done: bool) -> None:
    """The machine put back with its state goes on as the same writer, a copy of the books' folder
    as a new one; both meet and are equal."""
    command, device, base = stage.command, stage.device, scene(stage.lab)
    if command.is_first:
        is_there = os.path.exists(device.database) and device.run("status").exit == 0
        if not (is_there and stage.facts()):
            # Cut off before anything was acknowledged: the same words again.
            again = stage.run()
            check(again.exit == 0, f"{command.name} again: {again}")
        is_sound(device)
    if command.is_sync:
        if is_done:
            # What was acknowledged is with the other side without another word from this one.
            _meet(stage, stage.scene.desk)
            _equal(stage.scene.desk, device)
        stage.facts()
    copy = device.copied(stage.folder + "/copy", with_state=False)
    # Here the first command writes, there it looks.
    device.does("client", "add", "Next")
    is_sound(device)
    is_sound(copy)
    copy.does("client", "add", "Next There")
    writers = [writer_of(one) for one in (device, copy)]
    check(writers[0] != writers[1], f"two machines write as one: {writers}")
    if not command.is_first:
        check(writers[0] == writer_of(base.laptop), "the machine put back is another writer")
    for one in (device, copy, device):
        _meet(stage, one)
    _equal(device, copy)
    if command.is_sync:
        _meet(stage, stage.scene.desk)
        _meet(stage, device)
        _equal(stage.scene.desk, device)
    names = [one["name"] for one in device.json("client", "list")]
    check({"Next", "Next There"} <= set(names), f"lost: {names}")


def _meet(stage: Stage, device: Device) -> None:
    if stage.command.is_sync:
        device.does(*stage.command.words(stage.scene))
    else:
        device.does("sync", stage.folder + "/meeting")


def _equal(one: Device, other: Device) -> None:
    digests = [device.json("status")["digest"] for device in (one, other)]
    check(digests[0] == digests[1], f"digests differ: {digests}")


# A relay


def _of_relay(lab: Lab, signals, count: int):
    folder = lab.folder()
    copy = scene(lab).copied(folder)
    relay = copy.relay()
    relay.start(under=traced(folder + "/trace"))
    _push(copy.laptop, relay.url, [])
    relay.stop()
    points = calls(folder + "/trace", after="" if lab.is_whole else relay.data)
    points = [(signal, *point) for signal in signals for point in points]
    for signal, call, n in lab.sample(points, count, "relay"):
        yield Case(
            f"relay.{signal}.{call}.{n}",
            lambda folder, signal=signal, call=call, n=n: _relay_stopped(
                lab, folder, f"{call}:signal={signal}:when={n}"))


def _push(device: Device, url: str, acknowledged: list) -> None:
    """Several changes, each with a conversation of its own."""
    for number in range(3):
        name = f"Pushed {number}"
        device.does("client", "add", name)
        run = device.run("sync", url)
        check(run.exit in (0, 69), f"sync: {run}")
        if run.exit == 0:
            acknowledged.append(name)


def _relay_stopped(lab: Lab, folder: str, injection: str) -> None:
    copy = scene(lab).copied(folder)
    relay = copy.relay()
    acknowledged: list[str] = []
    try:
        relay.start(under=tool.strace(injection, trace=folder + "/trace"))
        url = relay.url
        _push(copy.laptop, url, acknowledged)
    except RelayEnded:
        pass
    relay.stop()
    if not tool.came_to(folder + "/trace", injection):
        raise Missed
    relay.start()
    # Whoever comes next has what was acknowledged, without a word from the device that sent it.
    reader = Device(lab, folder + "/reader")
    reader.does("join", "-", input=copy.invitation)
    reader.does("sync", relay.url)
    names = [one["name"] for one in reader.json("client", "list")]
    check(set(acknowledged) <= set(names), f"acknowledged {acknowledged}, there {names}")
    for one in (copy.laptop, copy.desk, reader, copy.laptop):
        one.does("sync", relay.url)
    _equal(copy.laptop, reader)
    is_sound(reader)
    relay.stop()
