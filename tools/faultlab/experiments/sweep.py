"""SIGKILL at every system call of every command that writes, of sync and of a relay."""

from .. import tool
from ..lab import Lab
from ..sweeping import at_every_call

SIGNAL = "KILL"


def cases(lab: Lab):
    tool.needs("strace")
    yield from at_every_call(lab, [SIGNAL], per_command=1)
