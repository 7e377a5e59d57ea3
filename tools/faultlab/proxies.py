"""Proxies between a device and a relay: one that breaks the bytes, one that knows the lines."""

import http.client
import http.server
import socket
import struct
import threading
import time
from dataclasses import dataclass
from typing import Callable

PART = 65_536


@dataclass
class Plan:
    """What is done to a connection; nothing unless told. `up` is what the device says, `down` what
    it hears; offsets count the bytes of one connection from 0."""
    cut_up: int | None = None
    cut_down: int | None = None
    resets: bool = False
    """A cut resets the connection instead of ending it."""
    refuses: bool = False
    """Every connection is reset once it is taken."""
    swallows: bool = False
    """Everything is taken and nothing is answered."""
    delay: float = 0
    """Seconds before each part."""
    drip: float = 0
    """Seconds after each byte that the device hears."""


class BytesProxy:
    """A proxy on a port of its own that stays while plans change."""

    def __init__(self, port: int):
        self.plan = Plan()
        self.heard = b""
        """What the device heard on its last connection."""
        self.said = 0
        """How many bytes it said there."""
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._listener.close()
        self.drop()

    def drop(self) -> None:
        """Ends every connection."""
        with self._lock:
            sockets, self._open = self._open, set()
        for one in sockets:
            hang_up(one, resets=False)

    def _accept(self) -> None:
        while True:
            try:
                device, _ = self._listener.accept()
            except OSError:
                return
            plan = self.plan
            self.heard, self.said = b"", 0
            if plan.refuses:
                hang_up(device, resets=True)
                continue
            with self._lock:
                self._open.add(device)
            if plan.swallows:
                threading.Thread(target=swallow, args=(device,), daemon=True).start()
                continue
            try:
                relay = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                hang_up(device, resets=True)
                continue
            with self._lock:
                self._open.add(relay)
            for source, target, is_up in ((device, relay, True), (relay, device, False)):
                threading.Thread(
                    target=self._pump, args=(plan, source, target, is_up), daemon=True).start()

    def _pump(self, plan: Plan, source, target, is_up: bool) -> None:
        limit = plan.cut_up if is_up else plan.cut_down
        passed = 0
        try:
            while data := source.recv(PART):
                time.sleep(plan.delay)
                part = data if limit is None else data[:limit - passed]
                if plan.drip and not is_up:
                    for position in range(len(part)):
                        target.sendall(part[position:position + 1])
                        time.sleep(plan.drip)
                else:
                    target.sendall(part)
                passed += len(part)
                if is_up:
                    self.said = passed
                else:
                    self.heard += part
                if limit is not None and passed >= limit:
                    hang_up(source, plan.resets)
                    hang_up(target, plan.resets)
                    return
            target.shutdown(socket.SHUT_WR)
        except OSError:
            hang_up(source, resets=False)
            hang_up(target, resets=False)


def swallow(device) -> None:
    try:
        while device.recv(PART):
            pass
    except OSError:
        pass


def hang_up(one, resets: bool) -> None:
    try:
        if resets:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # A thread that still reads would keep the socket open.
        one.shutdown(socket.SHUT_RD if resets else socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()


class LinesProxy:
    """A proxy that reads whole requests and answers and may change them on the way: `up` and `down`
    get the lines of a conversation, with their ends, and give what goes on. `repeats` says each
    request so many times; the last answer goes back."""

    def __init__(self, port: int):
        self.up: Callable[[bytes], bytes] = lambda body: body
        self.down: Callable[[bytes], bytes] = lambda body: body
        self.headers: dict[str, str] = {}
        self.repeats = 1
        self.answers: list[bytes] = []
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.do_POST()

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                is_sync = self.path.endswith("/sync")
                body = proxy.up(body) if is_sync else body
                names = ("authorization", "content-type")
                headers = {name: self.headers[name] for name in names if self.headers[name]}
                for _ in range(proxy.repeats):
                    relay = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                    relay.request(self.command, self.path, body, headers)
                    answer = relay.getresponse()
                    answered = answer.read()
                    relay.close()
                changed = is_sync and answer.status == 200
                if changed:
                    proxy.answers.append(answered)
                    answered = proxy.down(answered)
                self.send_response(answer.status)
                self.send_header("content-type", answer.getheader("content-type") or "text/plain")
                self.send_header("content-length", str(len(answered)))
                for name, value in (proxy.headers if changed else {}).items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(answered)
                except OSError:
                    pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self) -> None:
        """Changes nothing from here on."""
        self.up = self.down = lambda body: body
        self.headers, self.repeats, self.answers = {}, 1, []
