"""What everything is measured with: programs, folders, how much."""

import os
import shutil
import sys
import tempfile
import time

from faultlab.ports import Ports

from . import peers


class Setting:
    """The programs, a folder of its own on the disk that books would lie on, and the peers.

    It is also what `faultlab` asks of its lab."""

    def __init__(self, programs: str, environment: peers.Environment, is_quick: bool,
                 without_peers: bool):
        self.jalon, self.relay, self.bench = (
            os.path.join(os.path.abspath(programs), name)
            for name in ("jalon", "jalon-relay", "jalon-bench"))
        self.is_quick = is_quick
        self.python = sys.executable if without_peers else environment.python
        self.peers = [] if without_peers else peers.PEERS
        tools = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        self.python_environment = {
            "PATH": "/usr/bin:/bin", "PYTHONPATH": tools, "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": "/nonexistent"}
        self.started = time.monotonic()
        self._ports = Ports()

    def port(self) -> int:
        return self._ports.free()

    def closing(self, action) -> None:
        """Who starts something here also ends it."""

    def __enter__(self):
        self.work = tempfile.mkdtemp(
            prefix="jalon-bench.", dir=os.environ.get("TMPDIR") or "/var/tmp")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.work, ignore_errors=True)

    def folder(self, name: str) -> str:
        path = os.path.join(self.work, name)
        os.makedirs(path, exist_ok=True)
        return path

    def progress(self, what: str) -> None:
        """Says what is being done, beside the report."""
        print(f"[{time.monotonic() - self.started:4.0f} s] {what}", file=sys.stderr, flush=True)
