"""Whole commands, timed by hyperfine in turn: jalon on books of different sizes, and what people use
from a terminal instead, on comparable data."""

import csv
import json
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass

from .report import Aim, Report, count, decimal
from .runs import Failed, median, rounds, run
from .setting import Setting

ROUNDS = 5
RUNS = 4
"""Of a round."""


@dataclass
class Command:
    """A command to be timed."""
    who: str
    what: str
    words: str
    """As hyperfine reads it, without a shell."""
    prepare: str = ""
    """What a shell does before each run, beside the clock."""
    aim: Aim | None = None


class Commands:
    """Makes the data, times the commands, tells."""

    def __init__(self, setting: Setting, report: Report):
        self._setting = setting
        self._report = report
        self.times: dict[tuple[str, str], tuple[float, float]] = {}

    def measure(self, sizes: list[int]) -> None:
        self._report.heading("Whole commands")
        if not shutil.which("hyperfine"):
            self._report.say("Skipped: hyperfine is missing.")
            return
        home = self._setting.folder("home")
        os.environ.update(HOME=home, XDG_STATE_HOME=home + "/state")
        mine = [one for size in sizes for one in self._of_jalon(size, size == sizes[0])]
        peers, missing = self._of_peers(sizes[0]) if self._setting.peers else ([], [])
        self._time([*mine, *peers])
        self._tell(sizes, mine, peers)
        if missing:
            self._report.say(f"Not installed here: {', '.join(missing)}.")

    # jalon

    def _of_jalon(self, invoices: int, is_first: bool) -> list[Command]:
        self._setting.progress(f"filling books with {invoices} invoices")
        books = filled(self._setting, invoices)
        jalon = self._setting.jalon
        overdue = json.loads(subprocess.run(
            [jalon, "invoice", "list", "--status", "overdue", "--json", "--books", books],
            capture_output=True, check=True).stdout)
        number = overdue[0]["number"]
        read = Aim("within 10 ms", 0.010) if invoices <= 10_000 else Aim("within 30 ms", 0.030)
        on = f" of {count(invoices)} invoices"
        commands = [
            Command("jalon", "owed" + on, f"{jalon} owed --books {books}", aim=read),
            Command("jalon", "client list" + on, f"{jalon} client list --books {books}", aim=read),
            Command("jalon", "invoice show" + on,
                    f"{jalon} invoice show {number} --books {books}", aim=read),
            Command("jalon", "invoice list --status overdue" + on,
                    f"{jalon} invoice list --status overdue --books {books}", aim=read),
            Command("jalon", "pay" + on, f"{jalon} pay {number} 0.01 --books {books}",
                    aim=Aim("within 15 ms", 0.015))]
        if is_first:
            start = Command("jalon", "--version", f"{jalon} --version",
                            aim=Aim("within 5 ms", 0.005))
            commands.insert(0, start)
        return commands

    # Peers

    def _of_peers(self, invoices: int) -> tuple[list[Command], list[str]]:
        makers = {"git": self._git, "sqlite3": self._sqlite, "task": self._task,
                  "timew": self._timew, "hledger": self._hledger, "ledger": self._ledger}
        commands, missing = [], []
        for program, maker in makers.items():
            if not shutil.which(program):
                missing.append(program)
                continue
            self._setting.progress(f"data for {program}")
            commands += maker(self._setting.folder("peer-" + program), invoices)
        return commands, missing

    def _git(self, folder: str, invoices: int) -> list[Command]:
        for number in range(invoices):
            with open(f"{folder}/F-{number:05}.json", "w") as file:
                json.dump(invoice(number), file)
        git = f"git -C {folder}"
        does(f"{git} init -q && {git} config user.name x && {git} config user.email x@example.org "
             f"&& {git} config gc.auto 0 && {git} add -A && {git} commit -qm all")
        return [Command("git", "start", "git --version"),
                Command("git", f"status of {count(invoices)} files", f"{git} status"),
                Command("git", "commit of one file", f"{git} commit -qam paid",
                        f"echo >> {folder}/F-00007.json")]

    def _sqlite(self, folder: str, invoices: int) -> list[Command]:
        with open(folder + "/rows.csv", "w", newline="") as file:
            rows = csv.writer(file)
            for number in range(invoices):
                rows.writerow(invoice(number).values())
        database = folder + "/books.sqlite"
        does(f"sqlite3 {database} 'PRAGMA journal_mode = WAL' 'CREATE TABLE invoice (number TEXT PRIMARY "
             f"KEY, client, issued, due, amount INTEGER, paid INTEGER, title)' '.mode csv' "
             f"'.import {folder}/rows.csv invoice'")
        return [Command("sqlite3", "start", "sqlite3 --version"),
                Command("sqlite3", f"owed by client of {count(invoices)} rows",
                        f"sqlite3 {database} 'SELECT client, sum(amount - paid) FROM invoice "
                        "GROUP BY client'"),
                Command("sqlite3", "update of one row",
                        f"sqlite3 {database} 'UPDATE invoice SET paid = paid + 1 WHERE "
                        "number = \"F-00007\"'")]

    def _task(self, folder: str, invoices: int) -> list[Command]:
        with open(folder + "/tasks.json", "w") as file:
            json.dump([{
                "description": f"{one['number']} {one['title']}", "project": one["client"],
                "due": one["due"].replace("-", "") + "T000000Z", "status": "pending",
            } for one in map(invoice, range(invoices))], file)
        with open(folder + "/taskrc", "w") as file:
            file.write(f"data.location={folder}/data\nconfirmation=no\nverbose=nothing\ngc=on\n")
        os.makedirs(folder + "/data")
        task = f"task rc:{folder}/taskrc"
        does(f"{task} import {folder}/tasks.json")
        return [Command("task", "start", "task --version"),
                Command("task", f"summary of {count(invoices)} tasks", f"{task} summary"),
                Command("task", "add of one task", f"{task} add Call the client")]

    def _timew(self, folder: str, invoices: int) -> list[Command]:
        os.makedirs(folder + "/data")
        months: dict[str, list[str]] = {}
        for number in range(invoices):
            # Fifteen a day, on 28 days a month.
            month = f"{2024 + number // 5040}-{1 + number // 420 % 12:02}"
            at = f"{month.replace('-', '')}{1 + number // 15 % 28:02}T{number % 15:02}"
            months.setdefault(month, []).append(
                f"inc {at}0000Z - {at}4500Z # client{number % 200}\n")
        for month, lines in months.items():
            with open(f"{folder}/data/{month}.data", "w") as file:
                file.writelines(sorted(lines))
        with open(folder + "/timewarrior.cfg", "w"):
            pass
        os.environ["TIMEWARRIORDB"] = folder
        return [Command("timew", "start", "timew --version"),
                Command("timew", f"summary of a month of {count(invoices)} intervals",
                        "timew summary 2024-03-01 - 2024-04-01"),
                Command("timew", "begin of an interval", "timew start client7",
                        "timew stop > /dev/null 2>&1 || true")]

    def _hledger(self, folder: str, invoices: int) -> list[Command]:
        path = journal(folder, invoices)
        return [Command("hledger", "start", "hledger --version"),
                Command("hledger", f"balance of {count(invoices)} invoices",
                        f"hledger -f {path} balance receivable --depth 2")]

    def _ledger(self, folder: str, invoices: int) -> list[Command]:
        path = journal(folder, invoices)
        return [Command("ledger", "start", "ledger --version"),
                Command("ledger", f"balance of {count(invoices)} invoices",
                        f"ledger -f {path} balance receivable --depth 2")]

    # Timing

    def _time(self, commands: list[Command]) -> None:
        self._setting.progress(f"timing {len(commands)} commands, {ROUNDS} rounds")
        walls: dict[tuple[str, str], list[float]] = {}
        processors: dict[tuple[str, str], list[float]] = {}
        for turn in rounds(ROUNDS, commands):
            for one in turn:
                result = self._hyperfine(one)
                key = one.who, one.what
                walls.setdefault(key, []).extend(result["times"])
                processors.setdefault(key, []).append(result["user"] + result["system"])
        self.times = {key: (median(walls[key]), median(processors[key])) for key in walls}

    def _hyperfine(self, command: Command) -> dict:
        path = self._setting.folder("hyperfine") + "/result.json"
        words = ["hyperfine", "--style=none", "--shell=none", "--warmup=1", f"--runs={RUNS}",
                 f"--export-json={path}"]
        if command.prepare:
            words.append(f"--prepare=sh -c {shlex.quote(command.prepare)}")
        done = subprocess.run([*words, command.words], capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"{command.words}: {done.stderr[-400:]}")
        with open(path) as file:
            return json.load(file)["results"][0]

    def _tell(self, sizes: list[int], mine: list[Command], peers: list[Command]) -> None:
        self._report.say(
            f"Medians of {ROUNDS * RUNS} runs in {ROUNDS} rounds, all commands in turn. hledger and ledger "
            "are written with an editor. None of the others encrypts, signs or merges.")
        rows = []
        for one in [*mine, *peers]:
            wall, processor = self.times[one.who, one.what]
            rows.append([one.who, one.what, f"{decimal(wall * 1000)} ms",
                         f"{decimal(processor * 1000)} ms"])
            if one.aim:
                self._report.against(one.aim, f"jalon {one.what}", wall, f"{decimal(wall * 1000)} ms")
        self._report.table(["", "what", "time", "CPU"], rows, texts=2)


