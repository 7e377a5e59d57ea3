"""Protocol/vectors/merging.ndjson: sets of segments, and the state they lead to in any order."""

from . import registers, removes, frozen, branches, waiting, lost  # noqa: F401 (in this order)
from .cases import CASES, merge
from .runs import segmentations


def vectors():
    for name, case in CASES.items():
        changes = case()
        yield merge(name, [[c] for c in changes])
    yield from segmentations()
