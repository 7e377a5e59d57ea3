"""A member with its state in one SQLite file.

Kept are the secret, the writer's seed, the segments in the order in which they were taken, changes
that no segment holds yet, and for each relay what a conversation needs. Everything else is computed
from these.
"""

import os
import secrets
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field

from .carriers import Http
from .changes import GREATEST_CLOCK, MOST_ENTRIES_WRITTEN, Operation, encode, parse, put
from .conversation import Client, RequestRefused, Standing
from .encoding import base64url
from .folder import Folder
from .history import History
from .keys import Invitation, Secret, Signer
from .merging import Row
from .segments import ZERO, Opened, Rejected, Sealed, Segment, open_segment, seal
from .streams import Program, SSHAddress
from .values import derived_row

SCHEMA = """
CREATE TABLE books (secret BLOB NOT NULL, name TEXT NOT NULL, device TEXT NOT NULL);
CREATE TABLE writer (seed BLOB NOT NULL);
CREATE TABLE segment (
    taken INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL);
CREATE TABLE unsealed (number INTEGER PRIMARY KEY, previous BLOB NOT NULL, line BLOB NOT NULL);
CREATE TABLE rejected (hash BLOB PRIMARY KEY, reason TEXT NOT NULL);
CREATE TABLE peer (
    address TEXT PRIMARY KEY, name TEXT NOT NULL, token BLOB NOT NULL, enrolment TEXT,
    generation BLOB, position INTEGER, mark BLOB, met INTEGER NOT NULL DEFAULT 0);
CREATE TABLE peer_segment (
    address TEXT NOT NULL, hash BLOB NOT NULL, refused TEXT, PRIMARY KEY (address, hash));
"""

TEXT_OF_A_SEGMENT = 262_144
MOST_CHANGES_OF_A_SEGMENT = 10_000
SEGMENTS_OF_A_BATCH = 256


class Disagreement(Exception):
    """At equal versions another member's digest is another one."""


@dataclass(frozen=True)
class Exchanged:
    """What a conversation did."""

    requests: int
    sent: int
    received: int
    refused: dict[bytes, str]
    """By hash, the codes of what the relay does not take."""
    told: list[str] = field(default_factory=list)
    """What a folder names and cannot be read there."""


