"""Conversations of the real program with a real relay: without news, a small edit, and a new device
that takes everything over."""

import os
import shutil
import sqlite3
import threading
from types import SimpleNamespace

from faultlab.machines import Device, Relay
from faultlab.proxies import LinesProxy

from .commands import filled
from .report import Aim, Report, count, decimal, mebibytes, milliseconds, seconds
from .runs import Failed, median, run
from .setting import Setting

TURNS = 5


class Taking:
    """Measures what a device and a relay have to say to each other."""

    def __init__(self, setting: Setting, report: Report):
        self._setting = setting
        self._report = report
        self._rows: list[list[str]] = []

    def measure(self, sizes: list[int], workload_invoices: int) -> None:
        """`sizes` are those of real books, in invoices."""
        self._without_news()
        self._small_edit()
        for size in sizes:
            self._real_books(size)
        self._workload(workload_invoices)
        self._report.heading("Syncing")
        self._report.table(["what", "measured"], self._rows)

    def _row(self, what: str, words: str) -> None:
        self._rows.append([what, words])

    # Small conversations

    def _without_news(self) -> None:
        self._setting.progress("syncing without news")
        home = self._setting.folder("news")
        with Relay(self._setting, home) as relay:
            proxy = Recorder(int(relay.port))
            try:
                laptop = Device(self._setting, home + "/laptop")
                laptop.does("init", "--name", "Atelier Nord")
                laptop.does("peer", "add", "team", proxy.url)
                laptop.does("client", "add", "Maison Blum")
                laptop.does("sync")
                self._say_news(laptop, proxy, 1)
                # A copy without the machine's state is another writer.
                writers = 5 if self._setting.is_quick else 33
                for number in range(writers - 1):
                    other = laptop.copied(f"{home}/{number}", with_state=False)
                    other.does("client", "add", f"Client {number}")
                    other.does("sync")
                laptop.does("sync")
                self._say_news(laptop, proxy, writers)
            finally:
                proxy.close()

    def _say_news(self, laptop: Device, proxy: "Recorder", writers: int) -> None:
        laptop.does("sync")
        proxy.heard.clear()
        times = [run([self._setting.jalon, "sync"], env=laptop.env).seconds for _ in range(TURNS)]
        trips = len(proxy.heard) / TURNS
        up = max(sent for sent, _ in proxy.heard)
        down = max(answered for _, answered in proxy.heard)
        what = f"a sync without news, {writers} writer{'s' if writers > 1 else ''}"
        self._row(what, f"{trips:g} round trip{'s' if trips != 1 else ''}, {up} bytes of body up, "
                  f"{down} down, {milliseconds(median(times))} with a proxy between")
        report = self._report
        report.against(Aim("1", 1), f"round trips of {what}", trips, f"{trips:g}")
        report.against(Aim("at most 300 bytes each way", 300), f"bodies of {what}",
                       max(up, down), f"{up} and {down} bytes")

    def _small_edit(self) -> None:
        home = self._setting.folder("edit")
        device = Device(self._setting, home + "/laptop")
        device.does("init", "--name", "Atelier Nord")
        device.does("client", "add", "Maison Blum", "--email", "compta@blum.example")
        device.does("sync", home + "/stick")
        before = files(home + "/stick")
        device.does("client", "edit", "Maison Blum", "--email", "factures@blum.example")
        device.does("sync", home + "/stick")
        size = sum(length for name, length in files(home + "/stick").items() if name not in before)
        self._row("one edited field as a segment", f"{size} bytes")
        self._report.against(Aim("at most 800 bytes", 800), "a single small edit as a segment", size,
                             f"{size} bytes")

    # Taking over

    def _real_books(self, invoices: int) -> None:
        self._setting.progress(f"a new device takes over {invoices} invoices")
        books = filled(self._setting, invoices)
        cells = cells_of(books + "/books.sqlite")
        home = self._setting.folder(f"taking-{invoices}")
        owner = Device(self._setting, home + "/owner", JALON_BOOKS=books)
        with Relay(self._setting, home) as relay:
            owner.does("peer", "add", "team", relay.url)
            pushed = run([self._setting.jalon, "sync"], env=owner.env)
            invitation = [line for line in owner.does("invite").out.splitlines() if line][-1]
            taken = []
            for number in range(TURNS if invoices <= 10_000 else 1):
                device = Device(self._setting, f"{home}/new{number}")
                device.does("join", "-", input=invitation)
                taken.append(run([self._setting.jalon, "sync"], env=device.env))
                mine, theirs = device.json("status"), owner.json("status")
                if mine["digest"] != theirs["digest"]:
                    raise Failed("a new device has other books")
                shutil.rmtree(device.home)
        took = median(one.seconds for one in taken)
        self._row(f"jalon sync: a new device takes over {count(invoices)} invoices "
                  f"({count(cells)} cells) from a relay",
                  f"{seconds(took)} ({decimal(median(one.cpu for one in taken))} s of CPU), "
                  f"{mebibytes(max(one.peak for one in taken))}")
        self._row("jalon sync: the same books are brought to the relay",
                  f"{seconds(pushed.seconds)}, {mebibytes(pushed.peak)}")

    def _workload(self, invoices: int) -> None:
        """The workload from a relay: fetched by a small client, merged by the engine as it comes."""
        cells = invoices * 16
        self._setting.progress(f"the engine takes over {cells} cells from a relay")
        from jalonpy.conformance.subject import Member
        from jalonpy.keys import Secret

        home = self._setting.folder("engine")
        run([self._setting.bench, "workload", home, str(invoices)])
        with Relay(self._setting, home) as relay:
            member = Member(SimpleNamespace(url=relay.url), Secret(bytes([7] * 32)))
            member.admit()
            push_file(member, home + "/segments.ndjson")
            taken = [self._take(member, home + "/fresh") for _ in range(3)]
        took = median(one.seconds for one in taken)
        peak = max(one.figures[0]["peakBytes"] for one in taken)
        self._row(f"the engine takes over the workload of {count(cells)} cells from a relay",
                  f"{seconds(took)} ({decimal(median(one.cpu for one in taken))} s of CPU), "
                  f"{mebibytes(peak)}")
        if cells >= 1_000_000:
            self._report.against(Aim("under 5 s", 5), "1 000 000 cells from a relay", took,
                                 seconds(took))
            self._report.against(Aim("under 150 MB", 150e6), "memory for that", peak,
                                 f"{decimal(peak / 1e6)} MB")

    def _take(self, member, place: str):
        reading, writing = os.pipe()

        def fetch():
            with open(writing, "wb") as pipe:
                for line in fetched(member):
                    pipe.write(line)

        thread = threading.Thread(target=fetch, daemon=True)
        thread.start()
        with open(reading, "rb") as pipe:
            done = run([self._setting.bench, "merge", place, "/dev/stdin"], stdin=pipe)
        thread.join()
        shutil.rmtree(place)
        return done


