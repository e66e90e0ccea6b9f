"""The audit's tests, each a function from the evidence to counts and denominators.

They follow Milton Keynes Council's internal audit of social behaviour (2012) and Oxford City Council's scrutiny review
(2009): cases not uploaded, incidents not linked, wrong dates, cases dealt with but open, no action for three months,
cases open over one and two years, and the rest. A test says nothing of a system that does not record what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from evaluation.records import schema
from evaluation.records.assembly import Records
from evaluation.records.extract import Extract
from evaluation.records.linking.super_cases import naming
from evaluation.records.quality.result import Test

POLICE = ("cedar",)
MONTHS_WITHOUT_ACTION = 3
_UNREADABLE = "is not a date"
_WRONG = (_UNREADABLE, "is before", "outside the years")
_FUTURE = "after the as-of date"


@dataclass(frozen=True)
class Evidence:
    """What the tests look at; see `quality.measure`."""

    extracts: tuple[Extract, ...]
    records: Records
    as_of: date
    response_days: int
    referral_days: int
    survey_days: int
    police: tuple[str, ...]

    def accepted(self, table: str) -> pl.DataFrame:
        """Rows of a table as the systems recorded them: before linking makes one case of two."""
        frames = [extract.accepted[table] for extract in self.extracts if table in extract.accepted]
        return pl.concat([schema.empty(table), *frames])

    def cases(self) -> pl.DataFrame:
        """Cases with the month in which they were opened."""
        return self.accepted("Cases").with_columns(month=pl.col("opened_on").dt.month_start())

    def open_cases(self) -> pl.DataFrame:
        """Cases that nobody has closed or dealt with."""
        return self.cases().filter(pl.col("closed_on").is_null() & pl.col("dealt_on").is_null())

    def before(self, months: int) -> date:
        """The as-of date so many months ago."""
        return pl.select(pl.lit(self.as_of).dt.offset_by(f"-{months}mo")).item()


def _counted(frame: pl.DataFrame, count: pl.Expr, of: pl.Expr | None = None) -> pl.DataFrame:
    """Counts and denominators by source, service and month (those of them that the frame has)."""
    keys = [name for name in ("source", "service", "month") if name in frame.columns]
    of = pl.lit(True) if of is None else of
    sums = frame.filter(of).group_by(keys).agg(count.fill_null(False).sum().alias("count"), pl.len().alias("of"))
    absent = [pl.lit(None, pl.String).alias("service")] if "service" not in keys else []
    absent += [pl.lit(None, pl.Date).alias("month")] if "month" not in keys else []
    return sums.with_columns(absent)


def _recorded(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Rows of the sources that record a column at all."""
    using = frame.filter(pl.col(column).is_not_null())["source"].unique()
    return frame.filter(pl.col("source").is_in(using.implode()))


def _not_uploaded(evidence: Evidence) -> pl.DataFrame:
    cases = evidence.cases()
    police = cases.filter(pl.col("source").is_in(evidence.police))
    council = cases.filter(~pl.col("source").is_in(evidence.police))
    citing = council["external_ref"].drop_nulls()
    known = pl.col("external_ref").is_not_null() | pl.col("case_id").is_in(citing.implode())
    return _counted(police, ~known) if len(council) else _counted(police.head(0), ~known)


def _unlinked(evidence: Evidence) -> pl.DataFrame:
    """Incidents that belong to a case and lack its number, among the incidents that belong to one.

    Where every incident is told in its case's own row (its number begins with the case's) none can lack it: such a
    system is not counted.
    """
    given = evidence.records.extras["linked_incidents"].select("incident_id", given=pl.lit(True))
    incidents = evidence.records["Incidents"].join(given, on="incident_id", how="left")
    own_row = pl.col("incident_id").str.starts_with(pl.col("case_id") + "/").fill_null(False).all().over("source")
    of_case = incidents.filter(pl.col("case_id").is_not_null() & ~own_row).with_columns(
        month=pl.col("occurred_on").dt.month_start()
    )
    return _counted(of_case, pl.col("given"))