class Books:
    """Open books. Methods that write commit before they return."""

    def __init__(self, path: str):
        if not os.path.exists(path):
            raise FileNotFoundError(path)
        self.db = sqlite3.connect(path, isolation_level=None)
        secret, self.name, self.device = self.db.execute("SELECT * FROM books").fetchone()
        self.secret = Secret(secret)
        self._opened: dict[bytes, Opened] = {}

    @staticmethod
    def create(path: str, invitation: Invitation, device: str) -> "Books":
        """Takes part in the books; nothing has been fetched yet."""
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(path)) as db:
            db.executescript(SCHEMA)
            db.execute("INSERT INTO books VALUES (?, ?, ?)", (
                invitation.secret, invitation.name, device))
            db.execute("INSERT INTO writer VALUES (?)", (secrets.token_bytes(32),))
            for name, address in invitation.relays:
                insert_peer(db, address, name, None)
            db.commit()
        return Books(path)

    def close(self) -> None:
        self.db.close()

    # What is held

    @property
    def signer(self) -> Signer:
        return Signer(self.db.execute("SELECT seed FROM writer").fetchone()[0])

    def segments(self) -> list[Segment]:
        rows = self.db.execute("SELECT bytes FROM segment ORDER BY taken")
        return [Segment.parse(data) for data, in rows]

    def opened(self) -> list[Opened]:
        """All segments that can be opened; the others are noted as rejected when they come."""
        for segment in self.segments():
            if segment.hash not in self._opened:
                self._opened[segment.hash] = open_segment(self.secret, segment)
        return list(self._opened.values())

    def unsealed(self) -> list[Sealed]:
        """Own changes that no segment holds, placed on the writer's chain."""
        rows = self.db.execute("SELECT previous, line FROM unsealed ORDER BY number")
        writer = self.signer.name
        return [
            Sealed(
                writer, previous, self.secret.change_id(previous, line), parse(line, writer), line)
            for previous, line in rows]

    def history(self) -> History:
        """The state of everything held."""
        segments = self.opened()
        changes = self.unsealed()
        if changes:
            # Unsealed changes apply as if they had come in a segment.
            segment = self._seal(changes, None)
            segments.append(Opened(segment, tuple(changes), None))
        return History.of(segments)

    # Writing

    def write(self, operations: list[Operation], clock: int | None = None) -> Sealed:
        """Commits a change. `clock` is in milliseconds; the system's unless told."""
        if clock is None:
            clock = time.time_ns() // 1_000_000
        history = self.history()
        writer = self.signer.name
        if any(slot[0] == writer for slot in history.forks):
            # Somebody else writes under this name: leave it to them.
            self.seal_all(history)
            self.db.execute("UPDATE writer SET seed = ?", (secrets.token_bytes(32),))
            predecessor, writer = writer, self.signer.name
            history = self.history()
            self._introduce(history, clock, base64url(predecessor))
            history = self.history()
        elif not history.version.get(writer):
            self._introduce(history, clock, None)
            history = self.history()
        return self._write(history, operations, clock)

    def _introduce(self, history: History, clock: int, predecessor: str | None) -> None:
        name = base64url(self.signer.name)
        fields = {"name": self.device, "program": 1, "writer": name}
        if predecessor:
            fields["predecessor"] = predecessor
        self._write(history, [put("devices", derived_row("devices", name), fields)], clock)

    def _write(self, history: History, operations: list[Operation], clock: int) -> Sealed:
        writer = self.signer.name
        entries = history.news(writer)
        while len(entries) > MOST_ENTRIES_WRITTEN:
            carried, entries = entries[:MOST_ENTRIES_WRITTEN], entries[MOST_ENTRIES_WRITTEN:]
            row = derived_row("devices", base64url(writer))
            self._commit(history, carried, [put("devices", row, {"program": 1})], clock)
            history = self.history()
        return self._commit(history, entries, operations, clock)

    def _commit(self, history: History, entries, operations, clock) -> Sealed:
        writer = self.signer.name
        number = history.version.get(writer, 0) + 1
        previous = history.last.get(writer, ZERO)
        last = next((s.change.stamp for s in self._own(history) if s.id == previous), -1)
        stamp = max(min(max(clock, 0), GREATEST_CLOCK), last + 1)
        line = encode(number, stamp, entries, operations)
        change = parse(line, writer)
        if change.outcome != "lawful":
            raise ValueError(f"no lawful change: {change.fault or change.outcome}")
        self.db.execute("INSERT INTO unsealed VALUES (?, ?, ?)", (number, previous, line))
        return Sealed(writer, previous, self.secret.change_id(previous, line), change, line)

    def _own(self, history: History) -> list[Sealed]:
        writer = self.signer.name
        changes = [s for o in self.opened() for s in o.changes if s.writer == writer]
        return changes + self.unsealed()

    # Sealing

    def seal_all(self, history: History | None = None) -> None:
        """Makes segments of all unsealed changes, the last with a claim where one may be made."""
        changes = self.unsealed()
        history = history or self.history()
        while changes:
            size = count = 0
            while count < min(len(changes), MOST_CHANGES_OF_A_SEGMENT):
                size += len(changes[count].line) + 1
                if count and size > TEXT_OF_A_SEGMENT:
                    break
                count += 1
            part, changes = changes[:count], changes[count:]
            last = part[-1]
            claims = history.compares and history.covered_by((last.writer, last.id))
            segment = self._seal(part, history.digest if claims else None)
            with self.transaction():
                self._keep_one(segment)
                self.db.execute("DELETE FROM unsealed WHERE number <= ?", (last.change.number,))

    def _seal(self, changes: list[Sealed], claim: bytes | None) -> Segment:
        first = changes[0]
        return seal(
            self.secret, self.signer, first.writer, first.change.number, first.previous,
            [c.line for c in changes], secrets.token_bytes(32), claim)

    # Taking

    def keep(self, batch: list[Segment]) -> bool:
        """Stores what can be opened, in one transaction. True if something was refused anew."""
        refused = False
        with self.transaction():
            for segment in batch:
                if self.has_rejected(segment.hash):
                    continue
                try:
                    self._opened[segment.hash] = open_segment(self.secret, segment)
                except Rejected as fault:
                    self._reject(segment.hash, str(fault))
                    refused = True
                else:
                    self._keep_one(segment)
            refused = self._reject_shrinking() or refused
        return refused

    def _reject_shrinking(self) -> bool:
        history = History.of(self.opened())
        bad = [
            o.segment.hash for o in self.opened()
            if any((c.writer, c.id) in history.rejected for c in o.changes)]
        for hash in bad:
            self._reject(hash, "context")
            self.db.execute("DELETE FROM segment WHERE hash = ?", (hash,))
            del self._opened[hash]
        return bool(bad)

    def _reject(self, hash: bytes, reason: str) -> None:
        self.db.execute("INSERT OR IGNORE INTO rejected VALUES (?, ?)", (hash, reason))

    def _keep_one(self, segment: Segment) -> None:
        self.db.execute(
            "INSERT OR IGNORE INTO segment (hash, bytes) VALUES (?, ?)",
            (segment.hash, segment.bytes()))

    def transaction(self):
        return Transaction(self.db)

    def hashes(self) -> set[bytes]:
        return {hash for hash, in self.db.execute("SELECT hash FROM segment")}

    def has_rejected(self, hash: bytes) -> bool:
        found = self.db.execute("SELECT 1 FROM rejected WHERE hash = ?", (hash,)).fetchone()
        return found is not None

    def rejected(self) -> dict[bytes, str]:
        return dict(self.db.execute("SELECT hash, reason FROM rejected"))

    def check_claims(self) -> list[bytes]:
        """Compares the digests that others claimed of the very version held; who agreed."""
        history = self.history()
        agreed = []
        if not history.compares:
            return []
        for opened in self.opened():
            last = opened.changes[-1]
            if opened.claim is not None and history.covered_by((last.writer, last.id)):
                if opened.claim != history.digest:
                    raise Disagreement(base64url(opened.segment.header.sealer))
                agreed.append(opened.segment.header.sealer)
        return agreed

    # Peers

    def add_peer(self, address: str, name: str, enrolment: str | None = None) -> None:
        insert_peer(self.db, address, name, enrolment)

    def peers(self) -> list[str]:
        return [address for address, in self.db.execute("SELECT address FROM peer ORDER BY rowid")]

    def exchange(self, address: str, offers: bool = True, carrier=None) -> Exchanged:
        """One meeting with the relay, the folder or the machine of an address.

        Raises GaveUp, RequestRefused, Later or NoRelay; of a folder NoFolder or Full. `carrier` is
        another way to a relay than the address says.
        """
        self.address = address
        if offers:
            self.seal_all()
        if carrier is None and address.startswith("/"):
            return self._meet(address, offers)
        if carrier is None and address.startswith("ssh://"):
            with Program(SSHAddress.parse(address).words()) as program:
                return self.exchange(address, offers, program)
        carrier = carrier or Http(address, self.secret.books)
        held = len(self.hashes())
        client = Client(
            self, self._standing(), self._lacking() if offers else [], self.secret.books, offers)
        sent: set[bytes] = set()
        refused: dict[bytes, str] = {}
        while (request := client.request()) is not None:
            data = self._send(carrier, request)
            commit = client.answer(data)
            self._commit_exchange(commit)
            sent |= {s.hash for s in client.in_flight}
            refused |= commit.refused
        self.check_claims()
        return Exchanged(client.requests, len(sent), len(self.hashes()) - held, refused)

    def _meet(self, path: str, offers: bool) -> Exchanged:
        """Both sides compare what they hold: what the folder has comes first, then it gets ours."""
        met, = self.db.execute("SELECT met FROM peer WHERE address = ?", (path,)).fetchone()
        clock = time.time_ns() // 1_000_000
        folder = Folder(path, self.secret.books, bool(met), clock)
        ours = self.hashes()
        lacking = [h for h in folder.copies if h not in ours and not self.has_rejected(h)]
        for start in range(0, len(lacking), SEGMENTS_OF_A_BATCH):
            found = map(folder.read, lacking[start : start + SEGMENTS_OF_A_BATCH])
            self.keep([segment for segment in found if segment])
        received = len(self.hashes()) - len(ours)
        try:
            sent = folder.put(self.segments()) if offers else 0
        finally:
            self.db.execute("UPDATE peer SET met = 1 WHERE address = ?", (path,))
        self.check_claims()
        return Exchanged(1, sent, received, {}, sorted(map(base64url, folder.told)))

    def _send(self, carrier, request: bytes) -> bytes:
        token, enrolment = self.db.execute(
            "SELECT token, enrolment FROM peer WHERE address = ?", (self.address,)).fetchone()
        try:
            return carrier.exchange(token, request)
        except RequestRefused as refusal:
            if refusal.code != "token":
                raise
        carrier.admit(self.secret.admit(token), self.device, enrolment or self._enrolment())
        return carrier.exchange(token, request)

    def _enrolment(self) -> str | None:
        """The one that travels with the books."""
        row = self.history().rows.get(("relays", derived_row("relays", self.address)))
        found = row.registers().get("enrolment") if row and not row.hidden else None
        return found if isinstance(found, str) else None

    def _standing(self) -> Standing | None:
        row = self.db.execute(
            "SELECT generation, position, mark FROM peer WHERE address = ?",
            (self.address,)).fetchone()
        if row is None:
            raise ValueError("no such relay: " + self.address)
        return Standing(*row) if row[0] is not None else None

    def _lacking(self) -> list[Segment]:
        known = {hash for hash, in self.db.execute(
            "SELECT hash FROM peer_segment WHERE address = ?", (self.address,))}
        return [s for s in self.segments() if s.hash not in known]

    def all_for_peer(self) -> list[Segment]:
        """Everything held that the peer has not refused for ever."""
        never = {hash for hash, in self.db.execute(
            "SELECT hash FROM peer_segment WHERE address = ? AND refused IS NOT NULL",
            (self.address,))}
        return [s for s in self.segments() if s.hash not in never]

    def _commit_exchange(self, commit) -> None:
        with self.transaction():
            at = commit.standing
            self.db.execute(
                "UPDATE peer SET generation = ?, position = ?, mark = ? WHERE address = ?",
                ((at.generation, at.position, at.mark) if at else (None, None, None))
                + (self.address,))
            if commit.forget:
                self.db.execute(
                    "DELETE FROM peer_segment WHERE address = ? AND refused IS NULL",
                    (self.address,))
            notes = [(hash, None) for hash in commit.held] + list(commit.refused.items())
            self.db.executemany(
                "INSERT OR REPLACE INTO peer_segment VALUES (?, ?, ?)",
                [(self.address, hash, code) for hash, code in notes])

    # Reading

    def shown_rows(self, table: str | None = None) -> list[Row]:
        rows = self.history().rows
        return [rows[key] for key in sorted(rows) if table in (None, key[0])]


def insert_peer(db, address: str, name: str, enrolment: str | None) -> None:
    db.execute(
        "INSERT INTO peer (address, name, token, enrolment) VALUES (?, ?, ?, ?)",
        (address, name, secrets.token_bytes(32), enrolment))


class Transaction:
    def __init__(self, db):
        self.db = db

    def __enter__(self):
        self.db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind, *_):
        self.db.execute("ROLLBACK" if kind else "COMMIT")
