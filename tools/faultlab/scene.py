"""The books that faults happen to, and every command that writes them."""

import os
import shutil
import threading
from dataclasses import dataclass, field
from typing import Callable

from .facts import facts
from .lab import Lab, check
from .machines import Device, Relay

# A small relay answers at once; this one keeps the log short.
QUIET = ("--log", "error")


@dataclass
class Scene:
    """Laptop and desk, two devices of one set of books, in a folder; a carrier between them that
    holds news for the laptop, which itself has something unsealed and a conflict."""
    lab: Lab
    home: str
    draft: str = ""
    issued: str = ""
    conflict: str = ""
    invitation: str = ""
    _seen: dict = field(default_factory=dict)

    @property
    def laptop(self) -> Device:
        return Device(self.lab, self.home + "/laptop")

    @property
    def desk(self) -> Device:
        return Device(self.lab, self.home + "/desk")

    @property
    def stick(self) -> str:
        return self.home + "/stick"

    def copied(self, home: str) -> "Scene":
        """The same at another place."""
        for one in ("laptop", "desk"):
            Device(self.lab, f"{self.home}/{one}").copied(f"{home}/{one}")
        shutil.copytree(self.stick, home + "/stick")
        if os.path.isdir(self.home + "/relayhome"):
            shutil.copytree(self.home + "/relayhome", home + "/relayhome")
        return Scene(self.lab, home, self.draft, self.issued, self.conflict, self.invitation)

    def relay(self) -> Relay:
        return Relay(self.lab, self.home + "/relayhome", *QUIET)


_scenes: dict[int, Scene] = {}
_making = threading.Lock()


def scene(lab: Lab) -> Scene:
    """The scene, made once for all experiments of a run."""
    with _making:
        if id(lab) not in _scenes:
            _scenes[id(lab)] = _make(lab)
        return _scenes[id(lab)]


def _make(lab: Lab) -> Scene:
    made = Scene(lab, lab.folder())
    laptop, desk, stick = made.laptop, made.desk, made.stick
    laptop.does("init", "--name", "Atelier Nord", "--device", "laptop")
    laptop.does("client", "add", "Maison Blum", "--terms", "30d")
    line = "Design; 3; 450.00; 20"
    made.issued = laptop.json("invoice", "new", "Maison Blum", "--line", line)["id"]
    laptop.does("invoice", "issue", made.issued, "--on", "2026-11-02")
    laptop.does("pay", "F-0001", "600.00", "--on", "2026-11-03")
    laptop.does("package", "new", "Maison Blum", "Coaching", "--units", "10", "--price", "900")
    laptop.does("sync", stick)
    # Named in invitations; nobody listens there.
    laptop.does("peer", "add", "away", "http://127.0.0.1:9")
    made.invitation = [line for line in laptop.does("invite").out.splitlines() if line][-1]
    desk.does("join", "-", "--device", "desk", input=made.invitation)
    desk.does("sync", stick)
    laptop.does("client", "edit", "Maison Blum", "--email", "anne@blum.example")
    desk.does("client", "edit", "Maison Blum", "--email", "factures@blum.example")
    for one in (laptop, desk, laptop):
        one.does("sync", stick)
    made.conflict = laptop.json("conflicts")[0]["id"]
    # News for the laptop, on the stick and on a relay; and something of its own to send.
    desk.does("client", "add", "Desk Client")
    desk.does("package", "use", "Coaching", "2")
    desk.does("sync", stick)
    with made.relay() as relay:
        desk.does("sync", relay.url)
    made.draft = laptop.json("invoice", "new", "Maison Blum", "--line", line)["id"]
    check(laptop.json("status")["conflicts"] == 1, "the scene has no conflict")
    return made


@dataclass
class Command:
    """A command that writes: its words in a scene, and what has to run beside it."""
    name: str
    words: Callable[[Scene], list[str]]
    # Begins without books.
    is_first: bool = False
    input: Callable[[Scene], str] = lambda scene: ""
    uses_relay: bool = False
    # What the books say does not change.
    is_silent: bool = False
    is_sync: bool = False


COMMANDS = [
    Command("init", lambda s: ["init", "--name", "Atelier Nord"], is_first=True),
    Command("join", lambda s: ["join", "-", "--device", "phone"], is_first=True,
            input=lambda s: s.invitation),
    Command("books-edit", lambda s: ["books", "edit", "--address", "1 rue du Port"]),
    Command("client-add", lambda s: ["client", "add", "New", "--email", "new@new.example"]),
    Command("client-edit", lambda s: ["client", "edit", "Maison Blum", "--address", "2 quai"]),
    Command("client-remove", lambda s: ["client", "remove", "Maison Blum"]),
    Command("invoice-new", lambda s: [
        "invoice", "new", "Maison Blum", "--line", "A; 1; 1; 20", "--line", "B; 2; 3; 5.5"]),
    Command("invoice-edit", lambda s: ["invoice", "edit", s.draft, "--line", "C; 1; 5; 20"]),
    Command("invoice-remove", lambda s: ["invoice", "remove", s.draft]),
    Command("invoice-issue", lambda s: ["invoice", "issue", s.draft, "--on", "2026-11-04"]),
    Command("pay", lambda s: ["pay", "F-0001", "100.00", "--on", "2026-11-05"]),
    Command("package-new", lambda s: [
        "package", "new", "Maison Blum", "Hours", "--units", "5", "--price", "500"]),
    Command("package-use", lambda s: ["package", "use", "Coaching", "3"]),
    Command("series-open", lambda s: ["series", "open", "G", "--reason", "a second one"]),
    Command("conflicts-keep", lambda s: ["conflicts", "keep", s.conflict]),
    Command("conflicts-take", lambda s: ["conflicts", "take", s.conflict]),
    Command("peer-add", lambda s: ["peer", "add", "team", "http://127.0.0.1:19"]),
    Command("rebuild", lambda s: ["rebuild"], is_silent=True),
    Command("sync-folder", lambda s: ["sync", s.stick], is_sync=True),
    Command("sync-relay", lambda s: ["sync", s.relay_url], is_sync=True, uses_relay=True),
]


class Stage:
    """A command in a copy of the scene, ready to be run as often as is wanted."""

    def __init__(self, lab: Lab, command: Command, folder: str):
        self.lab = lab
        self.command = command
        self.folder = folder
        self.scene = scene(lab).copied(folder)
        if command.is_first:
            shutil.rmtree(self.scene.laptop.home)
        self.device = self.scene.laptop
        self.relay = None

    def __enter__(self) -> "Stage":
        if self.command.uses_relay:
            self.relay = self.scene.relay().start()
            self.scene.relay_url = self.relay.url
        return self

    def __exit__(self, *_):
        if self.relay:
            self.relay.stop()

    def run(self, under: list[str] = (), **options):
        return self.device.run(
            *self.command.words(self.scene), under=under, input=self.command.input(self.scene),
            **options)

    def facts(self, device: Device | None = None):
        return facts(device or self.device, self.folder + "/facts")
