"""Collapse spells where they lie, in a database or on Spark: only counts by pattern and time are fetched.

The risk sets depend on the spells only through how many of each pattern begin and end at each time. Two group-bys,
written once for every backend by narwhals, count that; beginnings and ends are then paired in order of time. The pairs
are other spells than those of the people, with the same numbers at risk and the same events at every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from evaluation.errors import DataError
from evaluation.survival import risksets
from evaluation.survival.columns import Floats, Roles, array, check_names, combine, names, type_problems
from evaluation.survival.patterns import design
from evaluation.survival.risksets import RiskSets, Rows, count_at_risk, count_events
from evaluation.survival.timeline import Tally, lay_out, rank_times

MOST_ROWS_FETCHED = 50_000_000
COUNT, MASS, ENDS = "__count", "__mass", "__ends"
Backend = Any
"""A lazy frame of narwhals: its types name every backend it knows, installed or not."""


def collapse(
    spells: Any,
    covariates: str | Iterable[str] = (),
    *,
    exit: str = "exit",
    event: str = "event",
    entry: str | None = None,
    strata: str | Iterable[str] | None = None,
    cluster: str | None = None,
    weights: str | None = None,
) -> RiskSets:
    """Collapse spells into risk-set tables, wherever the spells are.

    Parameters
    ----------
    spells
        One row per spell, at risk over `(entry, exit]`; without `entry`, at risk from the start. A Polars frame, or
        what narwhals reads: a DuckDB relation, a Spark frame and others. Those are counted where they are.
    covariates
        Columns of a regression: numbers and booleans as they are, categories as dummies.
    exit, event, entry, strata, cluster, weights
        As in `cox`; times in whole days or any unit. Clusters, and weights that are not whole numbers, need a robust
        error, which needs every row: then the columns named are fetched, up to 50 million rows.

    Returns
    -------
    RiskSets
        The tables at the times of events; `fit_risk_sets` fits a Cox model to them.

    Raises
    ------
    DataError
        When a column cannot be used, there is no event, or too many rows would have to be fetched.
    """
    roles = Roles(exit, event, entry, weights, cluster, names(strata), names(covariates))
    if not isinstance(spells, pl.DataFrame | pl.LazyFrame):
        frame = _lazy(spells)
        rows, fractional = _check(frame, roles)
        if cluster is None and not fractional:
            return _from_counts(_counted(frame, roles), roles, rows)
        spells = _every_row(frame, roles, rows)
    return risksets.collapse(
        spells, roles.covariates, exit=exit, event=event, entry=entry, strata=strata, cluster=cluster, weights=weights
    )


def _lazy(spells: Any) -> Backend:
    import narwhals as nw

    try:
        return nw.from_native(spells).lazy()
    except TypeError as error:
        raise DataError(
            f"Spells are a frame: of Polars, or of what narwhals reads; this is a {type(spells).__name__}."
        ) from error


def _fetch(query: Backend) -> pl.DataFrame:
    return query.collect(backend="polars").to_native()


# ---- what cannot be used is refused by counts, as in memory


def _check(frame: Backend, roles: Roles) -> tuple[int, bool]:
    """Refuse what cannot be used; give the number of rows, and whether a weight is not a whole number."""
    import narwhals as nw

    check_names(pl.DataFrame(schema=frame.collect_schema().names()), roles)
    first = _fetch(frame.select(roles.used()).head(1))
    if first.height == 0:
        raise DataError("The frame of spells has no rows.")
    nulls = {name: nw.col(name).is_null() for name in roles.used()}
    found = _counts(frame, {"rows": None, **nulls})
    rows = found["rows"]
    problems = [f"column '{name}' is null in {found[name]} of {rows} rows" for name in nulls if found[name]]
    problems += type_problems(first, roles)
    problems = problems or list(_value_problems(frame, roles, first.schema, rows))
    if problems:
        raise DataError("The spells cannot be used as they are:", problems)
    return rows, roles.weights is not None and _any_fractional(frame, roles.weights, first.schema)


def _any_fractional(frame: Backend, weights: str, schema: pl.Schema) -> bool:
    import narwhals as nw

    weight = nw.col(weights)
    return not schema[weights].is_integer() and bool(_counts(frame, {"parts": weight != weight.floor()})["parts"])


def _counts(frame: Backend, conditions: dict[str, Any]) -> dict[str, int]:
    """Count in one query the rows for which each condition holds; None counts them all."""
    import narwhals as nw

    places = [f"__{place}" for place in range(len(conditions))]
    asked = [
        (nw.len() if holds is None else nw.when(holds).then(1).otherwise(0).sum()).cast(nw.Int64).alias(place)
        for place, holds in zip(places, conditions.values(), strict=True)
    ]
    counted = _fetch(frame.select(*asked)).row(0)
    return dict(zip(conditions, (int(count or 0) for count in counted), strict=True))


def _value_problems(frame: Backend, roles: Roles, schema: pl.Schema, rows: int) -> Iterator[str]:
    import narwhals as nw

    floats = [name for name in _numbers(roles) if schema[name].is_float()]
    unusable = {f"column '{name}' is not a finite number": (~nw.col(name).is_finite(), (name,)) for name in floats}
    yield from (found := list(_problems(frame, unusable, rows)))
    if not found:
        yield from _problems(frame, _rules(roles, schema), rows)


def _numbers(roles: Roles) -> list[str]:
    named = (roles.exit, roles.entry, roles.weights, *roles.covariates)
    return list(dict.fromkeys(name for name in named if name is not None))


def _rules(roles: Roles, schema: pl.Schema) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """What is said of the rows that break a rule, how they are known, and the columns to show."""
    import narwhals as nw

    end, event = nw.col(roles.exit), nw.col(roles.event)
    rules: dict[str, tuple[Any, tuple[str, ...]]] = {}
    if roles.entry is None:
        rules[f"exit '{roles.exit}' is negative"] = (end < 0, (roles.exit,))
    else:
        text = f"exit '{roles.exit}' is not after entry '{roles.entry}'"
        rules[text] = (end <= nw.col(roles.entry), (roles.entry, roles.exit))
    if roles.weights is not None:
        rules[f"weight '{roles.weights}' is negative"] = (nw.col(roles.weights) < 0, (roles.weights,))
    if schema[roles.event] != pl.Boolean:
        rules[f"event '{roles.event}' is neither 0 nor 1"] = ((event != 0) & (event != 1), (roles.event,))
    return rules


def _problems(frame: Backend, rules: dict[str, tuple[Any, tuple[str, ...]]], rows: int) -> Iterator[str]:
    found = _counts(frame, {text: holds for text, (holds, _) in rules.items()}) if rules else {}
    for text, count in found.items():
        if count:
            holds, shown = rules[text]
            example = _fetch(frame.filter(holds).select(*shown).head(1)).row(0)
            said = ", ".join(f"{name} = {value}" for name, value in zip(shown, example, strict=True))
            yield f"{text} in {count} of {rows} rows, for example {said}"


def _every_row(frame: Backend, roles: Roles, rows: int) -> pl.DataFrame:
    if rows > MOST_ROWS_FETCHED:
        raise DataError(
            f"Robust errors need every row, and {rows:,} rows are more than the {MOST_ROWS_FETCHED:,} that are fetched."
            " Leave the cluster out and use whole-number weights, or count a sample of the clusters."
        )
    return _fetch(frame.select(roles.used()))


# ---- counting


@dataclass(frozen=True)
class _Counts:
    """How many rows, and how much weight, by pattern and time.

    Attributes
    ----------
    ends
        Groups, covariates, exit, event, `__count`, `__mass`: a row for each combination.
    begins
        The same with the entry instead of exit and event; None when every row is at risk from the start.
    """

    ends: pl.DataFrame
    begins: pl.DataFrame | None


def _counted(frame: Backend, roles: Roles) -> _Counts:
    import narwhals as nw

    event = nw.col(roles.event)
    happened = event if frame.collect_schema()[roles.event] == nw.Boolean else event != 0
    frame = frame.with_columns(happened.alias(ENDS))
    if roles.weights is not None:
        frame = frame.filter(nw.col(roles.weights) > 0)
    pattern = list(dict.fromkeys([*roles.groups, *roles.covariates]))
    ends = _grouped(frame, pattern, [roles.exit, ENDS], roles)
    begins = None if roles.entry is None else _grouped(frame, pattern, [roles.entry], roles)
    if ends.height == 0:
        raise DataError(f"Every weight in column '{roles.weights}' is zero.")
    return _Counts(ends, begins)


def _grouped(frame: Backend, pattern: list[str], times: list[str], roles: Roles) -> pl.DataFrame:
    """Count by pattern and time; a time that is a covariate too is grouped by once."""
    import narwhals as nw

    mass = nw.len() if roles.weights is None else nw.col(roles.weights).cast(nw.Float64).sum()
    keys = list(dict.fromkeys([*pattern, *times]))
    counted = frame.group_by(keys).agg(nw.len().alias(COUNT), mass.alias(MASS))
    # Backends give groups in any order, so they are put in one.
    return _fetch(counted).with_columns(pl.col(COUNT).cast(pl.Int64), pl.col(MASS).cast(pl.Float64)).sort(keys)


# ---- from counts to risk sets


def _from_counts(counts: _Counts, roles: Roles, rows: int) -> RiskSets:
    """Build the tables as `risksets.collapse` does, from spells that stand for many rows."""
    spells = _paired(counts, roles)
    happened, count = array(spells[ENDS]), array(spells[COUNT])
    if not happened.any():
        raise DataError(f"No event: column '{roles.event}' is 0 in all {rows} rows, so nothing can be estimated.")
    plan = design(spells, roles.covariates)
    stratum, example = combine([spells[name] for name in roles.groups], spells.height)
    ranks = rank_times(spells[roles.exit], None if roles.entry is None else spells[roles.entry])
    slots = lay_out(ranks, happened, stratum if roles.groups else None, len(example))
    mass = array(spells[MASS])
    standing = Rows(plan.pattern, slots.start, slots.stop, happened, mass, None, 0)
    size = len(slots.time), len(plan.matrix)
    _, died, events = count_events(standing, *size)
    return RiskSets(
        slots=slots,
        at_risk=count_at_risk(standing, *size),
        events=events,
        deaths=np.bincount(slots.stop[happened] - 1, count[happened], minlength=size[0]),
        died=died,
        matrix=plan.matrix,
        covariates=plan.covariates,
        rows=standing,
        n=int(count.sum()),
        n_events=int(count[happened].sum()),
        strata=spells[example].select(roles.groups),
        ranks=replace(ranks, tally=_tally(ranks.values, counts, roles)),
    )


def _tally(times: Floats, counts: _Counts, roles: Roles) -> Tally:
    """Count the rows themselves by time: how they were paired says nothing about them."""

    def at(column: pl.Series, count: pl.Series) -> Floats:
        place = np.searchsorted(times, array(column.cast(pl.Float64)), side="right") - 1
        return np.bincount(place, array(count), minlength=len(times))

    ends, begins = counts.ends, counts.begins
    happened = ends.filter(ENDS)
    return Tally(
        exits=at(ends[roles.exit], ends[COUNT]),
        events=at(happened[roles.exit], happened[COUNT]),
        entries=None if begins is None or roles.entry is None else at(begins[roles.entry], begins[COUNT]),
    )


def _paired(counts: _Counts, roles: Roles) -> pl.DataFrame:
    """Pair beginnings with ends, pattern by pattern, the first to begin with the first to end.

    The k-th to begin begins before the k-th to end ends, so every pair is a spell, and as many are at risk at every
    time as there were.
    """
    ends, begins = counts.ends, counts.begins
    if begins is None or roles.entry is None:
        return ends
    until, since = array(ends[MASS].cum_sum()), array(begins[MASS].cum_sum())
    cuts = np.union1d(until, since)
    end, begin = np.searchsorted(until, cuts), np.searchsorted(since, cuts)
    begun_again = np.concatenate([[False], end[1:] == end[:-1]])
    return ends[end].with_columns(
        begins[roles.entry][begin].alias(roles.entry),
        pl.Series(MASS, np.diff(cuts, prepend=0.0)),
        # The rows of an end that is cut into several pairs are counted with the first of them.
        pl.Series(COUNT, np.where(begun_again, 0, array(ends[COUNT])[end])),
    )
