"""Books and segments of every released schema; with --older an older program among present ones."""

import glob
import json
import os
import tarfile

from ..facts import is_sound
from ..fixture import answers
from ..lab import Case, Lab, Skip, check
from ..machines import Device, Relay
from ..scene import QUIET
from .disk import same_digest

FIXTURES = os.path.join(os.path.dirname(__file__), "../../../Tests/Fixtures/schema-*.tar.gz")


def cases(lab: Lab):
    found = sorted(glob.glob(FIXTURES))
    if not found and not lab.older:
        raise Skip("there are no fixtures")
    for path in found:
        name = os.path.basename(path).removesuffix(".tar.gz")
        for what, test in (("books", _books), ("segments", _segments), ("both", _both)):
            yield Case(f"{name}.{what}",
                       lambda folder, path=path, test=test: test(lab, folder, path))
    if lab.older:
        yield Case("older.books", lambda folder: _older_books(lab, folder))
        yield Case("older.refuses", lambda folder: _older_refuses(lab, folder))
        for place in ("older relay", "relay", "stick"):
            yield Case(f"older.{place.replace(' ', '-')}",
                       lambda folder, place=place: _older_among(lab, folder, place))


def unpacked(lab: Lab, folder: str, path: str) -> tuple[Device, str, dict]:
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
    os.chmod(folder + "/laptop/books", 0o700)
    with open(folder + "/answers.json") as file:
        return Device(lab, folder + "/laptop"), folder + "/stick", json.load(file)


def holds(found, recorded, where: str) -> None:
    """What was answered then is answered now; there may be more."""
    if isinstance(recorded, dict):
        check(isinstance(found, dict), f"{where}: {found}")
        for key, value in recorded.items():
            # Unpacked elsewhere they are a copy, and write as another.
            if key == "mine":
                continue
            check(key in found, f"{where}: {key} is gone")
            holds(found[key], value, f"{where} {key}")
    elif isinstance(recorded, list):
        check(isinstance(found, list) and len(found) == len(recorded), f"{where}: {found}")
        for index, value in enumerate(recorded):
            holds(found[index], value, f"{where} {index}")
    else:
        check(found == recorded, f"{where}: {found!r}, then {recorded!r}")


def _books(lab: Lab, folder: str, path: str) -> None:
    """A folder of books that an older program wrote."""
    device, stick, then = unpacked(lab, folder, path)
    holds(answers(device), then, "opened")
    is_sound(device)
    device.does("client", "add", "Next")
    device.does("sync", stick)
    is_sound(device)


def _segments(lab: Lab, folder: str, path: str) -> None:
    """A new device that only has an older program's segments."""
    device, stick, then = unpacked(lab, folder, path)
    other = Device(lab, folder + "/other")
    other.does("join", "-", input=device.does("invite").out.split()[-1])
    other.does("sync", stick)
    names = {one["name"] for one in other.json("client", "list")}
    wanted = {one["name"] for one in then["client list"]} - {"Unsealed"}
    check(names == wanted, f"{names}, then {wanted}")
    is_sound(other)


def _both(lab: Lab, folder: str, path: str) -> None:
    """Both, who go on together."""
    device, stick, _ = unpacked(lab, folder, path)
    other = Device(lab, folder + "/other")
    other.does("join", "-", input=device.does("invite").out.split()[-1])
    for one in (other, device):
        one.does("client", "add", f"Of {one.home[-5:]}")
    for one in (device, other, device):
        one.does("sync", stick)
    same_digest(device, other)
    is_sound(device)
    is_sound(other)


# An older program itself


def _fills(device: Device, word: str) -> None:
    """What programs of every release can write."""
    device.does("client", "add", f"Client {word}", "--terms", "30d")
    draft = device.json("invoice", "new", f"Client {word}", "--line", "Design; 3; 450.00; 20")["id"]
    issued = device.json("invoice", "issue", draft, "--on", "2026-11-02")
    device.does("pay", issued["number"], "600.00", "--on", "2026-11-03")


