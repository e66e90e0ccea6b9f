"""The ladder: who goes how far up from a warning to possession, and who has no further incident after each rung."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.publishing import words
from evaluation.publishing.charts import flow
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages import descriptions
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.incidents import MARGIN
from evaluation.publishing.pages.reading import Json, part_of, rows_of
from evaluation.publishing.parts import aside, heading, know, link, unknown
from evaluation.publishing.release import Published

TABLE = "ladder_by_first_and_highest_rung"
Counts = Mapping[tuple[str, str], "int | None"]
STEPS: Sequence[Sequence[str]] = (
    ("warning", "contract", "order", "possession"),
    ("warning", "contract", "order or possession"),
)
"""The rungs one by one, and the coarser steps that serve where a rung alone is too small to show."""


def page(content: SiteContent) -> Page:
    """Return the page on the ladder."""
    finding = next((found for found in content.descriptions if descriptions.is_ladder(found)), None)
    table = content.table(TABLE)
    drawn = _draw(content, finding, table)
    markup, live = charts("ladder", drawn)
    return Page(
        stem="ladder",
        title="The ladder: from a warning to possession",
        stamps=(f"Followed up to {words.long_date(content.as_of)}",),
        body=_body(finding, table, markup),
        live=live,
    )


def _draw(content: SiteContent, finding: Published | None, table: Published | None) -> dict[str, Chart]:
    drawn: dict[str, Chart] = {}
    counts = {(str(row.get("first_rung")), str(row.get("highest_rung"))): row.get("count") for row in _rows(table)}
    if found := _flows(counts):
        drawn["flow"] = _flow(*found, counts, words.long_date(content.as_of))
    if finding:
        drawn["stopped"] = descriptions.stopped(part_of(part_of(finding.data, "numbers"), "no_further_incident"))
    return drawn


def _rows(table: Published | None) -> Sequence[Json]:
    return rows_of(table.data, "rows") if table else ()


def _flows(counts: Counts) -> tuple[Sequence[str], list[flow.Ribbon]] | None:
    """Read the finest steps of the table of which every count is shown; None where none are."""
    for steps in STEPS:
        cells = [(i, j, counts.get((a, b))) for i, a in enumerate(steps) for j, b in enumerate(steps) if j >= i]
        ribbons = [flow.Ribbon(i, j, count) for i, j, count in cells if isinstance(count, int) and count]
        if ribbons and all(count is not None for _, _, count in cells):
            return steps, ribbons
    return None


def _flow(steps: Sequence[str], ribbons: Sequence[flow.Ribbon], counts: Counts, day: str) -> Chart:
    whole = sum(ribbon.count for ribbon in ribbons if ribbon.start == 0)
    further = sum(ribbon.count for ribbon in ribbons if ribbon.start == 0 < ribbon.end)
    totals = [counts.get((step, MARGIN)) for step in steps], [counts.get((MARGIN, step)) for step in steps]
    title = (
        f"{words.sentence_case(words.about_of(further / whole, f'people who began with a {steps[0]}'))} went further up"
        if whole
        else "From the first rung to the highest"
    )
    return flow.chart(
        [words.sentence_case(step) for step in steps],
        ribbons,
        totals,
        name="ladder-flow",
        title=title,
        heads=("First rung", "Highest rung"),
        note=f"People by the first and the highest rung on record by {day}. Blue: stayed on the rung. Orange: went up. "
        "Numbers are rounded, so sums can differ a little.",
    )


def _body(finding: Published | None, table: Published | None, drawn: dict[str, str]) -> str:
    parts: list[str] = []
    if finding:
        parts.append(know(_known(finding.data), _not_known()))
    parts.append(heading(2, "How far up did people go?", "flow"))
    if "flow" in drawn and table:
        words_ = "Most people stay on the rung where they began. That does not show that the rung stopped them."
        file = link(f"published/tables/{table.name}.json", f"{table.name}.json")
        parts.append(aside(drawn["flow"], words_))
        parts.append(f'<p class="key">Every number here comes from the published table: {file}.</p>')
    else:
        parts.append(unknown("how many people went from one rung to another: the numbers are too small to show."))
    if finding:
        parts.append(descriptions.section(finding, {"ladder-stopped": drawn["stopped"]}))
    return "".join(parts)


def _known(data: Json) -> str:
    rungs = part_of(part_of(data, "numbers"), "no_further_incident")
    shares = [share for name in rungs if isinstance(share := part_of(rungs, str(name)).get("share"), int | float)]
    if not shares:
        return "how many people had a rung on record, and no more: the numbers are too small."
    low, high = words.per_hundred(min(shares)), words.per_hundred(max(shares))
    span = f"{low}" if low == high else f"{low} to {high}"
    return f"after each rung, {span} of 100 people had no further incident within a year."


def _not_known() -> str:
    return (
        "whether a rung made them stop. Nobody was compared, so we cannot tell how many would have stopped without it. "
        "Hard cases get higher rungs."
    )
