"""What will still come in: time to payment as competing events, and from it the collectable debt and the provision.

The fate of a pound (paid, remitted, written off) by its age gives the cumulative incidence of payment (Aalen and
Johansen 1978; `evaluation.survival.cumulative_incidence`). A pound outstanding at age a is paid within m more months
with probability (F(a + m) - F(a)) / S(a). Beyond the oldest experience nothing more is expected, which errs on the
side of caution. The interval resamples whole orders, because the pounds of one order share their fate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluation.income.fates import CENSORED, PAID, order_spells, pound_spells
from evaluation.income.money import POUNDS, as_pounds, pounds
from evaluation.income.summary import rows

if TYPE_CHECKING:
    from evaluation.income.reconciliation import Reconciliation

Floats = NDArray[np.float64]
MONTH = 30
_REPLICATES = 200
_SEED = 1990


@dataclass(frozen=True)
class Forecast:
    """Expected collection of what is outstanding.

    Attributes
    ----------
    status
        `"estimated"` or `"cannot_be_said"`, then with a `reason` and no months.
    months
        `month` (1 is the first 30 days after the as-of date)`, until, expected, cumulative, low, high` in pounds; `low`
        and `high` limit the cumulative sum.
    collectable, low, high
        Everything that is ever expected, with its limits.
    provision
        `band, outstanding, rate, provision, basis` (`"history"` or `"policy"`).
    level
        Coverage of the limits.
    """

    status: str
    reason: str | None
    months: pl.DataFrame
    collectable: Decimal | None
    low: Decimal | None
    high: Decimal | None
    provision: pl.DataFrame
    level: float

    def expected(self) -> dict[str, str] | None:
        """Everything that is ever expected with its limits, in pounds, as text; None where it cannot be said."""
        if self.collectable is None or self.low is None or self.high is None:
            return None
        return {"value": str(self.collectable), "low": str(self.low), "high": str(self.high)}

    def sentence(self) -> str:
        """Say how much is expected, or why that cannot be said."""
        if self.status == "cannot_be_said":
            return f"What will be collected cannot be said, because {self.reason}."
        span = f"{100 * self.level:g}% range £{self.low:,} to £{self.high:,}"
        return f"£{self.collectable:,} is expected to be collected ({span})."

    def plot(self) -> Any:
        """Draw the pounds expected so far, by month: a Plotly figure."""
        from evaluation.survival import plotting

        pounds = self.months.select(pl.col("month").alias("time"), pl.col("cumulative", "low", "high").cast(pl.Float64))
        return plotting.curves(pounds, "cumulative", titles=("Months of 30 days", "Pounds collected so far"))

    def _repr_markdown_(self) -> str:
        from evaluation.survival import words

        return f"{words.markdown(self.months)}\n\n{self.sentence()}"

    def to_json(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        money = {"collectable": self.collectable, "low": self.low, "high": self.high}
        return {
            "status": self.status,
            "reason": self.reason,
            "level": self.level,
            **{name: None if value is None else str(value) for name, value in money.items()},
            "months": rows(self.months),
            "provision": rows(self.provision),
        }


def time_to_payment(held: Reconciliation, *, of: str = "orders", level: float = 0.95) -> pl.DataFrame:
    """Estimate how long orders, or pounds, take to be paid, remitted or written off.

    Parameters
    ----------
    of
        `"orders"`: until nothing is outstanding. `"pounds"`: each pound due, clustered by order.

    Returns
    -------
    polars.DataFrame
        `time` (days since the order)`, state, n_risk, incidence, se, low, high`.
    """
    from evaluation.survival import cumulative_incidence

    # A spell ends after it begins: what was settled on the day of the order takes a day.
    exit_ = (pl.col("days") + 1).alias("exit")
    if of == "orders":
        return cumulative_incidence(order_spells(held).with_columns(exit_), event="fate", level=level).tidy()
    spells = pound_spells(held).with_columns(exit_, weight=pl.col("pence") / 100)
    return cumulative_incidence(spells, event="fate", weights="weight", cluster="order_ref", level=level).tidy()


def forecast(held: Reconciliation, *, months: int = 24, level: float = 0.95) -> Forecast:
    """Forecast the collection of what is outstanding on the as-of date.

    Parameters
    ----------
    held
        The reconciliation.
    months
        How many months of 30 days ahead.
    level
        Coverage of the limits.
    """
    spells = _binned(pound_spells(held))
    paid_orders = spells.filter(pl.col("fate") == PAID)["order_ref"].n_unique()
    needed = held.rules.minimum_settled
    if paid_orders < needed:
        reason = f"payments on {paid_orders} orders are known and {needed} are needed to say how debts are paid"
        provision = _by_policy(held)
        return Forecast("cannot_be_said", reason, _month_frame(held, {}), None, None, None, provision, level)
    balance = _balances(spells)
    curves = _replicates(spells, len(balance) + months)
    future, ever = _expected(curves, balance, months)
    tail = (1 - level) / 2
    limits: Mapping[str, Floats] = {
        "expected": np.diff(future[0], prepend=0.0),
        "cumulative": future[0],
        "low": np.minimum(np.quantile(future[1:], tail, axis=0), future[0]),
        "high": np.maximum(np.quantile(future[1:], 1 - tail, axis=0), future[0]),
    }
    low, high = (_pounds(each) for each in np.quantile(ever[1:], [tail, 1 - tail]))
    provision = _by_history(held, _chance(curves[0], len(balance)))
    return Forecast("estimated", None, _month_frame(held, limits), _pounds(ever[0]), low, high, provision, level)


def _pounds(pence: float) -> Decimal:
    return as_pounds(round(float(pence)))


def _binned(spells: pl.DataFrame) -> pl.DataFrame:
    return spells.with_columns(exit=pl.col("days") // MONTH + 1)


def _balances(spells: pl.DataFrame) -> Floats:
    """Give the pence outstanding by age in months; position 0 is not used."""
    still = spells.filter(pl.col("fate") == CENSORED)
    longest = spells["exit"].max()
    size = int(longest) + 1 if isinstance(longest, int) else 1
    pence = np.bincount(still["exit"].to_numpy(), weights=still["pence"].to_numpy(), minlength=size)
    return pence.astype(np.float64)


def _replicates(spells: pl.DataFrame, horizon: int) -> NDArray[np.float64]:
    """Estimate the incidence of each replicate in one call of the engine; replicate 0 is the ledger itself.

    Returns
    -------
    numpy.ndarray
        Replicates x 2 x horizon: incidence of payment, and what is left (S), by age in months.
    """
    from evaluation.survival import cumulative_incidence

    cells = spells.group_by("exit", "fate").agg(pl.len()).sort("exit", "fate").drop("len").with_row_index("cell")
    placed = spells.join(cells, on=["exit", "fate"], how="left", maintain_order="left")
    order = placed["order_ref"].rank("dense").to_numpy().astype(np.int64) - 1
    cell, pence = placed["cell"].to_numpy(), placed["pence"].to_numpy() / 100
    draw = np.random.default_rng(_SEED)
    size = int(order.max()) + 1
    weights = [np.bincount(cell, weights=pence, minlength=len(cells))]
    for _ in range(_REPLICATES):
        times = np.bincount(draw.integers(0, size, size), minlength=size)
        weights.append(np.bincount(cell, weights=pence * times[order], minlength=len(cells)))
    stacked = pl.concat(
        cells.with_columns(replicate=pl.lit(number), weight=pl.Series(each)) for number, each in enumerate(weights)
    ).filter(pl.col("weight") > 0)
    tidy = cumulative_incidence(stacked, event="fate", by="replicate", weights="weight").tidy()
    return _curves(tidy, len(weights), horizon)


def _curves(tidy: pl.DataFrame, replicates: int, horizon: int) -> NDArray[np.float64]:
    curves = np.zeros((replicates, 2, horizon))
    for (state,), part in tidy.group_by("state"):
        steps = np.full((replicates, horizon), np.nan)
        steps[:, 0] = 0.0
        steps[part["replicate"].to_numpy(), part["time"].cast(pl.Int64).to_numpy()] = part["incidence"].to_numpy()
        held = np.where(np.isnan(steps), -np.inf, steps)
        reached = np.maximum.accumulate(held, axis=1)
        curves[:, 0] += reached if state == PAID else 0.0
        curves[:, 1] += reached
    curves[:, 1] = np.clip(1 - curves[:, 1], 0.0, 1.0)
    return curves


def _chance(curve: Floats, ages: int, months: int | None = None) -> Floats:
    """Give the chance that a pound outstanding at each age is paid within some months, or ever."""
    paid, left = curve
    ahead = paid[-1] if months is None else paid[np.minimum(np.arange(ages) + months, len(paid) - 1)]
    return np.divide(ahead - paid[:ages], left[:ages], out=np.zeros(ages), where=left[:ages] > 1e-9)


def _expected(curves: NDArray[np.float64], balance: Floats, months: int) -> tuple[Floats, Floats]:
    ages = len(balance)
    future = np.array(
        [[float(balance @ _chance(curve, ages, ahead)) for ahead in range(1, months + 1)] for curve in curves]
    )
    return future, np.array([float(balance @ _chance(curve, ages)) for curve in curves])


def _month_frame(held: Reconciliation, limits: Mapping[str, Floats]) -> pl.DataFrame:
    names = ("expected", "cumulative", "low", "high")
    count = len(limits["expected"]) if limits else 0
    nothing = np.empty(0)
    amounts = {name: np.rint(limits.get(name, nothing)).astype(np.int64) for name in names}
    until = [held.as_of + timedelta(days=MONTH * each) for each in range(1, count + 1)]
    schema = {"month": pl.Int64, "until": pl.Date, **dict.fromkeys(names, pl.Int64)}
    frame = pl.DataFrame({"month": list(range(1, count + 1)), "until": until, **amounts}, schema=schema)
    # Rounded amounts add up: each month is the difference of the rounded sums.
    frame = frame.with_columns(expected=pl.col("cumulative") - pl.col("cumulative").shift(1, fill_value=0))
    return frame.with_columns(pounds(name) for name in names)


def _by_history(held: Reconciliation, chance: Floats) -> pl.DataFrame:
    age = (pl.lit(held.as_of) - pl.col("ordered_on")).dt.total_days().clip(lower_bound=0) // MONTH + 1
    ages = held.states.select(age.alias("age"))["age"].to_numpy()
    lost = 1 - chance[np.minimum(ages, len(chance) - 1)]
    bad = {name: round(float(held.states[name].to_numpy() @ lost)) for name in held.rules.band_names}
    return _provision(held, bad, "history")


def _by_policy(held: Reconciliation) -> pl.DataFrame:
    bad: dict[str, int] = {}
    for name, rate in zip(held.rules.band_names, held.rules.provision_rates, strict=True):
        bad[name] = int((int(held.states[name].sum()) * rate).quantize(Decimal(1)))
    return _provision(held, bad, "policy")


def _provision(held: Reconciliation, bad: Mapping[str, int], basis: str) -> pl.DataFrame:
    table = [
        {"band": name, "outstanding": int(held.states[name].sum()), "provision": pence, "basis": basis}
        for name, pence in bad.items()
    ]
    rate = pl.when(pl.col("outstanding") > 0).then(pl.col("provision") / pl.col("outstanding"))
    return (
        pl.DataFrame(table)
        .with_columns(rate=rate.round(4))
        .select("band", "outstanding", "rate", "provision", "basis")
        .with_columns(pounds("outstanding"), pounds("provision"))
        .cast({"outstanding": POUNDS, "provision": POUNDS})
    )
