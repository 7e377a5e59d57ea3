"""An answer of three lines is cut at every byte, by an end and by a reset."""

from ..lab import Case, Lab
from ..stages import Stages


def cases(lab: Lab):
    stages = Stages(lab)

    def cut(offset: int, resets: bool):
        return stages.case(lambda stage, folder: stage.cut_answer(offset, resets, folder))

    offsets = range(stages.heard)
    yield from lab.sample([Case(f"end.{at}", cut(at, False)) for at in offsets], 6, "end")
    yield from lab.sample([Case(f"reset.{at}", cut(at, True)) for at in offsets], 6, "reset")
