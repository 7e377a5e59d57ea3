"""Books on a disk that lies behind a protocol (sshfs), used from one machine, from two in turn, at once."""

import os
import shutil
import subprocess

from .. import tool
from ..facts import is_sound
from ..lab import Case, Lab, Skip, check
from ..machines import Device, Run

SERVERS = ["/usr/lib/openssh/sftp-server", "/usr/libexec/sftp-server", "/usr/lib/ssh/sftp-server"]


def cases(lab: Lab):
    tool.needs_root()
    tool.needs("sshfs")
    server = next((path for path in SERVERS if os.access(path, os.X_OK)), None)
    if not server or not os.path.exists("/dev/fuse"):
        raise Skip("there is no sftp-server, or no /dev/fuse")
    yield Case("alone", lambda folder: _alone(lab, folder, server))
    for number in range(10 if lab.is_whole else 1):
        yield Case(f"in-turn.{number}", lambda folder: _in_turn(lab, folder, server))
        yield Case(f"at-once.{number}", lambda folder: _at_once(lab, folder, server))


class Share:
    """A folder of a server, mounted for each machine anew: their kernels know nothing of each other."""

    def __init__(self, lab: Lab, folder: str, server: str):
        self.lab, self.folder = lab, folder
        self.served = folder + "/served"
        os.mkdir(self.served)
        self._mounts: list[str] = []
        self._ssh = folder + "/ssh"
        with open(self._ssh, "w") as script:
            script.write(f"#!/bin/sh\nexec {server}\n")
        os.chmod(self._ssh, 0o700)

    def __enter__(self) -> "Share":
        return self

    def __exit__(self, *_):
        for place in self._mounts:
            subprocess.run(["umount", "-l", place], capture_output=True)

    def machine(self, name: str) -> Device:
        device = Device(self.lab, f"{self.folder}/{name}")
        place = device.home + "/share"
        os.mkdir(place)
        words = ["sshfs", "-o", f"ssh_command={self._ssh}", f"server:{self.served}", place]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode != 0:
            raise Skip(f"sshfs cannot mount here: {done.stderr.strip()[:200]}")
        self._mounts.append(place)
        device.books = device.env["JALON_BOOKS"] = place + "/books"
        return device

    def told(self, device: Device) -> None:
        run = device.run("doctor")
        check(run.exit == 2 and "network disk (fuse.sshfs)" in run.out, f"doctor: {run}")

    def looked_at_there(self) -> Device:
        """The server's own look at the same folder."""
        device = Device(self.lab, self.folder + "/server")
        shutil.copytree(self.served + "/books", device.books)
        return device


def _begun(share: Share) -> Device:
    laptop = share.machine("laptop")
    laptop.does("init", "--name", "Atelier Nord")
    laptop.does("client", "add", "Maison Blum")
    return laptop


def _alone(lab: Lab, folder: str, server: str) -> None:
    with Share(lab, folder, server) as share:
        laptop = _begun(share)
        for number in range(5):
            laptop.does("client", "add", f"Client {number}")
        share.told(laptop)
        is_sound(laptop, allow=frozenset({"place"}))
        # Another machine finds everything, and so does the server.
        desk = share.machine("desk")
        for one in (desk, share.looked_at_there()):
            check(len(one.json("client", "list")) == 6, one.does("client", "list").out)
            is_sound(one, allow=frozenset({"place"}))


def _ends_well(share: Share, writes: list[tuple[str, str, Run]], *machines: Device) -> None:
    """Everything that was acknowledged is shown, or the machine that wrote it says that it is gone: at
    its next write, or by doctor."""
    acknowledged = [name for _, name, run in writes if run.exit == 0]
    said = {home for home, _, run in writes if "not in them any more" in run.err}
    for one in machines:
        run = one.run("doctor", "--json")
        found = {finding["code"] for finding in run.json["findings"]} if run.exit == 2 else set()
        if run.exit not in (0, 2) or found - {"place"}:
            said.add(one.home)
    for one in (*machines, share.looked_at_there()):
        run = one.run("client", "list", "--json")
        if run.exit != 0:
            check("jalon: " in run.err, f"no clear failure: {run}")
            continue
        names = [client["name"] for client in run.json]
        check(len(set(names)) == len(names), f"twice: {names}")
        check(set(names) <= {name for _, name, _ in writes} | {"Maison Blum"}, f"{names}")
        lost = [(home, name) for home, name, run in writes if run.exit == 0 and name not in names]
        check({home for home, _ in lost} <= said,
              f"{one.home}: lost in silence: {lost} of {acknowledged}; {said} said so")


def _in_turn(lab: Lab, folder: str, server: str) -> None:
    with Share(lab, folder, server) as share:
        machines = [_begun(share), share.machine("desk")]
        writes = []
        for number in range(8):
            one, name = machines[number % 2], f"Client {number}"
            writes.append((one.home, name, one.run("client", "add", name)))
        _ends_well(share, writes, *machines)


def _at_once(lab: Lab, folder: str, server: str) -> None:
    with Share(lab, folder, server) as share:
        machines = [_begun(share), share.machine("desk")]
        writes = []
        for number in range(6):
            running = [(one.home, f"{number} of {place}", one.starts("client", "add", f"{number} of {place}"))
                       for place, one in enumerate(machines)]
            for home, name, process in running:
                out, err = process.communicate(timeout=120)
                writes.append((home, name, Run(process.returncode, out, err)))
        _ends_well(share, writes, *machines)
