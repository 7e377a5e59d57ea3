"""Clients that send too much, too slowly, too often or with a stolen token; a healthy one beside them."""

import asyncio
import gzip
import os
import re
import resource
import secrets
import socket
import struct
import subprocess
import time
import zlib

from ..crowds import Healthy, Peak, StillOpen, hears, resident, together
from ..facts import is_sound
from ..lab import Case, Lab, Skip, check
from ..machines import Device, Relay

MIB = 1 << 20
# Two cores that are busy otherwise are no place for a finer bound; the figures are printed.
PATIENCE = 3.0


def cases(lab: Lab):
    try:
        from jalonpy.conformance import subject
    except ImportError:
        raise Skip("the second implementation needs python3-cryptography") from None

    def case(name: str, attack, *words: str):
        def run(folder: str):
            with Relay(lab, folder, *words) as relay:
                asked = subject.Subject(relay.url)
                return Attack(lab, name, folder, relay, asked).run(attack)
        return Case(name, run)

    yield case("endless-line", lambda attack: attack.endless(b"x"))
    yield case("endless-newlines", lambda attack: attack.endless(b"\n"))
    yield case("oversized-body", Attack.oversized)
    yield case("inflated-body", Attack.inflated_body)
    yield Case("inflated-segment", lambda folder: inflated_segment(lab, folder))
    yield case("garbage", Attack.garbage)
    yield case("slow-heads", Attack.slow_heads)
    yield case("slow-bodies", Attack.slow_bodies)
    if lab.is_whole:
        yield case("slow-readers", Attack.slow_readers)
    yield case("idle-live", Attack.idle_live)
    yield Case("descriptors", lambda folder: descriptors(lab, folder, subject))
    yield case("unknown-books", Attack.unknown_books)
    yield case("revoked-token", Attack.revoked_token)
    yield case("quota", Attack.quota, "--quota", "1M")


