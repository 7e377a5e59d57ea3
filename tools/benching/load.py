"""Many connections to a relay from one thread, with requests that were made beforehand: so that the
load takes little of the processors that the relay needs."""

import select
import socket
import time

from jalonpy.conformance.subject import DONE, Member, lines_of
from jalonpy.conversation import Hello, Mailbox, Standing, read_line, split_lines

from .runs import Failed

PART = 65_536


class Answer:
    """The bytes of one HTTP answer as they come."""

    def __init__(self):
        self.bytes = b""

    def is_whole(self) -> bool:
        head, found, body = self.bytes.partition(b"\r\n\r\n")
        if not found:
            return False
        head = head.lower()
        if b"transfer-encoding: chunked" in head:
            return body.endswith(b"0\r\n\r\n")
        _, found, rest = head.partition(b"content-length: ")
        return bool(found) and len(body) >= int(rest.split(b"\r\n", 1)[0])


def connected(port: int, number: int = 0) -> socket.socket:
    """A connection from one of several addresses of this machine, as different people would have."""
    one = socket.socket()
    one.bind((f"127.0.0.{2 + number % 8}", 0))
    one.connect(("127.0.0.1", port))
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return one


# Pushes

def pushes(member: Member, count: int, size: int) -> list[bytes]:
    """So many requests of a device that is alone in its books, each with a new segment; whole, with
    their heads. What the relay will answer is known, so each can say where the device stands."""
    answer = member.sync(Hello(member.books).line(), DONE)
    welcome = read_line(split_lines(answer.body)[0])
    mailbox = Mailbox(member.books, welcome.generation)
    made = []
    for _ in range(count):
        segment = member.forge.segment(size)
        place = len(mailbox.segments)
        hello = Hello(member.books, Standing(mailbox.generation, place, mailbox.marks[place]))
        body = lines_of(hello.line(), segment.line(), DONE)
        mailbox.append(segment)
        head = member.head(
            "POST", member.path("sync"), content_type="application/x-ndjson",
            content_length=str(len(body)), **member.bearer)
        made.append(head + body)
    return made


def push_all(port: int, queues: list[list[bytes]]) -> tuple[float, list[float]]:
    """Sends each queue over a connection of its own, the next request when the last was answered.
    The seconds of the whole, and of each request. Raises Failed unless all are taken."""
    poll = select.epoll()
    open_ones: dict[int, Sender] = {}
    for number, queue in enumerate(queues):
        sender = Sender(connected(port, number), queue)
        open_ones[sender.socket.fileno()] = sender
        poll.register(sender.socket.fileno(), select.EPOLLIN)
    started = time.perf_counter()
    for sender in open_ones.values():
        sender.next()
    times: list[float] = []
    while open_ones:
        ready = poll.poll(30)
        if not ready:
            raise Failed("the relay does not answer")
        for number, _ in ready:
            sender = open_ones[number]
            if not sender.hears():
                continue
            times.append(time.perf_counter() - sender.sent)
            if not sender.next():
                poll.unregister(number)
                del open_ones[number]
                sender.socket.close()
    return time.perf_counter() - started, times


class Sender:
    """A connection that says one request after the other."""

    def __init__(self, one: socket.socket, queue: list[bytes]):
        self.socket = one
        self.sent = 0.0
        self._queue = iter(queue)
        self._answer = Answer()

    def next(self) -> bool:
        request = next(self._queue, None)
        if request is None:
            return False
        self._answer = Answer()
        self.sent = time.perf_counter()
        self.socket.sendall(request)
        return True

    def hears(self) -> bool:
        """Whether the answer has come."""
        part = self.socket.recv(PART)
        self._answer.bytes += part
        if not part:
            raise Failed(f"the relay hung up: {self._answer.bytes[:200]!r}")
        if not self._answer.is_whole():
            return False
        heard = self._answer.bytes
        if not heard.startswith(b"HTTP/1.1 200") or b'"refused"' in heard:
            raise Failed(f"a push is not taken: {heard[:400]!r}")
        return True


# Live channels

def is_open(heard: bytes) -> bool:
    """Whether a channel was taken and has said its first line."""
    head, _, body = heard.partition(b"\r\n\r\n")
    return head.startswith(b"HTTP/1.1 200") and b"\n" in body.partition(b"\r\n")[2]


class Crowd:
    """Live channels that wait for news, all of the same books."""

    def __init__(self, port: int, members: list[Member], of_each: int, count: int):
        self._port = port
        self._requests = [member.head("GET", member.path("live?position=0"), **member.bearer)
                          for member in members for _ in range(of_each)][:count]
        self._sockets: dict[int, socket.socket] = {}
        self._poll = select.epoll()

    def __len__(self):
        return len(self._sockets)

    def open(self) -> float:
        """Opens them all at once; the seconds until each has been told that there is nothing new."""
        started = time.perf_counter()
        for number, request in enumerate(self._requests):
            one = connected(self._port, number)
            self._sockets[one.fileno()] = one
            self._poll.register(one.fileno(), select.EPOLLIN)
            one.sendall(request)
        self._hear(is_open)
        return time.perf_counter() - started

    def told(self, push: bytes) -> tuple[float, float]:
        """Sends a push; the seconds until half of them and until all have been told of it."""
        with connected(self._port) as pusher:
            started = time.perf_counter()
            pusher.sendall(push)
            times = sorted(self._hear(lambda heard: b'"position":1}' in heard))
            return times[len(times) // 2] - started, times[-1] - started

    def close(self) -> None:
        for one in self._sockets.values():
            one.close()
        self._sockets = {}
        self._poll.close()
        self._poll = select.epoll()

    def _hear(self, is_enough, patience: float = 60) -> list[float]:
        """Waits until each has heard enough; when that was."""
        heard: dict[int, bytes] = dict.fromkeys(self._sockets, b"")
        times: list[float] = []
        deadline = time.monotonic() + patience
        while heard:
            ready = self._poll.poll(1)
            if time.monotonic() > deadline:
                one = next(iter(heard.values()))
                raise Failed(f"{len(heard)} live channels hear nothing; one heard {one[:300]!r}")
            for number, _ in ready:
                if number not in heard:
                    self._sockets[number].recv(PART)
                    continue
                part = self._sockets[number].recv(PART)
                if not part:
                    raise Failed(f"a live channel ended: {heard[number][:300]!r}")
                heard[number] += part
                if is_enough(heard[number]):
                    times.append(time.perf_counter())
                    del heard[number]
        return times
