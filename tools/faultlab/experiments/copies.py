"""Books copied, restored, rolled back; relays restored, deleted, doubled; folder and relay mixed."""

import itertools
import os
import shutil

from ..facts import is_sound, writer_of
from ..lab import Case, Lab, check
from ..machines import Device, Relay
from ..scene import QUIET


def cases(lab: Lab):
    ways = [(with_state, first) for with_state in (True, False) for first in ("original", "copy")]
    for with_state, first in lab.sample(ways, 1, "both-used"):
        yield Case(f"both-used.{'state' if with_state else 'books'}.{first}",
                   lambda folder, a=with_state, b=first: _both_used(lab, folder, a, b))
    points = [(kept, with_state) for kept in range(0, 10) for with_state in (True, False)]
    for kept, with_state in lab.sample(points, 1, "restored"):
        yield Case(f"restored.{kept}.{'state' if with_state else 'books'}",
                   lambda folder, a=kept, b=with_state: _restored(lab, folder, a, b))
    for kept in lab.sample(list(range(0, 10)), 1, "rolled-back"):
        yield Case(f"rolled-back.{kept}",
                   lambda folder, a=kept: _rolled_back_in_use(lab, folder, a))
    orders = list(itertools.permutations(range(3)))
    relays = [(what, order) for what in ("older", "deleted", "two", "mixed") for order in orders]
    for what, order in lab.sample(relays, 1, "relays"):
        name = "".join(map(str, order))
        yield Case(f"relay-{what}.{name}",
                   lambda folder, a=what, b=order: _relays(lab, folder, a, b))


class Team:
    """Devices of one set of books, and what every one of them acknowledged."""

    def __init__(self, lab: Lab, folder: str, count: int):
        self.lab = lab
        self.stick = folder + "/stick"
        self.written: set[str] = set()
        first = Device(lab, folder + "/device0")
        first.does("init", "--name", "Atelier Nord", "--device", "device0")
        self.write(first, "First")
        first.does("package", "new", "First", "Coaching", "--units", "1000", "--price", "900")
        self.used = 0
        self.devices = [first]
        word = first.does("invite").out.split()[-1]
        first.does("sync", self.stick)
        for number in range(1, count):
            device = Device(lab, f"{folder}/device{number}")
            device.does("join", "-", "--device", f"device{number}", input=word)
            device.does("sync", self.stick)
            self.devices.append(device)

    def write(self, device: Device, name: str) -> None:
        device.does("client", "add", name)
        self.written.add(name)

    def use(self, device: Device) -> None:
        device.does("package", "use", "Coaching")
        self.used += 1

    def meets(self, *places: str, devices=None) -> None:
        for device in devices or self.devices:
            for place in places:
                device.does("sync", place)

    def agrees(self, *devices: Device) -> None:
        """All are equal and sound, everything acknowledged is there, and once."""
        devices = devices or self.devices
        states = [is_sound(device) for device in devices]
        digests = {state["digest"] for state in states}
        check(len(digests) == 1, f"digests differ: {states}")
        for device in devices:
            names = [one["name"] for one in device.json("client", "list")]
            check(sorted(names) == sorted(self.written),
                  f"there {sorted(names)}, acknowledged {sorted(self.written)}")
            used = device.json("package", "list")[0]["used"]
            check(used == self.used, f"{used} used, {self.used} acknowledged")


def _both_used(lab: Lab, folder: str, with_state: bool, first: str) -> None:
    """The whole machine or its books copied, and both written to, met in either order."""
    team = Team(lab, folder, 2)
    original = team.devices[0]
    copy = original.copied(folder + "/copy", with_state)
    pair = [original, copy] if first == "original" else [copy, original]
    for number in range(5):
        for device, name in zip(pair, ("one", "other")):
            team.write(device, f"{name} {number}")
            team.use(device)
    team.devices.append(copy)
    team.meets(team.stick, devices=[*pair, team.devices[1], *pair, team.devices[1]])
    for device, name in zip(pair, ("one", "other")):
        team.write(device, f"{name} later")
        team.use(device)
    team.meets(team.stick, devices=[*pair, team.devices[1], *pair])
    team.agrees()
    check(writer_of(original) != writer_of(copy), "two machines write as one")


