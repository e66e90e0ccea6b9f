"""The exam: how the methods do in towns where the truth is known. Says so honestly when it was not run, or missed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from evaluation.publishing import words
from evaluation.publishing.charts import dots
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages import exam_meaning, sources
from evaluation.publishing.pages.exam_meaning import EFFECTS, town
from evaluation.publishing.pages.reading import Json, rows_of
from evaluation.publishing.parts import (
    Cell,
    Fact,
    Markup,
    card_table,
    data_table,
    decision_box,
    heading,
    paragraph,
    region,
    unknown,
)
from evaluation.publishing.words import escaped

HEADLINE = "risk_difference_365"


def plainly(text: object) -> str:
    """Write a criterion's text without identifiers, hyphens for minus signs or the statistician’s null."""
    named = re.sub(r"[a-z]+(?:_[a-z0-9]+)+", lambda found: EFFECTS.get(found.group(), found.group()), str(text or ""))
    spaced = re.sub(r"(?<=\d) %", "%", named)
    for term, plain in _PLAIN:
        spaced = spaced.replace(term, plain)
    return words.prose(spaced)


_PLAIN = (
    ("coverage of every headline effect", "the range holds the truth, figure by figure"),
    ("coverage of all headline effects together", "the range holds the truth, all figures together"),
    ("false positives", "an effect is found where there is none"),
    (" under a null", ""),
    ("the naive methods are shown failing", "simple sums are shown to fail"),
    ("a true null rejected by", "a scheme that does nothing is said to act in"),
    ("Monte Carlo errors", "counting errors"),
    ("bias", "no lean to one side (bias)"),
    ("below 0.25 of the standard error", "off by less than a quarter of the usual error of one town"),
    ("of the standard error", "of the usual error of one town"),
    ("null", "no effect"),
)
"""Terms of the exam's result, and what they mean in plain words."""

TERMS = (
    "A counting error is how far a share moves by chance, because only so many towns were tried. With 200 towns and "
    "95% it is 1.5%. The usual error of one town is how far the results of single towns lie from each other. "
    "Simple sums are a comparison before and after, and one of people ever helped with people never helped."
)


def draw(result: Mapping[str, Any] | None) -> dict[str, Chart]:
    """Draw how often the ranges held the truth, for the headline effect of every scenario."""
    marks = [
        row
        for row in rows_of(result or {}, "marks")
        if row.get("effect") == HEADLINE and row.get("coverage") is not None
    ]
    if not marks:
        return {}
    errors = _errors(result or {})
    rows = [
        dots.Dot(
            town(row.get("scenario")),
            float(row["coverage"]),
            errors * float(row.get("coverage_error") or 0.0),
            bool(row.get("covers")),
            int(row.get("councils") or 0),
        )
        for row in marks
    ]
    good = sum(row.good for row in rows)
    title = f"In {good} of {len(rows)} kinds of town, the 95% range held the truth as often as it should"
    note = (
        "Share of towns in which the range for a repeat within a year held the truth. The line is the play of chance: "
        f"{errors:g} counting errors each way. A kind of town is as it should be where its line reaches 95%."
    )
    off = "" if good == len(rows) else " A diamond is off."
    return {"coverage": dots.chart(rows, 0.95, name="coverage", title=title, note=note + off)}


def _errors(result: Mapping[str, Any]) -> float:
    """Return how many counting errors a share may be off, as the exam's own criterion has it."""
    wanted = " ".join(str(row.get("wanted")) for row in rows_of(result, "criteria"))
    found = re.search(r"within (\d+(?:\.\d+)?) Monte Carlo", wanted)
    return float(found.group(1)) if found else 3.0


def body(result: Mapping[str, Any] | None, drawn: Mapping[str, str]) -> str:
    """Write the exam's result.

    Parameters
    ----------
    result
        The committed result of the exam as JSON, or None when it was not run.
    drawn
        The charts' markup.
    """
    if not result or not rows_of(result, "criteria"):
        return unknown("the exam has not been run for this edition, so no mark is shown here.") + paragraph(
            "The command “evaluation exam” runs it. It takes some minutes."
        )
    parts = [_verdict(result), exam_meaning.missed(result)]
    if "coverage" in drawn:
        parts += [heading(2, "Does the range hold the truth?", "coverage-part"), drawn["coverage"]]
    parts += [
        _criteria(result),
        exam_meaning.kinds(result),
        exam_meaning.not_tried(),
        _naive(result),
        _marks(result),
        _again(result),
        sources.of_file("published/exam.json", "marks"),
    ]
    return "".join(part for part in parts if part)


