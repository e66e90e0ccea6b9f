"""A study of a scheme for a place: monthly incidents there before and since, beside the same kinds elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from evaluation.comparison.difference import AreaDifference, area_difference
from evaluation.comparison.finding import Check, Effect, Finding, Naive, Step
from evaluation.comparison.grade import STEPS, grade, no_evidence
from evaluation.comparison.records import as_of_date, coverage_of, coverage_rows, recorded_sources
from evaluation.comparison.series import SeriesFit, interrupted_series
from evaluation.errors import DataError
from evaluation.follow_up.tables import Tables, table

DOUBT = 0.05
ASSUMPTIONS = (
    "Without the scheme the trend, the season and the tie to the same kinds of incident elsewhere would have gone on.",
    "Nothing else began in these areas in the same months.",
    "The readiness to report did not change because the scheme was announced.",
)


@dataclass(frozen=True, kw_only=True)
class AreaStudy:
    """The protocol of an interrupted time series with a control series.

    Parameters
    ----------
    name, title, question, scheme
        As in `Study`.
    areas
        Where the scheme worked, as the extracts name the areas.
    categories
        HouseMark letters it aims at; all when None.
    start, end
        First month of the scheme, and the month after its last (None while it runs).
    worth_paying_for
        Smallest share of incidents fewer that would be worth paying for, as a negative number.
    cannot_tell, sources
        As in `Study`.
    """

    name: str
    title: str
    question: str
    scheme: str
    areas: tuple[str, ...]
    categories: tuple[str, ...] | None
    start: date
    end: date | None = None
    worth_paying_for: float = -0.1
    cannot_tell: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def protocol(self) -> Mapping[str, str]:
        """The protocol as sentences."""
        kinds = "all kinds" if self.categories is None else "HouseMark " + ", ".join(self.categories)
        return {
            "question": self.question,
            "eligible": f"incidents ({kinds}) in {', '.join(self.areas)}, by month",
            "time_zero": f"the month the scheme began, {self.start:%B %Y}",
            "strategies": "the scheme; compared with: the months before, and the same kinds of incident elsewhere",
            "outcome": "incidents a month",
            "follow_up": f"to {self.end:%B %Y}" if self.end else "to the as-of date",
            "adjustment": "straight trend, yearly wave, the other areas' count; errors robust to autocorrelation",
            "population": "the scheme's areas",
            "headline": "ratio of the monthly incidents to what was to be expected without the scheme",
        }

    def run(self, records: Tables, *, as_of: date | None = None) -> Finding:
        """Run the study on the table of incidents.

        Returns
        -------
        Finding
            `cannot_be_said` where the extracts do not hold the areas, the months or the sources for it.
        """
        day, told = as_of_date(records, as_of)
        if day is None:
            return self._unsaid("the records hold no dated incident", None)
        months = self._months(records, day)
        if isinstance(months, str):
            return self._unsaid(months, day)
        wide = _here_and_elsewhere(months, self.areas)
        try:
            fit = interrupted_series(wide, start=self.start, end=self.end, control="elsewhere")
        except DataError as refused:
            return self._unsaid(refused.message.rstrip("."), day)
        return self._finding(records, months, fit, day, told)

    def _months(self, records: Tables, as_of: date) -> pl.DataFrame | str:
        """`area, month, count` over whole months of the sources that cover all of them; or why there is none."""
        incidents = table(records, "Incidents").filter(pl.col("occurred_on") <= as_of, pl.col("area").is_not_null())
        if self.categories is not None:
            incidents = incidents.filter(pl.col("category").is_in(self.categories))
        frame = incidents.select("area", "source", pl.col("occurred_on").dt.truncate("1mo").alias("month")).collect()
        missing = sorted(set(self.areas) - set(frame["area"].unique().to_list()))
        if missing:
            return f"no extract holds an incident of these kinds in {', '.join(missing)}"
        frame = _whole_months(_covering(frame, coverage_of(records)), as_of)
        if frame.is_empty():
            return "no source covers every month before and since the scheme began"
        every = every_month(frame["month"].to_list())
        counts = frame.group_by("area", "month").agg(pl.len().cast(pl.Int64).alias("count"))
        grid = frame.select(pl.col("area").unique().sort()).join(every.to_frame(), how="cross")
        return grid.join(counts, on=["area", "month"], how="left").with_columns(pl.col("count").fill_null(0))

    def _finding(self, records: Tables, months: pl.DataFrame, fit: SeriesFit, as_of: date, told: str) -> Finding:
        try:
            other = area_difference(months, treated=self.areas, start=self.start, end=self.end)
        except DataError:
            other = None
        checks = (_placebo(fit), _agreement(fit, other), _long_enough(fit))
        here = fit.fitted
        during = here.filter(_during(self.start, self.end))
        effect = self._effect(fit, during, months)
        evidence = grade("series_with_control", checks, effect, treated=10**6, worth=self.worth_paying_for)
        rows, lacking = coverage_rows(coverage_of(records))
        return Finding(
            study=self.name,
            scheme=self.scheme,
            title=self.title,
            question=self.question,
            status="estimated",
            as_of=as_of.isoformat(),
            protocol=self.protocol(),
            period={"from": str(here["month"].min()), "to": as_of.isoformat()},
            attrition=(
                Step("incidents of these kinds with an area, in covered months", int(months["count"].sum())),
                Step("in the scheme's areas", int(here["count"].sum())),
                Step("since the scheme began", int(during["count"].sum())),
            ),
            numbers={**_numbers(fit, other), "as_of_from": told, "largest_uncovered_share": lacking},
            effects=(effect,),
            sensitivity=() if other is None else (self._difference(other),),
            headline={"effect": effect.name, "method": effect.method, "switched": None},
            curves=tuple(_curves(fit, self.title)),
            checks=checks,
            naive=(_naive(here, self.start, self.end),),
            evidence={**evidence.to_dict(), "effect_wording": _wording(effect)},
            can_say=(fit.sentence(), *(() if other is None else (other.sentence(),))),
            cannot_say=(*self.cannot_tell, "What the scheme did for any one person: areas are compared, not people."),
            coverage=rows,
            sources=(*self.sources, *(f"extract: {name}" for name in recorded_sources(records))),
            assumptions=ASSUMPTIONS,
        )

    def _effect(self, fit: SeriesFit, during: pl.DataFrame, months: pl.DataFrame) -> Effect:
        events = int(during["count"].sum())
        elsewhere = months.filter(~pl.col("area").is_in(self.areas), _during(self.start, self.end))
        return Effect(
            name="incident_ratio",
            value=fit.mean_ratio,
            low=fit.mean_low,
            high=fit.mean_high,
            p=fit.p,
            unit="ratio of monthly incidents",
            n_treated=events,
            n_compared=int(elsewhere["count"].sum()),
            rows_compared=fit.months_before,
            events_treated=events,
            events_compared=int(elsewhere["count"].sum()),
            population="treated",
            method="interrupted_series",
        )

    def _difference(self, other: AreaDifference) -> Effect:
        return Effect(
            name="incident_ratio",
            value=other.ratio,
            low=other.low,
            high=other.high,
            p=other.p,
            unit="ratio of monthly incidents",
            n_treated=other.incidents_here,
            n_compared=other.incidents_elsewhere,
            rows_compared=other.controls,
            events_treated=other.incidents_here,
            events_compared=other.incidents_elsewhere,
            population="treated",
            method="difference_in_differences",
        )

    def _unsaid(self, reason: str, as_of: date | None) -> Finding:
        return Finding(
            study=self.name,
            scheme=self.scheme,
            title=self.title,
            question=self.question,
            status="cannot_be_said",
            reason=reason,
            as_of=as_of.isoformat() if as_of else "unknown",
            protocol=self.protocol(),
            evidence=no_evidence(reason).to_dict(),
            cannot_say=(f"Whether {self.title} worked: {reason}.", *self.cannot_tell),
            sources=self.sources,
        )


def every_month(months: list[date]) -> pl.Series:
    """Every month from the first to the last of some, as a series `month`."""
    return pl.date_range(min(months), max(months), "1mo", eager=True).alias("month")


def _during(start: date, end: date | None) -> pl.Expr:
    return pl.col("month") >= start if end is None else (pl.col("month") >= start) & (pl.col("month") < end)


def _covering(frame: pl.DataFrame, coverage: pl.DataFrame | None) -> pl.DataFrame:
    """Only sources without a missing month: one that drops out looks like a fall."""
    if coverage is None or coverage.is_empty():
        return frame
    gaps = coverage.filter(~pl.col("covered"))["source"].unique().to_list()
    spans = (
        coverage.filter("covered")
        .group_by("source")
        .agg(pl.col("month").min().alias("first"), pl.col("month").max().alias("last"))
    )
    whole = spans.filter(pl.col("first") == pl.col("first").min(), pl.col("last") == pl.col("last").max())
    kept = set(whole["source"].to_list()) - set(gaps)
    return frame.filter(pl.col("source").is_in(sorted(kept)))


def _whole_months(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Leave out the month of the as-of date unless that is its last day."""
    from calendar import monthrange

    if as_of.day == monthrange(as_of.year, as_of.month)[1]:
        return frame
    return frame.filter(pl.col("month") < as_of.replace(day=1))