class Attack:
    """A relay, its healthy client, and what is done to it."""

    def __init__(self, lab: Lab, name: str, folder: str, relay: Relay, subject):
        from jalonpy.conformance.subject import DONE, lines_of
        from jalonpy.conversation import Hello

        self.lab = lab
        self.name = name
        self.folder = folder
        self.relay = relay
        self.subject = subject
        self.healthy = subject.fresh()
        self.hello = lines_of(Hello(self.healthy.books).line(), DONE)

    @property
    def place(self) -> tuple[str, int]:
        return "127.0.0.1", int(self.relay.port)

    def run(self, attack) -> int:
        with Healthy(self.healthy, self.hello) as before:
            time.sleep(1)
        with Healthy(self.healthy, self.hello) as during, Peak(self.relay) as peak:
            points, words = attack(self)
        check(self.relay.process.poll() is None, "the relay ended")
        during.stayed_healthy(PATIENCE)
        with Healthy(self.healthy, self.hello) as afterwards:
            time.sleep(0.2)
        check(not afterwards.faults, f"afterwards: {afterwards.faults[:1]}")
        self.lab.note(f"{self.name}: {words}; memory {peak.before:.0f} to {peak.most:.0f} MiB; "
                      f"a healthy client before {before.words()}, during {during.words()}")
        self.peak = peak
        return points

    def head(self, member, length: int | None, **headers: str) -> bytes:
        size = {"content_length": str(length)} if length is not None else {
            "transfer_encoding": "chunked"}
        return member.head("POST", member.path("sync"), **member.bearer, **size, **headers)

    # Too much

    def endless(self, byte: bytes):
        """A body that never ends, in chunks: refused once it is too long, and not kept."""
        member = self.subject.fresh()
        chunk = b"10000\r\n" + byte * 65_536 + b"\r\n"
        before = resident(self.relay)

        async def one(_) -> tuple[int, bytes]:
            reader, writer = await asyncio.open_connection(*self.place)
            writer.write(self.head(member, None))
            sent = 0
            try:
                while sent < 256 * MIB:
                    writer.write(chunk)
                    await writer.drain()
                    sent += 65_536
            except OSError:
                pass
            heard = await hears(reader, 30)
            writer.close()
            return sent, heard

        count = 8
        done = together(count, one)
        check(all(sent < 64 * MIB for sent, _ in done), f"it listened for {max(done)[0]} bytes")
        for _, heard in done:
            check(not heard or b" 413 " in heard[:20] or b" 400 " in heard[:20], f"{heard[:200]}")
        growth = resident(self.relay) - before
        check(growth < 100, f"{growth:.0f} MiB more")
        return count, f"{count} at once, ended after {max(done)[0] // MIB} MiB at most"

    def oversized(self):
        """A body that says itself that it is too large is refused before it comes."""
        member = self.subject.fresh()
        for length in (4_194_305, 1 << 40, (1 << 63) - 1):
            with socket.create_connection(self.place, 10) as one:
                one.sendall(self.head(member, length))
                check(one.recv(4096).startswith(b"HTTP/1.1 413"), f"{length} is taken")
        return 3, "refused at the head"

    def inflated_body(self):
        """A body that inflates to a gigabyte is read as it is: nothing here is ever inflated."""
        member = self.subject.fresh()
        bomb = gzip.compress(bytes(64 * MIB), 9)
        before = resident(self.relay)
        for encoding in ("gzip", "deflate", "br"):
            answer = member.send("POST", member.path("sync"), bomb, {
                "content-type": "application/x-ndjson", "content-encoding": encoding,
                **member.bearer})
            check(answer.status == 400, f"{encoding}: {answer.status} {answer.body[:100]}")
        check(resident(self.relay) - before < 16, "memory grew")
        return 3, "refused as it is"

    def garbage(self):
        """Bytes that are no HTTP, and HTTP that is none of ours."""
        random = self.lab.random("garbage")
        count = 2000 if self.lab.is_whole else 200
        beginnings = [b"", b"GET ", b"POST /v1/books/", b"\x16\x03\x01", b"PRI * HTTP/2.0\r\n\r\n",
                      b"GET / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n",
                      b"POST /v1/books/x/sync HTTP/1.1\r\ncontent-length: -1\r\n",
                      b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200]
        parts = [random.choice(beginnings) + random.randbytes(random.randrange(400)) + b"\r\n\r\n"
                 for _ in range(count)]

        async def one(number: int) -> None:
            reader, writer = await asyncio.open_connection(*self.place)
            try:
                writer.write(parts[number])
                if writer.can_write_eof():
                    writer.write_eof()
                await hears(reader, 30)
            except OSError:
                pass
            finally:
                writer.close()

        together(count, one, 50)
        return count, f"{count} connections"

    # Too slowly

    def slow_heads(self):
        """A head that comes by a byte a second ends after ten seconds."""
        count = 4000 if self.lab.is_whole else 400
        return self._slowly(count, b"GET /health HTTP/1.1\r\nhost: x\r\nx-slow: ", 10)

    def slow_bodies(self):
        """A body that comes by a byte a second ends after ten seconds."""
        count = 1000 if self.lab.is_whole else 100
        return self._slowly(count, self.head(self.subject.fresh(), 100_000), 10)

    def _slowly(self, count: int, beginning: bytes, allowed: float):
        async def one(_) -> float:
            reader, writer = await asyncio.open_connection(*self.place)
            writer.write(beginning)
            ends = asyncio.create_task(hears(reader, allowed * 3))
            started = time.monotonic()
            while not ends.done():
                try:
                    writer.write(b"x")
                    await writer.drain()
                except OSError:
                    break
                await asyncio.wait([ends], timeout=1)
            await ends
            writer.close()
            return time.monotonic() - started

        try:
            times = together(count, one, count)
        except StillOpen:
            check(False, f"still open after {allowed * 3:.0f} s")
        return count, f"{count} at once, ended after {min(times):.1f} to {max(times):.1f} s"

    def slow_readers(self):
        """An answer that nobody reads is given up after 30 seconds, and not held more than once."""
        from jalonpy.conformance.subject import DONE
        from jalonpy.conversation import Hello

        member = self.subject.fresh()
        for _ in range(3):
            lines = [one.line() for one in member.forge.segments(4, 700_000)]
            check(member.sync(Hello(member.books).line(), *lines, DONE).status == 200, "refused")
        body = Hello(member.books).line() + b"\n" + DONE + b"\n"
        count = 50
        sockets = []
        for _ in range(count):
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(self.place)
            one.sendall(self.head(member, len(body)) + body)
            sockets.append(one)
        started = time.monotonic()
        time.sleep(1)
        held = resident(self.relay)
        while (left := self._metric("connections")) > 3 and time.monotonic() - started < 60:
            time.sleep(0.5)
        seconds = time.monotonic() - started
        for one in sockets:
            one.close()
        check(left <= 3, f"{left} are still there after {seconds:.0f} s")
        return count, f"{count} at once, {held:.0f} MiB held, given up after {seconds:.0f} s"

    def _metric(self, name: str) -> int:
        page = self.healthy.send("GET", "/metrics").body.decode()
        return int(re.search(rf"^jalon_relay_{name} (\d+)", page, re.M).group(1))

    # Too many

    def idle_live(self):
        """Ten thousand live channels wait, one push reaches all of them."""
        from benching.load import Crowd, Failed, pushes

        count = 10_000 if self.lab.is_whole else 1000
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < count + 200:
            raise Skip(f"only {hard} descriptors")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        first = self.subject.fresh()
        members = [first] + [first.other_device() for _ in range((count - 1) // 16)]
        before = resident(self.relay)
        # The same clients as in tools/bench: ones that take longer than the relay measure themselves.
        crowd = Crowd(int(self.relay.port), members, 16, count)
        try:
            crowd.open()
            time.sleep(2)
            held = resident(self.relay)
            half, last = crowd.told(pushes(first, 1, 64)[0])
        except Failed as failure:
            check(False, str(failure))
        finally:
            crowd.close()
        check(last < 10, f"the last heard after {last:.1f} s")
        return count, (
            f"{count} idle channels, {held:.0f} MiB ({(held - before) * 1024 / count:.1f} KiB each);"
            f" one push heard by half in {half:.2f} s and by all in {last:.2f} s")

    def unknown_books(self):
        """Tokens and books that nobody knows: refused, and nothing is kept of them."""
        count = 5000 if self.lab.is_whole else 500
        before = stored(self.relay)

        async def one(_) -> None:
            reader, writer = await asyncio.open_connection(*self.place)
            name = secrets.token_urlsafe(16)
            token = secrets.token_urlsafe(32)
            writer.write(
                f"POST /v1/books/{name}/sync HTTP/1.1\r\nhost: x\r\n"
                f"authorization: Bearer {token}\r\ncontent-length: {len(self.hello)}\r\n\r\n"
                .encode() + self.hello)
            async with asyncio.timeout(30):
                heard = await reader.readuntil(b"}}\n")
            writer.close()
            check(heard.startswith(b"HTTP/1.1 401"), f"{heard[:100]}")

        together(count, one, 50)
        check(stored(self.relay) == before, "something of them is stored")
        return count, f"{count} requests"

    # Not allowed

    def revoked_token(self):
        """A token that was revoked opens nothing any more, whatever it asks."""
        from jalonpy.conformance.subject import DONE
        from jalonpy.conversation import Hello

        thief = self.healthy.other_device("thief")
        other = self.subject.fresh()
        hello = Hello(thief.books).line()
        segment = thief.forge.segment().line()
        check(thief.sync(hello, DONE).status == 200, "it works before")
        # A token opens the books that it was admitted to and no others.
        path = other.path("sync")
        foreign = thief.send("POST", path, Hello(other.books).line() + b"\n" + DONE + b"\n",
                             thief.bearer)
        check(foreign.status == 401, f"other books: {foreign.status}")
        live = socket.create_connection(self.place, 30)
        live.sendall(thief.head("GET", thief.path("live?position=0"), **thief.bearer))
        check(live.recv(4096).startswith(b"HTTP/1.1 200"), "no live channel")
        self._revoke("thief")
        tries = {
            "sync": lambda: thief.sync(hello, DONE),
            "push": lambda: thief.sync(hello, segment, DONE),
            "devices": lambda: thief.send("GET", thief.path("devices"), None, thief.bearer),
            "live": lambda: thief.send("GET", thief.path("live?position=0"), None, thief.bearer),
            "admission": lambda: thief.admit(name="thief")}
        for name, attempt in tries.items():
            answer = attempt()
            refusal = answer.refusal
            check(refusal and refusal.code == "revoked", f"{name}: {answer.status} {answer.body}")
        check(thief.send("DELETE", thief.path("sync"), None, thief.bearer).status in (404, 405),
              "another verb")
        check(self.healthy.model().segments == [], "something of it was stored")
        ended = ends(live, 10)
        live.close()
        check(ended, "its live channel goes on")
        return len(tries) + 3, "refused in every way"

    def _revoke(self, name: str) -> None:
        words = [self.lab.relay, "devices", "list", "--data", self.relay.data]
        env = {"HOME": self.folder, "PATH": "/usr/bin:/bin"}
        listed = subprocess.run(words, env=env, capture_output=True, text=True).stdout
        number = next(line.split()[0] for line in listed.splitlines() if name in line)
        words[2:3] = ["revoke"]
        done = subprocess.run([*words, number], env=env, capture_output=True, text=True)
        check(done.returncode == 0, f"{done.stdout}{done.stderr}")

    def quota(self):
        """Books that are full take nothing more and still give; others go on."""
        from jalonpy.conformance.subject import DONE
        from jalonpy.conversation import Hello, Refusal, read_line, split_lines

        member = self.subject.fresh()
        taken = refused = 0
        for _ in range(12):
            line = member.forge.segment(200_000).line()
            answer = member.sync(Hello(member.books).line(), line, DONE)
            check(answer.status == 200, f"{answer.status} {answer.body[:100]}")
            codes = [one.code for one in map(read_line, split_lines(answer.body))
                     if isinstance(one, Refusal)]
            check(codes in ([], ["quota"]), f"{codes}")
            taken, refused = taken + (not codes), refused + len(codes)
        check(taken == len(member.model().segments) and refused > 0, f"{taken} {refused}")
        check(stored(self.relay) < 8 * MIB, "more than the quota is stored")
        push = self.healthy.sync(
            Hello(self.healthy.books).line(), self.healthy.forge.segment().line(), DONE)
        check(push.status == 200 and b"refused" not in push.body, f"others: {push.body[:200]}")
        return 12, f"{taken} taken, {refused} refused"


def ends(live: socket.socket, seconds: float) -> bool:
    """Whether the answer ends, or its connection, within so many seconds."""
    deadline = time.monotonic() + seconds
    try:
        while (left := deadline - time.monotonic()) > 0:
            live.settimeout(left)
            part = live.recv(4096)
            # The last chunk of an answer is empty.
            if not part or part.endswith(b"0\r\n\r\n"):
                return True
    except TimeoutError:
        pass
    except OSError:
        return True
    return False


def stored(relay: Relay) -> int:
    """Bytes of a relay's data."""
    return sum(entry.stat().st_size for entry in os.scandir(relay.data)
               if entry.name.startswith("relay.sqlite") and not entry.name.endswith("-shm"))


def descriptors(lab: Lab, folder: str, subject) -> int:
    """A relay that may open 200 files: who comes too much is told so, who is there is served, and
    all is well once they have gone."""
    with Relay(lab, folder, under=["prlimit", "--nofile=200:200"]) as relay:
        asked = subject.Subject(relay.url)
        attack = Attack(lab, "descriptors", folder, relay, asked)
        place = attack.place

        def crowd(_):
            sockets, turned = [], 0
            for _ in range(400):
                one = socket.create_connection(place, 10)
                one.settimeout(2)
                sockets.append(one)
            for one in sockets:
                try:
                    turned += one.recv(100).startswith(b"HTTP/1.1 503")
                except OSError:
                    pass
                if turned:
                    break
            time.sleep(1)
            for one in sockets:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.close()
            time.sleep(0.5)
            check(asked.fresh() is not None, "nobody is admitted afterwards")
            return 400, "400 connections with 200 descriptors"

        return attack.run(crowd)


def inflated_segment(lab: Lab, folder: str) -> int:
    """A member's segments that inflate to a gigabyte or say that they do: set aside, and what is
    behind them comes."""
    from jalonpy.conformance.subject import DONE, Forge
    from jalonpy.conformance.subject import Member, Subject
    from jalonpy.conversation import Hello
    from jalonpy.keys import Invitation, Signer
    from jalonpy.segments import ZERO, Header, plaintext, seal_plaintext

    with Relay(lab, folder + "/relay") as relay:
        device, other = Device(lab, folder + "/device"), Device(lab, folder + "/other")
        device.does("init", "--name", "Atelier Nord")
        device.does("peer", "add", "hub", relay.url)
        device.does("client", "add", "First")
        device.does("sync")
        text = device.does("invite").out
        words = re.search(r"jalon1-[a-z2-7\s]+", text).group(0)
        invitation = Invitation.parse("".join(words.split()))
        secret = invitation_secret(invitation)
        member = Member(Subject(relay.url), secret)
        check(member.admit().status == 201, "a member is not admitted")
        streams = [
            zeros(600 if lab.is_whole else 64), zeros(64)[:-1000],
            zlib.compress(b"{" * (2 * MIB), 9), zlib.compress(b"\n" * MIB, 9), b"", b"\x78\x9c",
            zlib.compress(b"[" * 900_000, 9), zlib.compress(b'{"n":1,"t":0,"o":[' + b"[" * 500_000)]
        for stream in streams:
            signer = Signer(secrets.token_bytes(32))
            header = Header(secret.books, 1, signer.name, signer.name, 1, 1, ZERO, b"\1" * 32, b"")
            segment = seal_plaintext(
                secret, signer, header.bytes(), plaintext(stream), secrets.token_bytes(32))
            answer = member.sync(Hello(member.books).line(), segment.line(), DONE)
            check(answer.status == 200 and b'"refused":{' not in answer.body, f"{answer.body[-200:]}")
        device.does("client", "add", "Second")
        device.does("sync")
        other.does("join", "-", input=text)
        plain = peak_of(other, "status")
        synced = peak_of(other, "sync")
        check(synced < plain + 64, f"sync needs {synced:.0f} MiB, status {plain:.0f}")
        names = [client["name"] for client in other.json("client", "list")]
        check(names == ["First", "Second"], f"{names}")
        again = other.run("sync")
        check(again.exit in (0, 2), f"{again}")
        doctor = other.run("doctor", "--json")
        check(doctor.exit in (0, 2), f"{doctor}")
        lab.note(f"inflated-segment: {len(streams)} bombs, sync had {synced:.0f} MiB, "
                 f"status {plain:.0f} MiB")
        return len(streams)


def zeros(mebibytes: int) -> bytes:
    """A zlib stream of so many of them, a thousandth of that in size."""
    packer = zlib.compressobj(9)
    part = bytes(MIB)
    return b"".join(packer.compress(part) for _ in range(mebibytes)) + packer.flush()


def invitation_secret(invitation):
    from jalonpy.keys import Secret
    return Secret(invitation.secret)


def peak_of(device: Device, *words: str) -> float:
    """The most memory of a command, in MiB."""
    process = device.starts(*words)
    out = process.stdout.read()
    err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    check(process.returncode in (0, 2), f"{words}: {process.returncode} {out} {err}")
    return usage.ru_maxrss / 1024
