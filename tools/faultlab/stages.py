"""A device that lacks one segment, behind two proxies that break what it hears of it."""

import os
import queue
import re
import shutil
import signal
import time

from .facts import facts
from .lab import Lab, check
from .machines import Device, Relay, Run, end
from .proxies import BytesProxy, LinesProxy, Plan

# What a person gets for what the network does: a failure with one sentence, never a crash.
FAILURES = (1, 65, 69)


class Stages:
    """A stage for each case that runs at the same time, around one relay."""

    def __init__(self, lab: Lab):
        place = lab.folder()
        relay = Relay(lab, place).start()
        anna = Device(lab, place + "/anna")
        anna.does("init", "--name", "Atelier Nord")
        anna.does("peer", "add", "hub", relay.url)
        anna.does("client", "add", "First")
        self._free = queue.Queue()
        stages = [Stage(lab, f"{place}/stage{index}", str(index), relay)
                  for index in range(lab.jobs)]
        # A peer has a standing, which must never run ahead of what has come; a mere address has none.
        for stage in stages:
            for name, proxy in stage.peers.items():
                anna.does("peer", "add", name, proxy.url)
        anna.does("sync", "hub")
        for stage in stages:
            stage.joins(anna)
        anna.does("client", "add", "Second")
        anna.does("sync", "hub")
        after = facts(anna, place + "/look")
        for stage in stages:
            stage.after = after
            self._free.put(stage)
        self.heard, self.lines = stages[0].measured()

    def case(self, action):
        """A case's `run`, which gets a stage of its own."""
        def run(folder: str):
            stage = self._free.get()
            try:
                return action(stage, folder)
            finally:
                self._free.put(stage)
        return run


