"""An invented partnership, small enough to read, with one scheme of every kind of result. Every figure is made up."""

from __future__ import annotations

import atexit
import math
import shutil
import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from evaluation.publishing.pages import SiteContent
from evaluation.publishing.release import (
    Rules,
    release_contract,
    release_finding,
    release_income,
    release_quality,
    release_tables,
)
from evaluation.register import Scheme

AS_OF = date(2012, 12, 31)
REPOSITORY = Path(__file__).resolve().parents[2]


@cache
def source() -> Path:
    """The source project without the package's own documentation, which other tests look after."""
    folder = Path(tempfile.mkdtemp(prefix="site-source-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    left_out = shutil.ignore_patterns("docs", "schemes", "_site")
    return Path(shutil.copytree(REPOSITORY / "site", folder / "site", ignore=left_out))


RULES = Rules()


def curve(name: str, arm: str, label: str, yearly: float, people: int, *, rising: bool = False) -> dict[str, Any]:
    """A curve that loses (or gains) `yearly` of 1 within 365 days, on a 30-day grid."""
    points = []
    for day in range(0, 366, 30):
        done = 1 - (1 - yearly) ** (day / 365)
        value = done if rising else 1 - done
        half = 1.96 * math.sqrt(max(done * (1 - done), 1e-9) / people) if day else 0.0
        points.append(
            {
                "time": day,
                "value": round(value, 4),
                "low": round(max(value - half, 0), 4),
                "high": round(min(value + half, 1), 4),
                "n_risk": int(people * (1 - 0.8 * done)),
                "n_event": 12,
            }
        )
    return {"name": name, "arm": arm, "label": label, "points": points}


def finding(
    scheme: str, title: str, value: float, low: float, high: float, grade: str, people: int = 104
) -> dict[str, Any]:
    """A finding in the shape of the comparison room."""
    compared = 0.43
    return {
        "study": scheme,
        "scheme": scheme,
        "title": title,
        "question": f"Do people have fewer repeats after {title.lower()}?",
        "status": "estimated",
        "reason": None,
        "as_of": AS_OF.isoformat(),
        "period": {"from": "2008-01-01", "to": AS_OF.isoformat()},
        "protocol": {
            "eligible": "People with a first case from 2008",
            "time zero": "The case’s opening",
            "outcome": "First repeat",
        },
        "numbers": {"people": people * 4},
        "attrition": [
            {"step": "cases in the extracts", "people": people * 9},
            {"step": "eligible", "people": people * 6},
            {"step": "referred", "people": people * 2},
            {"step": "helped", "people": people},
        ],
        "effects": [
            {
                "name": "risk_difference_365",
                "value": value,
                "low": low,
                "high": high,
                "level": 0.95,
                "unit": "share of people",
                "n_treated": people,
                "n_compared": people * 4,
                "rows_compared": 2210,
                "events_treated": 33,
                "events_compared": 171,
                "population": "overlap",
                "method": "per_protocol",
            },
            {
                "name": "hazard_ratio",
                "value": 0.7,
                "low": 0.5,
                "high": 0.97,
                "level": 0.95,
                "unit": "ratio",
                "n_treated": people,
                "n_compared": people * 4,
                "population": "overlap",
                "method": "per_protocol",
            },
        ],
        "curves": [
            curve("no_repeat", "treated", title, compared + value, people),
            curve("no_repeat", "compared", f"Similar people, no {title.lower()}", compared, people * 4),
            curve("first_case_no_repeat", "all", "All people", 0.5, people * 5),
            curve("case_resolved", "all", "All cases", 0.66, people * 5, rising=True),
        ],
        "checks": [
            {"name": "balance", "verdict": "pass", "text": "Every difference is under 0.1 after weighting."},
            {
                "name": "unmeasured",
                "verdict": "info",
                "text": "Something linked 1.2 times with both sides would remove the effect.",
            },
        ],
        "balance": [
            {"term": "reports in the year before", "before": 0.41, "after": 0.04},
            {"term": "council tenant", "before": 0.33, "after": 0.02},
            {"term": "noise", "before": 0.52, "after": -0.07},
        ],
        "naive": [
            {
                "name": "before_after",
                "value": -0.42,
                "text": "Incidents fell by 42 of 100 after the scheme. They fell for everybody.",
            }
        ],
        "evidence": {
            "maryland": 3,
            "grade": grade,
            "reasons": ["the groups are alike", "those who declined are different"],
        },
        "can_say": [f"People who had {title.lower()} had fewer repeat incidents than similar people who did not."],
        "cannot_say": [f"{title} works for every dispute. The service turned hard cases away."],
        "needed": {"people": 140, "text": "About 140 more people, at this pace until June 2014."},
        "assumptions": ["everything that decides who is helped, and matters, was recorded"],
        "coverage": [],
        "sources": ["FLARE", "CEDAR"],
    }


def refused(scheme: str, title: str) -> dict[str, Any]:
    """A finding that cannot be said."""
    return {
        "study": scheme,
        "scheme": scheme,
        "title": title,
        "status": "cannot_be_said",
        "as_of": AS_OF.isoformat(),
        "reason": "only a handful of families were helped",
        "attrition": [{"step": "families referred", "people": 25}],
        "effects": [],
        "checks": [],
        "naive": [],
        "evidence": {"maryland": None, "grade": None, "reasons": []},
        "can_say": ["Nothing about repeats."],
        "cannot_say": ["Half were resolved. That is the worker’s own estimate."],
        "needed": {"people": 140, "text": "About 140 more families."},
        "coverage": [],
        "sources": ["I-World"],
    }


def scheme(key: str, title: str, **more: Any) -> Scheme:
    """A scheme record with defaults."""
    given: dict[str, Any] = {
        "id": key,
        "title": title,
        "kind": "intervention",
        "problem": "Neighbour disputes",
        "area": "Whole borough",
        "status": "live",
        "lead": "Community Safety Manager",
        "synthetic": True,
        "description": f"{title}: what it does, in a sentence.",
        "cost": {"amount": "410.00", "unit": "case", "year": 2012, "source": "Partnership’s own figures"},
        "decision": {"text": "Widen to noise cases", "who": "Strategy group", "by": date(2013, 1, 29)},
        "objective": {
            "text": "People with no repeat in a year",
            "number": 60,
            "unit": "of 100",
            "owner": "Service manager",
            "by": date(2013, 12, 31),
        },
        "lessons": ("Ring both sides within five working days",),
        "good_practice": "Meet within ten days of the report",
        "history": ({"day": date(2010, 4, 1), "what": "Scheme starts"},),
        "last_reviewed": date(2012, 11, 12),
        "funding_end": date(2013, 3, 31),
        "body": f"## About it\n\n{title} is **voluntary**.\n",
    }
    return Scheme.model_validate({**given, **more})


SCHEMES = (
    scheme(
        "mediation",
        "Mediation",
        sources=(
            {
                "document": "Oxford scrutiny review, 2009",
                "where": "recommendation 9",
                "says": "The success rate should be reviewed.",
            },
        ),
    ),
    scheme("abcs", "Acceptable Behaviour Contracts", problem="Threats and harassment"),
    scheme(
        "asbos",
        "ASBOs",
        kind="enforcement",
        problem="Threats and harassment",
        status="ended",
        decision={"text": "Stopped", "who": "Strategy group", "agreed_on": date(2012, 4, 30)},
    ),
    scheme("letters", "Warning letters", problem="All problems", cost=None, objective=None),
    scheme("family_support", "Family support co-ordinator", problem="Complex needs"),
    scheme("fire", "Fire prevention project", kind="prevention", status="planned", area="Eastfield", cost=None),
    scheme("wardens", "Wardens in schools", kind="prevention", status="failed", lessons=(), history=()),
    scheme("city_counselling", "City Counselling", kind="contract", problem="Complex needs"),
    scheme(
        "walkabouts", "Walkabouts", kind="prevention", problem="Public space", good_practice=None, last_reviewed=None
    ),
)

FINDINGS = (
    finding("mediation", "Mediation", -0.11, -0.21, -0.01, "moderate"),
    finding("abcs", "Acceptable Behaviour Contracts", -0.04, -0.19, 0.11, "low"),
    finding("asbos", "ASBOs", 0.07, 0.01, 0.13, "low"),
    finding("letters", "Warning letters", 0.0, -0.03, 0.04, "high", people=900),
    refused("family_support", "Family support"),
)


def share(achieved: int, known: int, missing: int) -> dict[str, Any]:
    """A share with what is known of it."""
    everybody = known + missing
    return {
        "n_achieved": achieved,
        "n_known": known,
        "share": achieved / known,
        "low": achieved / known - 0.1,
        "high": achieved / known + 0.1,
        "bounds": {
            "n_missing": missing,
            "known_share": known / everybody,
            "worst_share": achieved / everybody,
            "best_share": (achieved + missing) / everybody,
        },
    }


def verdict(word: str, text: str, sentence: str) -> dict[str, Any]:
    """A verdict in the shape of the commissioning room."""
    return {"word": word, "text": text, "sentence": sentence, "probability": {"value": 0.4, "low": 0.1, "high": 0.9}}


def months(first: int, count: int) -> list[str]:
    """ISO days of the first of `count` months from January of a year."""
    return [f"{first + i // 12}-{i % 12 + 1:02d}-01" for i in range(count)]


def contract() -> dict[str, Any]:
    """A contract that delivers what it promised and cannot show an outcome."""
    attended = [
        0.72,
        0.70,
        0.74,
        0.71,
        0.69,
        0.73,
        0.75,
        0.72,
        0.70,
        0.71,
        0.74,
        0.73,
        0.69,
        0.72,
        0.51,
        0.70,
        0.73,
        0.71,
    ]
    points = [
        {
            "on": day,
            "value": value,
            "stretch_index": 0,
            "mean": 0.72,
            "lower": 0.66,
            "upper": 0.79,
            "special": ["outside"] if value < 0.6 else [],
        }
        for day, value in zip(months(2011, len(attended)), attended, strict=True)
    ]
    sizes = [20, 40, 60, 80, 120]
    return {
        "contract": "city_counselling",
        "title": "City Counselling",
        "scheme": "city_counselling",
        "provider": "Larkfield (invented)",
        "synthetic": True,
        "owner": "Contracts Manager",
        "lead": "Head of Community Safety",
        "purpose": "People in repeat disputes get well enough to live beside their neighbours",
        "term": {"from": "2010-04-01", "to": "2013-03-31"},
        "funding_ends": "2013-03-31",
        "value_total": "186300.00",
        "as_of": AS_OF.isoformat(),
        "verdict": {
            "word": "outcomes_not_evidenced",
            "text": "Outcomes not evidenced",
            "sentence": "What it delivers may be known; whether anyone is better for it is not.",
        },
        "decision": {
            "on": "2013-03-31",
            "kind": "contract_end",
            "text": "The contract ends",
            "decide_by": "2013-01-29",
            "days": 29,
        },
        "outputs": [
            {
                "name": "attendance_share",
                "definition": "Sessions attended of those booked",
                "target": 0.7,
                "unit": "share of sessions",
                "owner": "Contracts Manager",
                "state": "meets",
                "latest": {"value": 0.71},
                "period_end": "2012-06-30",
                "chart": {"points": points, "sentence": "One month stands out and has a known cause."},
            }
        ],
        "outcomes": [
            {
                "name": "reliably_better",
                "definition": "Clients reliably better",
                "kind": "reliable_improvement",
                "target": 0.5,
                "target_date": "2012-12-31",
                "owner": "Head of Community Safety",
                "result": share(60, 130, 215),
                "finding": None,
                "verdict": verdict("too_incomplete", "Collected, but too incomplete to say", "Too many are missing."),
            }
        ],
        "delivery": {
            "n_referred": 420,
            "n_started": 390,
            "n_finished": 345,
            "waiting": {"median": 14.0, "longest_tenth_days": 40.0},
            "sessions": {"n_offered": 2400, "n_attended": 1730, "share": 0.72},
        },
        "counselling": {
            "instrument": "PHQ-9",
            "scale": {"reliable_change_value": 6.0},
            "improvement": share(60, 130, 215),
            "warning": "A gain between first and last score is not an effect of the service.",
        },
        "satisfaction": {
            "here": {"name": "city_counselling", "n_sent": 60, "n_returned": 40, "satisfied": share(30, 40, 20)}
        },
        "funnels": [
            {
                "name": "resolved_by_area",
                "title": "Cases resolved, by area",
                "unit": "area",
                "target": 0.6,
                "sentence": "1 of 4 differs from the rest by more than chance explains.",
                "units": [
                    {"label": f"Ward {i}", "n_total": size, "n_achieved": size // 2, "share": rate, "flag": flag}
                    for i, (size, rate, flag) in enumerate(
                        zip(
                            sizes,
                            (0.6, 0.55, 0.65, 0.35, 0.6),
                            ("inside", "inside", "inside", "low_998", "inside"),
                            strict=True,
                        )
                    )
                ],
                "lines": [
                    {
                        "size": size,
                        "low_95": 0.6 - 2 / size**0.5,
                        "high_95": 0.6 + 2 / size**0.5,
                        "low_998": 0.6 - 3 / size**0.5,
                        "high_998": 0.6 + 3 / size**0.5,
                    }
                    for size in (16, 40, 80, 130)
                ],
            }
        ],
        "returns": {"figures": {"on_time_index": 9, "late_index": 2, "overdue_index": 1, "changed_index": 0}},
        "value": {
            "spent": "170988.00",
            "spent_low": "168000.00",
            "spent_high": "172000.00",
            "costs": [
                {"name": "person seen", "n_units": 390, "value": 438.0, "low": 431.0, "high": 441.0, "text": "…"}
            ],
            "benefit": {"value": None, "low": None, "high": None},
            "worth": {"value": None},
            "lost": "If the funding ends on 2013-03-31, what is lost cannot be said.",
            "cautions": ["No study has been run."],
        },
        "scenarios": [{"name": "continue", "cost": "62100.00", "n_people": 130, "averted": None}],
        "calendar": [
            {"on": "2012-04-18", "text": "Review meeting", "decide_by": None, "state": "past"},
            {"on": "2013-03-31", "text": "The contract ends", "decide_by": "2013-01-29", "state": "soon"},
        ],
        "evidence": None,
        "source": [
            {
                "document": "Internal audit report, 2012",
                "section": "7.6",
                "fact": "Its outcomes were not monitored.",
                "quote": "",
            }
        ],
    }


INCOME = {
    "as_of": AS_OF.isoformat(),
    "awarded": "48230.00",
    "varied": "-1150.00",
    "paid": "21436.50",
    "remitted": "2300.00",
    "written_off": "3120.00",
    "outstanding": "20223.50",
    "receipts": {"received": "21848.50", "allocated": "21436.50", "unmatched": "412.00", "refunded": "0.00"},
    "counts": {"orders": 85, "open_orders": 54, "receipts": 206},
    "completeness": [
        {"item": "prosecutions", "count": 93},
        {"item": "prosecutions_without_order_unexplained", "count": 12},
        {"item": "order_numbers_missing", "count": 0},
    ],
    "ageing": [
        {"band": "not yet due", "orders": 30, "amount": "6480.00"},
        {"band": "1-30 days", "orders": 20, "amount": "3215.50"},
        {"band": "31-90 days", "orders": 15, "amount": "4890.00"},
        {"band": "over 365 days", "orders": 12, "amount": "5638.00"},
    ],
    "rules": [],
    "unmatched": [],
    "months": [],
    "claimed_and_awarded": [],
    "sentence": "",
}

QUALITY = {
    "coverage": [
        {
            "source": source,
            "month": day,
            "records": 120,
            "covered": not (source == "CEDAR" and day[5:7] in ("08", "09")),
        }
        for source in ("FLARE", "CEDAR")
        for day in months(2011, 24)
    ],
    "missing_sources": ["PSS Live"],
    "tests": [
        {
            "test": "not_closed",
            "title": "Closed but not marked closed",
            "among": "cases",
            "count": 40,
            "of": 200,
            "share": 0.2,
        },
        {
            "test": "no_survey",
            "title": "Survey sent at closure",
            "among": "closed cases",
            "count": 0,
            "of": 0,
            "share": None,
        },
    ],
    "tests_by_system": [
        {
            "test": "not_closed",
            "title": "Closed but not marked closed",
            "among": "cases",
            "source": source,
            "count": 20,
            "of": 100,
            "share": 0.2,
        }
        for source in ("FLARE", "CEDAR")
    ],
    "tests_by_month": [
        {
            "test": "not_closed",
            "title": "Closed but not marked closed",
            "among": "cases",
            "month": day,
            "count": 10,
            "of": 50,
            "share": 0.2,
        }
        for day in months(2012, 6)
    ],
    "extracts": [{"name": "FLARE", "mapping": "flare", "rows_read": 1200, "rows_accepted": 1150, "rows_rejected": 50}],
    "notes": ["Police and council both hold 1,200 incidents; each is counted once"],
}


WARDS = ("Eastfield", "Northbrook", "Southmead")


@cache
def tables() -> tuple[Any, ...]:
    """Published tables of counts: wards by month, cases by age, the ladder."""
    import polars as pl

    from evaluation.aggregates import hierarchies, with_margins

    incidents = [
        {"ward": ward, "year": day[:7], "person": f"{ward}{day}{i}"}
        for place, ward in enumerate(WARDS)
        for n, day in enumerate(months(2011, 24))
        for i in range(20 + 5 * place + n % 4 * 3)
    ]
    states = {"open for up to 6 months": 40, "open for over 6 months": 80,
              "dealt with, never marked as closed": 60, "resolved": 180}  # fmt: skip
    cases = [
        {"service": service, "state": state, "person": f"{service}{state}{i}"}
        for service in ("Police", "Tenancy")
        for state, count in states.items()
        for i in range(count)
    ]
    steps = {("warning", "warning"): 300, ("warning", "contract"): 30, ("warning", "order"): 20,
             ("contract", "contract"): 60, ("contract", "order"): 15, ("order", "order"): 25,
             ("order", "possession"): 11, ("possession", "possession"): 12}  # fmt: skip
    people = [
        {"first_rung": first, "highest_rung": highest, "person": f"{first}{highest}{i}"}
        for (first, highest), count in steps.items()
        for i in range(count)
    ]
    frames = {
        "incidents_by_ward_and_month": with_margins(pl.DataFrame(incidents), ["ward", "year"], in_parts=True),
        "caseload_by_service_and_state": with_margins(pl.DataFrame(cases), ["service", "state"], in_parts=True),
        "ladder_by_first_and_highest_rung": with_margins(
            pl.DataFrame(people), ["first_rung", "highest_rung"], in_parts=True
        ),
    }
    counted = {name: name.partition("_by_")[0] for name in frames}
    return release_tables(frames, RULES, hierarchies=hierarchies(frames.values()), measures=counted)[0]


def content(**more: Any) -> SiteContent:
    """The whole site’s content; keywords replace parts of it."""
    given: dict[str, Any] = {
        "name": "Wexbourne",
        "as_of": AS_OF,
        "synthetic": True,
        "notice": "Wexbourne, its schemes and its figures are invented.",
        "schemes": SCHEMES,
        "findings": tuple(release_finding(found, RULES) for found in FINDINGS),
        "contracts": (release_contract(contract(), RULES),),
        "income": release_income(INCOME, RULES),
        "quality": release_quality(QUALITY, RULES),
        "tables": tables(),
    }
    return SiteContent(**{**given, **more})
