"""Interrupted time series: did a monthly count change its level or its slope when a scheme began?

Counts are modelled on the log scale (quasi-Poisson), with a straight trend, a yearly wave, the log of a control series
where there is one, and errors robust to autocorrelation (Newey and West).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from evaluation.comparison.wording import changed, incidents_than
from evaluation.errors import DataError, did_you_mean
from evaluation.follow_up.histories import Floats

FEWEST_BEFORE = 12
FEWEST_AFTER = 6


@dataclass(frozen=True)
class SeriesFit:
    """A fitted interrupted series.

    Attributes
    ----------
    level_ratio, level_low, level_high : float
        Factor by which the monthly count changed at once, with 95 % limits.
    slope_ratio, slope_low, slope_high : float
        Factor by which its monthly growth changed.
    mean_ratio, mean_low, mean_high : float
        Factor between the months since the start as they were and as they would have been.
    averted, averted_low, averted_high : float
        Incidents fewer since the start.
    p : float
        Two-sided p-value of the mean ratio.
    months_before, months_after, lags : int
        Length of the series, and autocorrelation lags allowed for.
    placebo_p : float or None
        The same test for a start halfway through the months before, when nothing began.
    fitted : DataFrame
        `month, count, expected, expected_without`.
    """

    level_ratio: float
    level_low: float
    level_high: float
    slope_ratio: float
    slope_low: float
    slope_high: float
    mean_ratio: float
    mean_low: float
    mean_high: float
    averted: float
    averted_low: float
    averted_high: float
    p: float
    months_before: int
    months_after: int
    lags: int
    placebo_p: float | None
    fitted: pl.DataFrame

    def tidy(self) -> pl.DataFrame:
        """One row a term: `term, value, low, high`."""
        rows = [
            ("level", self.level_ratio, self.level_low, self.level_high),
            ("slope", self.slope_ratio, self.slope_low, self.slope_high),
            ("mean", self.mean_ratio, self.mean_low, self.mean_high),
        ]
        return pl.DataFrame(rows, schema=["term", "value", "low", "high"], orient="row")

    def glance(self) -> pl.DataFrame:
        """One row: length, lags, p-values."""
        return pl.DataFrame(
            {
                "months_before": self.months_before,
                "months_after": self.months_after,
                "lags": self.lags,
                "p": self.p,
                "placebo_p": self.placebo_p,
            }
        )

    def sentence(self) -> str:
        """One sentence: how many more or fewer a month than the months before would have led to expect."""
        since = f"in the {self.months_after} months since the start there were"
        found = (
            f"{incidents_than(self.mean_ratio)} the months before would have led to expect "
            f"(95% range {changed(self.mean_low)} to {changed(self.mean_high)})."
        )
        if self.mean_low <= 1 <= self.mean_high:
            return f"It is not clear whether there was a change: {since} {found}"
        return f"{since[0].upper()}{since[1:]} {found}"

    def plot(self) -> Any:
        """Draw the months as they were, as fitted, and as they would have been: a Plotly figure."""
        from evaluation.survival import plotting

        long = self.fitted.unpivot(["count", "expected", "expected_without"], index="month", variable_name="series")
        drawn = long.select("series", pl.col("value").cast(pl.Float64), time="month", low=None, high=None)
        return plotting.curves(drawn, "value", by=["series"], titles=("Month", "Incidents a month"))

    def _repr_markdown_(self) -> str:
        from evaluation.survival import words

        return f"{words.markdown(self.tidy())}\n\n{self.sentence()}"


def interrupted_series(
    frame: pl.DataFrame,
    *,
    month: str = "month",
    count: str = "count",
    start: date,
    end: date | None = None,
    control: str | None = None,
    lags: int | None = None,
) -> SeriesFit:
    """Fit an interrupted time series.

    Parameters
    ----------
    frame
        One row a month, in any order.
    month, count
        Columns: first of the month, and number of incidents.
    start, end
        First month of the scheme, and the month after its last (None while it runs).
    control
        Column of a count in places or of kinds that the scheme cannot change.
    lags
        Autocorrelation lags; by default `4 (n / 100)^(2/9)`, and at least 3.

    Raises
    ------
    DataError
        With under 12 months before or 6 months of the scheme, a missing month, or counts that are no counts.

    Notes
    -----
    Newey and West (1987); Wagner et al. (2002) on segmented regression.
    """
    columns = [month, count, *([control] if control else [])]
    for name in columns:
        if name not in frame.columns:
            raise DataError(f"There is no column '{name}'." + did_you_mean(name, frame.columns))
    table = frame.select(columns).sort(month)
    _check(table, month, count, control)
    months = table[month].to_list()
    on = np.array([start <= m and (end is None or m < end) for m in months])
    before = np.array([m < start for m in months])
    if before.sum() < FEWEST_BEFORE or on.sum() < FEWEST_AFTER:
        raise DataError(
            f"{int(before.sum())} months before and {int(on.sum())} months of the scheme; at least {FEWEST_BEFORE} and "
            f"{FEWEST_AFTER} are needed to tell a change from the trend and the season."
        )
    y = table[count].to_numpy().astype(float)
    log_control = np.log(table[control].to_numpy() + 0.5) if control else None
    lags = lags if lags is not None else max(3, int(4 * (y.size / 100) ** (2 / 9)))
    fit = _fit(y, on, log_control, lags)
    placebo = _placebo(y[before], log_control[before] if log_control is not None else None, lags)
    return _result(table, month, count, y, on, before, fit, lags, placebo)


@dataclass(frozen=True)
class _Fit:
    beta: Floats
    covariance: Floats
    x: Floats


def _check(table: pl.DataFrame, month: str, count: str, control: str | None) -> None:
    months = table[month].to_list()
    if any(value is None for value in months):
        raise DataError(f"Column {month} has empty months.")
    wanted = pl.date_range(months[0], months[-1], "1mo", eager=True).to_list() if months else []
    if months != wanted:
        missing = sorted(set(wanted) - set(months))
        raise DataError(
            f"Column {month}: every month once is needed"
            + (f"; {len(missing)} are missing, the first is {missing[0]}." if missing else "; some come twice.")
        )
    for name in (count, *([control] if control else [])):
        values = table[name]
        if not values.dtype.is_numeric() or values.null_count() or bool((values < 0).any()):
            raise DataError(f"Column {name} must hold counts of 0 or more without gaps.")


def _design(on: np.ndarray, log_control: Floats | None) -> Floats:
    n = on.size
    turn = np.arange(n) / 12
    first = int(np.argmax(on)) if on.any() else n
    since = np.where(on, (np.arange(n) - first) / 12, 0.0)
    wave = 2 * np.pi * np.arange(n) / 12
    columns = [np.ones(n), on.astype(float), since, turn, np.sin(wave), np.cos(wave)]
    if log_control is not None:
        columns.append(log_control - log_control.mean())
    return np.column_stack(columns)


def _fit(y: Floats, on: np.ndarray, log_control: Floats | None, lags: int) -> _Fit:
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    x = _design(on, log_control)
    model: Any = GLM(y, x, family=Poisson())
    result: Any = model.fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    return _Fit(np.asarray(result.params), np.asarray(result.cov_params()), x)


def _placebo(y: Floats, log_control: Floats | None, lags: int) -> float | None:
    """Test of a change of level halfway through the months before."""
    if y.size < 2 * FEWEST_BEFORE:
        return None
    on = np.arange(y.size) >= y.size // 2
    fit = _fit(y, on, log_control, lags)
    value, se, df = _mean_change(fit, on)
    return _p(value, se, df)


def _mean_change(fit: _Fit, on: np.ndarray) -> tuple[float, float, float]:
    """Mean log change over the months of the scheme, its error and degrees of freedom."""
    weights = np.zeros(fit.x.shape[1])
    weights[1], weights[2] = 1.0, fit.x[on, 2].mean()
    return float(weights @ fit.beta), float(weights @ fit.covariance @ weights) ** 0.5, fit.x.shape[0] - fit.x.shape[1]


def _p(value: float, se: float, df: float) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(value / se))) if se > 0 else 1.0


def _result(
    table: pl.DataFrame,
    month: str,
    count: str,
    y: Floats,
    on: np.ndarray,
    before: np.ndarray,
    fit: _Fit,
    lags: int,
    placebo: float | None,
) -> SeriesFit:
    from scipy.special import stdtrit

    value, se, df = _mean_change(fit, on)
    reach = float(stdtrit(df, 0.975))
    ends = [np.exp(value + sign * reach * se) for sign in (-1, 1)]
    without = np.exp(fit.x @ np.where(np.isin(np.arange(fit.beta.size), (1, 2)), 0.0, fit.beta))
    happened = y[on].sum()
    level, slope = (_limits(fit, place, unit, reach) for place, unit in ((1, 1.0), (2, 1 / 12)))
    return SeriesFit(
        level_ratio=level[0],
        level_low=level[1],
        level_high=level[2],
        slope_ratio=slope[0],
        slope_low=slope[1],
        slope_high=slope[2],
        mean_ratio=float(np.exp(value)),
        mean_low=float(ends[0]),
        mean_high=float(ends[1]),
        averted=float(happened / np.exp(value) - happened),
        averted_low=float(happened / ends[1] - happened),
        averted_high=float(happened / ends[0] - happened),
        p=_p(value, se, df),
        months_before=int(before.sum()),
        months_after=int(on.sum()),
        lags=lags,
        placebo_p=placebo,
        fitted=table.select(
            pl.col(month).alias("month"),
            pl.col(count).cast(pl.Float64).alias("count"),
            pl.Series("expected", np.exp(fit.x @ fit.beta)),
            pl.Series("expected_without", without),
        ),
    )


def _limits(fit: _Fit, place: int, unit: float, reach: float) -> tuple[float, float, float]:
    """A coefficient as a factor, with its limits."""
    error = float(fit.covariance[place, place]) ** 0.5
    value, low, high = (float(np.exp(unit * (fit.beta[place] + sign * reach * error))) for sign in (0, -1, 1))
    return value, low, high