class Recorder(LinesProxy):
    """A proxy that notes the bytes of each body, up and down."""

    def __init__(self, port: int):
        super().__init__(port)
        self.heard: list[tuple[int, int]] = []
        self._sent = 0
        self.up, self.down = self._note_up, self._note_down

    def _note_up(self, body: bytes) -> bytes:
        self._sent = len(body)
        return body

    def _note_down(self, body: bytes) -> bytes:
        self.heard.append((self._sent, len(body)))
        return body


def files(folder: str) -> dict[str, int]:
    return {os.path.join(place, name): os.path.getsize(os.path.join(place, name))
            for place, _, names in os.walk(folder) for name in names}


def cells_of(path: str) -> int:
    """The values that the tables of books show."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    total = 0
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for table, in tables:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        if {"row", "id", "hidden", "state"} <= set(columns):
            counts = ", ".join(f'count("{name}")' for name in columns
                               if name not in ("row", "id", "hidden", "state"))
            total += sum(connection.execute(f'SELECT {counts} FROM "{table}"').fetchone())
    connection.close()
    return total


MOST_OF_A_REQUEST = 4_000_000


def push_file(member, path: str) -> None:
    """Brings a file of segments to a relay."""
    from jalonpy.conformance.subject import DONE
    from jalonpy.conversation import Hello

    lines: list[bytes] = []
    standing = None

    def push():
        nonlocal standing
        answer = member.sync(Hello(member.books, standing).line(), *lines, DONE)
        if answer.status != 200 or b'"refused"' in answer.body:
            raise Failed(f"segments are not taken: {answer.body[:300]!r}")
        standing = standing_of(answer.body)
        lines.clear()

    with open(path, "rb") as file:
        for line in file:
            if sum(map(len, lines)) + len(line) > MOST_OF_A_REQUEST:
                push()
            lines.append(line.rstrip(b"\n"))
    push()


def standing_of(body: bytes):
    from jalonpy.conversation import Standing, read_line, split_lines

    lines = split_lines(body)
    welcome, end = read_line(lines[0]), read_line(lines[-1])
    return Standing(welcome.generation, end.position, end.mark)


def fetched(member):
    """The lines of all segments of a mailbox, as a device would ask for them."""
    from jalonpy.conformance.subject import DONE
    from jalonpy.conversation import Hello, read_line

    standing = None
    while True:
        answer = member.sync(Hello(member.books, standing).line(), DONE)
        if answer.status != 200:
            raise Failed(f"the relay gives nothing: {answer.body[:300]!r}")
        lines = answer.body.split(b"\n")
        for line in lines:
            if line.startswith(b'{"segment"'):
                yield line + b"\n"
        standing = standing_of(answer.body)
        if not read_line(lines[-2]).more:
            return
