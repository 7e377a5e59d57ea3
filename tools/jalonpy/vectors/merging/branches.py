"""Branches of a writer."""

from ..fixtures import B
from .cases import GONE, case, devices, name, visits


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
