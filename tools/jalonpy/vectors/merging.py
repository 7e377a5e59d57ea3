"""Protocol/vectors/merging.ndjson: sets of segments, and the state they lead to in any order."""

from ..changes import Entry, Operation, add, put, remove
from ..encoding import base64url
from ..history import History
from ..keys import Signer
from ..merging import as_people_see
from ..segments import Opened, Sealed
from ..values import derived_row, frozen_row
from .fixtures import A, B, C, R, SECRET, Device, segment_of

FIELDS = {"number": "2026-001", "total": 12000}
F = frozen_row("documents", A.name, FIELDS)
LINE = "d" + R[1:]


def vectors():
    for name, case in CASES.items():
        changes = case()
        yield merge(name, [[c] for c in changes])
    yield from segmentations()


def merge(name: str, groups: list[list[Sealed]], **more) -> dict:
    segments = [segment_of(group) for group in groups]
    return {"topic": "merge", "name": name, "secret": SECRET.bytes.hex()} | more | outcome(
        segments, groups)


def outcome(segments, groups) -> dict:
    history = History.of(
        Opened(segment, tuple(group), None) for segment, group in zip(segments, groups))
    rejected = [
        s.hash.hex() for s, g in zip(segments, groups)
        if any((c.writer, c.id) in history.rejected for c in g)]
    return {
        "segments": [s.line().decode() for s in segments],
        "digest": history.digest.hex(), "shown": as_people_see(history.digest),
        "waiting": len(history.waiting), "refused": rejected,
        "unknown": len(history.unknown), "unlawful": len(history.unlawful),
        "compares": history.compares,
        "version": [
            {"writer": writer.hex(), "number": number}
            for writer, number in sorted(history.version.items())],
        "rows": [
            {"table": row.table, "row": row.id, "hidden": row.hidden,
             "registers": row.registers(), "counters": row.counters()}
            for _, row in sorted(history.rows.items())],
        "conflicts": [
            {"id": c.id, "kind": c.kind, "table": c.table, "row": c.row, "field": c.field,
             "alternatives": list(c.alternatives)} for c in history.conflicts],
    }


def name(value) -> Operation:
    return put("clients", R, {"name": value})


def visits(amount: int) -> Operation:
    return add("clients", R, {"visits": amount})


def alive() -> Operation:
    return put("clients", R, {"alive": 1})


GONE = remove("clients", R)
CASES = {}


def case(title: str):
    def keep(make):
        CASES[title] = make
        return make
    return keep


def devices(count: int = 3) -> list[Device]:
    return [Device(signer) for signer in (A, B, C)[:count]]


@case("nothing")
def _():
    return []


@case("a put that has seen another replaces it, whatever the clocks say")
def _():
    a, b, _ = devices()
    first = a.write([name("Ada")], 100)
    b.learn(first)
    return [first, b.write([name("Bob")], 50)]


@case("two puts that have not seen each other both stay")
def _():
    a, b, _ = devices()
    return [a.write([name("Ada")], 100), b.write([name("Bob")], 200)]


@case("at equal stamps the greater name of a writer is shown")
def _():
    a, b, c = devices()
    return [d.write([name(v)], 100) for d, v in ((a, "Ada"), (b, "Bob"), (c, "Cid"))]


@case("three puts: a fourth that has seen two of them replaces these two")
def _():
    a, b, c = devices()
    changes = [d.write([name(v)], 100) for d, v in ((a, "Ada"), (b, "Bob"), (c, "Cid"))]
    a.learn(changes[1])
    return [*changes, a.write([name("Dee")], 90)]


@case("equal values that have not seen each other are no conflict, and both stay")
def _():
    a, b, _ = devices()
    return [a.write([name("Ada")], 100), b.write([name("Ada")], 200)]


@case("an alternative of two entries is listed once")
def _():
    a, b, c = devices()
    return [d.write([name(v)], t) for d, v, t in ((a, "x", 1), (b, "x", 2), (c, "y", 3))]


@case("the integer 1 and the text 1 differ; null is a value")
def _():
    a, b, c = devices()
    return [d.write([name(v)], 1) for d, v in ((a, 1), (b, "1"), (c, None))]


