"""Match weights: how much an agreement speaks for two records being one (Fellegi and Sunter, JASA 64, 1969).

A weight is the logarithm (base 2) of how much likelier an agreement is between records of one person than of two. The
probability that two *matching* records agree (m) is set from what clerks get wrong; that two *others* agree by chance
(u) is measured in the data itself, value by value, so that a rare name says more than a common one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components  # pyright: ignore[reportUnknownVariableType]

CERTAIN, DOUBTFUL = 0.95, 0.30
"""Pairs from the upper bound are linked; those between the bounds are for a person to decide."""


@dataclass(frozen=True)
class Part:
    """One part of a record that is compared.

    Attributes
    ----------
    name
        The column.
    agree
        m: the probability that two records of one person agree in it, both being filled.
    differ
        Weight (base 2) where both are filled and differ.
    """

    name: str
    agree: float
    differ: float


def rarity(values: pl.Series) -> pl.DataFrame:
    """Share of records that hold each value: columns `value, share`."""
    filled = values.drop_nulls()
    counts = filled.to_frame("value").group_by("value").agg(pl.len().alias("share"))
    # In one order: sums of shares are then the same to the last bit in every run.
    return counts.sort("value").with_columns(pl.col("share") / max(len(filled), 1))


def probability(weight: pl.Expr, prior: float) -> pl.Expr:
    """The probability of a match from its weight and the prior odds' weight (both base 2)."""
    exponent = (weight + prior).clip(-60, 60)
    odds = (exponent * float(np.log(2))).exp()
    return odds / (1 + odds)


def clusters(names: pl.Series, left: pl.Series, right: pl.Series) -> pl.DataFrame:
    """Join what pairs connect: `name, cluster`, the cluster being the first name in sort order."""
    order = names.unique().sort()
    number = pl.DataFrame({"name": order, "number": np.arange(len(order), dtype=np.int64)})
    ends = [
        side.to_frame("name").join(number, on="name", how="left", maintain_order="left")["number"].to_numpy()
        for side in (left, right)
    ]
    graph = coo_array((np.ones(len(left)), (ends[0], ends[1])), shape=(len(order), len(order)))
    found: Any = connected_components(graph, directed=False)  # pyright: ignore[reportUnknownVariableType]
    table = number.with_columns(label=pl.Series(np.asarray(found[1], dtype=np.int64)))
    return table.with_columns(cluster=pl.col("name").first().over("label")).select("name", "cluster")
