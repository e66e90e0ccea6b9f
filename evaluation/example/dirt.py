"""The mistakes of clerks and systems, put into the reports at the rates that the audit of 2012 found.

The audit's sample: 4 of 10 police cases were not in FLARE, and 12 of 20 cases had a delay, wrong dates, incidents that
were not linked, or had been dealt with and not closed. Every mistake is counted, so that what a quality report says
can be compared with what was put in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from evaluation.example.people import NEVER
from evaluation.example.reports import Reports
from evaluation.example.systems import UNMAPPED

SLOW_DAYS = 10


@dataclass(frozen=True)
class Rates:
    """Share of the rows that each mistake spoils.

    Parameters
    ----------
    unlinked
        Incidents of a council case that lost its number.
    unclosed
        Closed cases that were dealt with and left open in the system.
    no_lead
        Cases without a lead officer.
    referred, not_accepted
        Cases referred to another service, and the share of these that it never accepted.
    idle
        Open cases without an action for more than three months.
    closed_before_opened, responded_before_opened, reported_before_occurred
        Wrong dates that no system should accept: such rows are to be rejected.
    future
        Incidents with a year that has not come.
    unmapped
        Reports under a word that no code list knows.
    misspelt, birth_lost, swapped
        Police reports with a slip in the name, without the date of birth, or with first and last name swapped.
    unnamed
        Reports of known people that name nobody.
    twice
        FLARE reports entered twice, word for word.
    zero_lost
        I-World reports whose case number went through a spreadsheet and lost its leading zero.
    """

    unlinked: float = 0.15
    unclosed: float = 0.10
    no_lead: float = 0.10
    referred: float = 0.08
    not_accepted: float = 0.35
    idle: float = 0.15
    closed_before_opened: float = 0.006
    responded_before_opened: float = 0.005
    reported_before_occurred: float = 0.004
    future: float = 0.0015
    unmapped: float = 0.02
    misspelt: float = 0.015
    birth_lost: float = 0.01
    swapped: float = 0.05
    unnamed: float = 0.01
    twice: float = 0.002
    zero_lost: float = 0.01


@dataclass(frozen=True)
class Spoilt:
    """Dirty reports, and what was done to them.

    Parameters
    ----------
    reports
        The rows to write. Incidents gained `future, word, slip`; cases gained `dealt, lead, asked, accepted, acted`.
    counts
        Mistake to the number of rows and of rows that could have had it.
    """

    reports: Reports
    counts: dict[str, tuple[int, int]]


def spoil(
    reports: Reports,
    last_day: int,
    rng: np.random.Generator,
    rates: Rates | None = None,
    silent: tuple[str, int, int] | None = None,
) -> Spoilt:
    """Put the mistakes in.

    Parameters
    ----------
    reports
        The rows of the systems, as they should be.
    last_day
        The as-of date as a day of the simulation.
    rates
        Share of each mistake; the audit's by default.
    silent
        A system and the first and last day of a time in which it delivers nothing.
    """
    rates = rates or Rates()
    counts: dict[str, tuple[int, int]] = {}
    cases = _late_and_unclosed(reports.cases, rates, rng, counts)
    cases = _handling(cases, rates, last_day, rng, counts)
    cases = _impossible_case_dates(cases, rates, rng, counts)
    incidents = _unlinked(reports.incidents, rates, rng, counts)
    incidents = _zero_lost(incidents, rates, rng, counts)
    incidents = _slips(incidents, rates, rng, counts)
    incidents = _twice(incidents, rates, rng, counts)
    if silent is not None:
        incidents = _silenced(incidents, *silent, counts)
    _count_uploads(cases, counts)
    _count_cases_with_an_issue(cases, incidents, counts)
    return Spoilt(replace(reports, incidents=incidents, cases=cases), counts)


def _chance(n: int, share: float, rng: np.random.Generator, among: pl.Series | None = None) -> pl.Series:
    hit = pl.Series(rng.random(n) < share)
    return hit if among is None else hit & among


def _note(counts: dict[str, tuple[int, int]], name: str, hit: pl.Series, among: pl.Series | None = None) -> None:
    counts[name] = (int(hit.sum()), hit.len() if among is None else int(among.sum()))


def _late_and_unclosed(
    cases: pl.DataFrame, rates: Rates, rng: np.random.Generator, counts: dict[str, tuple[int, int]]
) -> pl.DataFrame:
    closed = cases["closed"] < NEVER
    ours = closed & (cases["system"] != "cedar") & cases["closure"].is_in(["resolved", "unresolved"])
    unclosed = _chance(cases.height, rates.unclosed, rng, ours)
    _note(counts, "dealt_with_but_open", unclosed, closed & (cases["system"] != "cedar"))
    slow = (cases["responded"] - cases["opened"] > SLOW_DAYS) | (cases["responded"] == NEVER)
    _note(counts, "first_response_late", slow & (cases["system"] != "cedar"), cases["system"] != "cedar")
    return cases.with_columns(
        dealt=pl.when(pl.lit(ours)).then("closed"),
        closed=pl.when(pl.lit(unclosed)).then(NEVER).otherwise("closed"),
        closure=pl.when(pl.lit(unclosed)).then(None).otherwise("closure"),
        unclosed=unclosed,
    )


def _handling(
    cases: pl.DataFrame, rates: Rates, last_day: int, rng: np.random.Generator, counts: dict[str, tuple[int, int]]
) -> pl.DataFrame:
    n = cases.height
    no_lead, asked = _chance(n, rates.no_lead, rng), _chance(n, rates.referred, rng)
    refused = _chance(n, rates.not_accepted, rng, asked)
    open_now = (cases["closed"] == NEVER) & ~cases["unclosed"]
    idle = _chance(n, rates.idle, rng, open_now & (cases["opened"] < last_day - 120))
    _note(counts, "no_lead_officer", no_lead)
    _note(counts, "referral_not_accepted", refused, asked)
    _note(counts, "no_action_for_three_months", idle, open_now)
    recent = pl.lit(last_day) - pl.Series(rng.integers(0, 60, n))
    acted = pl.when(pl.lit(idle)).then(last_day - 100).when(pl.lit(open_now)).then(recent)
    wait = pl.Series(rng.integers(1, 6, n))
    return cases.with_columns(
        lead=~no_lead,
        asked=pl.when(pl.lit(asked)).then("opened"),
        accepted=pl.when(pl.lit(asked & ~refused)).then(pl.min_horizontal(pl.col("opened") + wait, pl.lit(last_day))),
        acted=pl.max_horizontal(acted.otherwise(pl.coalesce("dealt", "closed")), "opened"),
    )


def _impossible_case_dates(
    cases: pl.DataFrame, rates: Rates, rng: np.random.Generator, counts: dict[str, tuple[int, int]]
) -> pl.DataFrame:
    n, ended = cases.height, cases["closed"] < NEVER
    closed, responded = (
        _chance(n, rates.closed_before_opened, rng, ended),
        _chance(n, rates.responded_before_opened, rng),
    )
    _note(counts, "closed_before_opened", closed, ended)
    _note(counts, "responded_before_opened", responded)
    slip = pl.Series(rng.integers(20, 300, n))
    return cases.with_columns(
        closed=pl.when(pl.lit(closed)).then(pl.col("opened") - slip).otherwise("closed"),
        responded=pl.when(pl.lit(responded)).then(pl.col("opened") - slip).otherwise("responded"),
        wrong_dates=closed | responded,
    )


def _unlinked(
    incidents: pl.DataFrame, rates: Rates, rng: np.random.Generator, counts: dict[str, tuple[int, int]]
) -> pl.DataFrame:
    among = incidents["case_ref"].is_not_null() & (incidents["system"] != "cedar")
    lost = _chance(incidents.height, rates.unlinked, rng, among)
    _note(counts, "incident_not_linked_to_its_case", lost, among)
    return incidents.with_columns(case_ref=pl.when(pl.lit(lost)).then(None).otherwise("case_ref"), unlinked=lost)


def _zero_lost(
    incidents: pl.DataFrame, rates: Rates, rng: np.random.Generator, counts: dict[str, tuple[int, int]]
) -> pl.DataFrame:
    among = (incidents["system"] == "iworld") & incidents["case_ref"].is_not_null()
    lost = _chance(incidents.height, rates.zero_lost, rng, among)
    _note(counts, "leading_zero_lost", lost, among)
    return incidents.with_columns(
        case_ref=pl.when(pl.lit(lost)).then(pl.col("case_ref").str.strip_prefix("0")).otherwise("case_ref")
    )


def _slips(
    incidents: pl.DataFrame, rates: Rates, rng: np.random.Generator, counts: dict[str, tuple[int, int]]
) -> pl.DataFrame:
    n, known = incidents.height, incidents["person"] >= 0
    police = known & (incidents["system"] == "cedar")
    early = _chance(n, rates.reported_before_occurred, rng, incidents["system"] != "pss_live")
    future, unmapped = _chance(n, rates.future, rng), _chance(n, rates.unmapped, rng, incidents["system"] != "uniform")
    unnamed = _chance(n, rates.unnamed, rng, known)
    slip = pl.Series(rng.choice(["", "misspelt", "birth_lost", "swapped"], n, p=_shares(rates)))
    slip = pl.select(pl.when(pl.lit(police & ~unnamed)).then(pl.lit(slip)).otherwise(pl.lit(""))).to_series()
    for name, hit, among in (
        ("reported_before_occurred", early, incidents["system"] != "pss_live"), ("year_in_the_future", future, None),
        ("word_in_no_code_list", unmapped, None), ("known_person_not_named", unnamed, known),
        ("police_name_misspelt", slip == "misspelt", police), ("police_birth_date_lost", slip == "birth_lost", police),
        ("police_names_swapped", slip == "swapped", police),
    ):  # fmt: skip
        _note(counts, name, hit, among)
    words = pl.Series(UNMAPPED).gather(pl.Series(rng.integers(0, len(UNMAPPED), n)))
    return incidents.with_columns(
        reported=pl.when(pl.lit(early)).then(pl.col("occurred") - 2).otherwise("reported"), future=future,
        word=pl.when(pl.lit(unmapped)).then(pl.lit(words)), named=known & ~unnamed, slip=slip,
        wrong_dates=early | future,
    )  # fmt: skip


def _shares(rates: Rates) -> list[float]:
    slips = [rates.misspelt, rates.birth_lost, rates.swapped]
    return [1 - sum(slips), *slips]


def _twice(
    incidents: pl.DataFrame, rates: Rates, rng: np.random.Generator, counts: dict[str, tuple[int, int]]
) -> pl.DataFrame:
    flare = incidents["system"] == "flare"
    again = _chance(incidents.height, rates.twice, rng, flare)
    _note(counts, "entered_twice", again, flare)
    return pl.concat([incidents, incidents.filter(again)]).sort("report", maintain_order=True)


def _silenced(
    incidents: pl.DataFrame, system: str, first: int, last: int, counts: dict[str, tuple[int, int]]
) -> pl.DataFrame:
    lost = (incidents["system"] == system) & incidents["occurred"].is_between(first, last)
    _note(counts, f"lost_by_{system}", lost, incidents["system"] == system)
    return incidents.filter(~lost)


def _count_uploads(cases: pl.DataFrame, counts: dict[str, tuple[int, int]]) -> None:
    police = cases.filter(pl.col("system") == "cedar")
    counts["police_case_not_uploaded"] = (int((~police["uploaded"]).sum()), police.height)


def _count_cases_with_an_issue(
    cases: pl.DataFrame, incidents: pl.DataFrame, counts: dict[str, tuple[int, int]]
) -> None:
    """Count the cases that the auditors would have found something wrong with: they found 12 of 20."""
    ours = cases.filter(pl.col("system") != "cedar")
    late = (ours["responded"] - ours["opened"] > SLOW_DAYS) | (ours["responded"] == NEVER)
    spoilt = incidents.filter(pl.col("unlinked") | pl.col("wrong_dates"))["case"].unique()
    refused = ours["asked"].is_not_null() & ours["accepted"].is_null()
    issue = (
        late | ours["unclosed"] | ours["wrong_dates"] | ~ours["lead"] | refused | ours["case"].is_in(spoilt.to_list())
    )
    counts["case_with_an_issue"] = (int(issue.sum()), ours.height)
