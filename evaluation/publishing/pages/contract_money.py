"""What a contract's money bought, for whom, and what happens if it ends; every figure with its range."""

from __future__ import annotations

import re

from evaluation.publishing import words
from evaluation.publishing.pages import contract_served
from evaluation.publishing.pages.measures import chances
from evaluation.publishing.pages.reading import Json, amount, part_of, rows_of, shown
from evaluation.publishing.parts import Cell, bullets, card_table, heading, paragraph


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
    names = {
        "person helped": "person spared a repeat",
        "completed case": f"person who {contract_served.COMPLETED}",
        "person reliably better": "person reliably better, of all who ended",
    }
    return names.get(plain, plain)


def spared(data: Json) -> str:
    """Say what a contract has spent for each person spared a repeat, with its range; empty where it is not known."""
    rows = rows_of(part_of(data, "value"), "costs")
    row = next((row for row in rows if row.get("name") == "person helped" and row.get("value") is not None), None)
    if row is None or row.get("low") is None or row.get("high") is None:
        return ""
    return f"{_pounds(row, 'value')} for each person spared a repeat ({_range(row, 'low', 'high')})"


def _caution(text: str) -> str:
    """Say which price was not used, and why, as people say it."""
    said = re.sub(
        r"^\w+ prices an? '([^']+)', not an? ([^,]+), so it is not used",
        r"The price list has the cost of a “\1”. That is not the cost of an \2, so it is not used",
        text,
    )
    return words.sentence(said)


def body(data: Json) -> str:
    """Write costs, benefit, payers, and the choice ahead."""
    value = part_of(data, "value")
    parts = [_costs(data), contract_served.by_year(data), _benefit(value), _payers(value), _scenarios(data)]
    if value.get("lost"):
        parts.append(paragraph(_lost(data, words.sentence(str(value["lost"])))))
    cautions = [_caution(str(text)) for text in (value.get("cautions") or ())]
    if cautions:
        parts += [heading(3, "Take care"), bullets(cautions)]
    return "".join(parts) or paragraph("No money has been recorded yet.")


def _lost(data: Json, said: str) -> str:
    """Say what ends with the funding, in the very figures of the choice to go on."""
    ends = words.as_date(data.get("funding_ends"))
    nothing: Json = {}
    row = next((row for row in rows_of(data, "scenarios") if row.get("name") == "continue"), nothing)
    figures = [row.get(key) for key in ("averted", "averted_low", "averted_high")]
    if ends is None or not all(isinstance(figure, int | float) for figure in figures):
        # In a sentence a day of the month can pass for a count, so it is written anew from the contract.
        return re.sub(r"(?<=funding ends on )\d+ [A-Z][a-z]+ \d{4}", words.long_date(ends), said) if ends else said
    when = f"If the funding ends on {words.long_date(ends)}"
    if float(row["averted"]) > 0:
        return f"{when}, about {_averted(row)} averted incidents a year are lost."
    return f"{when}, nothing is lost by the study’s estimate. Incidents averted in a year: {_averted(row)}."


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


def _costs(data: Json) -> str:
    value, unrecorded = part_of(data, "value"), contract_served.nobody(data)
    rows: list[list[Cell]] = [
        [
            words.sentence_case(_unit(row)),
            _units(row, unrecorded=unrecorded),
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
    return card_table(spent, ["For each", "Number", "Cost", "Range"], rows, "money")


def _units(row: Json, *, unrecorded: bool) -> str:
    if row.get("n_units") is None:
        return "–"
    return contract_served.NOT_RECORDED if unrecorded and row["n_units"] == 0 else shown(row["n_units"])


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
    return card_table("Who pays, and who gains", heads, rows, "money")


def _scenarios(data: Json) -> str:
    rows: list[list[Cell]] = [
        [words.sentence_case(str(row.get("name"))), _pounds(row, "cost"), _people(data, row),
         _averted(row), _range(row, "net_low", "net_high")]
        for row in rows_of(data, "scenarios")
    ]  # fmt: skip
    if not rows:
        return ""
    heads = ["Choice", "Cost", "People", "Incidents averted in the year", "Net gain, range"]
    title = heading(3, "The choice for the next twelve months")
    return title + card_table("If it ends, goes on or grows", heads, rows, "money")


def _averted(row: Json) -> str:
    if row.get("averted") is None:
        return "cannot be said"
    if not any(float(row.get(key) or 0) for key in ("averted", "averted_low", "averted_high")):
        return "none"
    value, ends = float(row["averted"]), (row.get("averted_low"), row.get("averted_high"))
    low, high = (float(end) if isinstance(end, int | float) else None for end in ends)
    if value < 0:
        span = f" ({words.interval_words(-high, -low)})" if low is not None and high is not None else ""
        return f"none: {-value:.0f} more happen{span}"
    return f"{value:.0f}" + (
        f" ({low:.0f} to {high:.0f})".replace("-", words.MINUS) if low is not None and high is not None else ""
    )


def _people(data: Json, row: Json) -> str:
    known = row.get("name") == "stop" or not contract_served.nobody(data)
    return shown(row.get("n_people")) if known else contract_served.NOT_RECORDED