@case("taking the alternative: a put that has seen both")
def _():
    a, b, _ = devices()
    changes = [a.write([name("Ada")], 100), b.write([name("Bob")], 200)]
    a.meet(b)
    return [*changes, a.write([name("Ada")], 0)]


@case("several puts of one field in one change: the last stays")
def _():
    a, _, _ = devices()
    return [a.write([name("x"), name("y"), put("clients", R, {"name": "z", "email": "e"})], 1)]


@case("a counter sums one tally per writer")
def _():
    a, b, _ = devices()
    return [a.write([visits(2)], 10), b.write([visits(3)], 10), a.write([visits(-1)], 11)]


@case("a counter wraps at 64 bits")
def _():
    a, b, _ = devices()
    return [
        a.write([visits(2**63 - 1)], 1), a.write([visits(2**63 - 1)], 2),
        b.write([visits(-(2**63))], 1)]


@case("a counter and a register of one name do not touch each other")
def _():
    a, b, _ = devices()
    return [a.write([put("clients", R, {"visits": 7}), visits(2)], 1), b.write([visits(3)], 1)]


@case("a counter of zero is shown")
def _():
    a, _, _ = devices()
    return [a.write([visits(0)], 1)]


@case("a remove that has seen everything hides the row")
def _():
    a, b, _ = devices()
    first = a.write([name("Ada")], 10)
    b.learn(first)
    return [first, b.write([GONE], 20)]


@case("an edit that the remove had not seen shows the row again")
def _():
    a, b, _ = devices()
    first = a.write([name("Ada")], 10)
    b.learn(first)
    return [first, b.write([GONE], 20), a.write([put("clients", R, {"email": "a@b.c"})], 15)]


@case("an add that the remove had not seen shows the row again")
def _():
    a, b, _ = devices()
    first = a.write([visits(1)], 10)
    b.learn(first)
    return [first, b.write([GONE], 20), a.write([visits(1)], 15)]


@case("an edit that has seen the remove shows the row without a conflict")
def _():
    a, b, _ = devices()
    first = a.write([name("Ada")], 10)
    b.learn(first)
    gone = b.write([GONE], 20)
    a.learn(gone)
    return [first, gone, a.write([visits(1)], 15)]


@case("restoring: a put of alive settles the removes it has seen")
def _():
    a, b, _ = devices()
    changes = [a.write([name("Ada")], 10)]
    b.learn(*changes)
    changes += [b.write([GONE], 20), a.write([put("clients", R, {"email": "a@b.c"})], 15)]
    a.learn(*changes)
    return [*changes, a.write([alive()], 16)]


@case("alive written twice is no conflict")
def _():
    a, b, _ = devices()
    return [a.write([alive()], 1), b.write([put("clients", R, {"alive": 2})], 2)]


@case("two removes that have not seen each other hide the row")
def _():
    a, b, c = devices()
    first = a.write([name("Ada")], 10)
    b.learn(first)
    c.learn(first)
    return [first, b.write([GONE], 20), c.write([GONE], 21)]


@case("a remove that has seen a remove takes its place")
def _():
    a, b, c = devices()
    first = a.write([name("Ada")], 10)
    b.learn(first)
    gone = b.write([GONE], 20)
    c.learn(first, gone)
    return [first, gone, c.write([GONE], 21)]


@case("a remove of a row that nobody wrote hides it")
def _():
    return [Device(A).write([GONE], 1)]


@case("an edit beside two removes: both are listed, the latest first")
def _():
    a, b, c = devices()
    first = a.write([name("Ada")], 10)
    b.learn(first)
    c.learn(first)
    return [first, b.write([GONE], 20), c.write([GONE], 30), a.write([name("Eve")], 15)]


@case("removing and restoring: the line brings its invoice back")
def _():
    a, b, _ = devices()
    first = a.write([put("invoices", R, {"note": "n"}), put("lines", LINE, {"invoice": R})], 10)
    b.learn(first)
    gone = b.write([remove("invoices", R), remove("lines", LINE)], 20)
    edited = a.write([put("lines", LINE, {"text": "x"}), put("invoices", R, {"alive": 1})], 15)
    return [first, gone, edited]