def _reasons(evidence: Evidence, *phrases: str) -> pl.DataFrame:
    """Rows of each extract that were set aside for a reason that holds one of the phrases, among the rows read.

    A row that merely begins after the as-of date has no fault: it is counted neither here nor there.
    """
    rows: list[dict[str, object]] = []
    for extract in evidence.extracts:
        reasons = (
            extract.rejected["reasons"].list.join("\n") if len(extract.rejected) else pl.Series([], dtype=pl.String)
        )
        hit = pl.Series([False] * len(reasons), dtype=pl.Boolean)
        for phrase in phrases:
            hit = hit | reasons.str.contains(phrase, literal=True)
        later = extract.only_later
        rows.append(
            {
                "source": _source(extract),
                "service": None,
                "month": None,
                "count": int((hit & ~later).sum()),
                "of": extract.rows_read - int(later.sum()),
            }
        )
    return _frame(rows)


def _source(extract: Extract) -> str:
    """The source that an extract's rows are recorded under, else its name."""
    for frame in extract.accepted.values():
        if "source" in frame.columns and len(frame):
            return str(frame["source"][0])
    return extract.name


def _frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    kinds = {"source": pl.String, "service": pl.String, "month": pl.Date, "count": pl.Int64, "of": pl.Int64}
    return pl.DataFrame(rows, schema=kinds)


def _wrong_dates(evidence: Evidence) -> pl.DataFrame:
    return _reasons(evidence, *_WRONG)


def _future_dates(evidence: Evidence) -> pl.DataFrame:
    return _reasons(evidence, _FUTURE)


def _rejected(evidence: Evidence) -> pl.DataFrame:
    return _reasons(evidence, "")


def _dealt_but_open(evidence: Evidence) -> pl.DataFrame:
    """Cases that were dealt with (a date, or a word of closure) and have no closing date."""
    cases = evidence.cases()
    dealt = pl.col("dealt_on").is_not_null() | pl.col("closure").is_not_null()
    return _counted(cases, pl.col("closed_on").is_null(), dealt | pl.col("closed_on").is_not_null())


def _outcome_unknown(evidence: Evidence) -> pl.DataFrame:
    """Closed cases without an outcome, or with one in no code list, of the systems that write outcomes down."""
    cases = evidence.cases()
    words = evidence.records.extras["unmapped"].filter(pl.col("list") == "closures")["source"]
    writing = pl.concat([cases.filter(pl.col("closure").is_not_null())["source"], words]).unique()
    closed = pl.col("closed_on").is_not_null() & pl.col("source").is_in(writing.implode())
    return _counted(cases, pl.col("closure").is_null(), closed)


def _no_action(evidence: Evidence) -> pl.DataFrame:
    """Open cases of the systems that record actions, by a date of the last one or by an action log.

    A list that holds one intervention a case, in the case's own row, is no log of actions: it cannot tell.
    """
    actions = evidence.accepted("Interventions").with_columns(each=pl.len().over("source", "case_id"))
    logging = actions.filter(pl.col("case_id").is_not_null() & (pl.col("each") > 1))["source"].unique()
    kept = actions.filter(pl.col("source").is_null() | pl.col("source").is_in(logging.implode()))
    log = kept.group_by("case_id").agg(pl.max("started_on").alias("logged_on"))
    cases = evidence.open_cases().join(log.drop_nulls(), on="case_id", how="left")
    acted = cases.with_columns(last_action_on=pl.max_horizontal("last_action_on", "logged_on"))
    last = pl.max_horizontal("last_action_on", "responded_on", "opened_on")
    recorded = _recorded(acted, "last_action_on")
    return _counted(recorded, last < evidence.before(MONTHS_WITHOUT_ACTION))


def _open_over(months: int) -> Callable[[Evidence], pl.DataFrame]:
    def test(evidence: Evidence) -> pl.DataFrame:
        return _counted(evidence.open_cases(), pl.col("opened_on") < evidence.before(months))

    return test


def _no_response(evidence: Evidence) -> pl.DataFrame:
    cases = _recorded(evidence.cases(), "responded_on")
    due = pl.col("opened_on") + pl.duration(days=evidence.response_days)
    late = pl.col("responded_on").is_null() | (pl.col("responded_on") > due)
    return _counted(cases, late, due <= evidence.as_of)


def _no_lead(evidence: Evidence) -> pl.DataFrame:
    return _counted(evidence.cases(), ~pl.col("has_lead"), pl.col("has_lead").is_not_null())


def _not_accepted(evidence: Evidence) -> pl.DataFrame:
    due = pl.col("referred_on") + pl.duration(days=evidence.referral_days)
    return _counted(evidence.cases(), pl.col("accepted_on").is_null(), due <= evidence.as_of)


