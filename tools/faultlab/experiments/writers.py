"""Eight processes write the same books at once, 100 changes each: all kept, none refused."""

import os
import signal
import threading

from ..facts import is_sound
from .. import tool
from ..lab import Case, Lab, check
from ..machines import Device, end, wait_until

PROCESSES = 8


def cases(lab: Lab):
    each = 100 if lab.is_whole else 10
    yield Case(f"together.{PROCESSES}x{each}", lambda folder: together(lab, folder, each))
    yield Case("stopped-holder", lambda folder: stopped(lab, folder))


def together(lab: Lab, folder: str, each: int) -> int:
    """Everything that was acknowledged is there, and nothing was refused."""
    device = Device(lab, folder)
    device.does("init", "--name", "Atelier Nord")
    acknowledged, refused = [], []

    def write(process: int) -> None:
        for number in range(each):
            name = f"Client {process}-{number}"
            run = device.run("client", "add", name)
            (acknowledged if run.exit == 0 else refused).append((name, run))

    threads = [threading.Thread(target=write, args=(one,)) for one in range(PROCESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(not refused, f"{len(refused)} refused, the first: {refused[:1]}")
    present = [one["name"] for one in device.json("client", "list")]
    check(sorted(present) == sorted(name for name, _ in acknowledged),
          f"{len(acknowledged)} acknowledged, {len(present)} present")
    is_sound(device)
    return PROCESSES * each


def stopped(lab: Lab, folder: str) -> None:
    """A writer that was stopped with the lock in its hand: others say so in time, reading goes on,
    and everybody writes again once it goes on."""
    device = Device(lab, folder)
    device.does("init", "--name", "Atelier Nord")
    tool.needs("strace")
    holder = device.starts(
        "client", "add", "Slow", under=tool.strace("fdatasync:signal=STOP:when=1"))
    try:
        jalon = wait_until(lambda: tool.stopped_child(holder.pid), "the writer was stopped")
        device.does("client", "list")
        other = device.run("client", "add", "Other")
        check(other.exit == 1 and f"process {jalon} " in other.err, f"nobody is named: {other}")
        os.kill(jalon, signal.SIGCONT)
        out, err = holder.communicate(timeout=60)
        check(holder.returncode == 0, f"the stopped writer: {out} {err}")
    finally:
        end(holder, signal.SIGKILL)
    device.does("client", "add", "Other")
    names = [one["name"] for one in device.json("client", "list")]
    check(sorted(names) == ["Other", "Slow"], f"{names}")
    is_sound(device)