@case("a frozen row: later puts and removes are listed against it")
def _():
    a, b, _ = devices()
    first = a.write([put("documents", F, FIELDS)], 10)
    b.learn(first)
    return [
        first, b.write([put("documents", F, {"total": 1})], 20),
        b.write([remove("documents", F)], 21)]


@case("a frozen row whose original is missing is hidden")
def _():
    return [Device(B).write([put("documents", F, {"total": 1})], 20)]


@case("a frozen row: fields in another order are the original")
def _():
    return [Device(A).write([put("documents", F, dict(reversed(FIELDS.items())))], 1)]


@case("a frozen row: the same values by another writer are no original")
def _():
    return [Device(B).write([put("documents", F, FIELDS)], 1)]


@case("a frozen row: one more field is no original")
def _():
    a = Device(A)
    return [a.write([put("documents", F, FIELDS | {"x": 1})], 1), a.write([put("documents", F, FIELDS)], 2)]


@case("a frozen row: the original written twice stays twice")
def _():
    a = Device(A)
    return [a.write([put("documents", F, FIELDS)], 1), a.write([put("documents", F, FIELDS)], 2)]


@case("a frozen row: another put before the original in one change")
def _():
    a = Device(A)
    return [a.write([put("documents", F, {"total": 1}), put("documents", F, FIELDS)], 1)]


@case("a frozen row: the original twice in one change")
def _():
    a = Device(A)
    return [a.write([put("documents", F, FIELDS)] * 2, 1)]


@case("a frozen row shows no counters")
def _():
    a = Device(A)
    return [a.write([put("documents", F, FIELDS), add("documents", F, {"total": 1})], 1)]


@case("a frozen row: equal values of others are no conflict, a null is one")
def _():
    a, b, c = devices()
    first = a.write([put("documents", F, FIELDS)], 1)
    b.learn(first)
    c.learn(first)
    return [
        first, b.write([put("documents", F, {"total": 12000})], 2),
        c.write([put("documents", F, {"number": None, "note": None})], 3)]


@case("keeping what was issued: a put of the shown value")
def _():
    a, b, _ = devices()
    first = a.write([put("documents", F, FIELDS)], 1)
    b.learn(first)
    second = b.write([put("documents", F, {"total": 1})], 2)
    a.learn(second)
    return [first, second, a.write([put("documents", F, {"total": 12000})], 3)]


@case("a branch: two changes follow the same one")
def _():
    a, _, c = devices()
    first = a.write([name("Ada")], 10)
    twin = a.twin()
    eve = a.write([name("Eve")], 20)
    eva = twin.write([name("Eva")], 30)
    c.learn(first, eva)
    return [first, eve, eva, c.write([visits(1)], 5)]


@case("a branch from the first change on")
def _():
    a, _, _ = devices()
    twin = a.twin()
    return [a.write([name("Ada")], 10), twin.write([name("Eve")], 10), twin.write([visits(1)], 11)]


@case("a branch of a branch, and three at one place")
def _():
    a, b, _ = devices()
    changes = [a.write([name("Ada")], 1)]
    second, third = a.twin(), a.twin()
    changes += [a.write([name("1")], 2), second.write([name("2")], 2), third.write([name("3")], 2)]
    fourth = second.twin()
    changes += [second.write([name("2.1")], 3), fourth.write([name("2.2")], 3)]
    changes += [fourth.write([visits(1)], 4), third.write([visits(1)], 4)]
    b.learn(*(c for c in changes if c is not changes[4]))
    return [*changes, b.write([name("B")], 0)]


@case("adds of a trunk and of its branches are tallies of their own")
def _():
    a, _, _ = devices()
    first = a.write([visits(1)], 1)
    twin = a.twin()
    return [first, a.write([visits(10)], 2), twin.write([visits(100)], 2)]


@case("a remove on one branch, an edit on the other")
def _():
    a, _, _ = devices()
    first = a.write([name("Ada")], 1)
    twin = a.twin()
    return [first, a.write([GONE], 2), twin.write([name("Eve")], 2)]


@case("a change that waits for its predecessor")
def _():
    a, b, _ = devices()
    a.write([name("Ada")], 1)
    return [a.write([name("Eve")], 2), b.write([name("Bob")], 3)]


