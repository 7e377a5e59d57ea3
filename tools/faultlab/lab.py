"""Runs the cases of an experiment, counts them and says what failed."""

import concurrent.futures
import copy
import itertools
import os
import random
import shutil
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass
from typing import Callable

from .ports import Ports


class Fault(Exception):
    """A promise that did not hold."""


class Missed(Exception):
    """A case that never came to its fault: threads share calls in another way each time. It never
    counts as held."""


class Skip(Exception):
    """An experiment, or a case, that cannot be run here. It never counts as held."""


@dataclass
class Case:
    """One case: `run` gets a folder of its own, raises Fault, and may return how many points it
    looked at where it looked at several."""
    name: str
    run: Callable[[str], int | None]


def check(condition, message: str) -> None:
    if not condition:
        raise Fault(message)


class Lab:
    """What experiments are run with: programs, folders, chance, depth."""

    def __init__(self, options):
        self.jalon = os.path.join(os.path.abspath(options.programs), "jalon")
        self.relay = os.path.join(os.path.abspath(options.programs), "jalon-relay")
        self.older = os.path.abspath(options.older) if options.older else None
        self.is_whole = bool(
            options.whole or options.share or options.part or options.case is not None)
        self.seed = options.seed
        self.jobs = max(1, options.jobs)
        self._shown = 1000 if options.verbose else 5
        self._options = options
        self._count = itertools.count()
        self._ports = Ports()
        self._closing: list[Callable[[], None]] = []
        self._notes: list[str] = []

    def __enter__(self):
        place = os.environ.get("TMPDIR")
        if not place:
            # Memory spares the disk thousands of syncs; what is asked of it is the same.
            place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
        self._work = tempfile.mkdtemp(prefix="jalon-faults.", dir=place)
        return self

    def __exit__(self, *_):
        self._close()
        if not (self._options.keep and os.listdir(self._work)):
            shutil.rmtree(self._work, ignore_errors=True)

    # What experiments use

    def with_older(self) -> "Lab":
        """The same lab with the programs of an older release."""
        lab = copy.copy(self)
        lab.jalon = os.path.join(self.older, "jalon")
        lab.relay = os.path.join(self.older, "jalon-relay")
        return lab

    def folder(self) -> str:
        """A new folder; the one of a case goes with the case, others with the run."""
        path = os.path.join(self._work, str(next(self._count)))
        os.mkdir(path)
        return path

    def port(self) -> int:
        """A port that nobody listens on."""
        return self._ports.free()

    def random(self, name: str) -> random.Random:
        """Chance that depends on the seed and on this name alone, so that a case can be repeated."""
        return random.Random(f"{self.seed}/{name}")

    def sample(self, cases: list, count: int, name: str = "sample") -> list:
        """All of them, or so many in quick mode, in their order."""
        if self.is_whole or len(cases) <= count:
            return list(cases)
        chosen = sorted(self.random(name).sample(range(len(cases)), count))
        return [cases[index] for index in chosen]

    def is_drawn(self, case: str) -> bool:
        """Whether a case is of the share or part that is asked for; each is drawn for itself, so
        that none has to be kept."""
        share = self._options.share
        if self._options.part:
            place, count = self._options.part
            return self.random(f"part/{case}").randrange(count) == place - 1
        return not share or self.random(f"share/{case}").random() * 100 < share

    def closing(self, action: Callable[[], None]) -> None:
        """Something to be done when the experiment ends, however it ends."""
        self._closing.append(action)

    def skip(self, reason: str) -> None:
        """Says that a part of the present experiment cannot be done here."""
        self._tally.skip(reason)

    def note(self, text: str) -> None:
        """A figure to be printed under the experiment's line."""
        self._notes.append(text)

    # Running

    def hold(self, name: str, module) -> bool:
        """Runs one experiment and prints its line; whether nothing failed."""
        started = time.monotonic()
        tally = self._tally = Tally()
        is_stopped = True
        try:
            self._run(name, module, tally)
            is_stopped = False
        except Skip as reason:
            is_stopped = False
            tally.skipped.append(str(reason))
        except Exception:
            is_stopped = False
            tally.failures.append(("", traceback.format_exc()))
        finally:
            self._close()
            # What a stop from outside leaves undone is told with what was done.
            is_held = self._tell(name, tally, started, is_stopped)
        return is_held

    def _tell(self, name: str, tally, started: float, is_stopped: bool) -> bool:
        seconds = time.monotonic() - started
        result = "FAILED" if tally.failures else "held" if tally.points else "SKIPPED"
        if is_stopped:
            result += ", stopped"
        if tally.skipped:
            result += f", {len(tally.skipped)} skipped"
        if tally.missed:
            self.note(f"{tally.missed} more cases did not come to their fault, and count as none")
        print(f"{name:<12} {tally.points:>8} cases  {result:<10} {seconds:8.1f} s", flush=True)
        for note in self._notes:
            print(f"  {note}", flush=True)
        self._notes = []
        for reason in sorted(set(tally.skipped))[:self._shown]:
            print(f"  skipped: {reason}", flush=True)
        for case, message in tally.failures[:self._shown]:
            print(f"  fault: {case}: {message.strip()}")
            if case:
                print(f"    tools/faults {name} --seed {self.seed} --case '{case}'", flush=True)
        if len(tally.failures) > self._shown:
            print(f"  and {len(tally.failures) - self._shown} more", flush=True)
        return not tally.failures

    def _run(self, name, module, tally) -> None:
        cases = iter(module.cases(self))
        if self._options.case:
            cases = (case for case in cases if case.name == self._options.case)
        else:
            cases = (case for case in cases if self.is_drawn(case.name))
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            running = set()
            try:
                for case in cases:
                    running.add(pool.submit(self._one, case, tally))
                    if len(running) >= self.jobs * 2:
                        _, running = concurrent.futures.wait(
                            running, return_when=concurrent.futures.FIRST_COMPLETED)
                    # A promise that is broken everywhere need not be broken ten thousand times.
                    if len(tally.failures) > 50:
                        break
            except BaseException:
                for one in running:
                    one.cancel()
                raise

    def _one(self, case: Case, tally) -> None:
        folder = self.folder()
        try:
            points = case.run(folder)
            tally.add(1 if points is None else points)
        except Skip as reason:
            tally.skip(f"{case.name}: {reason}")
            shutil.rmtree(folder, ignore_errors=True)
        except Missed:
            tally.miss()
        except Fault as fault:
            tally.fail(case.name, str(fault))
            if self._options.keep:
                print(f"  kept: {folder}", flush=True)
                return
        except Exception:
            tally.fail(case.name, traceback.format_exc())
        shutil.rmtree(folder, ignore_errors=True)

    def _close(self) -> None:
        while self._closing:
            self._closing.pop()()


class Tally:
    """What came of the cases of one experiment."""

    def __init__(self):
        self.points = 0
        self.failures: list[tuple[str, str]] = []
        self.skipped: list[str] = []
        self.missed = 0
        self._lock = threading.Lock()

    def add(self, points: int) -> None:
        with self._lock:
            self.points += points

    def fail(self, case: str, message: str) -> None:
        with self._lock:
            self.points += 1
            self.failures.append((case, message))

    def miss(self) -> None:
        with self._lock:
            self.missed += 1

    def skip(self, reason: str) -> None:
        with self._lock:
            self.skipped.append(reason)
