import json
import os
import tempfile
import unittest

from benching.peer.common import FIELDS, Updates, batches, digest, expected, read_updates
from benching.runs import Failed, rounds, run


def creation(row: str) -> dict:
    return {"row": row, "put": {name: f"{name} of {row}" for name in FIELDS}}


def edit(row: str, **fields) -> dict:
    return {"row": row, "put": fields}


class Workloads(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.path = self._folder.name + "/workload.ndjson"

    def write(self, *changes: dict) -> None:
        with open(self.path, "w") as file:
            file.writelines(json.dumps(one) + "\n" for one in changes)

    def test_no_batch_holds_both_creations_and_edits(self):
        self.write(creation("a"), creation("b"), creation("c"), edit("a", due="x"), edit("b", due="y"))
        found = [(kind, [row for row, _ in batch]) for kind, batch in batches(self.path, 2)]
        self.assertEqual(
            found, [(True, ["a", "b"]), (True, ["c"]), (False, ["a", "b"])])

    def test_creations_alone_and_nothing_at_all(self):
        self.write(creation("a"))
        self.assertEqual([kind for kind, _ in batches(self.path)], [True])
        self.write()
        self.assertEqual(list(batches(self.path)), [])

    def test_what_must_come_out_has_the_last_value_of_each_field(self):
        self.write(creation("a"), edit("a", due="x"), edit("a", due="y"))
        last = {**creation("a")["put"], "due": "y"}
        self.assertEqual(expected(self.path), digest([("a", last.items())]))

    def test_the_digest_does_not_depend_on_any_order_but_on_every_value(self):
        one = digest([("a", [("x", 1), ("y", 2)]), ("b", [("x", 1)])])
        self.assertEqual(one, digest([("b", [("x", 1)]), ("a", [("y", 2), ("x", 1)])]))
        self.assertNotEqual(one, digest([("a", [("x", 1), ("y", 3)]), ("b", [("x", 1)])]))

    def test_updates_come_back_as_they_were(self):
        place = os.path.join(self._folder.name, "updates")
        with Updates(place) as updates:
            updates.append(b"", True)
            updates.append(b"abc", True)
            updates.append(bytes(70_000), False)
        self.assertEqual(list(read_updates(place)), [b"", b"abc", bytes(70_000)])
        self.assertEqual(updates.figures, {"creationBytes": 3, "editBytes": 70_000})


class Runs(unittest.TestCase):
    def test_each_round_has_all_and_another_begins(self):
        turns = rounds(3, ["a", "b", "c"])
        self.assertEqual([turn[0] for turn in turns], ["a", "b", "c"])
        self.assertTrue(all(sorted(turn) == ["a", "b", "c"] for turn in turns))

    def test_json_lines_are_figures_and_others_are_not(self):
        done = run(["printf", r'words\n{"seconds":1}\n'])
        self.assertEqual(done.figures, [{"seconds": 1}])

    def test_a_program_that_fails_is_no_measurement(self):
        with self.assertRaises(Failed):
            run(["false"])


if __name__ == "__main__":
    unittest.main()
