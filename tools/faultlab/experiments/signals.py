"""Ctrl-C and SIGTERM at every system call of some commands, of sync and of a relay."""

from .. import tool
from ..lab import Lab
from ..sweeping import at_every_call

SIGNALS = ["INT", "TERM", "HUP"]
COMMANDS = ["init", "invoice-issue", "pay", "sync-folder", "sync-relay"]


def cases(lab: Lab):
    tool.needs("strace")
    yield from at_every_call(lab, SIGNALS, per_command=1, only=lab.sample(COMMANDS, 2))