def _here_and_elsewhere(months: pl.DataFrame, areas: tuple[str, ...]) -> pl.DataFrame:
    here = pl.col("area").is_in(areas)
    return (
        months.group_by("month")
        .agg(pl.col("count").filter(here).sum(), pl.col("count").filter(~here).sum().alias("elsewhere"))
        .sort("month")
    )


def _placebo(fit: SeriesFit) -> Check:
    if fit.placebo_p is None:
        return Check("placebo_in_time", "info", "there are too few months before the start to test one that never was")
    fine = fit.placebo_p >= DOUBT
    text = f"a start halfway through the months before, when nothing began, gives p = {fit.placebo_p:.2f}"
    return Check("placebo_in_time", "pass" if fine else "fail", text, {"p": fit.placebo_p})


def _agreement(fit: SeriesFit, other: AreaDifference | None) -> Check:
    name = "difference_in_differences"
    if other is None:
        return Check(name, "info", "there are too few other areas to compare changes between areas")
    agree = other.low <= fit.mean_ratio <= other.high
    return Check(name, "pass" if agree else "fail", other.sentence().rstrip("."), {"ratio": other.ratio, "p": other.p})


def _long_enough(fit: SeriesFit) -> Check:
    enough = fit.months_before >= 24 and fit.months_after >= 12
    text = f"{fit.months_before} months before, {fit.months_after} of the scheme; 24 and 12 tell a season from a change"
    return Check(
        "length",
        "pass" if enough else "fail",
        text,
        {"months_before": fit.months_before, "months_after": fit.months_after},
    )