def _verdict(result: Json) -> str:
    criteria = rows_of(result, "criteria")
    reached = sum(bool(row.get("passed")) for row in criteria)
    missed = [plainly(row.get("name")) for row in criteria if not row.get("passed")]
    headline = (
        "Every criterion was reached."
        if not missed
        else f"{reached} of {len(criteria)} criteria were reached. Missed: {words.listed(missed)}."
    )
    runs = result.get("replicates")
    facts = (
        Fact(
            "What was tried",
            f"{words.plain(result.get('councils'))} invented towns",
            f"{words.plain(runs)} of each kind. Not all gave an answer for a whole year.",
        ),
        Fact(
            "What was reached",
            f"{reached} of {words.number_of(len(criteria), 'criterion', 'criteria')}",
            "Set before the exam was run.",
        ),
        Fact("Can it be repeated", "Yes", "Same numbers, same marks: the command stands below."),
        Fact("What it cannot show", "Things nobody recorded", "Only schemes for people were tried."),
    )
    return decision_box("The verdict", headline, facts, gap=bool(missed))


def _again(result: Json) -> str:
    """Name the command that repeats the exam; the hyphens of an option stay on one line."""
    command = words.visible(result.get("command") or "").replace("--", "-\N{WORD JOINER}-\N{WORD JOINER}")
    return paragraph(f"To sit the exam again: {command}", "key") if command else ""


def _criteria(result: Json) -> str:
    rows: list[list[Cell]] = [
        [
            words.sentence_case(plainly(row.get("name"))),
            plainly(row.get("wanted")),
            Markup(
                '<span class="meets">✓ Reached</span>' if row.get("passed") else '<span class="misses">✕ Missed</span>'
            ),
            plainly(row.get("found")),
        ]
        for row in rows_of(result, "criteria")
    ]
    return (
        heading(2, "What had to be reached", "criteria")
        + card_table("Criteria", ["Criterion", "Wanted", "Verdict", "Found"], rows)
        + paragraph(TERMS, "key")
    )


def _naive(result: Json) -> str:
    found = rows_of(result, "naive")
    sums = list(dict.fromkeys(str(row.get("method")) for row in found))
    nothing = {row.get("scenario") for row in found if row.get("fails_as_expected") is not None}
    share = {(row.get("scenario"), str(row.get("method"))): words.percent(row.get("rejects")) for row in found}
    rows: list[list[Cell]] = [
        [town(one), "nothing" if one in nothing else "something", *(share.get((one, name), "–") for name in sums)]
        for one in dict.fromkeys(row.get("scenario") for row in found)
    ]
    if not rows:
        return ""
    title = heading(2, "What simple sums would have said", "naive")
    towns = max((int(row["councils"]) for row in found if isinstance(row.get("councils"), int)), default=0)
    tried = f" They were tried on {towns} towns of each kind." if towns else ""
    said = paragraph(
        "A simple before-and-after finds an effect of schemes that do nothing. That is why we do not use it. "
        f"The same holds for people ever helped beside people never helped.{tried}"
    )
    heads = ["Kind of town", "The scheme does", *(words.sentence_case(EFFECTS.get(name, name)) for name in sums)]
    return title + said + region(data_table("How often simple sums find an effect", heads, rows), "Simple sums, table")


def _marks(result: Json) -> str:
    rows: list[list[Cell]] = [_mark(row) for row in rows_of(result, "marks")]
    if not rows:
        return ""
    heads = [
        "Kind of town",
        "Effect",
        "Truth",
        "Mean found",
        "Off by, in usual errors",
        "Range held the truth",
        "Finds an effect",
        "Towns counted",
    ]
    table = region(data_table("Every effect in every kind of town", heads, rows, "data small"), "Every mark, table")
    return f'<details class="folded"><summary>{escaped("Every mark")}</summary>{table}</details>'


def _mark(row: Json) -> list[Cell]:
    return [
        town(row.get("scenario")),
        EFFECTS.get(str(row.get("effect")), words.sentence_case(str(row.get("effect")))),
        _figure(_unlogged(row, "truth")),
        _figure(_unlogged(row, "mean")),
        _figure(row.get("bias_in_errors")),
        f"{float(row['coverage']) * 100:.1f}%" if row.get("coverage") is not None else "–",
        words.percent(row.get("rejects")),
        words.plain(row["councils"]) if isinstance(row.get("councils"), int) else "–",
    ]


def _unlogged(row: Json, key: str) -> object:
    """Return a figure as the site shows it: the exam keeps a rate as its logarithm."""
    value = row.get(key)
    ratio = row.get("effect") == "hazard_ratio" and isinstance(value, int | float)
    return math.exp(float(str(value))) if ratio else value


def _figure(value: object) -> str:
    return f"{value:.3g}".replace("-", words.MINUS) if isinstance(value, int | float) else "–"
