"""Members over a mailbox that is lost, rolled back, full and cut off."""

import os
import random
import secrets
import shutil
import tempfile
import unittest
from pathlib import Path

from ..books import Books
from ..changes import put, remove
from ..conversation import GaveUp, Mailbox, RequestRefused
from ..keys import Invitation
from ..values import derived_row

ROW = derived_row("clients", "x")
ADDRESS = "https://relay.example/"


class Peer:
    """A relay in memory, with faults that a test asks for."""

    def __init__(self, books: bytes):
        self.mailbox = Mailbox(books, secrets.token_bytes(16))
        self.cut = self.rng = None

    def exchange(self, token: bytes, request: bytes) -> bytes:
        answer = self.mailbox.answer(request)
        if self.rng and self.rng.random() < 0.25:
            return answer[: self.rng.randrange(len(answer))]
        return answer

    def wiped(self) -> None:
        self.mailbox = Mailbox(self.mailbox.books, secrets.token_bytes(16))

    def rolled_back(self, count: int) -> None:
        held = self.mailbox.segments[:count]
        self.mailbox = Mailbox(self.mailbox.books, self.mailbox.generation)
        for segment in held:
            self.mailbox.append(segment)


class Members(unittest.TestCase):
    def setUp(self):
        # In memory where there is such a place: every commit is synced.
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix="jalonpy.", dir=memory))
        self.addCleanup(shutil.rmtree, self.folder)
        self.invitation = Invitation(bytes(range(32)), "Books", (("home", ADDRESS),))
        self.open: list[Books] = []

    def tearDown(self):
        for books in self.open:
            books.close()

    def member(self, name: str) -> Books:
        books = Books.create(str(self.folder / name), self.invitation, name)
        self.open.append(books)
        return books

    def copy(self, name: str, other: str) -> Books:
        shutil.copy(self.folder / name, self.folder / other)
        books = Books(str(self.folder / other))
        self.open.append(books)
        return books

    def settle(self, peer: Peer, *members: Books) -> None:
        for _ in range(3):
            for member in members:
                member.exchange(ADDRESS, carrier=peer)

    def assert_same(self, *members: Books) -> None:
        histories = [member.history() for member in members]
        self.assertEqual(len({h.digest for h in histories}), 1)
        self.assertTrue(all(not h.waiting for h in histories))

    def test_the_first_change_introduces_the_writer(self):
        a = self.member("a")
        a.write([put("clients", ROW, {"name": "Ada"})], clock=5)
        row = a.shown_rows("devices")[0].registers()
        self.assertEqual(row["name"], "a")
        self.assertEqual(len(a.unsealed()), 2)

    def test_unlawful_changes_are_not_written(self):
        a = self.member("a")
        for table, fields in (("Clients", {"a": 1}), ("clients", {}), ("clients", {"a": "x\0"})):
            with self.assertRaises(ValueError):
                a.write([put(table, ROW, fields)])
        self.assertEqual([s.change.number for s in a.unsealed()], [1])

    def test_two_members_meet(self):
        a, b = self.member("a"), self.member("b")
        peer = Peer(a.secret.books)
        a.write([put("clients", ROW, {"name": "Ada"})], clock=1)
        b.write([put("clients", ROW, {"name": "Bob"})], clock=2)
        self.settle(peer, a, b)
        self.assert_same(a, b)
        self.assertEqual(len(a.history().conflicts), 1)
        done = a.exchange(ADDRESS, carrier=peer)
        self.assertEqual((done.requests, done.sent, done.received), (1, 0, 0))

    def test_a_pull_offers_nothing_and_a_push_later_does(self):
        a, b = self.member("a"), self.member("b")
        peer = Peer(a.secret.books)
        a.write([put("clients", ROW, {"name": "Ada"})])
        a.exchange(ADDRESS, offers=False, carrier=peer)
        self.assertEqual(peer.mailbox.segments, [])
        self.settle(peer, a, b)
        self.assert_same(a, b)

    def test_a_copied_file_makes_branches_and_then_new_writers(self):
        a, b = self.member("a"), self.member("b")
        peer = Peer(a.secret.books)
        a.write([put("clients", ROW, {"name": "Ada"})])
        copied = self.copy("a", "copy")
        a.write([put("clients", ROW, {"name": "Eve"})])
        copied.write([put("clients", ROW, {"name": "Eva"})])
        self.settle(peer, a, copied, b)
        self.assert_same(a, copied, b)
        self.assertEqual(len(b.history().parents), 2)
        writer = a.signer.name
        a.write([put("clients", ROW, {"name": "Ann"})])
        self.assertNotEqual(a.signer.name, writer)
        self.settle(peer, a, copied, b)
        self.assert_same(a, copied, b)
        self.assertEqual(b.history().conflicts, [])

    def test_a_relay_that_loses_everything_gets_it_back(self):
        a, b = self.member("a"), self.member("b")
        peer = Peer(a.secret.books)
        a.write([put("clients", ROW, {"name": "Ada"})])
        self.settle(peer, a, b)
        held = len(peer.mailbox.segments)
        peer.wiped()
        b.exchange(ADDRESS, carrier=peer)
        self.assertEqual(len(peer.mailbox.segments), held)

    def test_a_request_that_is_refused_changes_nothing(self):
        a = self.member("a")
        a.write([put("clients", ROW, {"name": "Ada"})])
        with self.assertRaises(RequestRefused):
            a.exchange(ADDRESS, carrier=Peer(bytes(16)))
        peer = Peer(a.secret.books)
        a.exchange(ADDRESS, carrier=peer)
        self.assertEqual(len(peer.mailbox.segments), 1)

    def test_random_faults(self):
        for seed in range(25):
            with self.subTest(seed=seed):
                self.run_with_faults(seed)

    def run_with_faults(self, seed: int) -> None:
        rng = random.Random(seed)
        members = [self.member(f"{seed}.{n}") for n in range(2)]
        peer = Peer(members[0].secret.books)
        for step in range(14):
            member, act = rng.choice(members), rng.random()
            if act < 0.4:
                member.write([put("clients", ROW, {rng.choice("ab"): step})], clock=rng.randint(0, 9))
            elif act < 0.45:
                member.write([remove("clients", ROW)])
            elif act < 0.5:
                peer.wiped()
            elif act < 0.55:
                peer.rolled_back(rng.randint(0, len(peer.mailbox.segments)))
            elif act < 0.6:
                peer.mailbox.quota = len(peer.mailbox.segments) + 1
            else:
                peer.rng = rng
                try:
                    member.exchange(ADDRESS, carrier=peer)
                except GaveUp:
                    pass
        peer.rng = peer.mailbox.quota = None
        self.settle(peer, *members)
        self.assert_same(*members)
        held = {s.hash for s in peer.mailbox.segments}
        for member in members:
            self.assertEqual(member.hashes(), held)
            self.assertEqual(member.exchange(ADDRESS, carrier=peer).requests, 1)


if __name__ == "__main__":
    unittest.main()
