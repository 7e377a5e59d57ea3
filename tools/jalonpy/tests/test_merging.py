"""Merging does not depend on the order of arrival, and ends as a plain definition says."""

import random
import unittest

from ..changes import Operation, add, put, remove
from ..encoding import signed64
from ..history import History
from ..keys import Signer
from ..segments import Opened
from ..values import frozen_row, is_frozen, random_row
from ..vectors.fixtures import A, B, C, Device, segment_of

ROWS = [random_row(bytes([n]) * 15) for n in range(2)]
FROZEN = frozen_row("documents", A.name, {"number": "1", "total": 5})


def some_operations(rng: random.Random) -> list[Operation]:
    row, table = rng.choice(ROWS), rng.choice(["clients", "clients", "later"])
    kind = rng.random()
    if kind < 0.4:
        return [put(table, row, {rng.choice(["name", "email"]): rng.choice([None, 1, "a", "é"])})]
    if kind < 0.55:
        return [add(table, row, {"visits": rng.choice([1, -2, 2**62])}), put(table, row, {"name": 2})]
    if kind < 0.75:
        return [remove(table, row)]
    if kind < 0.85:
        return [put("documents", FROZEN, {"total": 5, "number": "1"})]
    if kind < 0.95:
        return [put("documents", FROZEN, {"total": rng.choice([5, 6])})]
    return [remove("documents", FROZEN)]


def some_history(rng: random.Random):
    """Changes of a few devices that meet now and then; some are copied and both go on."""
    devices = [Device(signer) for signer in (A, B, C)]
    changes = []
    for _ in range(rng.randint(2, 16)):
        device = rng.choice(devices)
        act = rng.random()
        if act < 0.1 and len(devices) < 5:
            devices.append(device.twin())
        elif act < 0.45:
            other = rng.choice(devices)
            # A device that learns of another branch of its own takes a new writer.
            if other.signer is not device.signer:
                device.meet(other)
        elif not any(
                c.writer == device.signer.name and device.known.get((c.writer, c.previous)) is None
                and c.change.number > 1 for c in device.known.values()):
            own = [c for c in device.known.values() if c.writer == device.signer.name]
            if device.last and len(own) != device.last.change.number:
                device.signer = Signer(rng.randbytes(32))
                device.last = None
            changes.append(device.write(some_operations(rng), rng.choice([0, 50, rng.randint(0, 99)])))
    return changes


class Oracle:
    """A row by definition: what survives is what nothing that had seen it has replaced."""

    def __init__(self, history: History, changes):
        self.acts = []
        for sealed in changes:
            place = history.placed[sealed.writer, sealed.id]
            dot = (place.name, place.number)
            for index, operation in enumerate(sealed.change.operations):
                self.acts.append((dot, index, sealed, place.covers, operation))

    def of(self, table, row):
        acts = [a for a in self.acts if (a[4].table, a[4].row) == (table, row)]

        def seen(dot, by) -> bool:
            return by[0] != dot and by[3].get(dot[0], 0) >= dot[1]

        entries, removals, sums = [], [], {}
        for act in acts:
            dot, index, sealed, _, operation = act
            if operation.kind == "put":
                original = is_frozen(row) and frozen_row(
                    table, sealed.writer, dict(operation.fields)) == row
                for name, value in operation.fields:
                    replaced = not original and any(
                        name in dict(b[4].fields) and b[4].kind == "put"
                        and (seen(dot, b) or b[0] == dot and b[1] > index) for b in acts)
                    if not replaced:
                        entries.append((name, dot, value, original))
            elif operation.kind == "add":
                for name, amount in operation.fields:
                    total, last = sums.get((name, dot[0]), (0, dot))
                    sums[name, dot[0]] = (signed64(total + amount), max(last, dot))
            elif not any(seen(dot, b) for b in acts):
                writes = [b for b in acts if b[4].kind != "remove"]
                hides = not is_frozen(row) and all(seen(b[0], act) for b in writes)
                removals.append((dot, hides))
        return sorted(entries, key=repr), sorted(removals), sums


def opened(groups):
    return [Opened(segment_of(group), tuple(group), None) for group in groups]


def grouped(rng: random.Random, changes):
    """The changes in runs, some of them in several."""
    groups = []
    for sealed in changes:
        last = groups[-1][-1] if groups else None
        if last and (last.writer, last.id) == (sealed.writer, sealed.previous) and rng.random() < 0.5:
            groups[-1].append(sealed)
        else:
            groups.append([sealed])
    return groups + [g for g in groups if rng.random() < 0.2]


class MergeOrder(unittest.TestCase):
    def test_random_histories_in_random_orders(self):
        for seed in range(150):
            with self.subTest(seed=seed):
                self.run_history(random.Random(seed))

    def run_history(self, rng: random.Random):
        changes = some_history(rng)
        history = History.of(opened([[c] for c in changes]))
        self.assertEqual(history.waiting, [])
        oracle = Oracle(history, changes)
        for (table, id), row in history.rows.items():
            entries, removals, sums = oracle.of(table, id)
            mine = [(e.field, e.dot, e.value, e.original) for e in row.entries]
            self.assertEqual(sorted(mine, key=repr), entries)
            self.assertEqual(sorted((r.dot, r.hides) for r in row.removals), removals)
            self.assertEqual(
                {k: (total, dot) for k, (dot, total) in row.tallies.items()}, sums)
        for _ in range(3):
            groups = grouped(rng, changes)
            rng.shuffle(groups)
            other = History.of(opened(groups))
            self.assertEqual(other.digest, history.digest)
            self.assertEqual(other.version, history.version)
            self.assertEqual(other.conflicts, history.conflicts)

    def test_what_arrives_in_parts_ends_the_same(self):
        """A replica that rebuilds at every arrival never refuses what it had taken."""
        for seed in range(40):
            rng = random.Random(seed)
            changes = some_history(rng)
            order = changes[:]
            rng.shuffle(order)
            for count in range(len(order) + 1):
                part = History.of(opened([[c] for c in order[:count]]))
                self.assertFalse(part.rejected)
                self.assertEqual(len(part.placed) + len(part.waiting), count, f"seed {seed}")


if __name__ == "__main__":
    unittest.main()
