"""A randomised trial with a time-to-event outcome: arms by chance, so the plain comparison is the answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from evaluation.comparison.curves import survival_points
from evaluation.comparison.effects import unit_of
from evaluation.comparison.finding import Check, Effect, Finding, Step
from evaluation.comparison.grade import grade
from evaluation.comparison.sensitivity import evalue
from evaluation.errors import DataError, StudyError
from evaluation.follow_up.tables import Tables

Z = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class RandomisedStudy:
    """The protocol of a randomised trial whose data are one row a person.

    Parameters
    ----------
    name, title, question
        Study id, its title and what it asks.
    data
        Gives the frame; called when the study runs.
    arm, time, event
        Columns: 1 where the person was given the scheme, days to the event or the end, 1 where it happened.
    adjust_for
        Columns of the adjusted Cox model.
    horizon, half
        Days of follow-up, and the earlier day for a difference in shares.
    strategies, outcome, eligible
        The protocol in words.
    as_of
        When the data end.
    licence
        Terms under which the data are public.
    """

    name: str
    title: str
    question: str
    data: Callable[[], pl.DataFrame]
    arm: str
    time: str
    event: str
    adjust_for: tuple[str, ...]
    horizon: int
    half: int
    strategies: tuple[str, str]
    outcome: str
    eligible: str
    as_of: date
    scheme: str | None = None
    worth_paying_for: float = -0.1
    sources: tuple[str, ...] = ()
    cannot_tell: tuple[str, ...] = ()
    licence: str | None = None

    def protocol(self) -> Mapping[str, str]:
        """The protocol as sentences."""
        return {
            "question": self.question,
            "eligible": self.eligible,
            "time_zero": "the day of randomisation",
            "strategies": f"{self.strategies[0]}; compared with: {self.strategies[1]}",
            "outcome": self.outcome,
            "follow_up": f"{self.horizon} days",
            "adjustment": ", ".join(self.adjust_for),
            "population": "everybody randomised",
            "headline": "adjusted ratio of rates of the event (Cox, Efron ties)",
        }

    def run(self, records: Tables | None = None, *, as_of: date | None = None) -> Finding:
        """Run the trial; the council's records are not used.

        Raises
        ------
        StudyError
            When the data lack a column of the protocol.
        """
        frame = self.data()
        needed = {self.arm, self.time, self.event, *self.adjust_for}
        if needed - set(frame.columns):
            raise StudyError(f"The data of {self.name} lack columns.", sorted(needed - set(frame.columns)))
        frame = frame.with_columns(pl.col(self.arm).cast(pl.Int64).alias("_arm"))
        effects, fit = self._effects(frame)
        checks = (*self._checks(frame, fit), self._evalue(effects[0]))
        difference = next(effect for effect in effects if effect.name == f"risk_difference_{self.horizon}")
        evidence = grade("randomised", checks, difference, treated=difference.n_treated, worth=self.worth_paying_for)
        return Finding(
            study=self.name,
            scheme=self.scheme,
            title=self.title,
            question=self.question,
            status="estimated",
            as_of=(as_of or self.as_of).isoformat(),
            protocol=self.protocol(),
            period={"from": None, "to": self.as_of.isoformat()},
            attrition=(
                Step("people randomised", frame.height),
                Step("analysed in the arm they were given", frame.height),
            ),
            numbers=self._numbers(frame, fit, effects),
            effects=tuple(effects),
            headline={"effect": "hazard_ratio", "method": "randomised", "switched": None},
            curves=tuple(self._curves(frame)),
            balance=tuple(self._balance(frame)),
            checks=checks,
            evidence=evidence.to_dict(),
            can_say=self._can_say(effects),
            cannot_say=self.cannot_tell,
            sources=self.sources,
            licence=self.licence,
            assumptions=("Chance alone decided who was given the scheme.", "Hazards are proportional, for the ratio."),
        )

    def _effects(self, frame: pl.DataFrame) -> tuple[list[Effect], pl.DataFrame]:
        from evaluation.survival import cox, kaplan_meier, restricted_mean

        fit = cox(frame, [self.arm, *self.adjust_for], exit=self.time, event=self.event).tidy()
        row = fit.filter(pl.col("term") == self.arm).row(0, named=True)
        made = [
            self._effect(frame, "hazard_ratio", row["hazard_ratio"], row["low"], row["high"], row["p"]),
        ]
        curve = kaplan_meier(frame, exit=self.time, event=self.event, by="_arm", conf_type="plain")
        for day in (self.half, self.horizon):
            at = {r["_arm"]: r for r in curve.at([day]).iter_rows(named=True)}
            value = at[0]["survival"] - at[1]["survival"]
            se = math.hypot(at[0]["se"], at[1]["se"])
            made.append(
                self._effect(
                    frame, f"risk_difference_{day}", value, value - Z * se, value + Z * se, _p(value, se),
                    1 - at[1]["survival"], 1 - at[0]["survival"],
                )
            )  # fmt: skip
        means = restricted_mean(frame, horizon=self.horizon, exit=self.time, event=self.event, by="_arm")
        difference = means.difference().row(0, named=True)
        arms = dict(zip(means.tidy()["_arm"].to_list(), means.tidy()["rmst"].to_list(), strict=True))
        made.append(
            self._effect(
                frame, f"rmst_difference_{self.horizon}", difference["difference"], difference["low"],
                difference["high"], difference["p"], arms[1], arms[0],
            )
        )  # fmt: skip
        return made, fit

    def _effect(
        self,
        frame: pl.DataFrame,
        name: str,
        value: float,
        low: float,
        high: float,
        p: float,
        treated: float | None = None,
        compared: float | None = None,
    ) -> Effect:
        arms = {arm: frame.filter(pl.col("_arm") == arm) for arm in (1, 0)}
        return Effect(
            name=name,
            value=value,
            low=low,
            high=high,
            p=p,
            unit=unit_of(name),
            treated=treated,
            compared=compared,
            n_treated=arms[1].height,
            n_compared=arms[0].height,
            rows_compared=arms[0].height,
            events_treated=int(arms[1][self.event].sum()),
            events_compared=int(arms[0][self.event].sum()),
            population="all",
            method="randomised",
        )

    def _numbers(self, frame: pl.DataFrame, fit: pl.DataFrame, effects: list[Effect]) -> dict[str, Any]:
        row = fit.filter(pl.col("term") == self.arm).row(0, named=True)
        mean = effects[-1]
        return {
            "people_randomised": frame.height,
            "cox_coefficient_value": row["coef"],
            "cox_coefficient_se": row["se"],
            "rmst_difference_weeks_value": mean.value / 7,
            "rmst_difference_weeks_low": mean.low / 7,
            "rmst_difference_weeks_high": mean.high / 7,
            "cox_terms": {
                str(term["term"]): {"coef_value": term["coef"], "se": term["se"], "p": term["p"]}
                for term in fit.iter_rows(named=True)
            },
        }

    def _checks(self, frame: pl.DataFrame, fit: pl.DataFrame) -> tuple[Check, ...]:
        from evaluation.survival import cox

        full = cox(frame, [self.arm, *self.adjust_for], exit=self.time, event=self.event)
        tested = full.proportionality().filter(pl.col("term") == self.arm).row(0, named=True)
        worst = max(self._balance(frame), key=lambda row: abs(row["before"]))
        alike = abs(worst["before"]) <= 0.25
        plain = cox(frame, [self.arm], exit=self.time, event=self.event).tidy().row(0, named=True)
        adjusted = fit.filter(pl.col("term") == self.arm).row(0, named=True)
        steady = adjusted["low"] <= plain["hazard_ratio"] <= adjusted["high"]
        return (
            Check(
                "balance",
                "pass" if alike else "fail",
                f"chance left the arms up to {abs(worst['before']):.2f} standard deviations apart ({worst['term']})",
                {"largest_smd": abs(worst["before"])},
            ),
            Check(
                "proportional_hazards",
                "pass" if tested["p"] >= 0.05 else "fail",
                f"the score test of a constant ratio for the scheme gives p = {tested['p']:.2f}",
                {"p": tested["p"]},
            ),
            Check(
                "without_adjustment",
                "pass" if steady else "fail",
                f"without any adjustment the ratio is {plain['hazard_ratio']:.2f}, with it "
                f"{adjusted['hazard_ratio']:.2f}",
                {"plain_ratio": plain["hazard_ratio"], "adjusted_ratio": adjusted["hazard_ratio"]},
            ),
        )

    def _evalue(self, effect: Effect) -> Check:
        found = evalue(effect.value, effect.low, effect.high)
        return Check("evalue", "info", found.sentence().rstrip("."), {"evalue": found.estimate})

    def _balance(self, frame: pl.DataFrame) -> list[dict[str, Any]]:
        from evaluation.comparison.balance import standardised_differences

        table = standardised_differences(frame, treated="_arm", covariates=list(self.adjust_for))
        return [
            {"term": row["term"], "before": round(row["difference"], 4), "after": round(row["difference"], 4)}
            for row in table.iter_rows(named=True)
        ]

    def _curves(self, frame: pl.DataFrame) -> list[dict[str, Any]]:
        from evaluation.survival import kaplan_meier

        days = list(range(0, self.horizon + 1, 28))
        made: list[dict[str, Any]] = []
        for arm, name, label in ((1, "treated", self.strategies[0]), (0, "compared", self.strategies[1])):
            fit = kaplan_meier(frame.filter(pl.col("_arm") == arm), exit=self.time, event=self.event)
            points = survival_points(fit.tidy(), days, value="survival", start=1.0)
            made.append({"name": "no_repeat", "arm": name, "label": label, "points": points})
        return made

    def _can_say(self, effects: list[Effect]) -> tuple[str, ...]:
        ratio, mean, event = effects[0], effects[-1], self.event.replace("_", " ")
        return (
            f"The rate of {event} was {ratio.value:.2f} times that of people not given {self.title} (95% range "
            f"{ratio.low:.2f} to {ratio.high:.2f}), adjusted for {', '.join(self.adjust_for)}.",
            f"Over {self.horizon // 7} weeks people given it went {mean.value / 7:.2f} weeks longer without {event} "
            f"(95% range {mean.low / 7:+.2f} to {mean.high / 7:+.2f}).",
        )


def _p(value: float, se: float) -> float:
    return math.erfc(abs(value / se) / math.sqrt(2)) if se > 0 else 1.0


def bundled(package: str, *path: str) -> pl.DataFrame:
    """Read a data file that an installed package carries, without importing the package.

    Raises
    ------
    DataError
        When the package or its file is not installed.
    """
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec(package)
    folder = next(iter(spec.submodule_search_locations or ()), None) if spec else None
    if folder is None or not Path(folder, *path).is_file():
        raise DataError(f"The data that the package {package} carries are not installed ({'/'.join(path)}).")
    return pl.read_csv(Path(folder, *path))