# Data

def filled(setting: Setting, invoices: int) -> str:
    """Books with so many invoices, on the disk; made in memory, where syncs cost nothing. The folder
    of the books."""
    place = setting.folder(f"filled-{invoices}")
    books = place + "/books"
    if os.path.exists(books):
        return books
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else setting.work
    made = f"{memory}/jalon-bench-fill-{os.getpid()}"
    try:
        run([setting.bench, "fill", made, str(invoices)])
        shutil.copytree(made + "/books", books)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return books


def invoice(number: int) -> dict:
    """An invoice as the other programs have it."""
    day = f"{1 + number % 28:02}"
    month = f"{1 + number // 28 % 12:02}"
    amount = (50 + number * 7919 % 900) * 240
    return {
        "number": f"F-{number:05}", "client": f"Client {number % 200} et fils",
        "issued": f"2026-{month}-{day}", "due": f"2027-{month}-{day}", "amount": amount,
        "paid": amount if number % 10 < 7 else 0, "title": f"Design, part {number % 90}"}


def journal(folder: str, invoices: int) -> str:
    """The invoices and payments as a journal."""
    path = folder + "/books.journal"
    with open(path, "w") as file:
        for one in map(invoice, range(invoices)):
            client = one["client"].replace(" ", "")
            file.write(f"{one['issued']} {one['number']} {one['title']}\n"
                       f"    receivable:{client}    {one['amount'] / 100:.2f} EUR\n    revenue\n\n")
            if one["paid"]:
                file.write(f"{one['due']} paid {one['number']}\n"
                           f"    bank    {one['paid'] / 100:.2f} EUR\n    receivable:{client}\n\n")
    return path


def does(script: str) -> None:
    done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{script[:80]}: {done.stderr[-400:]}")
