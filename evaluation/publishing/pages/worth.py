"""Whether a scheme is worth its money, as its contract's published value says it: the same words on every page."""

from __future__ import annotations

from evaluation.publishing import words
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.measures import chances
from evaluation.publishing.pages.reading import Json, amount, part_of, rows_of

NOT_KNOWN = "Not known"
UNLIKELY = 0.05
COUNTED = "Counted as saved is what averted incidents would have cost, and nothing else."


def worth(content: SiteContent, scheme_id: str) -> str | None:
    """Say in plain words whether a scheme is worth its money.

    Parameters
    ----------
    content
        What the site is made of.
    scheme_id
        The scheme.

    Returns
    -------
    str or None
        What its contract has spent and saved, the chance that it is worth its cost, and what another year would do;
        that this is not known, where no fair result says what it saves; None for a scheme without a contract.
    """
    return " ".join(_of_contract(data) for data in _bought(content, scheme_id)) or None


def in_short(content: SiteContent, scheme_id: str) -> str:
    """Say in a few words how likely a scheme is worth its cost: `Chance under 1 in 100`; empty without a contract."""
    found = [part_of(part_of(data, "value"), "worth").get("value") for data in _bought(content, scheme_id)]
    known = [float(chance) for chance in found if isinstance(chance, int | float)]
    if known:
        return f"Chance {words.listed([f'{chances(chance)} in 100' for chance in known])}"
    return NOT_KNOWN if found else ""


def loses_money(content: SiteContent, scheme_id: str) -> bool:
    """Whether it is all but sure that a scheme costs more than it saves: a chance under 1 in 20 of being worth it."""
    found = [part_of(part_of(data, "value"), "worth").get("value") for data in _bought(content, scheme_id)]
    return bool(found) and all(isinstance(chance, int | float) and chance < UNLIKELY for chance in found)


def in_a_cell(content: SiteContent, scheme_id: str) -> str:
    """Say the same as the end of a line that gives the cost: `; worth it: chance under 1 in 100`."""
    short = in_short(content, scheme_id)
    return f"; worth it: {short.lower()}" if short else ""


def _bought(content: SiteContent, scheme_id: str) -> list[Json]:
    return [value.data for value in content.contracts if value.data.get("scheme") == scheme_id]


def _of_contract(data: Json) -> str:
    value = part_of(data, "value")
    spent, benefit = amount(value.get("spent")), part_of(value, "benefit")
    saved, low, high = (amount(benefit.get(key)) for key in ("value", "low", "high"))
    chance = part_of(value, "worth").get("value")
    cost = f"Its contract has spent {words.pounds(spent)} so far" if spent is not None else "It has a contract"
    if saved is None or low is None or high is None or not isinstance(chance, int | float):
        return f"{cost}. Whether it is worth that is not known: no fair result says what it saves."
    if saved < 0:
        result = f"{cost} and saved nothing: incidents cost more with it than without."
    else:
        result = f"{cost} and saved about {_about(saved)} ({_about(low)} to {_about(high)})."
    likely = f"The chance that it is worth its cost is {chances(float(chance))} in 100."
    return " ".join(part for part in (result, likely, _next_year(data), COUNTED) if part)


def _next_year(data: Json) -> str:
    """Say what going on as now would cost or save in a year; empty where the contract does not say."""
    found = next((row for row in rows_of(data, "scenarios") if row.get("name") == "continue"), None)
    row: Json = found or {}
    low, high = (amount(row.get(key)) for key in ("net_low", "net_high"))
    if low is None or high is None:
        return ""
    if high < 0:
        return f"Another year as now would cost {_about(-high)} to {_about(-low)} more than it saves."
    if low > 0:
        return f"Another year as now would save {_about(low)} to {_about(high)} more than it costs."
    return (
        f"Another year as now could cost up to {_about(-low)} more than it saves, "
        f"or save up to {_about(high)} more than it costs."
    )


def _about(value: object) -> str:
    found = amount(value)
    return words.pounds(words.three_figures(found)) if found is not None else words.HIDDEN
