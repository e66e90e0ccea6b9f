"""The page a new scheme starts from."""

from __future__ import annotations

import re

from evaluation.errors import UsageError
from evaluation.register.scheme import OPEN_BODY, OPEN_DAY, OPEN_DECIDER, OPEN_DECISION, OPEN_LEAD, Kind

_PAGE = """\
---
title: "{title}"
also_called: []            # the names that extracts use, for example ["mediation service"]
kind: {kind}         # intervention, prevention, enforcement or contract
problem: "{problem}"
area: "{area}"
status: planned            # planned, live, pilot, ended, failed or inconclusive
lead: "{lead}"             # a role, never a person's name
provider: null
started_on: null           # for example 2012-04-01
ended_on: null
cost: null                 # or {{amount: "410.00", unit: "case", year: 2012, source: "…"}}
funding_end: null
objective: null            # or {{text: "…", number: 60, unit: "of 100 cases", owner: "a role", by: 2013-12-31}}
decision:
  text: "{decision}"
  who: "{who}"
  by: {by}           # the last day for it, or agreed_on: once it is taken
last_reviewed: null
lessons: []
good_practice: null
history: []                # for example [{{day: 2012-04-01, what: "Started in two wards"}}]
sources: []                # for example [{{document: "…", where: "section 4", says: "…"}}]
synthetic: false
---

{body}
"""


def scheme_id(name: str) -> str:
    """Turn a name into the id that page, study and extracts share.

    Raises
    ------
    UsageError
        When no letter is left.
    """
    found = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    if not re.match(r"^[a-z]", found):
        raise UsageError(f"'{name}' cannot name a scheme: it must begin with a letter.")
    return found[:60]


def new_scheme(
    name: str,
    *,
    kind: Kind = "intervention",
    problem: str = "All problems",
    area: str = "Whole borough",
    lead: str = OPEN_LEAD,
    decision: str = OPEN_DECISION,
    who: str = OPEN_DECIDER,
    by: str = OPEN_DAY.isoformat(),
) -> str:
    """Write the page of a new scheme; it can be read by `load_schemes` as it stands, as a draft.

    A draft is published when each of its questions has an answer: see `Scheme.open_lines`.

    Parameters
    ----------
    name
        The scheme's name; its id is `scheme_id(name)`.
    kind, problem, area, lead, decision, who
        First values, to be edited.
    by
        The last day for the decision, as an ISO date.

    Returns
    -------
    str
        The text of `site/schemes/ID.qmd`.
    """
    named = {"title": name, "problem": problem, "area": area, "lead": lead, "decision": decision, "who": who}
    quoted = {key: _inside_quotes(text) for key, text in named.items()}
    return _PAGE.format(kind=kind, by=by, body=OPEN_BODY, **quoted)


def _inside_quotes(text: str) -> str:
    plain = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(plain.split()).replace("\\", "\\\\").replace('"', '\\"')
