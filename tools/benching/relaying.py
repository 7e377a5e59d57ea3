"""The relay: starting, pushes, live channels."""

import resource
import time

from faultlab.crowds import resident
from faultlab.machines import Relay

from .report import Aim, Report, count, decimal, mebibytes, milliseconds, seconds
from .runs import Failed, median
from .setting import Setting

CONNECTIONS = 64
SMALL_BODY = 200
"""Bytes of a sealed body such as one payment has."""
CHANNELS_OF_A_DEVICE = 16


class Relaying:
    """Measures a relay on a disk of this machine, with its load on the same machine."""

    def __init__(self, setting: Setting, report: Report):
        self._setting = setting
        self._report = report
        self._rows: list[list[str]] = []

    def measure(self) -> None:
        self._starts()
        self._pushes(150 if self._setting.is_quick else 400)
        self._idle(1000 if self._setting.is_quick else 10_000)
        self._report.heading("The relay")
        self._report.say("The load comes from one thread on the same machine and takes its part of "
                         "the processors.")
        self._report.table(["what", "measured"], self._rows)

    def _row(self, what: str, words: str) -> None:
        self._rows.append([what, words])

    def _relay(self, name: str) -> Relay:
        return Relay(self._setting, self._setting.folder(name))

    def _subject(self, relay: Relay):
        from jalonpy.conformance.subject import Subject

        return Subject(relay.url)

    def _starts(self) -> None:
        self._setting.progress("starting a relay")
        relay = self._relay("relay-start")
        times = []
        for _ in range(11):
            started = time.perf_counter()
            with relay:
                times.append(time.perf_counter() - started)
        # The first makes its files.
        start = median(times[1:])
        self._row("start, until it listens", milliseconds(start))
        self._report.against(Aim("within 50 ms", 0.050), "a relay's start", start,
                             milliseconds(start))

    def _pushes(self, of_each: int) -> None:
        from .load import push_all, pushes

        total = CONNECTIONS * of_each
        self._setting.progress(f"pushing {total} segments")
        with self._relay("relay-push") as relay:
            subject = self._subject(relay)
            members = [subject.fresh() for _ in range(CONNECTIONS)]
            queues = [pushes(member, of_each, SMALL_BODY) for member in members]
            size = len(queues[0][-1])
            before = processor_time(relay)
            took, times = push_all(int(relay.port), queues)
            cpu = processor_time(relay) - before
        late = sorted(times)[int(len(times) * 0.99)]
        speed = total / took
        self._row(f"durable pushes of one change ({size} bytes) over {CONNECTIONS} connections",
                  f"{count(speed)} a second, p50 {milliseconds(median(times))}, "
                  f"p99 {milliseconds(late)}, {decimal(cpu / total * 1e6)} µs of a processor each")
        self._report.against(Aim("at least 5 000 a second", 5000, True), "durable small pushes",
                             speed, f"{count(speed)} a second")
        self._report.against(Aim("within 20 ms", 0.020), "p99 of such a push", late,
                             milliseconds(late))

    def _idle(self, channels: int) -> None:
        from .load import Crowd, pushes

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < channels + 200:
            self._row("idle live channels", f"skipped: only {hard} descriptors")
            return
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self._setting.progress(f"opening {channels} live channels")
        relay = self._relay("relay-live").start()
        try:
            subject = self._subject(relay)
            first = subject.fresh()
            devices = -(-channels // CHANNELS_OF_A_DEVICE)
            members = [first] + [first.other_device() for _ in range(devices - 1)]
            push = pushes(first, 1, SMALL_BODY)[0]
            crowd = Crowd(int(relay.port), members, CHANNELS_OF_A_DEVICE, channels)
            crowd.open()
            time.sleep(3)
            held = resident(relay) * (1 << 20)
            # They come again at once, after a relay that was ended hard.
            crowd.close()
            relay.stop()
            relay.start()
            again = crowd.open()
            half, told = crowd.told(push)
            crowd.close()
        except Failed as failure:
            self._row(f"{count(channels)} live channels", f"failed: {failure}")
            return
        finally:
            relay.stop()
        self._row(f"{count(channels)} idle live channels",
                  f"{mebibytes(held)}, {decimal(held / channels / 1024)} KiB each")
        self._row("news to all of them", f"half after {seconds(half)}, all after {seconds(told)}")
        self._row(f"{count(channels)} reconnects at once after a restart", seconds(again))
        if channels < 10_000:
            return
        self._report.against(Aim("within 100 MB", 100e6), "10 000 idle live connections", held,
                             f"{decimal(held / 1e6)} MB")
        self._report.against(Aim("within 1 s", 1), "news to all of them", told, seconds(told))
        self._report.against(Aim("within 5 s", 5), "10 000 reconnects", again, seconds(again))


def processor_time(relay: Relay) -> float:
    """Seconds of processors that a relay has used."""
    with open(f"/proc/{relay.process.pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
