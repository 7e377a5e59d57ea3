"""Books in a folder that another program synchronises: files swapped under use, conflict copies."""

import os
import shutil
import signal
import sqlite3

from .. import tool
from ..facts import is_sound
from ..lab import Case, Lab, Missed, check
from ..machines import Device, end, wait_until
from .disk import same_digest

# What such programs leave at the top of what they keep the same.
SIGNS = [".stfolder", ".dropbox", ".dropbox.cache", ".owncloudsync.log"]
# How they name what they could not merge.
COPIES = ["books (conflicted copy).sqlite", "books (Anna's conflicted copy 2026-11-21).sqlite",
          "books.sync-conflict-20261121-101112-ABCDEFG.sqlite", "books (1).sqlite", "books 2.sqlite",
          "books-DESK.sqlite"]
DATABASE, LOG, SHARED = "books.sqlite", "books.sqlite-wal", "books.sqlite-shm"
# What has come when somebody looks: everything, or one file before the others.
PARTS = {"all": [DATABASE, LOG, SHARED], "no-shared": [DATABASE, LOG], "database": [DATABASE],
         "log": [LOG]}
LOOKS = [["owed", "--as-of", "2026-12-24"], ["client", "list"], ["payment", "list"],
         ["invoice", "list", "--as-of", "2026-12-24"]]


def cases(lab: Lab):
    for sign in SIGNS:
        yield Case(f"sign.{sign}", lambda folder, sign=sign: _named(lab, folder, sign))
    yield Case("copies", lambda folder: _copies(lab, folder))
    ways = [(part, is_emptied) for part in PARTS for is_emptied in (False, True)]
    for part, is_emptied in lab.sample(ways, 3, "between"):
        yield Case(f"between.{part}.{'emptied' if is_emptied else 'full'}",
                   lambda folder, a=part, b=is_emptied: _between(lab, folder, a, b))
    if tool.may("strace", lab):
        points = [(part, call, n) for part in PARTS
                  for call in ("pread64", "pwrite64", "fdatasync") for n in range(1, 25)]
        for part, call, n in lab.sample(points, 3, "under"):
            yield Case(f"under.{part}.{call}.{n}",
                       lambda folder, a=part, b=f"{call}:signal=STOP:when={n}": _under(
                           lab, folder, a, b))


class Box:
    """Two machines that have one folder of books, which a third program keeps the same."""

    def __init__(self, lab: Lab, folder: str):
        self.laptop = self._device(lab, folder + "/laptop")
        self.desk = self._device(lab, folder + "/desk")
        self.stick = folder + "/stick"
        laptop, desk = self.laptop, self.desk
        laptop.does("init", "--name", "Atelier Nord")
        laptop.does("client", "add", "Maison Blum", "--terms", "30d")
        draft = laptop.json("invoice", "new", "Maison Blum", "--line", "Design; 3; 450.00; 20")["id"]
        laptop.does("invoice", "issue", draft, "--on", "2026-11-02")
        shutil.copytree(laptop.books, desk.books)
        # Then both write, before either's files have come to the other.
        laptop.does("pay", "F-0001", "600.00", "--on", "2026-11-03")
        desk.does("pay", "F-0001", "70.00", "--on", "2026-11-04")
        for number in range(3):
            laptop.does("client", "add", f"Of the laptop {number}")
            desk.does("client", "add", f"Of the desk {number}")

    @staticmethod
    def _device(lab: Lab, home: str) -> Device:
        device = Device(lab, home)
        os.makedirs(home + "/box/.stfolder")
        device.books = device.env["JALON_BOOKS"] = home + "/box/books"
        return device

    def carry(self, part: str) -> None:
        """The laptop's files come to the desk, each whole, in the place of the desk's."""
        for name in PARTS[part]:
            source, target = f"{self.laptop.books}/{name}", f"{self.desk.books}/{name}"
            if os.path.exists(source):
                shutil.copy(source, target + ".part")
                os.replace(target + ".part", target)
            elif os.path.exists(target):
                os.remove(target)


def _looks(device: Device) -> list:
    return [_seen(device.json(*words)) for words in LOOKS]


def _seen(answer, added: str | None = None):
    """An answer without what depends on the machine that looks, and without a client that a command
    under way may have added."""
    if isinstance(answer, dict):
        return {key: _seen(value) for key, value in answer.items() if key != "mine"}
    if isinstance(answer, list):
        return [_seen(one) for one in answer
                if not (added and isinstance(one, dict) and one.get("name") == added)]
    return answer


def _findings(device: Device) -> set[str]:
    run = device.run("doctor", "--json")
    if run.exit == 65:
        return {"unreadable"}
    check(run.exit in (0, 2), f"doctor: {run}")
    return {one["code"] for one in run.json["findings"]}


def _named(lab: Lab, folder: str, sign: str) -> None:
    device = Device(lab, folder + "/laptop")
    device.books = device.env["JALON_BOOKS"] = device.home + "/box/deep/books"
    device.does("init", "--name", "Atelier Nord")
    is_sound(device)
    os.makedirs(f"{device.home}/box/{sign}")
    run = device.run("doctor")
    check(run.exit == 2 and device.home + "/box" in run.out and "synchronises" in run.out, f"{run}")
    check(_findings(device) == {"place"}, f"{run}")
    device.does("client", "add", "Next")
    is_sound(device, allow=frozenset({"place"}))


