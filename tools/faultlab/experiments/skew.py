"""Books and segments of every released schema, opened, written and met by the present program."""

import glob
import json
import os
import tarfile

from ..facts import is_sound
from ..fixture import answers
from ..lab import Case, Lab, Skip, check
from ..machines import Device
from .disk import same_digest

FIXTURES = os.path.join(os.path.dirname(__file__), "../../../Tests/Fixtures/schema-*.tar.gz")


def cases(lab: Lab):
    found = sorted(glob.glob(FIXTURES))
    if not found:
        raise Skip("there are no fixtures")
    for path in found:
        name = os.path.basename(path).removesuffix(".tar.gz")
        for what, test in (("books", _books), ("segments", _segments), ("both", _both)):
            yield Case(f"{name}.{what}",
                       lambda folder, path=path, test=test: test(lab, folder, path))


def _unpacked(lab: Lab, folder: str, path: str) -> tuple[Device, str, dict]:
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
    os.chmod(folder + "/laptop/books", 0o700)
    with open(folder + "/answers.json") as file:
        return Device(lab, folder + "/laptop"), folder + "/stick", json.load(file)


def _holds(found, recorded, where: str) -> None:
    """What was answered then is answered now; there may be more."""
    if isinstance(recorded, dict):
        check(isinstance(found, dict), f"{where}: {found}")
        for key, value in recorded.items():
            # Unpacked elsewhere they are a copy, and write as another.
            if key == "mine":
                continue
            check(key in found, f"{where}: {key} is gone")
            _holds(found[key], value, f"{where} {key}")
    elif isinstance(recorded, list):
        check(isinstance(found, list) and len(found) == len(recorded), f"{where}: {found}")
        for index, value in enumerate(recorded):
            _holds(found[index], value, f"{where} {index}")
    else:
        check(found == recorded, f"{where}: {found!r}, then {recorded!r}")


def _books(lab: Lab, folder: str, path: str) -> None:
    """A folder of books that an older program wrote."""
    device, stick, then = _unpacked(lab, folder, path)
    _holds(answers(device), then, "opened")
    is_sound(device)
    device.does("client", "add", "Next")
    device.does("sync", stick)
    is_sound(device)


def _segments(lab: Lab, folder: str, path: str) -> None:
    """A new device that only has an older program's segments."""
    device, stick, then = _unpacked(lab, folder, path)
    other = Device(lab, folder + "/other")
    other.does("join", "-", input=device.does("invite").out.split()[-1])
    other.does("sync", stick)
    names = {one["name"] for one in other.json("client", "list")}
    wanted = {one["name"] for one in then["client list"]} - {"Unsealed"}
    check(names == wanted, f"{names}, then {wanted}")
    is_sound(other)


def _both(lab: Lab, folder: str, path: str) -> None:
    """Both, who go on together."""
    device, stick, _ = _unpacked(lab, folder, path)
    other = Device(lab, folder + "/other")
    other.does("join", "-", input=device.does("invite").out.split()[-1])
    for one in (other, device):
        one.does("client", "add", f"Of {one.home[-5:]}")
    for one in (device, other, device):
        one.does("sync", stick)
    same_digest(device, other)
    is_sound(device)
    is_sound(other)
