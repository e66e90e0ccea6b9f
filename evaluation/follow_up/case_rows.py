"""One row per case: who could have been helped on which day, by the sequential rule.

The sheet holds the opening, the intervention, the closure and one next report: the first after the intervention or,
without one, after the opening. So a row can only be followed from a day on which nothing has been reported since its
opening: treated rows enter on their intervention date if report-free until then, and every row not yet treated is
compared on sampled days on which it is open and report-free. Rows that are treated later are compared until then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from evaluation.follow_up.histories import NEVER, Bools, Histories, Ints
from evaluation.follow_up.landmarks import FOLLOWED_DAYS, Landmarks, phases
from evaluation.follow_up.tables import Tables, table

SPACING = 7
DELAY_QUANTILE = 0.99
ROWS_AT_MOST = 40_000


@dataclass(frozen=True)
class CaseRows:
    """Every row of the sheet as whole days (rows as in `Histories.cases`).

    Attributes
    ----------
    household : (rows,) int
        Whose case it is.
    opened, closed, last_open : (rows,) int
        Opening, closure and last open day.
    own_start, any_start : (rows,) int
        Start of the studied scheme on this row, and of any scheme.
    report : (rows,) int
        The row's own next report (the first after its opening that the sheet shows).
    other_opening : (rows,) int
        The household's next opening of another row after this one's.
    first_help : (rows,) int
        The household's first start of any scheme on any row.
    """

    household: Ints
    opened: Ints
    closed: Ints
    last_open: Ints
    own_start: Ints
    any_start: Ints
    report: Ints
    other_opening: Ints
    first_help: Ints

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self.opened.size)

    def report_free_until(self) -> Ints:
        """Last day on which each row has no report since its opening: its own, or another opening of the household."""
        return np.minimum(self.report, self.other_opening) - 1

    def eligible_until(self) -> Ints:
        """Last day on which each row is open, report-free and its household has never been helped."""
        return np.minimum.reduce([self.last_open, self.report_free_until(), self.first_help - 1, self.any_start - 1])


@dataclass(frozen=True)
class SheetCounts:
    """Rows that the rule sets aside, and what the sheet can show."""

    started: int
    later_cases: int
    reported_before_start: int
    not_open: int
    too_late: int
    households_with_several_rows: int
    own_report_before_start: int
    longest_delay_days: int


def case_rows(histories: Histories, records: Tables, scheme: str) -> CaseRows:
    """Read every row of the sheet."""
    end = histories.as_of
    cases = histories.cases.with_row_index("row").select(
        "row", "case", "person", "opened", "closed", "last_open", "closure"
    )
    starts = (
        table(records, "Interventions")
        .filter(pl.col("started_on").is_not_null())
        .select("case_id", "scheme", pl.col("started_on").cast(pl.Int32).cast(pl.Int64).alias("day"))
        .filter(pl.col("day") <= end)
        .group_by("case_id")
        .agg(pl.col("day").min().alias("any"), pl.col("day").filter(pl.col("scheme") == scheme).min().alias("own"))
    )
    reports = (
        table(records, "Incidents")
        .filter(pl.col("case_id").is_not_null(), pl.col("occurred_on").is_not_null())
        .select("case_id", pl.col("occurred_on").cast(pl.Int32).cast(pl.Int64).alias("day"))
        .filter(pl.col("day") <= end)
        .join(cases.lazy().select(pl.col("case").alias("case_id"), "opened"), on="case_id", how="inner")
        .filter(pl.col("day") >= pl.col("opened"))
        .group_by("case_id")
        # The opening is itself one report; a second one on the same day leaves no report-free day to start from.
        .agg(pl.col("day").sort(), (pl.col("day") == pl.col("opened")).sum().alias("opening"))
        .with_columns(pl.col("day").list.get(pl.col("opening").clip(0, 1), null_on_oob=True).alias("report"))
        .select("case_id", "report")
    )
    full = (
        cases.lazy()
        .join(starts, left_on="case", right_on="case_id", how="left")
        .join(reports, left_on="case", right_on="case_id", how="left")
        .sort("row")
        .collect()
    )
    days = {name: full[name].fill_null(NEVER).to_numpy().astype(np.int64) for name in ("any", "own", "report")}
    household, opened = full["person"].to_numpy(), full["opened"].to_numpy()
    first_help = np.full(histories.size, NEVER)
    np.minimum.at(first_help, household, days["any"])
    return CaseRows(
        household=household,
        opened=opened,
        closed=full["closed"].to_numpy(),
        last_open=np.minimum(full["last_open"].to_numpy(), end),
        own_start=days["own"],
        any_start=days["any"],
        report=days["report"],
        other_opening=_next_opening(household, opened),
        first_help=first_help[household],
    )


def _next_opening(household: Ints, opened: Ints) -> Ints:
    """The household's next later opening (rows are sorted by household and opening; the same day does not count)."""
    following = np.full(opened.size, NEVER)
    for row in range(opened.size - 2, -1, -1):
        if household[row] == household[row + 1]:
            following[row] = opened[row + 1] if opened[row + 1] > opened[row] else following[row + 1]
    return following


