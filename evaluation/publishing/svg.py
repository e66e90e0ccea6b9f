"""A drawing in SVG that takes its colours from the stylesheet, so that it follows dark mode and print."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from evaluation.publishing.words import escaped

WIDE = 720
"""Width in pixels of the drawing for desks and paper."""
NARROW = 350
"""Width in pixels of the drawing for phones: text never shrinks."""
ANCHORS: Mapping[str, tuple[str, ...]] = {"start": (), "middle": ("mid",), "end": ("end",)}
"""Where a text stands on its point, and the class that says so in the stylesheet."""
LETTER = 7.6
"""Mean width in pixels of a letter at the charts' 15 px, to see whether a label fits."""


class Svg:
    """One drawing with its title and description in words.

    Parameters
    ----------
    name
        Unique on the page; the ids of title and description are made from it.
    width, height
        In pixels.
    title, desc
        What the chart says, and how it looks, for those who cannot see it.
    """

    def __init__(self, name: str, width: int, height: float, title: str, desc: str) -> None:
        self.name, self.width, self.height = name, width, height
        self.title, self.desc = title, desc
        self._parts: list[str] = []
        self._lines: dict[str, int] = {}

    @property
    def wide(self) -> bool:
        """Whether this is the drawing for desks and paper."""
        return self.width == WIDE

    def add(self, markup: str) -> None:
        """Append markup that is already safe."""
        self._parts.append(markup)

    def line(self, x1: float, y1: float, x2: float, y2: float, cls: str) -> None:
        """Draw a straight line; all lines of one class are one path, at the depth of the first."""
        drawn = _way([(x1, y1), (x2, y2)])
        if cls in self._lines:
            place = self._lines[cls]
            before = self._parts[place].removesuffix('"/>')
            self._parts[place] = f'{before}{drawn}"/>'
        else:
            self._lines[cls] = len(self._parts)
            self.add(f'<path class="{cls}" d="{drawn}"/>')

    def path(self, cls: str, points: Sequence[tuple[float, float]], *, close: bool = False) -> None:
        """Draw a line through points."""
        self.add(f'<path class="{cls}" d="{_way(points)}{"z" if close else ""}"/>')

    def rect(self, x: float, y: float, width: float, height: float, cls: str) -> None:
        """Draw a rectangle; a negative width counts as none."""
        size = f'width="{short(max(width, 0))}" height="{short(height)}"'
        self.add(f'<rect class="{cls}" x="{short(x)}" y="{short(y)}" {size}/>')

    def circle(self, x: float, y: float, radius: float, cls: str) -> None:
        """Draw a filled or hollow circle, as the class says."""
        self.add(f'<circle class="{cls}" cx="{short(x)}" cy="{short(y)}" r="{radius:g}"/>')

    def diamond(self, x: float, y: float, radius: float, cls: str) -> None:
        """Draw a diamond: the sign that needs no colour to stand out."""
        r = f"{radius:g}"
        self.add(f'<path class="{cls}" d="M{short(x)} {short(y - radius)}l{r} {r} -{r} {r} -{r} -{r}z"/>')

    def text(self, x: float, y: float, words: object, cls: str = "t", anchor: str = "start") -> None:
        """Write words at a point, escaped; `t` is what every text of a chart is, and is not written out."""
        named = " ".join([*(name for name in cls.split() if name != "t"), *ANCHORS[anchor]])
        kind = f' class="{named}"' if named else ""
        self.add(f'<text{kind} x="{short(x)}" y="{short(y)}">{escaped(words)}</text>')

    def markup(self) -> str:
        """Return the drawing."""
        which = "wide" if self.wide else "narrow"
        key = f"{self.name}-{which}"
        size = f'viewBox="0 0 {self.width} {self.height:g}" width="{self.width}" height="{self.height:g}"'
        return (
            f'<svg class="chart chart-{which}" {size} role="img" aria-labelledby="{key}-t {key}-d">'
            f'<title id="{key}-t">{escaped(self.title)}</title><desc id="{key}-d">{escaped(self.desc)}</desc>'
            f"{''.join(self._parts)}</svg>"
        )


def short(value: float) -> str:
    """Write a coordinate to the nearest pixel: no eye sees less, and a page of charts is a fifth smaller."""
    return str(round(value))


def _way(points: Sequence[tuple[float, float]]) -> str:
    """Write a path's steps, each in its shortest form; what moves by less than a pixel is left out."""
    steps: list[str] = []
    here = ("", "")
    for x, y in points:
        there = (short(x), short(y))
        if not steps:
            steps.append(f"M{there[0]} {there[1]}")
        elif there[1] == here[1] and there[0] != here[0]:
            steps.append(f"H{there[0]}")
        elif there[0] == here[0] and there[1] != here[1]:
            steps.append(f"V{there[1]}")
        elif there != here:
            steps.append(f"L{there[0]} {there[1]}")
        here = there
    return "".join(steps)


def both(draw: Callable[[int], Svg]) -> str:
    """Draw a chart in its two sizes."""
    return draw(WIDE).markup() + draw(NARROW).markup()


def fitted(text: str, room: float) -> str:
    """Shorten a label to the room in pixels, with an ellipsis."""
    letters = int(room / LETTER)
    return text if len(text) <= letters else f"{text[: max(letters - 1, 1)].rstrip()}…"


def folded(text: str, room: float) -> list[str]:
    """Break a label into lines that fit the room in pixels."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= room / LETTER:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def nice_step(span: float, wanted: int = 4) -> float:
    """Return a round step (1, 2 or 5 times a power of ten) that cuts a span into about `wanted` pieces."""
    if span <= 0:
        return 1.0
    rough = span / wanted
    power = 10.0 ** len(str(int(rough))) / 10 if rough >= 1 else 0.1
    while power > rough:
        power /= 10
    for multiple in (1, 2, 5, 10):
        if multiple * power >= rough:
            return multiple * power
    return 10 * power


def apart(heights: Sequence[float], gap: float, most: float = float("inf")) -> list[float]:
    """Move labels apart, so that no two are nearer than `gap` and none is below `most`; the order is kept."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    placed = list(heights)
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    for place, label in enumerate(reversed(order)):
        placed[label] = min(placed[label], most - place * gap)
    return placed
