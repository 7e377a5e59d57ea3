"""Many connections at once, and a healthy client beside them."""

import asyncio
import http.client
import threading
import time

from .lab import check
from .machines import Relay


class Healthy:
    """A client that goes on asking while others misbehave: each answer right, and how long it took."""

    def __init__(self, member, lines: bytes, pause: float = 0.02):
        self._member = member
        self._body = lines
        self._pause = pause
        self._stop = threading.Event()
        self.times: list[float] = []
        self.faults: list[str] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        headers = {"content-type": "application/x-ndjson", **self._member.bearer}
        connection = self._member.address.connect(20)
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                connection.request("POST", self._member.path("sync"), self._body, headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    self.faults.append(f"status {answer.status}")
            except (OSError, http.client.HTTPException) as error:
                self.faults.append(f"{type(error).__name__} {error}")
                connection.close()
            self.times.append(time.monotonic() - started)
            self._stop.wait(self._pause)
        connection.close()

    def words(self) -> str:
        """p50 and p99 in milliseconds."""
        times = sorted(self.times) or [0]
        middle, late = times[len(times) // 2], times[int(len(times) * 0.99)]
        return f"p50 {middle * 1000:.1f} ms, p99 {late * 1000:.1f} ms of {len(times)}"

    def stayed_healthy(self, seconds: float) -> None:
        check(not self.faults, f"the healthy client: {len(self.faults)}, first {self.faults[:1]}")
        slow = sorted(self.times)[int(len(self.times) * 0.99)] if self.times else 0
        check(slow <= seconds, f"the healthy client waited: {self.words()}")


def resident(relay: Relay) -> float:
    """MiB of memory that a relay has."""
    with open(f"/proc/{relay.process.pid}/status") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


class Peak:
    """The most memory that a relay had while the block ran."""

    def __init__(self, relay: Relay):
        self._relay = relay
        self.before = self.most = resident(relay)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            try:
                self.most = max(self.most, resident(self._relay))
            except OSError:
                return

    @property
    def growth(self) -> float:
        return self.most - self.before


async def hears(reader: asyncio.StreamReader, seconds: float) -> bytes:
    """What comes until the end or so many seconds; what was reset ended too."""
    heard = b""
    try:
        async with asyncio.timeout(seconds):
            while part := await reader.read(65_536):
                heard += part[:4096]
    except TimeoutError:
        raise StillOpen(heard) from None
    except OSError:
        pass
    return heard


class StillOpen(Exception):
    """A connection that should have ended."""


def together(count: int, one, at_a_time: int = 500) -> list:
    """Runs `one(number)` for so many numbers on one loop and gives their answers."""
    async def all_of_them():
        gate = asyncio.Semaphore(at_a_time)

        async def gated(number: int):
            async with gate:
                return await one(number)

        return await asyncio.gather(*(gated(number) for number in range(count)))

    return asyncio.run(all_of_them())
