"""Series of small counts: published as sums over several periods instead of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evaluation.publishing.disclosure_rules import Rules

WINDOWS = (2, 3, 4, 6, 12)
COUNT_KEYS = ("n_value", "count", "n")
_OF_SINGLE_PERIODS = frozenset({"mean", "lower", "upper", "low", "high", "centre", "special", "ucl", "lcl", "flag"})


def window(counts: Sequence[int], rules: Rules) -> int | None:
    """The fewest periods whose every rolling sum may be shown; None where even the longest is too small."""
    if not any(rules.is_small(count) for count in counts):
        return 1
    for size in WINDOWS:
        sums = [sum(counts[end - size : end]) for end in range(size, len(counts) + 1)]
        if sums and not any(rules.is_small(total) for total in sums):
            return size
    return None


def rolling(points: Sequence[Mapping[str, Any]], rules: Rules) -> Iterator[Mapping[str, Any]]:
    """Turn a control chart with small counts into rolling sums.

    Parameters
    ----------
    points
        One mapping a period with its count (`n_value`, `count` or `n`), in order of time.
    rules
        The partnership's rules.

    Yields
    ------
    Mapping
        The points as they are where no count is small. Otherwise each period's point with the sum of the last `window`
        periods in place of its count, `window` beside it, and no limits, because they belong to single periods; the
        first periods, which have no full window, and series too small for any window have no count.
    """
    key = next((name for name in COUNT_KEYS if points and name in points[0]), None)
    counts = [point.get(key) for point in points] if key else []
    if key is None or not all(isinstance(count, int) for count in counts):
        yield from points
        return
    size = window([count for count in counts if isinstance(count, int)], rules)
    for place, point in enumerate(points):
        if size == 1:
            yield point
            continue
        full = size is not None and place + 1 >= size
        total = sum(counts[place + 1 - size : place + 1]) if full and size else None  # pyright: ignore
        yield {**{name: None if name in _OF_SINGLE_PERIODS else value for name, value in point.items()},
               key: total, "window": size}  # fmt: skip
