"""Power lost at every write: any part of what was not yet synced may be missing or torn."""

import hashlib
import os
import time

from .. import tool
from ..facts import facts, is_sound
from ..lab import Case, Lab, check
from ..machines import Device, Relay, state_name
from ..recorder import Disk, lay_down, recording, steps
from ..scene import QUIET
from .disk import same_digest

RANDOM = 3


def cases(lab: Lab):
    tool.needs("strace")
    yield from _of_device(lab)
    yield from _of_relay(lab)


def images(lab: Lab, name: str, record, count: int, disk: Disk | None = None):
    """(name, number of steps, image) at every step: nothing of what is not synced, all of it, and
    some of it by chance; equal ones once. The disk is empty at first unless one is given."""
    points = [(done, kind) for done in range(len(record) + 1)
              for kind in ("none", "all", *range(RANDOM))]
    chosen = set(lab.sample(points, count, name))
    disk = disk or Disk()
    seen = set()
    for done in range(len(record) + 1):
        if done:
            disk.take(record[done - 1])
        for kind in ("none", "all", *range(RANDOM)):
            if (done, kind) not in chosen:
                continue
            case = f"{name}.{done}.{kind}"
            if not lab.is_drawn(case):
                continue
            image = disk.image(lab.random(case) if isinstance(kind, int) else None, kind == "all")
            sum = hashlib.sha256(repr(sorted(image.items())).encode()).digest()
            if sum not in seen:
                seen.add(sum)
                yield case, done, image


# A device and a stick


def _of_device(lab: Lab):
    home = lab.folder()
    device = Device(lab, home + "/laptop")
    stick = home + "/stick"
    record, marks = [], [(0, ())]
    issued = None
    for words in (
            ["init", "--name", "Atelier Nord"], ["client", "add", "Maison Blum"],
            ["invoice", "new", "Maison Blum", "--line", "Design; 3; 450.00; 20"], "issue",
            ["pay", "F-0001", "600.00"], ["sync", stick],
            ["package", "new", "Maison Blum", "Coaching", "--units", "10", "--price", "900"],
            ["package", "use", "Coaching", "2"], ["sync", stick], ["rebuild"],
            ["client", "add", "Last"]):
        if words == "issue":
            words = ["invoice", "issue", issued]
        run = device.does(*words, "--json", under=recording(home + "/trace"))
        issued = run.json.get("id", issued) if isinstance(run.json, dict) else issued
        record += [step for step in steps(home + "/trace", home)
                   if step.path.startswith(("laptop", "stick"))]
        marks.append((len(record), facts(device, home + "/facts"), words[0]))
    for case, done, image in images(lab, "device", record, 10):
        yield Case(case, lambda folder, done=done, image=image: _device_lost(
            lab, folder, image, marks, done))


def _device_lost(lab: Lab, folder: str, image: dict, marks, done: int) -> None:
    lay_down({"laptop": None} | image, folder)
    device = Device(lab, folder + "/laptop")
    find_state(device)
    acknowledged = max(number for number, mark in enumerate(marks) if mark[0] <= done)
    allowed = [mark[1] for mark in marks[acknowledged:acknowledged + 2]]
    found = facts(device, folder + "/facts")
    check(found in allowed, f"{acknowledged} commands were acknowledged; found {found}")
    if not acknowledged and not found:
        device.does("init", "--name", "Atelier Nord")
    is_sound(device)
    device.does("client", "add", "Next")
    stick = folder + "/stick"
    device.does("sync", stick)
    other = Device(lab, folder + "/other")
    other.does("join", "-", input=device.does("invite").out.split()[-1])
    other.does("sync", stick)
    same_digest(device, other)
    is_sound(other)


def find_state(device: Device) -> None:
    """Gives the state folder the name that belongs to the new place of the books."""
    top = device.state + "/jalon"
    for books in os.listdir(top) if os.path.isdir(top) else []:
        for old in os.listdir(f"{top}/{books}"):
            os.rename(f"{top}/{books}/{old}", f"{top}/{books}/{state_name(device.books)}")


# A relay


def _of_relay(lab: Lab):
    home = lab.folder()
    device = Device(lab, home + "/laptop")
    device.does("init", "--name", "Atelier Nord")
    relay = Relay(lab, home + "/relayhome", *QUIET)
    acknowledged = []
    relay.start(under=recording(home + "/trace"))
    for number in range(4):
        device.does("client", "add", f"Pushed {number}")
        device.does("sync", relay.url)
        acknowledged.append((time.time(), f"Pushed {number}"))
    relay.stop()
    record = [step for step in steps(home + "/trace", home) if step.path.startswith("relayhome")]
    for case, done, image in images(lab, "relay", record, 2):
        # What was acknowledged before this step began.
        at = record[done].at if done < len(record) else time.time()
        names = [name for when, name in acknowledged if when < at]
        yield Case(case, lambda folder, image=image, names=names: _relay_lost(
            lab, folder, device, image, names))


def _relay_lost(lab: Lab, folder: str, device: Device, image: dict, acknowledged: list) -> None:
    lay_down({"relayhome": None} | image, folder)
    laptop = device.copied(folder + "/laptop")
    relay = Relay(lab, folder + "/relayhome", *QUIET).start()
    try:
        reader = Device(lab, folder + "/reader")
        reader.does("join", "-", input=laptop.does("invite").out.split()[-1])
        reader.does("sync", relay.url)
        names = [one["name"] for one in reader.json("client", "list")]
        check(set(acknowledged) <= set(names), f"acknowledged {acknowledged}, there {names}")
        for one in (laptop, reader, laptop):
            one.does("sync", relay.url)
        same_digest(laptop, reader)
        is_sound(reader)
    finally:
        relay.stop()
