"""A cable that is pulled: device and relay in network namespaces of their own, with a slow link."""

import itertools
import json
import os
import secrets
import subprocess
import time

from .. import tool
from ..facts import facts, is_sound
from ..lab import Case, Lab, Skip, check
from ..machines import Device, Relay, end, wait_until
from ..stages import FAILURES

_count = itertools.count()


def cases(lab: Lab):
    tool.needs("ip", "tc")
    tool.needs_root()
    whole = [Case("heals", lambda folder: Cable(lab, folder).heals()),
             Case("mid-answer", lambda folder: Cable(lab, folder).pulled_for_good()),
             Case("before", lambda folder: Cable(lab, folder).pulled_before()),
             Case("one-way", lambda folder: Cable(lab, folder).one_way())]
    yield from lab.sample(whole, 1)
    if lab.is_whole:
        for number in range(8):
            yield Case(f"again.{number}", lambda folder, number=number: Cable(
                lab, folder).pulled_again_and_again(number))


class Cable:
    """A device and a relay at the ends of a cable of one megabit a second, and nothing else."""

    def __init__(self, lab: Lab, folder: str):
        self.lab = lab
        self.folder = folder
        name = f"jalon{os.getpid()}x{next(_count)}"
        self.near, self.far = name + "a", name + "b"
        for place in (self.near, self.far):
            command("ip", "netns", "add", place)
            lab.closing(lambda place=place: subprocess.run(["ip", "netns", "del", place]))
        command("ip", "link", "add", "here", "netns", self.near, "type", "veth", "peer", "name",
                "there", "netns", self.far)
        for place, link, address in ((self.near, "here", 1), (self.far, "there", 2)):
            command("ip", "-n", place, "addr", "add", f"10.77.0.{address}/30", "dev", link)
            command("ip", "-n", place, "link", "set", link, "up")
            command("ip", "-n", place, "link", "set", "lo", "up")
        command("tc", "-n", self.far, "qdisc", "add", "dev", "there", "root", "tbf", "rate",
                "1mbit", "burst", "16kb", "latency", "400ms")
        # Addresses of the link that are known for good: a pulled cable is silence, not an error.
        self._knows(self.near, "here", "10.77.0.2", self._hardware(self.far, "there"))
        self._knows(self.far, "there", "10.77.0.1", self._hardware(self.near, "here"))
        self.relay = Relay(lab, folder + "/relay", under=["ip", "netns", "exec", self.far])
        self.relay.host = "10.77.0.2"
        self.relay.start()
        self._fill()

    def _hardware(self, place: str, link: str) -> str:
        shown = subprocess.run(["ip", "-j", "-n", place, "link", "show", link],
                               capture_output=True, check=True)
        return json.loads(shown.stdout)[0]["address"]

    def _knows(self, place: str, link: str, address: str, hardware: str) -> None:
        command("ip", "-n", place, "neigh", "replace", address, "lladdr", hardware, "dev", link,
                "nud", "permanent")

    def _fill(self) -> None:
        """Books of which a device at the far end holds some hundred kilobytes more."""
        self.anna = Device(self.lab, self.folder + "/anna")
        self.device = Device(self.lab, self.folder + "/device")
        self.anna.does("init", "--name", "Atelier Nord")
        self.anna.does("peer", "add", "hub", self.relay.url)
        self.device.does("join", "-", input=self.anna.does("invite").out)
        self.anna.does("client", "add", "Anna")
        for _ in range(3):
            lines = [{"name": secrets.token_hex(200), "quantity": "1", "price": "1", "rate": "20"}
                     for _ in range(600)]
            self.anna.does("invoice", "new", "Anna", "--from", "-",
                           input=json.dumps({"lines": lines}))
        sent = self.anna.run("sync", under=["ip", "netns", "exec", self.far])
        check(sent.exit == 0, f"{sent}")
        self.after = facts(self.anna, self.folder + "/look")

    # What is done to it

    def pull(self) -> None:
        command("ip", "-n", self.far, "link", "set", "there", "down")

    def plug(self) -> None:
        command("ip", "-n", self.far, "link", "set", "there", "up")
        self._knows(self.far, "there", "10.77.0.1", self._hardware(self.near, "here"))

    def syncing(self):
        return self.device.starts("sync", under=["ip", "netns", "exec", self.near])

    def wait_for(self, count: int) -> None:
        """Waits until the device has heard so many bytes more."""
        before = self._heard()
        wait_until(lambda: self._heard() - before > count, "an answer under way", 30)

    def _heard(self) -> int:
        shown = subprocess.run(["ip", "-j", "-s", "-n", self.near, "link", "show", "here"],
                               capture_output=True, check=True)
        return json.loads(shown.stdout)[0]["stats64"]["rx"]["bytes"]

    def ends(self, process, least: float, most: float, expected=FAILURES) -> None:
        started = time.monotonic()
        try:
            out, err = process.communicate(timeout=most + 60)
        finally:
            end(process)
        seconds = time.monotonic() - started
        said = f"exit {process.returncode} after {seconds:.1f} s: {out.decode()} {err.decode()}"
        check(process.returncode in expected and least <= seconds <= most, said)

    def mends(self) -> None:
        run = self.device.run("sync", under=["ip", "netns", "exec", self.near])
        check(run.exit == 0, f"{run}")
        check(facts(self.device, self.folder + "/look") == self.after, "not everything came")
        is_sound(self.device)
        self.relay.stop()

    # The cases

    def heals(self) -> None:
        """Two seconds without a cable are not the end of a conversation."""
        process = self.syncing()
        self.wait_for(60_000)
        self.pull()
        time.sleep(2)
        self.plug()
        self.ends(process, 0, 60, (0,))
        self.mends()

    def pulled_for_good(self) -> None:
        """Given up after 15 seconds of silence; what came whole is kept, the rest comes later."""
        process = self.syncing()
        self.wait_for(60_000)
        self.pull()
        self.ends(process, 10, 25)
        check(facts(self.device, self.folder + "/look") != self.after, "it was all there already")
        self.plug()
        self.mends()

    def pulled_before(self) -> None:
        """Nobody there: given up after five seconds; what is local goes on as if nothing were."""
        self.pull()
        process = self.syncing()
        started = time.monotonic()
        self.device.does("client", "list")
        local = time.monotonic() - started
        check(local < 2, f"a local command took {local:.1f} s")
        self.ends(process, 2, 12)
        self.plug()
        self.mends()

    def one_way(self) -> None:
        """The relay hears, and what it says is lost."""
        process = self.syncing()
        self.wait_for(60_000)
        self._knows(self.far, "there", "10.77.0.1", "02:00:00:00:00:01")
        self.ends(process, 10, 25)
        self._knows(self.far, "there", "10.77.0.1", self._hardware(self.near, "here"))
        self.mends()

    def pulled_again_and_again(self, number: int) -> None:
        """Pulled at random moments, for random times, until everything is there."""
        random = self.lab.random(f"again.{number}")
        for _ in range(6):
            process = self.syncing()
            time.sleep(random.uniform(0, 1.5))
            self.pull()
            time.sleep(random.uniform(0, 4))
            self.plug()
            self.ends(process, 0, 60, (0, *FAILURES))
        self.mends()


def command(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise Skip(f"{' '.join(words[:5])}: {done.stderr.strip()}")
