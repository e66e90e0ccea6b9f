"""Parametric survival models, fitted by lifelines."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from evaluation.errors import DataError
from evaluation.survival import words
from evaluation.survival.columns import Floats, Frame, Roles, check_choice, check_level, event_flags, names, read
from evaluation.survival.limits import ratio
from evaluation.survival.location_scale import Climbed, Times, climb
from evaluation.survival.patterns import Covariate, design, expand

SINGULAR = 1e-9
DISTRIBUTIONS = ("weibull", "lognormal", "loglogistic", "exponential")


@dataclass(frozen=True)
class ParametricFit:
    """A fitted accelerated-failure-time model, `log T = intercept + x'coef + scale * error`.

    Attributes
    ----------
    distribution
        One of `DISTRIBUTIONS`.
    terms, coef, covariance
        `intercept`, the covariates' terms and (but for the exponential) `log_scale`; estimates and covariance.
    loglik
        Log likelihood.
    n, events
        Rows and events.
    level
        Confidence level.
    """

    distribution: str
    terms: tuple[str, ...]
    coef: Floats
    covariance: Floats
    loglik: float
    n: int
    events: int
    level: float
    covariates: tuple[Covariate, ...] = field(repr=False)

    def tidy(self) -> pl.DataFrame:
        """One row per term: `term, coef, se, time_ratio, low, high, z, p`; limits are of the time ratio `exp(coef)`."""
        se = np.sqrt(np.diag(self.covariance))
        reach = -ndtri((1 - self.level) / 2) * se
        return pl.DataFrame(
            {
                "term": list(self.terms),
                "coef": self.coef,
                "se": se,
                "time_ratio": ratio(self.coef),
                "low": ratio(self.coef - reach),
                "high": ratio(self.coef + reach),
                "z": self.coef / se,
                "p": 2 * ndtr(-np.abs(self.coef / se)),
            }
        )

    def glance(self) -> pl.DataFrame:
        """One row: `distribution, n, events, loglik, aic`."""
        aic = 2 * len(self.terms) - 2 * self.loglik
        values = {"distribution": self.distribution, "n": self.n, "events": self.events}
        return pl.DataFrame({**values, "loglik": self.loglik, "aic": aic})

    def quantile(self, profiles: pl.DataFrame, p: float = 0.5) -> pl.DataFrame:
        """Time by which a share `p` of a profile has had the event: the profiles' columns, `p, time, low, high`.

        Limits are by the delta method on the log of the time.
        """
        if not 0 < p < 1:
            raise DataError(f"A quantile of a model lies between 0 and 1; given: {p}.")
        x = np.column_stack([np.ones(profiles.height), expand(profiles, self.covariates)])
        scale = 1.0 if self.distribution == "exponential" else float(np.exp(self.coef[-1]))
        error = _standard_quantile(self.distribution, p)
        slope = x if self.distribution == "exponential" else np.column_stack([x, np.full(len(x), error * scale)])
        location = x @ self.coef[: x.shape[1]] + scale * error
        reach = -ndtri((1 - self.level) / 2) * np.sqrt(np.einsum("ri,ij,rj->r", slope, self.covariance, slope))
        times = {"time": location, "low": location - reach, "high": location + reach}
        share = pl.Series("p", [p] * profiles.height)
        return profiles.hstack([share, *(pl.Series(name, ratio(value)) for name, value in times.items())])

    def sentence(self) -> str:
        """Say the first covariate's result in one English sentence."""
        if not self.covariates:
            return f"A {self.distribution} model without covariates, of {self.events:,} events in {self.n:,} rows."
        row = self.tidy().row(1, named=True)
        return (
            f"Times are multiplied by {words.number(row['time_ratio'])} for {row['term']} "
            f"({words.interval(row['low'], row['high'], self.level)}, {words.p_value(row['p'])}; {self.distribution})."
        )

    def plot(self) -> Any:
        """Draw the time ratios of the covariates with their limits: a Plotly figure."""
        from evaluation.survival import plotting

        named = self.tidy().filter(~pl.col("term").is_in(["intercept", "log_scale"]))
        rows = named.select("term", "time_ratio", "low", "high").iter_rows()
        return plotting.ranges(rows, title="Time ratio", neutral=1.0, log=True)

    def __str__(self) -> str:
        """Show one readable table."""
        return "\n".join([f"Parametric model, {self.distribution}", words.table(self.tidy())])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([words.markdown(self.tidy()), self.sentence()])


def _standard_quantile(distribution: str, p: float) -> float:
    if distribution == "lognormal":
        return float(ndtri(p))
    return float(np.log(p / (1 - p))) if distribution == "loglogistic" else float(np.log(-np.log1p(-p)))


