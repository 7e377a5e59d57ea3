"""A disk that fails to sync: nothing is acknowledged, and a new start finds everything in order."""

from .. import tool
from ..lab import Case, Lab, check
from ..machines import Device, RelayEnded
from ..scene import COMMANDS, Command, Stage, scene
from ..sweeping import calls, goes_on, traced
from .disk import is_clean, same_digest

QUICK = {"init", "pay", "sync-folder", "rebuild"}
SYNCS = {"fsync", "fdatasync", "sync_file_range", "syncfs"}


def cases(lab: Lab):
    tool.needs("strace")
    for command in COMMANDS:
        if lab.is_whole or command.name in QUICK:
            yield from _of_command(lab, command)
    yield from _of_relay(lab)


def _of_command(lab: Lab, command: Command):
    folder = lab.folder()
    with Stage(lab, command, folder) as stage:
        stage.run(under=traced(folder + "/trace"))
        # SQLite syncs the folder anew in every process and does not look at the answer. The names in
        # it are durable since the books were made: `init` and `join` sync it themselves, by fsync.
        is_of_sqlite = f"<{stage.device.books}>", "fdatasync("
        points = [point for point in calls(
            folder + "/trace", but=lambda line: all(part in line for part in is_of_sqlite))
            if point[0] in SYNCS]
    for call, n in lab.sample(points, 1, command.name):
        yield Case(
            f"{command.name}.{call}.{n}",
            lambda folder, call=call, n=n: _failed(
                lab, command, folder, f"{call}:error=EIO:when={n}"))


def _failed(lab: Lab, command: Command, folder: str, injection: str) -> None:
    with Stage(lab, command, folder) as stage:
        run = stage.run(under=tool.strace(injection))
        is_clean(run)
        # A conversation may go on after the sync of what only spares the next one some work, and
        # an invoice is issued although the conversation before failed, which is told.
        is_told = "was not met: the database refused" in run.err
        check(run.exit != 0 or command.is_sync or is_told, f"acknowledged without a sync: {run}")
        stage.facts()
        goes_on(stage, run.exit == 0)


def _of_relay(lab: Lab):
    for n in range(1, 9 if lab.is_whole else 2):
        for call in ("fdatasync", "fsync"):
            yield Case(
                f"relay.{call}.{n}",
                lambda folder, call=call, n=n: _relay_failed(
                    lab, folder, f"{call}:error=EIO:when={n}+"))


def _relay_failed(lab: Lab, folder: str, injection: str) -> None:
    """From one sync on all fail: what it acknowledged before is kept, and it acknowledges nothing
    more until it is started again."""
    copy = scene(lab).copied(folder)
    relay = copy.relay()
    acknowledged = []
    try:
        relay.start(under=tool.strace(injection))
        for number in range(3):
            name = f"Pushed {number}"
            copy.laptop.does("client", "add", name)
            run = copy.laptop.run("sync", relay.url)
            is_clean(run)
            if run.exit == 0:
                acknowledged.append(name)
    except RelayEnded:
        pass
    relay.stop()
    relay.start()
    reader = Device(lab, folder + "/reader")
    reader.does("join", "-", input=copy.invitation)
    reader.does("sync", relay.url)
    names = [one["name"] for one in reader.json("client", "list")]
    check(set(acknowledged) <= set(names), f"acknowledged {acknowledged}, there {names}")
    for device in (copy.laptop, reader):
        device.does("sync", relay.url)
    same_digest(copy.laptop, reader)
    relay.stop()