def _names(device: Device) -> set[str]:
    return {one["name"] for one in device.json("client", "list")}


def _older_books(lab: Lab, folder: str) -> None:
    """What an older program wrote is there in the same place for a present one, which goes on."""
    older = Device(lab.with_older(), folder + "/device")
    older.does("init", "--name", "Atelier Nord")
    _fills(older, "older")
    older.does("sync", folder + "/stick")
    older.does("client", "add", "Unsealed")
    device = Device(lab, older.home)
    # The one that looks first finds the books as they are, the one that writes converts them.
    questions = (["client", "list"], ["owed", "--as-of", "2026-12-24"], ["invoice", "show", "F-0001"])
    then = [older.json(*words) for words in questions]
    for words, recorded in zip(questions, then):
        holds(device.json(*words), recorded, " ".join(words))
    _fills(device, "present")
    is_sound(device)
    other = Device(lab, folder + "/other")
    other.does("join", "-", input=device.does("invite").out.split()[-1])
    for one in (device, other):
        one.does("sync", folder + "/stick")
    same_digest(device, other)
    check(_names(other) == {"Client older", "Client present", "Unsealed"}, f"{_names(other)}")


def _older_refuses(lab: Lab, folder: str) -> int:
    """Books that a present program made are left as they are by an older one, which says why."""
    device = Device(lab, folder + "/device")
    device.does("init", "--name", "Atelier Nord")
    _fills(device, "present")
    before = (device.json("status")["digest"], _names(device))
    older = Device(lab.with_older(), device.home)
    tried = (["client", "list"], ["client", "add", "New"], ["sync", folder + "/stick"], ["rebuild"])
    for words in tried:
        run = older.run(*words)
        check(run.exit == 65 and "newer" in run.err, f"{words}: {run}")
    check((device.json("status")["digest"], _names(device)) == before, "something changed")
    is_sound(device)
    return len(tried)


def _older_among(lab: Lab, folder: str, place: str) -> None:
    """An older and a present program through one place. What the older one does not know it keeps
    and passes on; with the present program in its stead nothing is missing."""
    device, older = Device(lab, folder + "/device"), Device(lab.with_older(), folder + "/older")
    if place == "stick":
        where = folder + "/stick"
    else:
        relay = Relay(lab if place == "relay" else lab.with_older(), folder + "/relayhome", *QUIET)
        where = relay.start().url
    device.does("init", "--name", "Atelier Nord")
    _fills(device, "present")
    # A table and a field that the older one may lack.
    device.does("payment", "receipt", device.json("payment", "list")[0]["id"])
    device.does("invoice", "note", "F-0001", "Paid in part")
    older.does("join", "-", input=device.does("invite").out.split()[-1])
    for number in range(3):
        for one, word in ((older, "older"), (device, "present")):
            one.does("client", "add", f"Of {word} {number}")
            one.does("sync", where)
    older.does("sync", where)
    wanted = {"Client present"} | {
        f"Of {word} {number}" for word in ("older", "present") for number in range(3)}
    for one in (device, older):
        check(_names(one) == wanted, f"{_names(one)}")
        run = one.run("verify")
        check(run.exit == 0, f"verify: {run}")
    # One that has nothing but what the older program passed on.
    third = Device(lab, folder + "/third")
    third.does("join", "-", input=device.does("invite").out.split()[-1])
    passed = folder + "/passed"
    older.does("sync", passed)
    third.does("sync", passed)
    upgraded = Device(lab, older.home)
    upgraded.does("client", "add", "Upgraded")
    for one in (upgraded, device, third):
        one.does("sync", where)
    upgraded.does("sync", where)
    same_digest(device, upgraded, third)
    for one in (device, upgraded, third):
        is_sound(one)
        check("Paid in part" in one.does("invoice", "log", "F-0001").out, "a note was lost")
