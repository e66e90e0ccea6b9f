"""How right the linking is where the truth is known: precision and recall over pairs."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Marks:
    """Pairs that are one in truth, pairs that were linked, and pairs that are both."""

    true: int
    linked: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the linked pairs that are one in truth (1 where nothing was linked)."""
        return self.right / self.linked if self.linked else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pairs that were linked (1 where there is none)."""
        return self.right / self.true if self.true else 1.0

    def sentence(self) -> str:
        """Both figures with their denominators."""
        return (
            f"Of {self.linked:,} pairs linked {self.precision:.1%} are right; "
            f"of {self.true:,} true pairs {self.recall:.1%} were linked."
        )


def mark_pairs(linked: pl.DataFrame, true: pl.DataFrame) -> Marks:
    """Marks of pairs (the first two columns of each frame, in either order)."""
    found, truth = _ordered(linked), _ordered(true)
    return Marks(len(truth), len(found), len(found.join(truth, on=["left", "right"], how="inner")))


def mark_groups(given: pl.Series, true: pl.Series) -> Marks:
    """Marks of groups: two rows are a pair where they have the same label; a null label is alone."""
    rows = pl.DataFrame({"given": given, "true": true})
    return Marks(_pairs(rows, "true"), _pairs(rows, "given"), _pairs(rows, "given", "true"))


def _pairs(rows: pl.DataFrame, *labels: str) -> int:
    sizes = rows.drop_nulls(list(labels)).group_by(labels).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _ordered(pairs: pl.DataFrame) -> pl.DataFrame:
    first, second = pairs.columns[:2]
    return pairs.select(left=pl.min_horizontal(first, second), right=pl.max_horizontal(first, second)).unique()
