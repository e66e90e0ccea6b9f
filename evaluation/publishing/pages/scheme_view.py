"""A scheme's record as the pages read it, joined with its published finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from evaluation.publishing import words
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.effects import may_be_chance
from evaluation.publishing.pages.glance import Glance, estimate, glance, headline
from evaluation.publishing.pages.reading import part_of
from evaluation.register import Scheme

WHOLE = "Whole borough"
_OF_ITS_KIND = ("scheme", "project", "team", "nightline", "forum", "co-ordinator", "service", "unit")
"""Last words of names that a sentence puts `the` before."""
_NOT_A_CASE = ("year", "month", "quarter", "week", "area", "ward", "scheme", "project", "post", "day", "hour")


@dataclass(frozen=True)
class SchemeView:
    """A scheme with what is known of it.

    Attributes
    ----------
    record
        The record as people wrote it.
    finding
        The data of its published finding, or None.
    seen
        Its three marks.
    notice
        The last day on which its contract still leaves a choice, or None without one.
    """

    record: Scheme
    finding: Mapping[str, Any] | None
    seen: Glance
    notice: date | None = None

    @property
    def stem(self) -> str:
        """The page's path without suffix."""
        return f"schemes/{self.record.id}"

    @property
    def href(self) -> str:
        """The page's address from the site's first page."""
        return f"{self.stem}.html"

    @property
    def headline(self) -> Mapping[str, Any] | None:
        """The headline effect of the finding."""
        return headline(self.finding)

    @property
    def may_be_chance(self) -> bool:
        """Whether the result is clear alone, and may be chance when it is read beside all results of the register."""
        return self.seen.effect not in ("unclear", "same", "none", "planned") and may_be_chance(self.finding)

    @property
    def in_a_sentence(self) -> str:
        """The scheme's name as it stands within a sentence: `mediation`, `the Elmore ASB team`, `City Counselling`."""
        title = words.visible(self.record.title)
        first, _, rest = title.partition(" ")
        named = any(char.isupper() for char in first[1:]) or any(part[:1].isupper() for part in rest.split())
        said = title if named else title[:1].lower() + title[1:]
        return f"the {said}" if title.split()[-1].lower() in _OF_ITS_KIND else said

    @property
    def decision_open(self) -> bool:
        """Whether the decision is still to be taken."""
        return self.record.decision.by is not None

    @property
    def decide_by(self) -> date | None:
        """The day of the decision: the last one for it, the contract's where that is sooner, or when it was taken."""
        by = self.record.decision.by
        if by is None:
            return self.record.decision.agreed_on
        return min(by, self.notice) if self.notice else by

    @property
    def bound_by_contract(self) -> bool:
        """Whether the contract asks for the decision before the day that the record names."""
        return self.record.decision.by is not None and self.decide_by != self.record.decision.by

    @property
    def amount(self) -> Decimal | None:
        """What one unit costs in pounds."""
        return self.record.cost.amount if self.record.cost else None

    @property
    def cost_is_per_case(self) -> bool:
        """Whether one unit is one case or person, so that a cost for each repeat spared has a meaning."""
        return self.record.cost is not None and not any(word in _NOT_A_CASE for word in self.record.cost.unit.split())


def views(content: SiteContent) -> tuple[SchemeView, ...]:
    """Join every scheme with its finding, best effect first."""
    joined: list[SchemeView] = []
    for record in content.schemes:
        found = content.by_scheme.get(record.id)
        data = found.data if found else None
        joined.append(
            SchemeView(record, data, glance(data, planned=record.status == "planned"), _notice(content, record.id))
        )
    return tuple(sorted(joined, key=lambda view: (view.seen.order, view.record.title)))


def _notice(content: SiteContent, scheme: str) -> date | None:
    """Return the next day by which a contract of the scheme asks for a decision."""
    waiting = (part_of(value.data, "decision") for value in content.contracts if value.data.get("scheme") == scheme)
    days = [day for found in waiting if (day := words.as_date(found.get("decide_by"))) is not None]
    return min(days, default=None)


def cost_lines(view: SchemeView) -> tuple[str, str]:
    """Return what a scheme costs, and for what unit at which year's prices."""
    cost = view.record.cost
    if cost is None:
        return "Not known", ""
    article = "an" if cost.unit[:1].lower() in "aeiou" else "a"
    return words.pounds(cost.amount), f"{article} {words.visible(cost.unit)}, {cost.year} prices"


def decision_lines(view: SchemeView) -> tuple[str, str]:
    """Return the decision in a line, and by when it is to be taken or on which day it was."""
    decision = view.record.decision
    day = view.decide_by
    when = words.short_date(day) if day else "no date set"
    return words.visible(decision.text), f"{'decide by' if view.decision_open else 'agreed'} {when}"


def soon(view: SchemeView) -> str:
    """Say the difference within half a year, of 100 people, where a finding has it."""
    found = estimate(view.finding or {}, "risk_difference_182")
    if found is None:
        return ""
    value, low, high = (100 * edge for edge in found)
    return f"within half a year {words.people_difference(value)} ({words.interval_words(low, high)})"


def leading(view: SchemeView) -> str:
    """Begin a line of numbers with what a result of timing rests on: people within half a year, or the rate."""
    if not view.seen.rate:
        return ""
    return f"{soon(view) or f'repeats {view.seen.rate_line()}'}; within a year "


def headline_line(view: SchemeView) -> str:
    """Say in one line what the evidence says, for tables and the meeting's sheet."""
    if view.seen.value is None:
        reason = (view.finding or {}).get("reason")
        return words.sentence(f"cannot be said: {reason}") if reason else f"{view.seen.words}."
    of = "" if view.seen.unit == "incidents" else " of 100"
    chance = " It may yet be chance." if view.may_be_chance else ""
    return (
        f"{view.seen.words}: {leading(view)}{view.seen.numbers()}{of}. Sureness: {view.seen.sureness.lower()}.{chance}"
    )
