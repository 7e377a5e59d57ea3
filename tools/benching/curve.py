"""Draws curves as SVG: both axes logarithmic, every line named at its end, readable on light and
dark pages."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 84, 190, 48, 52
LABEL_GAP = 16
# Of equal lightness, so that they stand out from white and from black, and apart for most eyes.
COLOURS = ["#d1495b", "#3d8bd4", "#3f9b6c", "#b07aa1", "#c98a1b", "#7f8c8d"]

STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #57606a; }
    .title { font-size: 15px; font-weight: 600; fill: #24292f; }
    .grid { stroke: #8b949e; stroke-opacity: .3; }
    @media (prefers-color-scheme: dark) {
      text { fill: #a7b0ba; } .title { fill: #e6edf3; }
    }"""

Points = list[tuple[float, float]]


class Axis:
    """Whole powers of ten around some values, laid over so many pixels."""

    def __init__(self, values: list[float], start: float, end: float):
        self.low = math.floor(math.log10(min(values)) + 1e-9)
        self.high = max(self.low + 1, math.ceil(math.log10(max(values)) - 1e-9))
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self._start + part * (self._end - self._start)

    @property
    def ticks(self) -> list[float]:
        return [10 ** power for power in range(self.low, self.high + 1)]


def drawn(title: str, across: str, up: str, curves: dict[str, Points]) -> str:
    """The picture, as text. The first curve is drawn thicker than the others."""
    every = [point for points in curves.values() for point in points]
    if not every:
        raise ValueError("no points")
    x = Axis([point[0] for point in every], LEFT, WIDTH - RIGHT)
    y = Axis([point[1] for point in every], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}\n  </style>",
        f'<text class="title" x="{LEFT}" y="24">{escape(title)}</text>',
        *grid(x, y),
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:g}" y="{HEIGHT - 10}" text-anchor="middle">'
        f"{escape(across)}</text>",
        f'<text transform="translate(18 {(TOP + HEIGHT - BOTTOM) / 2:g}) rotate(-90)" '
        f'text-anchor="middle">{escape(up)}</text>']
    # The last is drawn first, so that the first lies on top.
    for index, points in reversed(list(enumerate(curves.values()))):
        parts += line(x, y, sorted(points), COLOURS[index % len(COLOURS)], 3.5 if index == 0 else 2)
    parts += labels(x, y, curves)
    return "\n".join([*parts, "</svg>", ""])


def grid(x: Axis, y: Axis):
    for tick in x.ticks:
        yield f'<path class="grid" d="M{x(tick):.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
        yield (f'<text x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">'
               f"{spoken(tick)}</text>")
    for tick in y.ticks:
        yield f'<path class="grid" d="M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}"/>'
        yield f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{spoken(tick)}</text>'


def line(x: Axis, y: Axis, points: Points, colour: str, width: float):
    path = "L".join(f"{x(across):.1f} {y(up):.1f}" for across, up in points)
    yield (f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
           'stroke-linejoin="round"/>')
    for across, up in points:
        yield f'<circle cx="{x(across):.1f}" cy="{y(up):.1f}" r="{width:g}" fill="{colour}"/>'


def labels(x: Axis, y: Axis, curves: dict[str, Points]):
    """Each curve's name beside its last point, with the line's colour before it."""
    wanted = sorted((y(sorted(points)[-1][1]), index, name)
                    for index, (name, points) in enumerate(curves.items()))
    places = spread([place for place, _, _ in wanted], LABEL_GAP)
    for place, (_, index, name) in zip(places, wanted):
        left = WIDTH - RIGHT + 14
        yield (f'<circle cx="{left}" cy="{place:.1f}" r="4" '
               f'fill="{COLOURS[index % len(COLOURS)]}"/>'
               f'<text x="{left + 10}" y="{place + 4:.1f}">{escape(name)}</text>')


def spread(places: list[float], gap: float) -> list[float]:
    """The sorted places, moved down where they would lie less than a gap apart, then up again where
    that left the picture."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + gap) if moved else place)
    limit = HEIGHT - BOTTOM
    for index in range(len(moved) - 1, -1, -1):
        if moved[index] > limit:
            moved[index] = limit
        limit = moved[index] - gap
    return moved


def spoken(number: float) -> str:
    """1000000 as 1 million."""
    if number >= 1e6:
        return f"{number / 1e6:g} million"
    return f"{number:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