class Stage:
    """A device that lacks one segment, behind two proxies; it is put back after every case."""

    def __init__(self, lab: Lab, home: str, name: str, relay: Relay):
        self.device = Device(lab, home + "/device")
        self.saved = home + "/saved"
        self.bytes = BytesProxy(int(relay.port))
        self.lines = LinesProxy(int(relay.port))
        self.peers = {"bytes" + name: self.bytes, "lines" + name: self.lines}
        for proxy in self.peers.values():
            lab.closing(proxy.close)

    def joins(self, anna: Device) -> None:
        self.device.does("join", "-", input=anna.does("invite").out)
        # It is known under both addresses before anything happens, and stands at the end.
        for proxy in list(self.peers.values()) * 2:
            self.device.does("sync", proxy.url)
        self.before = facts(self.device, self.saved + ".look")
        shutil.copytree(self.device.home, self.saved, symlinks=True)

    def put_back(self) -> None:
        self.bytes.plan = Plan()
        self.bytes.drop()
        self.lines.reset()
        shutil.rmtree(self.device.home)
        shutil.copytree(self.saved, self.device.home, symlinks=True)

    def measured(self) -> tuple[int, list[bytes]]:
        """How many bytes an undisturbed answer has, and its lines."""
        self.put_back()
        self.device.does("sync", self.bytes.url)
        heard = len(self.bytes.heard)
        self.put_back()
        self.device.does("sync", self.lines.url)
        lines = self.lines.answers[0].splitlines(keepends=True)
        check(len(lines) == 3, f"an answer of three lines: {lines}")
        return heard, lines

    # What happens

    def cut_answer(self, offset: int, resets: bool, folder: str) -> None:
        self.put_back()
        self.bytes.plan = Plan(cut_down=offset, resets=resets)
        run = self.device.run("sync", self.bytes.url)
        if run.exit == 0:
            # Only what follows the last line was cut.
            check(facts(self.device, folder + "/look") == self.after, f"it said so, but: {run}")
        else:
            self.fails(run, folder)
        self.bytes.plan = Plan()
        self.mends(self.bytes, folder)

    def bend(self, line: int, bit: int, folder: str) -> None:
        """One bit of one line is another one."""
        def change(body: bytes) -> bytes:
            lines = [bytearray(one) for one in body.splitlines(keepends=True)]
            if line < len(lines) and bit // 8 < len(lines[line]):
                lines[line][bit // 8] ^= 1 << bit % 8
            return b"".join(lines)

        self.put_back()
        self.lines.down = change
        run = self.device.run("sync", self.lines.url)
        check(run.exit == 0 or run.exit in FAILURES, f"{run}")
        self.is_whole_or_absent(folder)
        self.lines.reset()
        self.mends(self.lines, folder)

    def garbles(self, name: str, folder: str) -> None:
        changes = {
            "doubled": lambda body: b"".join(
                line * 2 for line in body.splitlines(keepends=True)),
            "reversed": lambda body: b"".join(reversed(body.splitlines(keepends=True))),
            "twice": lambda body: body * 2,
            "inflated": lambda body: body,
            "endless-lines": lambda body: body + b"\n" * (8 << 20) + b"x" * (8 << 20)}
        self.put_back()
        self.lines.down = changes[name]
        self.lines.headers = {"content-encoding": "gzip"} if name == "inflated" else {}
        run = self.device.run("sync", self.lines.url)
        check(run.exit == 0 or run.exit in FAILURES, f"{run}")
        self.is_whole_or_absent(folder)
        self.lines.reset()
        self.mends(self.lines, folder)

    def slow(self, plan: Plan, folder: str) -> None:
        """Slow is not broken."""
        self.put_back()
        self.bytes.plan = plan
        self.mends(self.bytes, folder)

    def refused(self, folder: str) -> None:
        self.put_back()
        self.bytes.plan = Plan(refuses=True)
        run = self.device.run("sync", self.bytes.url)
        check(run.exit == 69, f"{run}")
        self.bytes.plan = Plan()
        self.mends(self.bytes, folder)

    def black_hole(self, folder: str) -> None:
        """Taken and never answered: given up after 15 seconds of silence."""
        self.put_back()
        self.bytes.plan = Plan(swallows=True)
        started = time.monotonic()
        run = self.device.run("sync", self.bytes.url)
        seconds = time.monotonic() - started
        check(run.exit == 69 and 14 < seconds < 25, f"after {seconds:.1f} s: {run}")
        self.fails(run, folder)
        self.bytes.plan = Plan()
        self.mends(self.bytes, folder)

    def interrupted(self, folder: str) -> None:
        """Ctrl-C before any answer leaves at once."""
        self.put_back()
        self.bytes.plan = Plan(swallows=True)
        process = self.device.starts("sync", self.bytes.url)
        try:
            deadline = time.monotonic() + 30
            while not self.bytes._open and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(0.2)
            check(process.poll() is None, "it waits for an answer")
            started = time.monotonic()
            os.kill(process.pid, signal.SIGINT)
            process.wait(20)
            seconds = time.monotonic() - started
        finally:
            end(process, signal.SIGKILL)
        check(process.returncode in (-signal.SIGINT, 130), f"exit {process.returncode}")
        check(seconds < 1, f"Ctrl-C took {seconds:.1f} s")
        self.bytes.plan = Plan()
        self.mends(self.bytes, folder)

    # What holds

    def fails(self, run: Run, folder: str) -> None:
        check(run.exit in FAILURES, f"{run}")
        check(run.err.startswith("jalon: ") and run.err.count("\n") <= 4, f"{run}")
        check(not re.search(r"Fatal|crash|Optional\(|Swift\.", run.err), f"{run}")
        self.is_whole_or_absent(folder)

    def is_whole_or_absent(self, folder: str) -> None:
        now = facts(self.device, folder + "/look")
        check(now in (self.before, self.after), "the books are neither as before nor as after")

    def mends(self, proxy, folder: str) -> None:
        """The next sync brings everything."""
        self.device.does("sync", proxy.url)
        check(facts(self.device, folder + "/look") == self.after, "not everything came")
