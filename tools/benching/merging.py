"""Merging: the workload into fresh replicas on disk, jalon and the peers in turn; sizes; writing."""

import os
import shutil
import sqlite3
from dataclasses import dataclass, field

from . import peers, sizes
from .peer import common
from .report import Aim, Report, count, decimal, mebibytes, seconds
from .runs import Failed, median, rounds, run
from .setting import Setting

CELLS_OF_AN_INVOICE = 16
"""8 by its creation, and 8 edits of single fields."""
ROUNDS = 5


@dataclass
class Merges:
    """What was measured of one who merges, with one number of invoices."""
    prepared: dict
    runs: list[dict] = field(default_factory=list)
    file: int = 0
    tables: int | None = None
    """Bytes of the tables that hold rows, with what is needed to merge them."""

    def of(self, name: str) -> float:
        return median(one[name] for one in self.runs)

    @property
    def cpu(self) -> float:
        return median(one["userSeconds"] + one["systemSeconds"] for one in self.runs)


class Merging:
    """Runs the merges of a whole bench. `measured` holds them by name and number of invoices."""

    def __init__(self, setting: Setting, report: Report):
        self._setting = setting
        self._report = report
        self.measured: dict[tuple[str, int], Merges] = {}

    # What is run

    def measure(self, invoices: int, turns: int = ROUNDS) -> None:
        """Everybody who can, so many times in turn."""
        self._setting.progress(f"merging {invoices * CELLS_OF_AN_INVOICE} cells, {turns} times")
        folder = self._setting.folder(f"merge-{invoices}")
        made = run([self._setting.bench, "workload", folder, str(invoices)]).figures[0]
        workload = folder + "/workload.ndjson"
        part = 5 if self._setting.is_quick else 1
        others = [one for one in self._setting.peers if invoices <= one.most // part]
        self.measured["jalon", invoices] = Merges(made)
        for peer in others:
            prepared = self._peer(peer, "prepare", workload, f"{folder}/{peer.name}")
            self.measured[peer.name, invoices] = Merges(prepared)
        shown = self._expected(workload) if others else None
        for names in rounds(turns, [None, *others]):
            for peer in names:
                self._merge(peer, invoices, folder, shown)
        shutil.rmtree(folder)

    def _peer(self, peer: peers.Peer, *words: str) -> dict:
        return self._python(f"benching.peer.{peer.name}", *words)

    def _expected(self, workload: str) -> str:
        return self._python("benching.peer.common", workload)["digest"]

    def _python(self, module: str, *words: str) -> dict:
        program = [self._setting.python, "-m", module]
        return run([*program, *words], env=self._setting.python_environment).figures[0]

    def _merge(self, peer: peers.Peer | None, invoices: int, folder: str, shown: str | None):
        place = folder + "/fresh"
        merges = self.measured[peer.name if peer else "jalon", invoices]
        if peer:
            figures = self._peer(
                peer, "merge", folder + "/workload.ndjson", f"{folder}/{peer.name}", place)
            merges.file = figures["fileBytes"]
            database = place + "/books.sqlite"
            if peer.name == "plain":
                merges.tables = sizes.of_tables(database)
        else:
            figures = run(
                [self._setting.bench, "merge", place, folder + "/segments.ndjson"]).figures[0]
            database = place + "/books/books.sqlite"
            sizes.settle(database)
            figures["digest"] = look_at(database) if shown else None
            merges.file = os.path.getsize(database)
            merges.tables = sizes.of_tables(database, but=sizes.HISTORY)
            expected = invoices * 9
            if figures["changes"] != expected:
                raise Failed(f"{figures['changes']} changes were merged, not {expected}")
        # Only equal work can be compared.
        if figures["digest"] != shown:
            raise Failed(f"{peer.title if peer else 'jalon'} shows something else at the end")
        merges.runs.append(figures)
        shutil.rmtree(place)

    # What is said

    def tell(self, invoices: int) -> None:
        cells = invoices * CELLS_OF_AN_INVOICE
        self._report.heading(f"Merging {count(cells)} cells into a fresh replica")
        self._report.say(
            f"{count(invoices)} invoices of 8 cells created, one change each, then "
            f"{count(invoices * 8)} edits of single fields at random. Each in a process of its own, in "
            f"turn, medians of {len(self.measured['jalon', invoices].runs)}; all show the same at the "
            "end. Bytes are those of what travels, per cell.")
        rows = []
        for name, title, words in self._subjects():
            merges = self.measured.get((name, invoices))
            if not merges:
                continue
            rows.append([
                title, words, count(cells / merges.of("seconds")),
                decimal(merges.cpu / cells * 1e6), *wire(merges, cells),
                mebibytes(merges.of("peakBytes")) if "peakBytes" in merges.runs[0] else "",
                mebibytes(merges.file)])
        self._report.table(
            ["", "what it does not do", "cells/s", "CPU s per million", "bytes, created",
             "bytes, edited", "memory", "file"], rows, texts=2)
        self._say_saving(invoices, cells)
        self._tell_aims(invoices, cells)

    def _subjects(self):
        yield "jalon", "jalon", ""
        for peer in self._setting.peers:
            yield peer.name, f"{peer.title} {peers.version(peer)}", peer.lacks

    def _say_saving(self, invoices: int, cells: int) -> None:
        words = []
        for peer in self._setting.peers:
            merges = self.measured.get((peer.name, invoices))
            if merges and "saveSeconds" in merges.runs[0]:
                both = median(one["seconds"] + one["saveSeconds"] for one in merges.runs)
                words.append(f"{peer.title} {count(cells / both)}")
        if words:
            self._report.say("With one save of the whole document at the end, cells/s: "
                             + ", ".join(words) + ".")

    def _tell_aims(self, invoices: int, cells: int) -> None:
        mine = self.measured["jalon", invoices]
        speed = cells / mine.of("seconds")
        report = self._report
        report.against(Aim("at least 300 000 cells/s", 300_000, True), "merge",
                       speed, f"{count(speed)} cells/s")
        for name, title, factor in (("yrs", "Yrs", 0.5), ("taskchampion", "TaskChampion", 10)):
            theirs = self.measured.get((name, invoices))
            if theirs:
                ratio = theirs.of("seconds") / mine.of("seconds")
                report.against(
                    Aim(f"at least {factor:g} times", factor, True), f"merge beside {title}",
                    ratio, f"{decimal(ratio, 2)} times")
        creations = mine.prepared["creationBytes"] / (cells / 2)
        report.against(Aim("at most 24 bytes", 24), "a created cell on the wire",
                       creations, f"{decimal(creations)} bytes")
        plain = self.measured.get(("plain", invoices))
        if plain and plain.tables and mine.tables:
            ratio = mine.tables / plain.tables
            report.against(
                Aim("at most 2.0 times", 2.0),
                f"tables with their merge state beside plain tables (whole file "
                f"{decimal(mine.file / plain.tables)} times)", ratio, f"{decimal(ratio)} times")

    def tell_curve(self) -> None:
        """Cells per second by size, for everybody."""
        points = sorted({invoices for _, invoices in self.measured})
        if len(points) < 2:
            return
        self._report.heading("Cells per second against the number of cells")
        rows = []
        for name, title, _ in self._subjects():
            speeds = [self.speed(name, invoices) for invoices in points]
            rows.append([title, *(count(one) if one else "" for one in speeds)])
        heads = [count(invoices * CELLS_OF_AN_INVOICE) for invoices in points]
        self._report.table(["cells", *heads], rows)
        memory = [mebibytes(self.measured["jalon", one].of("peakBytes")) for one in points]
        self._report.say("Memory of jalon: " + ", ".join(memory) + ".")

    def speed(self, name: str, invoices: int) -> float | None:
        merges = self.measured.get((name, invoices))
        return invoices * CELLS_OF_AN_INVOICE / merges.of("seconds") if merges else None

    def curves(self) -> dict[str, list[tuple[int, float]]]:
        """For each the cells and the speeds."""
        found: dict[str, list[tuple[int, float]]] = {}
        for name, _, _ in self._subjects():
            points = [(invoices * CELLS_OF_AN_INVOICE, self.speed(name, invoices))
                      for one, invoices in sorted(self.measured) if one == name]
            if points:
                found[self._label(name)] = points
        return found

    def _label(self, name: str) -> str:
        peer = next((one for one in self._setting.peers if one.name == name), None)
        if peer is None:
            return name
        return f"{peer.title}, in memory" if peer.is_in_memory else peer.title


def wire(merges: Merges, cells: int) -> list[str]:
    if "creationBytes" not in merges.prepared:
        return ["", ""]
    return [decimal(merges.prepared[name] / (cells / 2)) for name in ("creationBytes", "editBytes")]


def look_at(path: str) -> str:
    """The digest of what jalon shows."""
    connection = sqlite3.connect(path)
    try:
        return common.database_digest(connection)
    finally:
        connection.close()


class LocalWriting:
    """Rows that are written on the device itself, beside plain SQLite."""

    def __init__(self, setting: Setting, report: Report):
        self._setting = setting
        self._report = report

    def measure(self, invoices: int) -> None:
        self._setting.progress(f"writing {invoices} rows, {ROUNDS} times")
        folder = self._setting.folder("write")
        run([self._setting.bench, "workload", folder, str(invoices)])
        mine, plain = [], []
        for turns in rounds(ROUNDS, ["jalon", "plain"]):
            for name in turns:
                place = folder + "/fresh"
                if name == "jalon":
                    mine.append(run([self._setting.bench, "write", place, str(invoices)]).figures)
                else:
                    words = [self._setting.python, "-m", "benching.peer.plain", "prepare",
                             folder + "/workload.ndjson", place]
                    plain.append(run(words, env=self._setting.python_environment).figures[0])
                shutil.rmtree(place)
        shutil.rmtree(folder)
        self._tell(mine, plain, invoices)

    def _tell(self, mine: list, plain: list, invoices: int) -> None:
        bulk = median(bulk["seconds"] for bulk, _ in mine)
        floor = median(one["seconds"] for one in plain)
        single = median(one["seconds"] / one["rows"] for _, one in mine)
        single_floor = median(one["singleSeconds"] / one["singles"] for one in plain)
        self._report.heading(f"Writing {count(invoices)} rows of 8 cells on the device")
        self._report.table(
            ["", "in bulk", "rows/s", "one row, synced"],
            [["jalon", seconds(bulk), count(invoices / bulk), f"{decimal(single * 1000)} ms"],
             ["plain SQLite", seconds(floor), count(invoices / floor),
              f"{decimal(single_floor * 1000)} ms"]])
        ratio = bulk / floor
        self._report.against(Aim("at most 1.8 times", 1.8), "bulk write beside plain SQLite",
                             ratio, f"{decimal(ratio)} times")