def _numbers(fit: SeriesFit, other: AreaDifference | None) -> dict[str, Any]:
    return {
        "months_before": fit.months_before,
        "months_after": fit.months_after,
        "level_ratio": fit.level_ratio,
        "slope_ratio": fit.slope_ratio,
        "averted_value": fit.averted,
        "averted_low": fit.averted_low,
        "averted_high": fit.averted_high,
        "autocorrelation_lags_rank": fit.lags,
        "areas_compared_rank": 0 if other is None else other.controls,
    }


def _curves(fit: SeriesFit, title: str) -> list[dict[str, Any]]:
    first = fit.fitted["month"][0]
    made: list[dict[str, Any]] = []
    for arm, column, label in (
        ("treated", "count", f"recorded, with {title} from its start"),
        ("compared", "expected_without", "expected without it"),
    ):
        points = [
            {
                "time": (row["month"] - first).days,
                "value": row[column],
                "low": None,
                "high": None,
                "n_risk": round(row[column]),
                "n_event": round(row[column]),
            }
            for row in fit.fitted.iter_rows(named=True)
        ]
        made.append({"name": "monthly_incidents", "arm": arm, "label": label, "points": points})
    return made


def _naive(here: pl.DataFrame, start: date, end: date | None) -> Naive:
    before = here.filter(pl.col("month") < start)["count"]
    during = here.filter(_during(start, end))["count"]
    was, now = float(before.sum()) / before.len(), float(during.sum()) / during.len()
    spread = (1 / max(float(before.sum()), 1) + 1 / max(float(during.sum()), 1)) ** 0.5
    ratio = now / was if was else float("nan")
    reach = 1.959964 * spread
    text = (
        f"Incidents a month changed by {ratio - 1:+.0%} from before to since. That leaves out the trend, the "
        f"season and "
        "what happened in every other area."
    )
    return Naive("before_after", ratio - 1, ratio * 2.718281828**-reach - 1, ratio * 2.718281828**reach - 1, text)


def _wording(effect: Effect) -> str:
    if effect.high < 1:
        return STEPS[6] if (effect.p or 0) < 0.01 else STEPS[5]
    if effect.low > 1:
        return STEPS[0] if (effect.p or 0) < 0.01 else STEPS[1]
    return STEPS[4] if effect.value < 1 else STEPS[2]
