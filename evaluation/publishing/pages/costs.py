"""Court costs: first whether the list is complete, then what was due, what came, and how late the rest is."""

from __future__ import annotations

from decimal import Decimal

from evaluation.publishing import words
from evaluation.publishing.charts import bars
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.reading import Json, amount, money, part_of, record_table, rows_of
from evaluation.publishing.parts import aside, heading, link, paragraph, unknown

_LINES = (
    ("awarded", "Awarded", 1),
    ("varied", "Varied by the court", 1),
    ("paid", "Paid", -1),
    ("remitted", "Remitted", -1),
    ("written_off", "Written off", -1),
)


def page(content: SiteContent) -> Page:
    """Return the page of court costs."""
    stamps = (f"Ledger at {words.long_date(content.as_of)}",)
    if content.income is None:
        body = unknown("no court orders were received, so nobody can say what is owed.")
        return Page("court-costs", "Court costs owed to the council", stamps=stamps, body=body)
    data = content.income.data
    drawn = {name: chart for name, chart in (("ledger", _ledger(content, data)), ("ageing", _ageing(data))) if chart}
    markup, live = charts("court-costs", drawn)
    return Page(
        stem="court-costs",
        title="Court costs owed to the council",
        description=_summary(data),
        stamps=stamps,
        body=_body(data, markup),
        live=live,
    )


def totals(data: Json) -> Json:
    """Return the ledger's totals, wherever the summary keeps them."""
    return part_of(data, "totals") or data


def _summary(data: Json) -> str:
    owed = totals(data).get("outstanding")
    orders = part_of(data, "counts").get("orders", data.get("orders"))
    on = f" on {words.count(orders)} court orders" if isinstance(orders, int) else ""
    return f"{money(owed)} is owed{on}, after what was paid, remitted and written off."


def _body(data: Json, drawn: dict[str, str]) -> str:
    parts: list[str] = [heading(2, "First: is the list complete?", "complete")]
    parts.append(paragraph("We check that every order is on the list before we add up what is owed."))
    completeness = rows_of(data, "completeness")
    parts.append(record_table("From court to ledger", completeness) or unknown("no list of prosecutions was received."))
    if "ledger" in drawn:
        parts.append(heading(2, "What was due, and what came", "ledger-part"))
        parts.append(
            aside(
                drawn["ledger"],
                "Nothing goes missing. What was awarded is paid, forgiven, written off or still owed. The build stops if a penny is lost.",
            )
        )
    if "ageing" in drawn:
        parts += [
            heading(2, "How late is it?", "late"),
            aside(drawn["ageing"], "Age is counted from the day each instalment was due."),
        ]
    months = rows_of(data, "months")
    if months:
        parts += [heading(2, "Month by month", "months"), record_table("Due and received by month", months)]
    file = link("published/income/court_costs.json", "court_costs.json")
    parts.append(f'<p class="key">Every number here comes from the published ledger: {file}.</p>')
    return "".join(parts)


def _ledger(content: SiteContent, data: Json) -> Chart | None:
    found = {key: amount(totals(data).get(key)) for key in (*(line[0] for line in _LINES), "outstanding")}
    if any(value is None for value in found.values()):
        return None
    exact = {key: value or Decimal(0) for key, value in found.items()}
    steps = [
        bars.Step(label, sign * exact[key], "start" if key == "awarded" else "down") for key, label, sign in _LINES
    ]
    steps.append(bars.Step("Outstanding", exact["outstanding"], "end"))
    as_of = words.long_date(content.as_of)
    title = f"{money(exact['awarded'])} was awarded and {money(exact['outstanding'])} is still owed"
    note = "Awarded and varied = paid + remitted + written off + outstanding. It holds to the penny for every order."
    return bars.ledger(steps, name="ledger", title=title, note=note, as_of=as_of)


def _ageing(data: Json) -> Chart | None:
    rows = [
        (str(next(iter(row.values()), "")), amount(row.get("amount", row.get("outstanding"))))
        for row in rows_of(data, "ageing")
    ]
    if not rows:
        return None
    drawn = [
        bars.Bar(
            words.sentence_case(label),
            None if value is None else float(value),
            money(value),
            "f5-soft" if i == 0 else "f4",
        )
        for i, (label, value) in enumerate(rows)
    ]
    known = [value for _, value in rows if value is not None]
    late = sum(known[1:], Decimal(0)) / sum(known, Decimal(0)) if known and sum(known) else None
    title = f"{words.about(float(late))} pounds owed are late" if late is not None else "What is owed, by age"
    title = title[0].upper() + title[1:]
    spoken = "; ".join(f"{bar.label}: {bar.words}" for bar in drawn)
    return bars.bars(drawn, name="ageing", title=title, desc=f"One bar for each age. {spoken}.",
                     note="Grey: not yet due. Orange: late.", heads=("Age of the debt", "Owed"))  # fmt: skip