def _history(team: Team, device: Device, folder: str) -> list[Device]:
    """Ten writes, each other one sent, and a copy of everything as it stood before each."""
    copies = []
    for number in range(10):
        copies.append(device.copied(f"{folder}/copy{number}"))
        team.write(device, f"Written {number}")
        team.use(device)
        if number % 2 == 0:
            device.does("sync", team.stick)
    device.does("sync", team.stick)
    return copies


def _put_back(device: Device, copy: Device, with_state: bool) -> Device:
    """An older copy in the device's own place."""
    for name in ("books", "state") if with_state else ("books",):
        shutil.rmtree(f"{device.home}/{name}")
    if not with_state:
        shutil.copytree(copy.books, device.books)
        return device
    return copy.copied(device.home)


def _restored(lab: Lab, folder: str, kept: int, with_state: bool) -> None:
    """An older copy put back, written to before anything is met, then met: what had reached another
    machine comes back, and nothing newer is overwritten."""
    team = Team(lab, folder, 2)
    copies = _history(team, team.devices[0], folder)
    device = _put_back(team.devices[0], copies[kept], with_state)
    team.devices[0] = device
    for number in range(3):
        team.write(device, f"Restored {number}")
        team.use(device)
    team.meets(team.stick, devices=team.devices * 3)
    team.agrees()


def _rolled_back_in_use(lab: Lab, folder: str, kept: int) -> None:
    """The bytes of the database put back in place, between two commands, state left as it is."""
    team = Team(lab, folder, 2)
    copies = _history(team, team.devices[0], folder)
    device = team.devices[0]
    for name in os.listdir(copies[kept].books):
        if name.startswith("books.sqlite") and not name.endswith("-shm"):
            with open(f"{copies[kept].books}/{name}", "rb") as old, \
                    open(f"{device.books}/{name}", "r+b") as file:
                file.truncate(0)
                file.write(old.read())
    # A machine that was switched off has no shared memory.
    if os.path.exists(device.database + "-shm"):
        os.remove(device.database + "-shm")
    before = is_sound(device, allow=frozenset({"older"}))["writer"]
    team.write(device, "After")
    team.use(device)
    if kept < 9:
        check(writer_of(device) != before, "goes on as a writer that the books forgot")
    team.meets(team.stick, devices=team.devices * 3)
    team.agrees()


def _relays(lab: Lab, folder: str, what: str, order: tuple[int, ...]) -> None:
    """Three devices over a relay that forgets, and come back in each order."""
    team = Team(lab, folder, 3)
    relay = Relay(lab, folder + "/relayhome", *QUIET).start()
    other = Relay(lab, folder + "/otherhome", *QUIET).start() if what == "two" else None
    try:
        team.meets(relay.url, devices=team.devices * 2)
        # What was sent before the copy of the relay's data, and what was sent after it.
        for part in ("before", "after"):
            for number, device in enumerate(team.devices):
                team.write(device, f"{part} {number}")
                team.use(device)
                device.does("sync", relay.url)
            if part == "before":
                relay.stop()
                shutil.copytree(relay.data, folder + "/older")
                relay.start()
        devices = [team.devices[number] for number in order]
        if what in ("older", "deleted", "mixed"):
            relay.stop()
            shutil.rmtree(relay.data)
            if what == "older":
                shutil.copytree(folder + "/older", relay.data)
            relay.start()
        for device in devices:
            team.write(device, f"later {device.home[-1]}")
            team.use(device)
        if what == "two":
            for number, device in enumerate(devices + devices):
                device.does("sync", (relay if number % 2 else other).url)
            team.meets(relay.url, other.url, devices=devices * 2)
        elif what == "mixed":
            # One meets only the folder, one only the relay, and one both.
            for _ in range(2):
                team.meets(team.stick, devices=devices[:2])
                team.meets(relay.url, devices=devices[1:])
            # Who meets both carries the last news from the relay to the folder.
            devices[1].does("sync", relay.url)
            team.meets(team.stick, devices=[devices[1], devices[0]])
        else:
            team.meets(relay.url, devices=devices * 2)
        team.agrees()
        reader = Device(lab, folder + "/reader")
        reader.does("join", "-", input=devices[0].does("invite").out.split()[-1])
        reader.does("sync", relay.url)
        team.agrees(reader, devices[0])
    finally:
        relay.stop()
        if other:
            other.stop()
