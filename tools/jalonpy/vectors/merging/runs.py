"""The same changes in other segments."""

from ...changes import Entry, put
from ..fixtures import A, B, R
from .cases import devices, merge, name, visits


def segmentations():
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