def parametric(
    spells: Frame,
    covariates: str | Iterable[str] = (),
    *,
    exit: str = "exit",
    event: str = "event",
    entry: str | None = None,
    weights: str | None = None,
    distribution: str = "weibull",
    level: float = 0.95,
) -> ParametricFit:
    """Fit an accelerated-failure-time model by maximum likelihood, with lifelines.

    Written as R's `survreg` writes it: `log T = intercept + x'coef + scale * error`.

    Parameters
    ----------
    spells
        One row per person, at risk over `(entry, exit]`; times above 0.
    covariates, exit, event, entry, level
        As in `cox`.
    weights
        Column of case weights that are counts.
    distribution
        `"weibull"`, `"lognormal"`, `"loglogistic"` or `"exponential"`.

    Returns
    -------
    ParametricFit
        With `tidy()`, `glance()`, `quantile(profiles, p)` and `sentence()`.

    Raises
    ------
    DataError
        When a column cannot be used, there is no event, or the fit does not converge.
    """
    check_choice("distribution", distribution, DISTRIBUTIONS)
    check_level(level)
    roles = Roles(exit, event, entry, weights, covariates=names(covariates))
    frame = read(spells, roles)
    if not event_flags(frame[event]).any():
        raise DataError(f"No event: column '{event}' is 0 in all {frame.height} rows, so nothing can be estimated.")
    if bool((frame[exit] <= 0).any()):
        raise DataError(
            f"A parametric model needs times above 0; column '{exit}' has {(frame[exit] <= 0).sum()} others."
        )
    plan = design(frame, roles.covariates)
    _refuse_collinear(plan.matrix[plan.pattern], plan.terms)
    found = _fit(frame, plan.matrix[plan.pattern], roles, distribution)
    terms = ("intercept", *plan.terms, *(() if distribution == "exponential" else ("log_scale",)))
    return ParametricFit(
        distribution,
        terms,
        found.coef,
        found.covariance,
        found.loglik,
        frame.height,
        int(frame[event].sum()),
        level,
        plan.covariates,
    )


def _fit(frame: pl.DataFrame, matrix: Floats, roles: Roles, distribution: str) -> Climbed:
    exits = frame[roles.exit].to_numpy().astype(float)
    log_entry = None
    if roles.entry is not None:
        entries = frame[roles.entry].to_numpy().astype(float)
        log_entry = np.log(entries, out=np.full(len(entries), -np.inf), where=entries > 0)
    weight = np.ones(frame.height) if roles.weights is None else frame[roles.weights].to_numpy().astype(float)
    happened = event_flags(frame[roles.event])
    full = np.column_stack([np.ones(frame.height), matrix])
    times = Times(np.log(exits), log_entry, happened, weight, full)
    if distribution == "exponential":
        rate = np.log(float((weight * exits).sum() / (weight * happened).sum()))
        return climb(times, distribution, np.concatenate([[rate], np.zeros(matrix.shape[1])]))
    found = _lifelines(frame, matrix, roles, distribution)
    return climb(times, distribution, _least_squares(times) if found is None else found)


def _least_squares(times: Times) -> Floats:
    """Regress the log of the exits, whether events or not: a rough start."""
    root = np.sqrt(times.weight)
    coef = np.linalg.lstsq(times.matrix * root[:, None], times.log_exit * root)[0]
    spread = np.average((times.log_exit - times.matrix @ coef) ** 2, weights=times.weight)
    return np.append(coef, 0.5 * np.log(max(float(spread), 1e-20)))


def _refuse_collinear(matrix: Floats, terms: tuple[str, ...]) -> None:
    """Refuse covariates that say the same between them."""
    full = np.column_stack([np.ones(len(matrix)), matrix - matrix.mean(axis=0)])
    values, directions = np.linalg.svd(full / np.linalg.norm(full, axis=0), full_matrices=False)[1:]
    parts = np.abs(directions[values < SINGULAR * values[0]][:, 1:])
    named = [repr(term) for term, part in zip(terms, parts.T, strict=True) if part.max(initial=0.0) > 1e-3]
    if named:
        raise DataError(f"The coefficients cannot be told apart: {', '.join(named)} say the same between them.")


def _lifelines(frame: pl.DataFrame, matrix: Floats, roles: Roles, distribution: str) -> Floats | None:
    """Fit with lifelines; its shape is written as the log of the scale.

    lifelines stops a little short of the maximum, so what it finds is where an exact climb starts; None when it finds
    nothing, as with times far from 1 and close to each other.
    """
    import lifelines
    import pandas as pd
    from lifelines.exceptions import ConvergenceError

    fitters = {
        "weibull": (lifelines.WeibullAFTFitter, "lambda_", "rho_", -1.0),
        "lognormal": (lifelines.LogNormalAFTFitter, "mu_", "sigma_", 1.0),
        "loglogistic": (lifelines.LogLogisticAFTFitter, "alpha_", "beta_", -1.0),
    }
    fitter, location, shape, sign = fitters[distribution]
    fit: Any = fitter().fit  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    columns = [f"x{j}" for j in range(matrix.shape[1])]
    data = pd.DataFrame(dict(zip(columns, matrix.T, strict=True)), index=range(len(matrix)))
    data["exit"], data["event"] = frame[roles.exit].to_numpy(), event_flags(frame[roles.event])
    options: dict[str, Any] = {"duration_col": "exit", "event_col": "event"}
    for role, name in (("entry_col", roles.entry), ("weights_col", roles.weights)):
        if name is not None:
            data[role] = frame[name].to_numpy().astype(float)
            options[role] = role
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            params: Any = fit(data, **options).params_
        except ConvergenceError:
            return None
    order = [(location, "Intercept"), *((location, name) for name in columns)]
    return np.array([*(float(params[key]) for key in order), sign * float(params[(shape, "Intercept")])])
