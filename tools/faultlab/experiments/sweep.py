"""SIGKILL at every system call of every command that writes, of sync and of a relay."""

from .. import tool
from ..lab import Lab
from ..scene import COMMANDS
from ..sweeping import at_every_call

SIGNAL = "KILL"
NAMES = [command.name for command in COMMANDS]


def cases(lab: Lab):
    tool.needs("strace")
    yield from at_every_call(lab, [SIGNAL], per_command=1, only=lab.sample(NAMES, 8))
