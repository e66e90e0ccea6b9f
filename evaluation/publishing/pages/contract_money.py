"""What a contract's money bought, for whom, and what happens if it ends; every figure with its range."""

from __future__ import annotations

import re

from evaluation.publishing import words
from evaluation.publishing.pages.measures import chances
from evaluation.publishing.pages.reading import Json, amount, part_of, rows_of, shown
from evaluation.publishing.parts import Cell, bullets, data_table, heading, paragraph, region


def headline(data: Json) -> tuple[str, str]:
    """Return the cost in a bold line and a small one: per person started, and what was spent."""
    value = part_of(data, "value")
    spent = value.get("spent")
    known = [row for row in rows_of(value, "costs") if row.get("value") is not None]
    first = next((row for row in known if row.get("name") == "person seen"), next(iter(known), None))
    small = f"{words.pounds(str(spent))} spent so far." if spent is not None else ""
    if first is None:
        total = data.get("value_total")
        return (words.pounds(str(total)) if total is not None else "Not shown"), small
    return f"{words.pounds(first['value'])} for each {_unit(first)}", small


def _unit(row: Json) -> str:
    name = words.humane(str(row.get("name") or "unit"))
    plain = name.removeprefix("cost per ").removeprefix("per ")
    return "person spared a repeat" if plain == "person helped" else plain


def spared(data: Json) -> str:
    """Say what a contract has spent for each person spared a repeat, with its range; empty where it is not known."""
    rows = rows_of(part_of(data, "value"), "costs")
    row = next((row for row in rows if row.get("name") == "person helped" and row.get("value") is not None), None)
    if row is None or row.get("low") is None or row.get("high") is None:
        return ""
    return f"{_pounds(row, 'value')} for each person spared a repeat ({_range(row, 'low', 'high')})"


def _caution(text: str) -> str:
    """Name a unit cost as what it is, not as a word that reads like the sentence's subject."""
    return words.sentence(re.sub(r"^(\w+) prices a '", r"The unit cost named “\1” prices a '", text))


def body(data: Json) -> str:
    """Write costs, benefit, payers, and the choice ahead."""
    value = part_of(data, "value")
    parts = [_costs(value), _benefit(value), _payers(value), _scenarios(data)]
    if value.get("lost"):
        parts.append(paragraph(_lost(data, words.sentence(str(value["lost"])))))
    cautions = [_caution(str(text)) for text in (value.get("cautions") or ())]
    if cautions:
        parts += [heading(3, "Take care"), bullets(cautions)]
    return "".join(parts) or paragraph("No money has been recorded yet.")


def _lost(data: Json, said: str) -> str:
    """Give the sentence its day from the contract: in a sentence a day of the month can pass for a count."""
    ends = words.as_date(data.get("funding_ends"))
    return re.sub(r"(?<=funding ends on )\d+ [A-Z][a-z]+ \d{4}", words.long_date(ends), said) if ends else said


def _pounds(row: Json, key: str) -> str:
    """Write an amount that was estimated: no closer than three figures, since its range is wide."""
    found = amount(row.get(key))
    return "–" if found is None else words.pounds(words.three_figures(found))


def _range(row: Json, low: str, high: str) -> str:
    if row.get(low) is None and row.get(high) is None:
        return "–"
    if row.get(high) is not None and _pounds(row, low) == _pounds(row, high):
        return _pounds(row, low)
    top = _pounds(row, high) if row.get(high) is not None else "no upper limit"
    return f"{_pounds(row, low)} to {top}"


def _costs(value: Json) -> str:
    rows: list[list[Cell]] = [
        [
            words.sentence_case(_unit(row)),
            shown(row["n_units"]) if row.get("n_units") is not None else "–",
            _pounds(row, "value"),
            span if (span := _range(row, "low", "high")) != _pounds(row, "value") else "–",
        ]
        for row in rows_of(value, "costs")
    ]
    if not rows:
        return ""
    whole = words.pounds(str(value["spent"])) if value.get("spent") is not None else "–"
    span = _range(value, "spent_low", "spent_high")
    spent = f"{whole} spent so far" + (f" ({span})" if " to " in span else "")
    return region(data_table(spent, ["For each", "Number", "Cost", "Range"], rows), "Costs, table")


def _benefit(value: Json) -> str:
    benefit = part_of(value, "benefit")
    if benefit.get("value") is None:
        return paragraph("What it saved cannot be said: there is no fair result to work it out from.")
    worth = part_of(value, "worth").get("value")
    needed = value.get("break_even_per_100")
    even = (
        f" To pay for itself it must avert about {float(needed):.0f} incidents for 100 people."
        if isinstance(needed, int | float)
        else ""
    )
    span = _range(benefit, "low", "high")
    if float(benefit["value"]) < 0 and benefit.get("low") is not None and benefit.get("high") is not None:
        cost, least, most = (
            words.pounds(words.three_figures(-float(benefit[key]))) for key in ("value", "high", "low")
        )
        return paragraph(
            f"It saved nothing: incidents cost about {cost} more with it than without (range {least} to {most} more)."
            f"{_likely(worth)}{even}"
        )
    return paragraph(f"What it saved so far: about {_pounds(benefit, 'value')} (range {span}).{_likely(worth)}{even}")


def _likely(worth: object) -> str:
    if not isinstance(worth, int | float):
        return ""
    return f" The chance that it is worth its cost is {chances(float(worth))} in 100."


def _payers(value: Json) -> str:
    rows: list[list[Cell]] = [
        [words.sentence_case(str(row.get("paid_by"))), words.visible(row.get("account") or "–"), _pounds(row, "pays"),
         _pounds(row, "gains"), _range(row, "low", "high")]
        for row in rows_of(value, "payers")
    ]  # fmt: skip
    if not rows:
        return ""
    heads = ["Who pays", "From which account", "Pays", "Is spared", "Net gain, range"]
    return region(data_table("Who pays, and who gains", heads, rows), "Payers, table")


def _scenarios(data: Json) -> str:
    rows: list[list[Cell]] = [
        [words.sentence_case(str(row.get("name"))), _pounds(row, "cost"), shown(row.get("n_people")),
         _averted(row), _range(row, "net_low", "net_high")]
        for row in rows_of(data, "scenarios")
    ]  # fmt: skip
    if not rows:
        return ""
    heads = ["Choice", "Cost", "People", "Incidents averted", "Net gain, range"]
    title = heading(3, "The choice for the next twelve months")
    return title + region(data_table("If it ends, goes on or grows", heads, rows), "Choices, table")


def _averted(row: Json) -> str:
    if row.get("averted") is None:
        return "cannot be said"
    if not any(float(row.get(key) or 0) for key in ("averted", "averted_low", "averted_high")):
        return "none"
    low, high = amount(row.get("averted_low")), amount(row.get("averted_high"))
    span = f" ({low:.0f} to {high:.0f})" if low is not None and high is not None else ""
    return f"{float(row['averted']):.0f}{span}".replace("-", words.MINUS)
