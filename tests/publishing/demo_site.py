"""An invented partnership, small enough to read, with one scheme of every kind of result. Every figure is made up."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from evaluation.publishing.pages import SiteContent
from evaluation.publishing.release import Rules, release_finding
from evaluation.register import Scheme

AS_OF = date(2012, 12, 31)
RULES = Rules()


def curve(name: str, arm: str, label: str, yearly: float, people: int, *, rising: bool = False) -> dict[str, Any]:
    """A curve that loses (or gains) `yearly` of 1 within 365 days, on a 30-day grid."""
    points = []
    for day in range(0, 366, 30):
        done = 1 - (1 - yearly) ** (day / 365)
        value = done if rising else 1 - done
        half = 1.96 * math.sqrt(max(done * (1 - done), 1e-9) / people) if day else 0.0
        points.append(
            {"time": day, "value": round(value, 4), "low": round(max(value - half, 0), 4),
             "high": round(min(value + half, 1), 4), "n_risk": int(people * (1 - 0.8 * done)), "n_event": 12}
        )  # fmt: skip
    return {"name": name, "arm": arm, "label": label, "points": points}


def finding(
    scheme: str, title: str, value: float, low: float, high: float, grade: str, people: int = 104
) -> dict[str, Any]:
    """A finding in the shape of the comparison room."""
    compared = 0.43
    return {
        "study": scheme, "scheme": scheme, "title": title, "question": f"Do people have fewer repeats after {title.lower()}?",
        "status": "estimated", "reason": None, "as_of": AS_OF.isoformat(),
        "period": {"from": "2008-01-01", "to": AS_OF.isoformat()},
        "protocol": {"eligible": "People with a first case from 2008", "time zero": "The case’s opening", "outcome": "First repeat"},
        "numbers": {"people": people * 4},
        "attrition": [
            {"step": "cases in the extracts", "people": people * 9}, {"step": "eligible", "people": people * 6},
            {"step": "referred", "people": people * 2}, {"step": "helped", "people": people},
        ],
        "effects": [
            {"name": "risk_difference_365", "value": value, "low": low, "high": high, "level": 0.95, "unit": "share of people",
             "n_treated": people, "n_compared": people * 4, "rows_compared": 2210, "events_treated": 33,
             "events_compared": 171, "population": "overlap", "method": "per_protocol"},
            {"name": "hazard_ratio", "value": 0.7, "low": 0.5, "high": 0.97, "level": 0.95, "unit": "ratio", "n_treated": people,
             "n_compared": people * 4, "population": "overlap", "method": "per_protocol"},
        ],
        "curves": [
            curve("no_repeat", "treated", title, compared + value, people),
            curve("no_repeat", "compared", f"Similar people, no {title.lower()}", compared, people * 4),
            curve("resolved", "treated", title, 0.7, people, rising=True),
            curve("resolved", "compared", "Similar cases", 0.55, people * 4, rising=True),
        ],
        "checks": [
            {"name": "balance", "verdict": "pass", "text": "Every difference is under 0.1 after weighting."},
            {"name": "unmeasured", "verdict": "info", "text": "Something linked 1.2 times with both sides would remove the effect."},
        ],
        "balance": [
            {"term": "reports in the year before", "before": 0.41, "after": 0.04}, {"term": "council tenant", "before": 0.33, "after": 0.02},
            {"term": "noise", "before": 0.52, "after": -0.07},
        ],
        "naive": [{"name": "before_after", "value": -0.42, "text": "Incidents fell by 42 of 100 after the scheme. They fell for everybody."}],
        "evidence": {"maryland": 3, "grade": grade, "reasons": ["the groups are alike", "those who declined are different"]},
        "can_say": [f"People who had {title.lower()} had fewer repeat incidents than similar people who did not."],
        "cannot_say": [f"{title} works for every dispute. The service turned hard cases away."],
        "needed": {"people": 140, "text": "About 140 more people, at this pace until June 2014."},
        "assumptions": ["everything that decides who is helped, and matters, was recorded"], "coverage": [],
        "sources": ["FLARE", "CEDAR"],
    }  # fmt: skip


def refused(scheme: str, title: str) -> dict[str, Any]:
    """A finding that cannot be said."""
    return {
        "study": scheme, "scheme": scheme, "title": title, "status": "cannot_be_said", "as_of": AS_OF.isoformat(),
        "reason": "only a handful of families were helped", "attrition": [{"step": "families referred", "people": 25}],
        "effects": [], "checks": [], "naive": [], "evidence": {"maryland": None, "grade": None, "reasons": []},
        "can_say": ["Nothing about repeats."], "cannot_say": ["Half were resolved. That is the worker’s own estimate."],
        "needed": {"people": 140, "text": "About 140 more families."}, "coverage": [], "sources": ["I-World"],
    }  # fmt: skip


def scheme(key: str, title: str, **more: Any) -> Scheme:
    """A scheme record with defaults."""
    given: dict[str, Any] = {
        "id": key, "title": title, "kind": "intervention", "problem": "Neighbour disputes", "area": "Whole borough",
        "status": "live", "lead": "Community Safety Manager", "synthetic": True,
        "description": f"{title}: what it does, in a sentence.",
        "cost": {"amount": "410.00", "unit": "case", "year": 2012, "source": "Partnership’s own figures"},
        "decision": {"text": "Widen to noise cases", "who": "Strategy group", "by": date(2013, 1, 29)},
        "objective": {"text": "People with no repeat in a year", "number": 60, "unit": "of 100", "owner": "Service manager",
                      "by": date(2013, 12, 31)},
        "lessons": ("Ring both sides within five working days",), "good_practice": "Meet within ten days of the report",
        "history": ({"day": date(2010, 4, 1), "what": "Scheme starts"},),
        "last_reviewed": date(2012, 11, 12), "funding_end": date(2013, 3, 31), "body": f"## About it\n\n{title} is **voluntary**.\n",
    }  # fmt: skip
    return Scheme.model_validate({**given, **more})


SCHEMES = (
    scheme(
        "mediation", "Mediation",
        sources=({"document": "Oxford scrutiny review, 2009", "where": "recommendation 9", "says": "The success rate should be reviewed."},),
    ),
    scheme("abcs", "Acceptable Behaviour Contracts", problem="Threats and harassment"),
    scheme("asbos", "ASBOs", kind="enforcement", problem="Threats and harassment", status="ended",
           decision={"text": "Stopped", "who": "Strategy group", "agreed_on": date(2012, 4, 30)}),
    scheme("letters", "Warning letters", problem="All problems", cost=None, objective=None),
    scheme("family_support", "Family support co-ordinator", problem="Complex needs"),
    scheme("fire", "Fire prevention project", kind="prevention", status="planned", area="Eastfield", cost=None),
    scheme("wardens", "Wardens in schools", kind="prevention", status="failed", lessons=(), history=()),
    scheme("walkabouts", "Walkabouts", kind="prevention", problem="Public space", good_practice=None, last_reviewed=None),
)  # fmt: skip

FINDINGS = (
    finding("mediation", "Mediation", -0.11, -0.21, -0.01, "moderate"),
    finding("abcs", "Acceptable Behaviour Contracts", -0.04, -0.19, 0.11, "low"),
    finding("asbos", "ASBOs", 0.07, 0.01, 0.13, "low"),
    finding("letters", "Warning letters", 0.0, -0.03, 0.04, "high", people=900),
    refused("family_support", "Family support"),
)


def content(**more: Any) -> SiteContent:
    """The whole site’s content; keywords replace parts of it."""
    given: dict[str, Any] = {
        "name": "Wexbourne", "as_of": AS_OF, "synthetic": True,
        "notice": "Wexbourne, its schemes and its figures are invented.",
        "schemes": SCHEMES, "findings": tuple(release_finding(found, RULES) for found in FINDINGS),
    }  # fmt: skip
    return SiteContent(**{**given, **more})