@case("a change that waits for what it had seen; its writer's next waits too")
def _():
    a, b, _ = devices()
    missing = a.write([name("Ada")], 1)
    first = b.write([visits(1)], 1)
    b.learn(missing)
    return [first, b.write([name("Bob")], 2), b.write([visits(1)], 3)]


@case("a branch that waited for what it had seen")
def _():
    a, b, _ = devices()
    first = a.write([name("Ada")], 1)
    twin = a.twin()
    seen = b.write([name("Bob")], 1)
    twin.learn(seen)
    return [first, a.write([name("Eve")], 2), twin.write([name("Eva")], 3), seen]


@case("a context entry that repeats a number is no fault")
def _():
    a, b, _ = devices()
    seen = b.write([name("1")], 1)
    entry = Entry(B.name, 1, seen.id)
    return [
        seen, a.write([name("2")], 1, context=[entry]),
        a.write([name("3")], 2, context=[entry, entry])]


@case("a context that shrinks: the segment is refused")
def _():
    a, b, _ = devices()
    seen = [b.write([name("1")], 1), b.write([name("2")], 2)]
    first = a.write([name("3")], 3, context=[Entry(B.name, 2, seen[1].id)])
    shrinks = a.write([name("4")], 4, context=[Entry(B.name, 1, seen[0].id)])
    return [*seen, first, shrinks, a.write([name("5")], 5, context=[])]


@case("an unlawful change counts as applied and has no effect")
def _():
    a = Device(A)
    return [
        a.write([name("Ada")], 10), a.write([GONE, name("Bob")], 11),
        a.write([put("clients", R, {"email": "x"})], 12)]


@case("an unknown change likewise, but digests are not compared")
def _():
    a = Device(A)
    return [
        a.write([name("Ada")], 10),
        a.write(b'["put","clients","%s",{"name":true}]' % R.encode(), 11),
        a.write([put("clients", R, {"email": "x"})], 12)]


@case("a context may name an unlawful and an unknown change")
def _():
    a, b, c = devices()
    changes = [a.write(b"", 1), b.write(b"[]", 1)]
    c.learn(*changes)
    return [*changes, c.write([name("Cid")], 1)]


@case("tables and fields that nobody knows merge like others")
def _():
    a, b, _ = devices()
    return [
        a.write([put("later_table", R, {"later_field": 1, "a": None})], 1),
        b.write([put("later_table", R, {"later_field": "x"}), add("later_table", R, {"n": 1})], 2)]


# Lost changes


def lost(device: Device, writer: Signer, number: int, clock: int) -> Sealed:
    text = base64url(writer.name)
    row = derived_row("lost", text, number)
    return device.write([put("lost", row, {"writer": text, "number": number})], clock)


@case("lost: a gap in a chain is passed over")
def _():
    a, _, c = devices()
    changes = [a.write([put("clients", R, {f"f{n}": n})], n) for n in range(1, 6)]
    return [changes[0], changes[3], changes[4], lost(c, A, 3, 9)]


@case("lost: a gap from the first change on")
def _():
    a, _, c = devices()
    a.write([name("Ada")], 1)
    return [a.write([visits(1)], 2), lost(c, A, 1, 9)]


@case("lost: declared up to a smaller number, it waits")
def _():
    a, _, c = devices()
    changes = [a.write([put("clients", R, {f"f{n}": n})], n) for n in range(1, 6)]
    return [changes[0], changes[4], lost(c, A, 3, 9)]


@case("lost: a context that names a lost change")
def _():
    a, b, c = devices()
    missing = a.write([name("Ada")], 1)
    b.learn(missing)
    return [b.write([name("Bob")], 2), lost(c, A, 1, 9)]


@case("lost: a context that names a change within a gap")
def _():
    a, b, c = devices()
    changes = [a.write([put("clients", R, {f"f{n}": n})], n) for n in range(1, 5)]
    b.learn(*changes[:2])
    return [changes[0], b.write([name("Bob")], 9), changes[3], lost(c, A, 3, 9)]


