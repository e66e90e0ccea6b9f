"""A drawing in SVG that takes its colours from the stylesheet, so that it follows dark mode and print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from evaluation.publishing.words import escaped

WIDE = 720
"""Width in pixels of the drawing for desks and paper."""
NARROW = 350
"""Width in pixels of the drawing for phones: text never shrinks."""
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

    @property
    def wide(self) -> bool:
        """Whether this is the drawing for desks and paper."""
        return self.width == WIDE

    def add(self, markup: str) -> None:
        """Append markup that is already safe."""
        self._parts.append(markup)

    def line(self, x1: float, y1: float, x2: float, y2: float, cls: str) -> None:
        """Draw a straight line."""
        self.add(f'<path class="{cls}" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>')

    def path(self, cls: str, points: Sequence[tuple[float, float]], *, close: bool = False) -> None:
        """Draw a line through points."""
        steps = "".join(f"{'L' if i else 'M'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(points))
        self.add(f'<path class="{cls}" d="{steps}{"z" if close else ""}"/>')

    def rect(self, x: float, y: float, width: float, height: float, cls: str) -> None:
        """Draw a rectangle; a negative width counts as none."""
        self.add(f'<rect class="{cls}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}"/>')

    def circle(self, x: float, y: float, radius: float, cls: str) -> None:
        """Draw a filled or hollow circle, as the class says."""
        self.add(f'<circle class="{cls}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>')

    def diamond(self, x: float, y: float, radius: float, cls: str) -> None:
        """Draw a diamond: the sign that needs no colour to stand out."""
        r = f"{radius:g}"
        self.add(f'<path class="{cls}" d="M{x:.1f} {y - radius:.1f}l{r} {r} -{r} {r} -{r} -{r}z"/>')

    def text(self, x: float, y: float, words: object, cls: str = "t", anchor: str = "start") -> None:
        """Write words at a point, escaped."""
        self.add(f'<text class="{cls}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escaped(words)}</text>')

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
