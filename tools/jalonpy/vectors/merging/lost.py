"""Changes that are declared lost."""

from ...changes import put, remove
from ...encoding import base64url
from ...keys import Signer
from ...segments import Sealed
from ...values import derived_row
from ..fixtures import A, B, R, Device
from .cases import case, devices, name, visits


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
