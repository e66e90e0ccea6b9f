"""What a simulated council is made of: its people, its cases, its schemes and their true effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from evaluation.errors import UsageError


@dataclass(frozen=True)
class TrueScheme:
    """A scheme, the way it chooses its people, and its true effect.

    Parameters
    ----------
    name
        Scheme id, as in `Interventions.scheme`.
    log_hazard
        Logarithm of the daily hazard of a start for a reference person in an open case without recent incidents.
    theta
        Factor on a person's daily incident rate from the day after the start: 1 is no effect.
    waning_days
        Scale in days over which `log(theta)` decays; None means a lasting effect.
    capacity
        Largest number of people helped at the same time; None means no limit.
    length_days
        Mean length of the help given, in days.
    types
        Log factor on the start hazard for each case type of the scenario, in its order; missing ones are 0.
    from_day, to_day
        Days of the simulation between which the scheme takes people (`to_day` excluded; None means the end).
    follows
        Log factors on the start hazard for people who have already started another scheme, by its name.
    """

    name: str
    log_hazard: float = -6.9
    theta: float = 1.0
    waning_days: float | None = None
    capacity: int | None = None
    length_days: float = 90.0
    types: tuple[float, ...] = (0.0, 0.3, -0.2)
    from_day: int = 0
    to_day: int | None = None
    follows: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Scenario:
    """A council to simulate, day by day.

    Every rate is per person and day. The defaults give about 155 people treated by one scheme.

    Parameters
    ----------
    people, days
        Number of people and of days; the last day is `as_of`.
    frailty_variance
        Variance of the gamma frailty (mean 1) that multiplies a person's incident rate.
    base_rate
        Incident rate of a person of frailty 1 without a recent incident.
    wards
        Number of wards.
    kinds
        Case types and the share of the people that each is the type of; the defaults are HouseMark's letters for
        noise, harassment and damage in equal shares.
    season
        Relative height of the yearly wave in the incident rate.
    excitation, excitation_days
        The rate is multiplied by `1 + excitation` just after an incident; the excess decays with this scale.
    opening
        Probability that an incident of a person without an open case opens one.
    closing_active, closing_quiet
        Daily hazard of closure with, and without, an incident in the last 30 days.
    resolved
        Share of the closures that are resolutions, when quiet; a third of it when active.
    conf
        Strength of confounding: factor on the history part of every start hazard.
    risk_weight
        Weight of the risk index (points above 5) in every log start hazard.
    quiet_starts
        Whether schemes start only while nothing was reported since the case opened, as one-row-per-case sheets need.
    exits, exit_power
        Daily hazard of moving away or eviction at frailty 1, and the power of frailty it grows with.
    missing_uploads
        Share of the police incidents that never reach the council's records.
    police
        Share of the incidents that are recorded by the police (source `cedar`; the rest is `flare`).
    outage
        First and last day (included) of a gap in which the police source delivers nothing; None means no gap.
    schemes
        The schemes, with their true effects.
    """

    people: int = 1500
    days: int = 1500
    frailty_variance: float = 0.7
    base_rate: float = 0.0016
    wards: int = 8
    kinds: tuple[str, ...] = ("A", "B", "D")
    kind_shares: tuple[float, ...] = (1 / 3, 1 / 3, 1 / 3)
    season: float = 0.25
    excitation: float = 2.5
    excitation_days: float = 40.0
    opening: float = 0.8
    closing_active: float = 0.003
    closing_quiet: float = 0.012
    resolved: float = 0.75
    conf: float = 1.0
    risk_weight: float = 0.12
    quiet_starts: bool = False
    exits: float = 0.0
    exit_power: float = 1.0
    missing_uploads: float = 0.0
    police: float = 0.45
    outage: tuple[int, int] | None = None
    schemes: tuple[TrueScheme, ...] = (TrueScheme("mediation"),)
    as_of: date = date(2012, 12, 31)

    def __post_init__(self) -> None:
        shares = {
            "opening": self.opening,
            "missing_uploads": self.missing_uploads,
            "police": self.police,
            "resolved": self.resolved,
        }
        problems = [
            f"{name} is {value}; it must lie between 0 and 1" for name, value in shares.items() if not 0 <= value <= 1
        ]
        positive = {
            "people": self.people,
            "days": self.days,
            "wards": self.wards,
            "frailty_variance": self.frailty_variance,
        }
        problems += [f"{name} is {value}; it must be above 0" for name, value in positive.items() if value <= 0]
        problems += [f"scheme {s.name}: theta is {s.theta}; it must be above 0" for s in self.schemes if s.theta <= 0]
        if problems:
            raise UsageError("This scenario cannot be simulated.", problems)

    def scheme(self, name: str) -> TrueScheme:
        """Return the scheme called `name`.

        Raises
        ------
        UsageError
            When the scenario has no such scheme.
        """
        for scheme in self.schemes:
            if scheme.name == name:
                return scheme
        raise UsageError(f"The scenario has no scheme '{name}'.")

    def with_theta(self, theta: float, waning_days: float | None = None) -> Scenario:
        """Return the same council with another true effect of its first scheme."""
        first = replace(self.schemes[0], theta=theta, waning_days=waning_days)
        return replace(self, schemes=(first, *self.schemes[1:]))
