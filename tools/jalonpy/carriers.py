"""How lines travel: HTTP (Protocol/http.md)."""

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from .conversation import Refusal, RequestRefused, read_line
from .encoding import Malformed, base64url

LONGEST_ANSWER = 64 * 1_048_576
TIMEOUT = 60


class NoRelay(Exception):
    """What answers at the address is no relay, or nothing answers."""


class Later(Exception):
    """A proxy says that the relay cannot be reached now."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip()

    @property
    def refusal(self) -> Refusal | None:
        """The `refused` line of a request that was refused as a whole."""
        try:
            line = read_line(self.body.rstrip(b"\n"))
        except Malformed:
            return None
        return line if isinstance(line, Refusal) and line.hash is None else None


@dataclass(frozen=True)
class Address:
    secure: bool
    host: str
    port: int | None
    path: str

    @staticmethod
    def parse(text: str) -> "Address":
        """Raises ValueError for what http.md does not allow."""
        parts = urlsplit(text)
        if (parts.scheme not in ("http", "https") or not parts.hostname or parts.username
                or parts.query or parts.fragment):
            raise ValueError("no address of a relay: " + text)
        return Address(parts.scheme == "https", parts.hostname, parts.port, parts.path.rstrip("/"))

    def connect(self, timeout: float = TIMEOUT) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        return kind(self.host, self.port, timeout=timeout)


class Http:
    """One relay, for one set of books. Redirects are not followed."""

    def __init__(self, address: str, books: bytes):
        self.address = Address.parse(address)
        self.books = books

    def path(self, what: str) -> str:
        return f"{self.address.path}/v1/books/{base64url(self.books)}/{what}"

    def send(self, method: str, path: str, body: bytes | None = None, headers=None) -> Answer:
        """Any request; raises NoRelay when nothing answers."""
        connection = self.address.connect()
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            data = response.read(LONGEST_ANSWER)
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, data)
        except (OSError, http.client.HTTPException) as fault:
            raise NoRelay(str(fault)) from fault
        finally:
            connection.close()

    def admit(self, admission: dict[str, str], name: str, enrolment: str | None) -> None:
        body = dict(admission, name=name)
        if enrolment:
            body["enrolment"] = enrolment
        answer = self.send(
            "POST", self.path("devices"), json.dumps(body).encode(),
            {"content-type": "application/json"})
        self._check(answer, 201, "application/json")

    def exchange(self, token: bytes, request: bytes) -> bytes:
        """The answer's lines; raises RequestRefused, Later or NoRelay."""
        answer = self.send("POST", self.path("sync"), request, {
            "content-type": "application/x-ndjson",
            "authorization": "Bearer " + base64url(token),
        })
        self._check(answer, 200, "application/x-ndjson")
        return answer.body

    def _check(self, answer: Answer, status: int, content_type: str) -> None:
        if answer.status == status and answer.content_type == content_type:
            return
        if answer.status >= 400 and answer.refusal:
            raise RequestRefused(answer.refusal.code)
        if answer.status == 413:
            raise RequestRefused("size")
        if answer.status in (502, 503, 504):
            raise Later(f"status {answer.status}")
        raise NoRelay(f"status {answer.status}")
