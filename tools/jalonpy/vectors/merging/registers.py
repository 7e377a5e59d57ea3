"""Values and counters of one row."""

from ...changes import put
from ..fixtures import R
from .cases import case, devices, name, visits


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
