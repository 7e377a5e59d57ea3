"""The worked values of Protocol/*.md, read from the text itself."""

import re
import unittest
from pathlib import Path

from ..changes import parse
from ..encoding import base64url
from ..keys import Invitation, recovery_sheet
from ..segments import ZERO, Segment, open_segment, padded_size
from ..vectors import merging
from ..vectors.fixtures import A, B, C, SECRET

PROTOCOL = Path(__file__).resolve().parents[3] / "Protocol"


def text_of(name: str) -> str:
    return (PROTOCOL / f"{name}.md").read_text("utf-8")


def blocks(name: str) -> list[str]:
    return re.findall(r"^```\w*\n(.*?)^```", text_of(name), re.M | re.S)


class WorkedValues(unittest.TestCase):
    def test_writers(self):
        text = text_of("model")
        for name, signer in (("A", A), ("B", B), ("C", C)):
            self.assertRegex(text, f"{name}  seed 32 × .. +{signer.name.hex()}")

    def test_keys(self):
        block = next(b for b in blocks("keys") if "chain key" in b)
        values = "".join(block.split())
        admission = SECRET.admit(b"\x55" * 32)
        for value in (SECRET.chain_key, SECRET.salt_key, SECRET.epoch_key, SECRET.admission.name):
            self.assertIn(value.hex(), values)
        self.assertIn(base64url(SECRET.books), values)
        from ..encoding import from_base64url
        self.assertIn(from_base64url(admission["proof"]).hex(), values)
        self.assertIn(from_base64url(admission["tokenHash"]).hex(), values)

    def test_invitation(self):
        word = "".join(next(b for b in blocks("keys") if b.startswith("jalon1-")).split())
        made = Invitation(SECRET.bytes, "Atelier Zoé", (("home", "https://relay.example/"),))
        self.assertEqual(made.text(), word)
        self.assertEqual(Invitation.parse(word), made)

    def test_recovery_sheet(self):
        block = next(b for b in blocks("keys") if b.startswith("1  "))
        self.assertEqual(recovery_sheet(SECRET.bytes), block.splitlines())

    def test_change_ids(self):
        block = next(b for b in blocks("changes") if "\nid " in b)
        found = re.findall(r"(\{.*?\})id ([0-9a-f]{64})", block.replace("\n", ""))
        self.assertEqual(len(found), 2)
        previous = ZERO
        for line, id in found:
            previous = SECRET.change_id(previous, line.encode())
            self.assertEqual(previous.hex(), id)

    def test_padding(self):
        rows = [line for line in text_of("segments").splitlines() if line.startswith(("| 4 +", "| size |"))]
        sizes, padded = ([int(c.split("…")[-1].replace(" ", "")) for c in row.split("|")[2:-1]] for row in rows)
        self.assertEqual([padded_size(size) for size in sizes], padded)

    def test_segment(self):
        found = blocks("segments")
        line = "".join(found[-1].split()).encode()
        segment = Segment.from_line(line)
        values = "".join(found[-2].split())
        for part in (segment.header.bytes(), segment.commitment, segment.signature, segment.body, segment.hash):
            self.assertIn(part.hex(), values)
        opened = open_segment(SECRET, segment)
        self.assertEqual(opened.claim, bytes(range(32)))
        self.assertEqual([parse(c.line, A.name).outcome for c in opened.changes], ["lawful"] * 2)

    def test_digests_of_merging(self):
        digests = re.findall(r"^Digest `(\w+)`", text_of("merging"), re.M)
        self.assertGreater(len(digests), 10)
        made = {vector["shown"] for vector in merging.vectors()}
        self.assertLessEqual(set(digests), made)


if __name__ == "__main__":
    unittest.main()
