"""Changes that wait, that cannot be taken, and that nobody knows yet."""

from ...changes import Entry, add, put
from ..fixtures import A, B, R, Device
from .cases import GONE, case, devices, name, visits


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