def _copies(lab: Lab, folder: str) -> int:
    """Conflict copies beside the books are named, and opened elsewhere give back what they hold."""
    for number, name in enumerate(COPIES):
        box = Box(lab, f"{folder}/{number}")
        desk = box.desk
        _emptied(desk)
        shutil.copy(f"{desk.books}/{DATABASE}", f"{desk.books}/{name}")
        for one in PARTS["all"]:
            if os.path.exists(f"{desk.books}/{one}"):
                os.remove(f"{desk.books}/{one}")
        box.carry("all")
        run = desk.run("doctor")
        check(run.exit == 2 and name in run.out, f"{name} is not named: {run}")
        check(_findings(desk) == {"place", "copies", "older"}, f"{_findings(desk)}")
        # As it is told: in a folder of its own, with the key.
        rescued = Device(lab, f"{folder}/{number}/rescued")
        os.makedirs(rescued.books, mode=0o700)
        shutil.move(f"{desk.books}/{name}", f"{rescued.books}/{DATABASE}")
        shutil.copy(f"{desk.books}/key", rescued.books)
        for one in (rescued, desk, box.laptop, rescued):
            one.does("sync", box.stick)
        check(_findings(desk) == {"place"}, "what came back is still missed")
        same_digest(rescued, desk, box.laptop)
        for one in (desk, rescued):
            is_sound(one, allow=frozenset({"place"}))
        names = sorted(client["name"] for client in desk.json("client", "list"))
        check(names == ["Maison Blum"] + [f"Of the {word} {place}" for word in ("desk", "laptop")
                                          for place in range(3)], f"{names}")
        check(desk.json("owed", "--as-of", "2026-12-24")["totals"][0]["owed"] == "950.00",
              desk.does("owed").out)
    return len(COPIES)


def _emptied(device: Device) -> None:
    """Everything in the one file, as after a while."""
    connection = sqlite3.connect(device.database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _between(lab: Lab, folder: str, part: str, is_emptied: bool) -> None:
    """The laptop's files come to the desk between two commands."""
    box = Box(lab, folder)
    if is_emptied:
        _emptied(box.laptop)
    truths = [_looks(box.laptop), _looks(box.desk)]
    box.carry(part)
    _is_never_wrong(box, folder, truths)


def _under(lab: Lab, folder: str, part: str, injection: str) -> None:
    """They come while a command is about to make a call, and it goes on afterwards."""
    box = Box(lab, folder)
    truths = [_looks(box.laptop), _looks(box.desk)]
    trace = folder + "/trace"
    process = box.desk.starts(
        "client", "add", "Under", under=tool.strace(injection, trace=trace))
    try:
        wait_until(lambda: process.poll() is not None or tool.stopped_child(process.pid),
                   "the command stands or has ended")
        if process.poll() is not None:
            raise Missed
        child = tool.stopped_child(process.pid)
        box.carry(part)
        os.kill(child, signal.SIGCONT)
        process.wait(60)
    finally:
        end(process, signal.SIGKILL)
        for pipe in (process.stdout, process.stderr):
            pipe.close()
    check(process.returncode in (0, 1, 65, 69, 73), f"ended with {process.returncode}")
    _is_never_wrong(box, folder, truths, "Under")


def _is_never_wrong(box: Box, folder: str, truths: list, added: str | None = None) -> None:
    """What the desk shows is one machine's books or a clear failure, or doctor finds it; and then
    both machines come back to what each of them can still give."""
    desk = box.desk
    wrong = []
    for place, words in enumerate(LOOKS):
        run = desk.run(*words, "--json")
        check(run.exit in (0, 1, 65, 69, 73), f"{words}: {run}")
        check(run.exit == 0 or run.err.count("jalon: ") == 1, f"no clear failure: {run}")
        if run.exit == 0:
            shown = _seen(run.json, added)
            if shown not in [truth[place] for truth in truths]:
                wrong.append(f"{' '.join(words)}: {run.out[:300]}")
    found = _findings(desk)
    check(not wrong or found != {"place"}, f"silently wrong: {wrong}")
    if found != {"place"}:
        desk.run("rebuild")
        desk.run("sync", box.stick)
        # What this machine alone had written and the swap took away cannot come back.
        if _findings(desk) - {"older"} != {"place"}:
            shutil.rmtree(desk.books)
            desk.does("join", "-", input=box.laptop.does("invite").out.split()[-1])
    if "older" in found:
        run = desk.run("client", "add", "Later")
        check("not in them any more" in run.err or "older" not in _findings(desk), f"{run}")
    # Moved out of that folder, as doctor says, both meet on a stick.
    for one in (box.laptop, desk, box.laptop):
        one.does("sync", box.stick)
    same_digest(box.laptop, desk)
    for one in (box.laptop, desk):
        is_sound(one, allow=frozenset({"place"}))
    names = [client["name"] for client in desk.json("client", "list")]
    check({f"Of the laptop {number}" for number in range(3)} <= set(names), f"lost: {names}")
    check(len(names) == len(set(names)), f"twice: {names}")
