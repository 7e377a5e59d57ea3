"""The report: Markdown, printed as it comes about."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    """A bound that the project has set itself."""
    words: str
    bound: float
    is_least: bool = False
    """The measured figure should be at least this much, not at most."""

    def is_met(self, figure: float) -> bool:
        return figure >= self.bound if self.is_least else figure <= self.bound


class Report:
    """Sections of text and tables. `show` is called with each as soon as it is there."""

    def __init__(self, show):
        self._show = show
        self._aims: list[tuple[str, str, str, str]] = []
        self.parts: list[str] = []

    def say(self, text: str) -> None:
        self.parts.append(text)
        self._show(text + "\n")

    def heading(self, text: str) -> None:
        self.say(f"### {text}")

    def table(self, head: list[str], rows: list[list[str]], texts: int = 1) -> None:
        """A table whose first columns, `texts` of them, hold words and the others figures."""
        self.say(table(head, rows, texts))

    def against(self, aim: Aim, what: str, figure: float, words: str) -> None:
        """A figure that has an aim; it is in the last table."""
        self._aims.append((what, words, aim.words, "yes" if aim.is_met(figure) else "not yet"))

    def aims(self) -> None:
        if self._aims:
            self.heading("Against the aims")
            self.table(["what", "measured", "aim", "reached"],
                       [list(row) for row in self._aims], texts=1)


def table(head: list[str], rows: list[list[str]], texts: int = 1) -> str:
    """A Markdown table with columns of even width."""
    safe = [[cell.replace("|", "\\|") for cell in row] for row in [head, *rows]]
    widths = [max(3, *(len(row[index]) for row in safe)) for index in range(len(head))]

    def line(row: list[str]) -> str:
        cells = [cell.ljust(width) if index < texts else cell.rjust(width)
                 for index, (cell, width) in enumerate(zip(row, widths))]
        return "| " + " | ".join(cells) + " |"

    rule = ["-" * width if index < texts else "-" * (width - 1) + ":"
            for index, width in enumerate(widths)]
    return "\n".join([line(safe[0]), "| " + " | ".join(rule) + " |", *map(line, safe[1:])])


# How figures are said

def count(number: float) -> str:
    """12345.6 as 12 300: three digits, which is more than a busy machine repeats."""
    return f"{significant(number, 3):,.0f}".replace(",", " ")


def exact(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def significant(number: float, digits: int) -> float:
    return float(f"{number:.{digits}g}")


def decimal(number: float, digits: int = 3) -> str:
    """With so many digits that count, never in powers of ten."""
    if number == 0:
        return "0"
    rounded = significant(number, digits)
    places = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:,.{places}f}".replace(",", " ")


def milliseconds(seconds: float) -> str:
    return f"{decimal(seconds * 1000)} ms"


def seconds(number: float) -> str:
    return f"{decimal(number)} s"


def mebibytes(number: float) -> str:
    return f"{decimal(number / (1 << 20))} MiB"
