"""Members that meet in a folder."""

import os
import shutil
import tempfile
import unittest
from pathlib import Path

from ..books import Books
from ..changes import put
from ..folder import Folder, Full, NoFolder
from ..keys import Invitation
from ..values import derived_row

ROW = derived_row("clients", "x")


class Folders(unittest.TestCase):
    def setUp(self):
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.home = Path(tempfile.mkdtemp(prefix="jalonpy.", dir=memory))
        self.addCleanup(shutil.rmtree, self.home)
        self.folder = self.home / "folder"
        self.folder.mkdir()
        self.address = str(self.folder)

    def member(self, name: str, *fields: dict) -> Books:
        invitation = Invitation(bytes(range(32)), "Books", (("stick", self.address),))
        books = Books.create(str(self.home / name), invitation, name)
        self.addCleanup(books.close)
        for number, written in enumerate(fields):
            books.write([put("clients", ROW, written)], clock=number)
            books.seal_all()
        return books

    def files(self) -> list[Path]:
        return sorted(f for f in self.folder.rglob("*-*") if f.is_file())

    def test_two_members_hold_the_same(self):
        a, b = self.member("a", {"name": "Ada"}, {"city": "Nice"}), self.member("b", {"name": "Bob"})
        self.assertEqual(a.exchange(self.address).sent, 2)
        done = b.exchange(self.address)
        self.assertEqual((done.sent, done.received), (1, 2))
        self.assertEqual(a.exchange(self.address).received, 1)
        self.assertEqual(a.history().digest, b.history().digest)
        done = a.exchange(self.address)
        self.assertEqual((done.sent, done.received, done.told), (0, 0, []))

    def test_who_only_takes_leaves_nothing(self):
        a = self.member("a", {"name": "Ada"})
        a.exchange(self.address, offers=False)
        self.assertEqual(self.files(), [])

    def test_a_damaged_file_comes_back_from_whoever_holds_its_segment(self):
        a, b = self.member("a", {"name": "Ada"}, {"city": "Nice"}), self.member("b")
        a.exchange(self.address)
        names, bad = self.files(), self.files()[0]
        data = bytearray(bad.read_bytes())
        data[-1] ^= 1
        bad.write_bytes(data)
        done = b.exchange(self.address)
        self.assertEqual((done.received, len(done.told)), (1, 1))
        self.assertEqual(a.exchange(self.address).sent, 1)
        self.assertEqual(self.files(), names)
        self.assertEqual(b.exchange(self.address).received, 1)
        self.assertEqual(a.history().digest, b.history().digest)

    def test_a_forged_file_under_a_true_name_is_refused_once(self):
        a, b = self.member("a", {"name": "Ada"}), self.member("b")
        stranger = Books.create(str(self.home / "c"), Invitation(bytes(32), "Others", ()), "c")
        self.addCleanup(stranger.close)
        a.exchange(self.address)
        stranger.write([put("clients", ROW, {"name": "Eve"})])
        stranger.seal_all()
        forged = stranger.segments()[0]
        header = forged.header
        Folder(self.address, a.secret.books, True, 0).put([forged])
        self.assertEqual(header.books, stranger.secret.books)
        self.assertEqual(b.exchange(self.address).received, 1)
        self.assertEqual(b.history().digest, a.history().digest)

    def test_a_folder_of_other_books_or_that_is_gone_is_left_alone(self):
        a = self.member("a", {"name": "Ada"})
        a.exchange(self.address)
        shutil.rmtree(self.folder)
        with self.assertRaisesRegex(NoFolder, "missing"):
            a.exchange(self.address)
        self.folder.mkdir()
        with self.assertRaisesRegex(NoFolder, "bare"):
            a.exchange(self.address)
        Folder(self.address, bytes(16), False, 0)
        with self.assertRaisesRegex(NoFolder, "other"):
            a.exchange(self.address)
        self.assertEqual(self.files(), [])

    def test_what_cannot_be_written_stops_the_rest(self):
        a = self.member("a", {"name": "Ada"})
        (self.folder / "segments").write_bytes(b"in the way")
        with self.assertRaises(Full):
            a.exchange(self.address)


if __name__ == "__main__":
    unittest.main()
