"""What the exam means for a reader: what was tried, what each missed criterion does to a figure here, what was not."""

from __future__ import annotations

import re
from collections.abc import Mapping

from evaluation.publishing import words
from evaluation.publishing.pages.reading import Json, rows_of
from evaluation.publishing.parts import Cell, Markup, bullets, card_table, heading, paragraph
from evaluation.publishing.words import escaped

EFFECTS: Mapping[str, str] = {
    "hazard_ratio": "rate of repeats",
    "risk_difference_182": "repeat within half a year",
    "risk_difference_365": "repeat within a year",
    "rmst_difference_365": "days without a repeat",
    "events_averted_per_100_365": "incidents averted",
    "resolution_difference_182": "resolved within half a year",
    "before_after": "before and after",
    "ever_treated": "helped at any time, or never",
}

HERE: Mapping[str, str] = {
    "events_averted_per_100_365": "Every amount that a contract is said to have saved is worked out from this figure. "
    "So are the incidents averted on the page of a scheme.",
    "rmst_difference_365": "It is shown on the page of a scheme as days without a repeat. No grade and no amount of "
    "money rests on it.",
    "risk_difference_365": "It is the effect on the register: of 100 people, how many fewer or more.",
    "risk_difference_182": "It is shown on the page of a scheme, as repeats within half a year.",
    "hazard_ratio": "It decides whether repeats are said to come sooner or later.",
}
"""Where on the site each figure of the exam is used."""

_AMOUNTS: Mapping[str, tuple[float, str]] = {
    "events_averted_per_100_365": (1, "incidents for 100 people"),
    "rmst_difference_365": (1, "days a person"),
    "risk_difference_365": (100, "people of 100"),
    "risk_difference_182": (100, "people of 100"),
    "resolution_difference_182": (100, "cases of 100"),
}
"""What a figure is multiplied by, and the unit that it then has; a rate has none."""

_KINDS: Mapping[str, str] = {
    "null": "The scheme does nothing",
    "helpful": "The scheme makes incidents rarer for as long as we look",
    "harmful": "The scheme makes incidents more frequent",
    "waning": "The scheme helps at first, and the help fades",
    "exits": "The scheme helps, and many people move away or are locked up",
    "outage": "The scheme does nothing, and the police send no data for the last half year",
    "missing uploads": "The scheme does nothing, and 4 in 10 police reports never arrive",
}
"""What happens in each kind of town, by the first word of its name."""


def town(scenario: object) -> str:
    """Name a kind of town in words: `null, small` is a small town whose scheme does nothing."""
    return words.sentence_case(re.sub(r"\bnull\b", "no effect", str(scenario or "")))


def kinds(result: Json) -> str:
    """Write the table of the kinds of town: what happens there, how many are helped, how many gave an answer."""
    answers: dict[str, list[int]] = {}
    for row in rows_of(result, "marks"):
        if isinstance(row.get("councils"), int):
            answers.setdefault(str(row.get("scenario")), []).append(int(row["councils"]))
    rows: list[list[Cell]] = [
        [
            town(row.get("scenario")),
            _KINDS.get(str(row.get("scenario")).partition(",")[0], "–"),
            f"about {words.plain(round(float(row['treated']), -1))}",
            _span(answers.get(str(row.get("scenario")), [])),
        ]
        for row in rows_of(result, "scenarios")
        if isinstance(row.get("treated"), int | float)
    ]
    if not rows:
        return ""
    runs = words.plain(result.get("replicates"))
    said = paragraph(
        f"Each kind of town was invented {runs} times. Small, middle and large say how many people are helped there. "
        "In some towns not enough people could be followed for a whole year. Then the method gave no answer for the "
        "year, as it should. So fewer towns are counted for some figures."
    )
    heads = ["Kind of town", "What happens there", "People helped", "Towns with an answer"]
    return heading(2, "What was tried", "tried") + said + card_table("Kinds of town", heads, rows)


def _span(counts: list[int]) -> str:
    if not counts:
        return "–"
    low, high = min(counts), max(counts)
    return words.plain(low) if low == high else f"{words.plain(low)} to {words.plain(high)}"


