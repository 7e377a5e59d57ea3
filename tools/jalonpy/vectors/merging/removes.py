"""Removes, and what brings a row back."""

from ...changes import put, remove
from ..fixtures import A, R, Device
from .cases import GONE, LINE, alive, case, devices, name, visits


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
