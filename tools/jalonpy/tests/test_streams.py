"""Both ends of standard streams."""

import io
import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from ..books import Books
from ..carriers import NoRelay
from ..changes import put
from ..conversation import MOST_REQUEST, Done, Hello, RequestRefused
from ..keys import Invitation
from ..segments import LONGEST_LINE
from ..streams import Program, SSHAddress, Store, serve
from ..values import derived_row

ROW = derived_row("clients", "x")
TOOLS = str(Path(__file__).resolve().parents[2])
BOOKS = bytes(range(16))
HELLO = Hello(BOOKS).line() + b"\n"
DONE = Done().line() + b"\n"


class Streams(unittest.TestCase):
    def setUp(self):
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.home = Path(tempfile.mkdtemp(prefix="jalonpy.", dir=memory))
        self.addCleanup(shutil.rmtree, self.home)

    def relay(self) -> Program:
        code = f"import sys; sys.path.insert(0, {TOOLS!r}); " \
            "from jalonpy.streams import main; main(sys.argv[1])"
        return Program([sys.executable, "-c", code, str(self.home / "relay")])

    def said(self, *parts: bytes) -> list[bytes]:
        store = Store(str(self.home / "mailbox"))
        self.addCleanup(store.close)
        output = io.BytesIO()
        serve(store, io.BytesIO(b"".join(parts)), output)
        return output.getvalue().split(b"\n\n")

    def test_members_meet_over_a_program(self):
        members = []
        for name in ("a", "b"):
            invitation = Invitation(bytes(range(32)), "Books", (("box", "ssh://box/r"),))
            books = Books.create(str(self.home / name), invitation, name)
            self.addCleanup(books.close)
            books.write([put("clients", ROW, {"name": name})], clock=1)
            members.append(books)
        for books in members * 2:
            with self.relay() as program:
                books.exchange("ssh://box/r", carrier=program)
        digests = {books.history().digest for books in members}
        self.assertEqual(len(digests), 1)
        with self.relay() as program:
            self.assertEqual(members[0].exchange("ssh://box/r", carrier=program).requests, 1)

    def test_requests_are_answered_in_turn_and_empty_lines_are_passed_over(self):
        first, second, rest = self.said(HELLO, DONE, b"\n\n", HELLO, b"\n", DONE)
        for answer in (first, second):
            self.assertTrue(answer.startswith(b'{"welcome":{'))
            self.assertTrue(answer.split(b"\n")[-1].startswith(b'{"end":{'))
        self.assertEqual(rest, b"")

    def test_what_is_refused_as_a_whole_ends_it(self):
        for parts, code in (
                ((DONE,), b"form"), ((b"x\n", DONE), b"form"), ((HELLO,), b"form"),
                ((HELLO.replace(b'"jalon":1', b'"jalon":2'), DONE), b"version"),
                ((HELLO, b"x" * LONGEST_LINE + b"\n", DONE), b"size"),
                ((HELLO, (b"x" * 1_000_000 + b"\n") * 5, DONE), b"size")):
            refusal, nothing = self.said(*parts, HELLO, DONE)
            self.assertIn(b'"code":"%s"' % code, refusal)
            self.assertTrue(refusal.startswith(b'{"refused":{"kind":'))
            self.assertEqual(nothing, b"")

    def test_a_request_of_the_greatest_size_is_heard(self):
        bad = b"x" * 1_000_000 + b"\n"
        rest = MOST_REQUEST - len(HELLO) - len(DONE) - 4 * len(bad)
        body = HELLO + bad * 4 + b"x" * (rest - 1) + b"\n" + DONE
        self.assertEqual(len(body), MOST_REQUEST)
        self.assertIn(b'"welcome"', self.said(body)[0])
        self.assertIn(b'"size"', self.said(body.replace(DONE, b"x" + DONE))[0])

    def test_words_of_a_shell_are_no_answer(self):
        for words in (["echo", "Welcome to Debian"], ["true"], ["no-such-program"]):
            with self.assertRaises(NoRelay):
                with Program(words) as program:
                    program.exchange(b"", HELLO + DONE)
        with self.assertRaises(RequestRefused):
            with self.relay() as program:
                program.exchange(b"", DONE)

    def test_addresses(self):
        for text, user, host, port, path in (
                ("ssh://box/srv/relay", None, "box", None, "/srv/relay"),
                ("ssh://anna@box:22/~/relay", "anna", "box", 22, "relay"),
                ("ssh://[::1]:2222/r", None, "::1", 2222, "/r"),
                ("ssh://box/a%20b'c", None, "box", None, "/a b'c")):
            self.assertEqual(SSHAddress.parse(text), SSHAddress(user, host, port, path))
        for text in (
                "ssh://-oProxyCommand=x/r", "ssh://-x@box/r", "ssh://box", "ssh://box/", "ssh://@b/r",
                "ssh://box:0/r", "ssh://box:65536/r", "ssh://box/~/", "ssh://box/%zz", "ssh://b;x/r",
                "ssh://box/a%0ab", "ssh://a:b@box/r", "ssh://box/r?x", "ssh://b\u00f6x/r"):
            with self.assertRaises(ValueError, msg=text):
                SSHAddress.parse(text)
        words = SSHAddress.parse("ssh://anna@box:22/it's").words()
        self.assertEqual(words[words.index("--") + 1], "box")
        self.assertTrue(words[-1].endswith("'/it'\\''s'"))


if __name__ == "__main__":
    unittest.main()
