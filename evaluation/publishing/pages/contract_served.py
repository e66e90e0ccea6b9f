"""Whom a contract served, how many to the end, and whether the provider's returns come on time."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation.publishing import words
from evaluation.publishing.pages.reading import Json, part_of, rows_of, shown
from evaluation.publishing.parts import Cell, data_table, heading, paragraph, region, unknown

NOT_RECORDED = "not recorded"
COMPLETED = "completed as planned"
"""One name, in every table of a contract, for those who went the whole way."""

_BY_YEAR = (
    "How many people were served in each year is not published: split by year, the numbers of a small service could "
    "point to somebody. The whole term is under “Who was served”."
)

_UNNAMED = "How many people were served in each year is not known: the records name nobody who was."


def nobody(data: Json) -> bool:
    """Whether the records name no person of this contract: its zeros then count nothing and mean "not recorded"."""
    found = part_of(data, "delivery")
    return all(found.get(key) == 0 for key in ("n_referred", "n_started", "n_finished"))


def delivery(data: Json) -> str:
    """Write who came, who stayed to the end, and what they said of it."""
    found = part_of(data, "delivery")
    title = heading(2, "Who was served", "served")
    if found and nobody(data):
        return title + unknown("whom this contract served: the records name no person who was referred to it.")
    rows = [*_people(found), *_waits(found), *_sessions(found), *_answers(data)]
    if not rows:
        return ""
    table = region(data_table("Who came, and how it went", ["What", "Number"], rows), "Delivery, table")
    return title + _counted(data) + table


def _counted(data: Json) -> str:
    """Say what the words of the table mean, once."""
    term = part_of(data, "term")
    return paragraph(
        "“Ended” counts everybody whose time with the service is over, however it ended. "
        f"“{words.sentence_case(COMPLETED)}” counts those of them who went the whole way. "
        f"Only people who came under this contract are counted, from {words.date_or(term.get('from'))}. "
        "The page of the scheme counts from the scheme’s own start."
    )


def _people(found: Json) -> list[list[Cell]]:
    lines = (("People referred", "n_referred"), ("People who started", "n_started"), ("Ended", "n_finished"))
    rows: list[list[Cell]] = [[label, shown(found.get(key))] for label, key in lines if key in found]
    planned = part_of(found, "planned")
    if "n_achieved" in planned:
        rows.append([f"Of them, {COMPLETED}", shown(planned.get("n_achieved"))])
    return rows


def _waits(found: Json) -> list[list[Cell]]:
    lines = (("Days that half waited at most", "median"), ("Days that 9 in 10 waited at most", "longest_tenth_days"))
    waiting = part_of(found, "waiting")
    return [
        [label, shown(round(value) if isinstance(value := waiting.get(key), float) else value)]
        for label, key in lines
        if "waiting" in found
    ]


def _sessions(found: Json) -> list[list[Cell]]:
    if "sessions" not in found:
        return []
    held = part_of(found, "sessions")
    none = held.get("n_offered") == 0
    lines = (("Sessions offered", "n_offered"), ("Sessions attended", "n_attended"))
    return [[label, NOT_RECORDED if none else shown(held.get(key))] for label, key in lines]


def _answers(data: Json) -> list[list[Cell]]:
    here = part_of(part_of(data, "satisfaction"), "here")
    if not here:
        return []
    share = part_of(here, "satisfied").get("share")
    sent, back = here.get("n_sent"), here.get("n_returned")
    happy = words.percent(share) if share is not None and back else words.HIDDEN
    return [
        ["Surveys sent at closure", NOT_RECORDED if sent == 0 else shown(sent)],
        ["Surveys returned", NOT_RECORDED if sent == 0 else shown(back)],
        ["Satisfied, of those who answered", "nobody answered" if back == 0 else happy],
    ]


def returns(data: Json) -> str:
    """Write how many of the provider's returns came on time."""
    found = part_of(part_of(data, "returns"), "figures")
    if not found:
        return ""
    lines = (
        ("On time", "on_time_index"),
        ("Late", "late_index"),
        ("Overdue", "overdue_index"),
        ("Changed after they were sent", "changed_index"),
    )
    rows: list[list[Cell]] = [[label, shown(found.get(key))] for label, key in lines]
    table = region(data_table("Monitoring returns", ["Returns", "Number"], rows), "Returns, table")
    return heading(2, "Do the provider’s returns come on time?", "returns") + table


def by_year(data: Json) -> str:
    """Write what was paid, and where it is published what was bought, year by year."""
    bought = {str(row.get("year")): row for row in rows_of(data, "cases_due")}
    today = str(data.get("as_of") or "")
    rows: list[list[Cell]] = [
        [
            words.visible(row.get("year")),
            words.pounds(str(row["amount"])) if row.get("amount") is not None else words.HIDDEN,
            *([_started(row, bought, today)] if bought else []),
        ]
        for row in rows_of(data, "value_by_year")
    ]
    if not rows:
        return ""
    heads = ["Financial year", "Price in the contract", *(["Cases started so far"] if bought else [])]
    table = region(data_table("Price by financial year", heads, rows), "Years, table")
    said = "" if bought else paragraph(_UNNAMED if nobody(data) else _BY_YEAR)
    return heading(3, "Year by year") + table + said


def _started(row: Json, bought: Mapping[str, Json], today: str) -> str:
    year = str(row.get("year"))
    if year in bought:
        return shown(bought[year].get("n_cases"))
    return "not begun" if today and f"{year[:4]}-04-01" > today else "none"
