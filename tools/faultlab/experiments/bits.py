"""Every bit of an answer of three lines is flipped, one at a time."""

from ..lab import Case, Lab
from ..stages import Stages


def cases(lab: Lab):
    stages = Stages(lab)

    def bend(line: int, bit: int):
        return stages.case(lambda stage, folder: stage.bend(line, bit, folder))

    bits = [(line, bit) for line, text in enumerate(stages.lines) for bit in range(len(text) * 8)]
    yield from lab.sample([Case(f"{line}.{bit}", bend(line, bit)) for line, bit in bits], 8)
