import sqlite3
import tempfile
import unittest

from benching import sizes
from benching.peers import PACKAGES, PEERS, version

try:
    from benching.load import Answer, is_open
except ImportError:
    Answer = None


class Answers(unittest.TestCase):
    def setUp(self):
        if Answer is None:
            self.skipTest("python3-cryptography is missing")

    def whole_at(self, data: bytes) -> int | None:
        """After how many bytes the answer is whole."""
        answer = Answer()
        for place in range(len(data)):
            answer.bytes += data[place:place + 1]
            if answer.is_whole():
                return place + 1
        return None

    def test_an_answer_with_a_length_ends_there(self):
        data = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
        self.assertEqual(self.whole_at(data), len(data))
        self.assertIsNone(self.whole_at(data[:-1]))

    def test_an_answer_in_chunks_ends_with_the_empty_one(self):
        data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        self.assertEqual(self.whole_at(data), len(data))


    def test_a_channel_is_open_when_it_has_said_its_first_line(self):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.assertFalse(is_open(head))
        self.assertFalse(is_open(head + b"1\r\n"))
        self.assertTrue(is_open(head + b"1\r\n\n\r\n"))
        self.assertFalse(is_open(b"HTTP/1.1 503 Busy\r\n\r\n1\r\n\n"))


class Sizes(unittest.TestCase):
    def test_tables_count_with_their_indexes_and_without_those_left_out(self):
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/a.sqlite"
            connection = sqlite3.connect(path)
            connection.executescript("""
                CREATE TABLE rows (id TEXT UNIQUE); CREATE TABLE segment (data);
                INSERT INTO segment VALUES (zeroblob(100000));""")
            connection.commit()
            connection.close()
            if sizes.of_tables(path) is None:
                self.skipTest("this SQLite has no dbstat")
            # One page for the table and one for its index, which has its own b-tree.
            self.assertEqual(sizes.of_tables(path, but=frozenset({"segment"})), 2 * 4096)
            self.assertGreater(sizes.of_tables(path), 100_000)


class Packages(unittest.TestCase):
    def test_every_peer_has_a_version_that_is_pinned(self):
        for peer in PEERS:
            self.assertRegex(version(peer), r"^\d+(\.\d+)+$")
        self.assertTrue(all("==" in package for package in PACKAGES))


if __name__ == "__main__":
    unittest.main()