def sheet_landmarks(
    histories: Histories, rows: CaseRows, eligible: Bools, *, horizon: int, seed: int
) -> tuple[Landmarks, SheetCounts]:
    """Landmarks by the sequential rule: report-free starters, and sampled report-free days of rows not yet helped."""
    start = rows.own_start
    started = eligible & (start < NEVER)
    first = started & (start == rows.first_help)
    free = first & (start <= rows.report_free_until()) & (start >= rows.opened)
    is_open = free & (start <= rows.last_open)
    treated = np.flatnonzero(is_open & (start <= histories.as_of - FOLLOWED_DAYS))
    delay = int(np.quantile(start[treated] - rows.opened[treated], DELAY_QUANTILE)) if treated.size else 0
    counts = SheetCounts(
        started=int(started.sum()),
        later_cases=int((started & ~first).sum()),
        reported_before_start=int((first & ~free).sum()),
        not_open=int((free & ~is_open).sum()),
        too_late=int(is_open.sum()) - int(treated.size),
        households_with_several_rows=int((np.bincount(rows.household) > 1).sum()),
        own_report_before_start=int((started & (rows.report <= start)).sum()),
        longest_delay_days=delay,
    )
    last = np.minimum(rows.eligible_until(), rows.opened + delay)
    last = np.where(eligible & (rows.opened <= rows.first_help), last, -1)
    spacing = SPACING
    while np.maximum(last - rows.opened + 1, 0).sum() / spacing > ROWS_AT_MOST and spacing < 112:
        spacing *= 2
    phase = phases(tuple(histories.cases["case"].to_list()), seed) % spacing
    row, day = days_on_grid(rows.opened, np.minimum(last, histories.as_of - FOLLOWED_DAYS), phase, spacing)
    return _joined(histories, rows, treated, row, day, phase, spacing, horizon), counts


def days_on_grid(first: Ints, last: Ints, phase: Ints, spacing: int) -> tuple[Ints, Ints]:
    """Days `first <= t <= last` of every row with `(t + phase)` a multiple of `spacing`."""
    begin = first + (-(first + phase)) % spacing
    number = np.maximum((last - begin) // spacing + 1, 0)
    row = np.repeat(np.arange(first.size), number)
    turn = np.arange(row.size) - np.repeat(np.cumsum(number) - number, number)
    return row, begin[row] + spacing * turn


def _joined(
    histories: Histories, rows: CaseRows, treated: Ints, row: Ints, day: Ints, phase: Ints, spacing: int, horizon: int
) -> Landmarks:
    case = np.concatenate([treated, row])
    zero = np.concatenate([rows.own_start[treated], day])
    arm = np.arange(case.size) < treated.size
    # Only help on the row itself ends its follow-up: help on another row of the household has a hazard of its own,
    # and ending there would leave quieter households behind.
    helped = rows.any_start[case]
    return Landmarks(
        unit=case,
        cluster=rows.household[case],
        day=zero,
        case=case,
        treated=arm,
        seen=np.minimum(histories.as_of - zero, horizon),
        own_start=np.where(arm | (helped >= NEVER), NEVER, helped - zero),
        spacing=spacing,
        phase=phase,
    )


def waiting_days(
    histories: Histories, rows: CaseRows, eligible: Bools, counts: SheetCounts, phase: Ints, *, at_most: int = 500_000
) -> tuple[Ints, Ints, int]:
    """Report-free open days before any help: row, day, and how many days each stands for."""
    last = np.minimum(rows.eligible_until(), rows.opened + counts.longest_delay_days)
    last = np.where(eligible & (rows.opened <= rows.first_help), np.minimum(last, histories.as_of), -1)
    step = 1 if np.maximum(last - rows.opened + 1, 0).sum() <= at_most else 7
    row, day = days_on_grid(rows.opened, last, phase + (3 if step == 7 else 0), step)
    return row, day, step


def other_starts(rows: CaseRows, landmarks: Landmarks) -> Landmarks:
    """Comparison landmarks with the report-free starts of every other scheme as the treated ones."""
    compared = landmarks.keep(~landmarks.treated)
    start = rows.any_start
    free = (start < rows.own_start) & (start == rows.first_help) & (start >= rows.opened)
    chosen = np.flatnonzero(free & (start <= np.minimum(rows.report_free_until(), rows.last_open)))
    return replace(
        compared,
        unit=np.concatenate([chosen, compared.unit]),
        cluster=np.concatenate([rows.household[chosen], compared.cluster]),
        day=np.concatenate([start[chosen], compared.day]),
        case=np.concatenate([chosen, compared.case]),
        treated=np.arange(chosen.size + compared.size) < chosen.size,
        seen=np.concatenate([np.zeros(chosen.size, np.int64), compared.seen]),
        own_start=np.concatenate([np.full(chosen.size, NEVER), compared.own_start]),
    )