def _super_cases(evidence: Evidence) -> pl.DataFrame:
    """Cases that name a super case and go on under the number of the first case of its chain."""
    same = evidence.records.extras["same_cases"].filter(pl.col("how") == "super_case")
    cases = evidence.cases()
    joined = pl.col("case_id").is_in(same["case_id"].implode())
    return _counted(cases, joined, naming())


def _duplicates(evidence: Evidence) -> pl.DataFrame:
    again = evidence.records.extras["duplicates"].select("incident_id", again=pl.lit(True))
    incidents = evidence.accepted("Incidents").with_columns(month=pl.col("occurred_on").dt.month_start())
    return _counted(incidents.join(again, on="incident_id", how="left"), pl.col("again"))


def _unmapped(evidence: Evidence) -> pl.DataFrame:
    rows: list[dict[str, object]] = []
    for extract in evidence.extracts:
        if "code" in extract.columns.values() or "scheme" in extract.columns.values():
            count = min(int(extract.unmapped["rows"].sum()), extract.rows_read)
            rows.append(
                {"source": _source(extract), "service": None, "month": None, "count": count, "of": extract.rows_read}
            )
    return _frame(rows)


def _empty_months(evidence: Evidence) -> pl.DataFrame:
    return _counted(evidence.records.coverage, ~pl.col("covered"))


def _survey_sent(evidence: Evidence) -> pl.DataFrame:
    surveys = evidence.accepted("Surveys").select("case_id", sent=pl.lit(True)).unique("case_id")
    if not len(surveys):
        return _counted(evidence.cases().head(0), pl.lit(True))
    closed = evidence.cases().filter(~pl.col("source").is_in(evidence.police)).join(surveys, on="case_id", how="left")
    due = pl.col("closed_on") + timedelta(days=evidence.survey_days)
    return _counted(closed, pl.col("sent"), (due <= evidence.as_of) | pl.col("sent").fill_null(False))


def _survey_returned(evidence: Evidence) -> pl.DataFrame:
    cases = evidence.cases().select("case_id", "source", "service").unique("case_id")
    surveys = evidence.accepted("Surveys").join(cases, on="case_id", how="left", maintain_order="left")
    dated = surveys.with_columns(pl.col("source").fill_null("surveys"), month=pl.col("sent_on").dt.month_start())
    return _counted(dated, pl.col("returned_on").is_not_null())


TESTS: tuple[tuple[Test, Callable[[Evidence], pl.DataFrame]], ...] = (
    (Test("rows_rejected", "Rows set aside", "rows read"), _rejected),
    (Test("police_not_uploaded", "Police cases not uploaded", "police cases"), _not_uploaded),
    (Test("incidents_unlinked", "Incidents not linked to their case", "incidents of a case"), _unlinked),
    (Test("dates_wrong", "Dates wrong", "rows read"), _wrong_dates),
    (Test("dates_in_the_future", "Dates in the future", "rows read"), _future_dates),
    (Test("dealt_but_open", "Cases dealt with but open", "cases closed or dealt with"), _dealt_but_open),
    (Test("outcome_unknown", "Closed, outcome not known", "cases closed"), _outcome_unknown),
    (Test("no_action", "No action for three months", "open cases"), _no_action),
    (Test("open_over_6_months", "Open over 6 months", "open cases"), _open_over(6)),
    (Test("open_over_12_months", "Open over 12 months", "open cases"), _open_over(12)),
    (Test("open_over_24_months", "Open over 24 months", "open cases"), _open_over(24)),
    (Test("no_first_response", "No first response within target", "cases whose target has passed"), _no_response),
    (Test("no_lead_officer", "No lead officer", "cases that record one or none"), _no_lead),
    (Test("referral_not_accepted", "Referral not accepted", "cases referred to another service"), _not_accepted),
    (Test("duplicates", "Reports that repeat another system's", "reports"), _duplicates),
    (Test("super_cases", "Cases that go on under an earlier one", "cases that name a super case"), _super_cases),
    (Test("unmapped_codes", "Words in no code list", "rows read"), _unmapped),
    (Test("months_without_records", "Months without any record", "months of each system"), _empty_months),
    (Test("survey_sent", "Closure survey sent", "cases closed", good=True), _survey_sent),
    (Test("survey_returned", "Closure survey returned", "surveys sent", good=True), _survey_returned),
)


def tested(evidence: Evidence) -> Iterator[tuple[Test, pl.DataFrame]]:
    """Every test with what it found."""
    for test, run in TESTS:
        yield test, run(evidence)