def missed(result: Json) -> str:
    """Say what each figure that was off means for the figures of this site; empty where none was."""
    off = [row for row in rows_of(result, "marks") if row.get("unbiased") is False]
    wide = [row for row in rows_of(result, "marks") if row.get("covers") is False or row.get("quiet") is False]
    items = [*map(_off, off), *map(_uncovered, wide)]
    if not items:
        return ""
    lacking = {str(row.get("scenario")) for row in rows_of(result, "scenarios") if row.get("pooled") is False}
    parts = [heading(2, "What was missed, and what that means here", "missed"), bullets(items)]
    used = [key for key in dict.fromkeys(str(row.get("effect")) for row in (*off, *wide)) if key in HERE]
    parts.append(paragraph("Where these figures stand on this site:"))
    parts.append(bullets([Markup(f"<b>{words.sentence_case(EFFECTS[key])}.</b> {escaped(HERE[key])}") for key in used]))
    if about := _averted(result, off):
        parts.append(paragraph(about))
    if gone := [town(name) for name in lacking if any(str(row.get("scenario")) == name for row in (*off, *wide))]:
        parts.append(
            paragraph(
                f"In towns of the kind “{words.listed(gone)}” the reports themselves are missing. No method can put "
                "that right. It is tried to show what then happens. The page on the data says how many police cases "
                "were not uploaded here."
            )
        )
    return "".join(parts)


def _off(row: Json) -> Markup:
    effect, bias = str(row.get("effect")), float(row.get("bias") or 0.0)
    factor, unit = _AMOUNTS.get(effect, (1, "on the scale of the rate"))
    amount = abs(factor * bias)
    way = "too low" if bias < 0 else "too high"
    share = abs(float(row.get("bias_in_errors") or 0.0))
    return Markup(
        f"<b>{escaped(town(row.get('scenario')))}:</b> {escaped(EFFECTS.get(effect, effect))} came out {way}, "
        f"by {amount:.1f} {escaped(unit)} on average. That is {share:.2f} of the usual error of one town."
    )


def _uncovered(row: Json) -> Markup:
    effect = EFFECTS.get(str(row.get("effect")), str(row.get("effect")))
    found = (
        f"the range held the truth in {_percent(row.get('coverage'))} of towns instead of 95%"
        if row.get("covers") is False
        else f"a scheme that does nothing was said to act in {_percent(row.get('rejects'))} of towns instead of 5%"
    )
    return Markup(f"<b>{escaped(town(row.get('scenario')))}:</b> for {escaped(effect)}, {found}.")


def _percent(value: object) -> str:
    return f"{float(value) * 100:.1f}%" if isinstance(value, int | float) else "–"


def _averted(result: Json, off: list[Json]) -> str:
    """Say how far the sum behind the money was off over all kinds of town; empty where it was never off."""
    key = "events_averted_per_100_365"
    if not any(row.get("effect") == key for row in off):
        return ""
    rows = [row for row in rows_of(result, "marks") if row.get("effect") == key]
    biases = [float(row["bias"]) for row in rows]
    low, high, under = min(biases), max(biases), sum(bias < 0 for bias in biases)
    said = f"Over all {len(biases)} kinds of town, the sum of incidents averted was off by "
    if low < 0 < high:
        said += f"between {-low:.1f} too low and {high:.1f} too high for 100 people. It was too low in {under}. "
    else:
        said += f"up to {max(map(abs, biases)):.1f} for 100 people. "
    if 2 * under > len(biases):
        said += "So an amount saved would there have come out too small more often than too large. "
    widths = [2 * 1.96 * float(row["standard_error"]) for row in rows if row.get("standard_error") is not None]
    wide = f"The range round the sum of one town was {sum(widths) / len(widths):.0f} wide on average." if widths else ""
    return f"{said}{wide}".strip()


def not_tried() -> str:
    """List what the exam does not try, and where else each is tested."""
    items: list[Cell] = [
        "Schemes for a place, such as wardens. Only schemes for people were tried.",
        "Contracts: what a provider reports, clients’ scores and the control charts.",
        "The court-cost ledger, and how payments are matched to orders.",
        Markup(
            'How people and cases are linked. <a href="methods.html">The methods page</a> marks it, where the truth is '
            "known."
        ),
        "Amounts of money. They are sums of the incidents averted and of costs that somebody entered.",
        "Towns with more than one thing wrong at once.",
    ]
    return heading(2, "What was not tried", "not-tried") + bullets(items)
