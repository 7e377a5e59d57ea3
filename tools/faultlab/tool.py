"""The tools that make faults: strace and what the kernel says of processes."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter

from .lab import Skip


def needs(*programs: str) -> None:
    """Skips where a program is missing, or where strace may not trace."""
    for program in programs:
        if not shutil.which(program):
            raise Skip(f"{program} is not installed")
        if program == "strace" and not _may_trace():
            raise Skip("strace may not trace here")


def needs_root() -> None:
    if os.geteuid() != 0:
        raise Skip("only root can do this")


_tracing: list[bool] = []


def _may_trace() -> bool:
    if not _tracing:
        words = [*strace("getppid:retval=1"), "true"]
        done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _tracing.append(done.returncode == 0)
    return _tracing[0]


def strace(*injections: str, trace: str = "/dev/null", paths: bool = False) -> list[str]:
    """The words before a program that put faults into its system calls: `write:error=EIO:when=2`.
    `paths`: the trace names the file of each descriptor."""
    names = ",".join(one.partition(":")[0] for one in injections)
    # Not with --seccomp-bpf, which would be faster: strace 6.1 then sees the calls and injects nothing.
    words = ["strace", "-f", "-qq", "-o", trace, "-e", f"trace={names}"]
    if paths:
        words += ["-y", "-s", "256"]
    for one in injections:
        words += ["-e", f"inject={one}"]
    return words


CALLED = re.compile(r"^(\d+)\s+(\w+)\(", re.M)


def came_to(trace: str, injection: str) -> bool:
    """Whether a fault took place, by the trace of the run that it was put into: some thread made the
    call so often. A signal that a program holds back is not to be seen there."""
    call, *_, when = injection.split(":")
    least = int(when.removeprefix("when=").rstrip("+"))
    with open(trace, errors="replace") as lines:
        counts = Counter(thread for thread, name in CALLED.findall(lines.read()) if name == call)
    return max(counts.values(), default=0) >= least


def stopped_child(parent: int) -> int | None:
    """The child of a process, once it stands still; a tracer alone stops it for an instant only."""
    for _ in range(20):
        try:
            with open(f"/proc/{parent}/task/{parent}/children") as children:
                pid = int(children.read().split()[0])
            with open(f"/proc/{pid}/stat") as stat:
                state = stat.read().rpartition(")")[2].split()[0]
        except (OSError, IndexError, ValueError):
            return None
        if state not in "Tt":
            return None
        time.sleep(0.01)
    return pid


def may(what: str, lab) -> bool:
    """Whether an experiment's part can be done here: `strace`, or `mount` a disk of its own. What
    cannot be done is told as skipped."""
    try:
        needs("strace") if what == "strace" else _needs_mounts()
        return True
    except Skip as reason:
        lab.skip(str(reason))
        return False


def _needs_mounts() -> None:
    needs_root()
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True)
        if done.returncode != 0:
            raise Skip("nothing can be mounted here")
        subprocess.run(["umount", folder], check=True)