@case("lost: declared, and found after a context went on without it")
def _():
    a, b, c = devices()
    first = a.write([name("Ada")], 1)
    b.learn(first)
    return [first, b.write([name("Bob")], 2), lost(c, A, 1, 9)]


@case("lost: a held change that follows a gap goes before what had seen it")
def _():
    a, b, c = devices()
    a.write([name("lost")], 1)
    second = a.write([name("Ada")], 2)
    b.learn(*a.known.values())
    return [second, b.write([name("Bob")], 3), lost(c, A, 2, 9)]


@case("lost: a context that names another branch's change waits")
def _():
    a, b, c = devices()
    first = a.write([name("Ada")], 1)
    twin = a.twin()
    second = a.write([name("Eve")], 2)
    b.learn(first, twin.write([name("Eva")], 3))
    return [first, second, b.write([name("Bob")], 9), lost(c, A, 2, 9)]


@case("lost: the greatest of several declarations counts")
def _():
    a, b, c = devices()
    changes = [a.write([put("clients", R, {f"f{n}": n})], n) for n in range(1, 6)]
    return [changes[4], lost(c, A, 2, 9), lost(b, A, 4, 9)]


@case("lost: a removed declaration counts all the same")
def _():
    a, _, c = devices()
    a.write([name("Ada")], 1)
    second = a.write([visits(1)], 2)
    declared = lost(c, A, 1, 9)
    row = declared.change.operations[0].row
    return [second, declared, c.write([remove("lost", row)], 10)]


@case("lost: declared and held all the same, nothing is passed over")
def _():
    a, _, c = devices()
    return [a.write([name("Ada")], 1), a.write([visits(1)], 2), lost(c, A, 2, 9)]


@case("lost: a part of the gap is found, the rest is passed over")
def _():
    a, _, c = devices()
    changes = [a.write([put("clients", R, {f"f{n}": n})], n) for n in range(1, 6)]
    return [changes[0], changes[1], changes[4], lost(c, A, 4, 9)]


@case("lost: a declaration inside what waits for another declaration")
def _():
    a, b, c = devices()
    a.write([name("Ada")], 1)
    second = a.write([visits(1)], 2)
    b.write([name("Bob")], 1)
    inside = lost(b, A, 1, 5)
    return [second, inside, lost(c, B, 1, 9)]


@case("lost: both continuations begin after the gap")
def _():
    a, _, c = devices()
    a.write([name("Ada")], 1)
    twin = a.twin()
    return [a.write([name("Eve")], 2), twin.write([name("Eva")], 3), lost(c, A, 1, 9)]


@case("lost: continuations of different lost changes of one number")
def _():
    a, _, c = devices()
    twin = a.twin()
    a.write([name("Ada")], 1)
    twin.write([name("Bob")], 1)
    return [a.write([name("Eve")], 2), twin.write([name("Eva")], 3), lost(c, A, 1, 9)]


@case("lost: a gap behind branches is passed over on the trunk")
def _():
    a, _, c = devices()
    first = a.write([name("Ada")], 1)
    twin = a.twin()
    second = a.write([name("Eve")], 2)
    other = twin.write([name("Eva")], 2)
    a.write([name("lost")], 3)
    return [first, second, other, a.write([visits(1)], 4), lost(c, A, 3, 9)]


def segmentations():
    """The same changes in other runs lead to the same."""
    a, b, _ = devices()
    changes = []
    for n in range(1, 4):
        changes.append(a.write([put("clients", R, {"name": f"a{n}"}), visits(n)], n))
        b.learn(*changes)
        changes.append(b.write([put("clients", R, {"name": f"b{n}"})], n))
        a.learn(*changes)
    ours = [c for c in changes if c.writer == A.name]
    theirs = [c for c in changes if c.writer == B.name]
    yield merge("one segment for each change", [[c] for c in changes])
    yield merge("one segment for each writer", [ours, theirs])
    yield merge("segments that overlap", [ours[:2], ours[1:], theirs, theirs[1:2], theirs[:1]])
    shrinking = a.write([name("x")], 9, context=[Entry(B.name, 1, theirs[0].id)])
    yield merge(
        "a context that shrinks takes what stands before it in its segment along",
        [ours[:2], [ours[2], shrinking], theirs])
