"""Programs, each in a process of its own, and what they took."""

import json
import os
import statistics
import subprocess
import time
from dataclasses import dataclass, field


class Failed(Exception):
    """A program that is measured did not do its work."""


@dataclass
class Ran:
    """A process that ended well."""
    seconds: float
    cpu: float
    peak: int
    """The most memory, in bytes."""
    figures: list[dict] = field(default_factory=list)
    """The JSON lines that it printed."""
    out: str = ""
    """All that it printed, where this was asked for."""


def run(words: list[str], env: dict | None = None, cwd: str | None = None, stdin=None,
        text: bool = False) -> Ran:
    """Runs a program to its end and reads the JSON lines that it prints, or, with `text`, all of it."""
    started = time.perf_counter()
    process = subprocess.Popen(
        words, env=env, cwd=cwd, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE)
    out = process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    # Python need not ask for the child again.
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"{' '.join(words)} ended with {process.returncode}: {out[-400:]!r}")
    figures = [json.loads(line) for line in out.splitlines() if line.startswith(b"{")]
    return Ran(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, figures,
               out.decode() if text else "")


def median(numbers) -> float:
    return statistics.median(numbers)


def rounds(count: int, names: list) -> list[list]:
    """Each round has all names, each beginning with another one, so that none is always first."""
    return [names[shift % len(names):] + names[:shift % len(names)] for shift in range(count)]
