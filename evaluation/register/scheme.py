"""One scheme's record: the front matter of its page, checked field by field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Kind = Literal["intervention", "prevention", "enforcement", "contract"]
Status = Literal["planned", "live", "pilot", "ended", "failed", "inconclusive"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\n]+$")]
Pounds = Annotated[Decimal, Field(strict=False, ge=0, max_digits=12, decimal_places=2)]

NO_OBJECTIVE = "no measurable objective"
OPEN_LEAD = "Which role leads it?"
OPEN_DECISION = "What is to be decided?"
OPEN_DECIDER = "Which group or role decides?"
OPEN_DAY = date(2099, 12, 31)
OPEN_BODY = "Say in two or three short paragraphs what the scheme does, for whom, and what it is meant to change."
"""What a new page says where nobody has written anything yet: a record that still says it is a draft."""


class Record(BaseModel):
    """What all parts of a record share: nothing unknown, nothing converted, nothing changed later."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Cost(Record):
    """What one unit of a scheme costs.

    Attributes
    ----------
    amount
        Pounds and pence; quoted in the front matter so that no penny is lost.
    unit
        What the amount buys, without an article: case, visit, order, year.
    year
        The year of the prices.
    source
        Where the amount comes from.
    """

    amount: Pounds
    unit: Line
    year: Annotated[int, Field(ge=1990, le=2100)]
    source: Line


class Objective(Record):
    """What the scheme is to reach: a number, an owner and a date.

    Attributes
    ----------
    text
        What is counted, in words.
    number
        The figure to reach, in `unit`.
    unit
        The unit of the number.
    owner
        The role that answers for it.
    by
        The day by which it is to be reached.
    """

    text: Line
    number: float
    unit: Line
    owner: Line
    by: date


class Decision(Record):
    """What was decided or is to be decided, by whom and by when.

    Attributes
    ----------
    text
        The decision in one line.
    who
        The group or role that decides.
    by
        The last day for a decision still to be taken.
    agreed_on
        The day on which it was taken.
    """

    text: Line
    who: Line
    by: date | None = None
    agreed_on: date | None = None

    @model_validator(mode="after")
    def _has_one_date(self) -> Self:
        if (self.by is None) == (self.agreed_on is None):
            raise ValueError("needs exactly one of 'by' (still to be decided) and 'agreed_on' (decided)")
        return self


class Source(Record):
    """What a document says of the real scheme; shown in a box of its own, never beside a synthetic figure.

    Attributes
    ----------
    document
        Title, body and year.
    where
        Section, paragraph or table.
    says
        What it says, in one or two sentences.
    """

    document: Line
    where: Line
    says: Text


class HistoryItem(Record):
    """One thing that happened to the scheme.

    Attributes
    ----------
    day
        When it happened.
    what
        What happened, in one line.
    """

    day: date
    what: Line


class Scheme(Record):
    """A scheme of the register.

    Attributes
    ----------
    id
        The stem of its page; also the study's, the finding's and `Interventions.scheme`.
    title, aliases
        Its name and the other names that extracts use (`also_called` in the front matter, because Quarto has its own
        use for the key `aliases`).
    kind, problem, area, status
        What it is, what it is against, where it runs, where it stands.
    lead
        The role that leads it; never a person's name.
    provider
        The organisation that delivers it, or None.
    started_on, ended_on, funding_end
        Days, or None where they are not known.
    cost, objective
        None where there is none: the page says so.
    decision
        The decision in front of the partnership, or the last one taken.
    last_reviewed
        The day the record was last looked at, or None.
    lessons
        What was learned, one line each.
    good_practice
        The line for the tasking meeting's slot on good practice, or None.
    history
        What happened to it, oldest first.
    sources
        What documents say of the real scheme.
    synthetic
        Whether the record belongs to an invented place.
    body
        What people wrote about it, as Markdown.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    title: Line
    subtitle: Line | None = None
    description: Line | None = None
    categories: tuple[Line, ...] = ()
    aliases: Annotated[tuple[Line, ...], Field(alias="also_called")] = ()
    kind: Kind
    problem: Line
    area: Line
    status: Status
    lead: Line
    provider: Line | None = None
    started_on: date | None = None
    ended_on: date | None = None
    cost: Cost | None = None
    funding_end: date | None = None
    objective: Objective | None = None
    decision: Decision
    last_reviewed: date | None = None
    lessons: tuple[Line, ...] = ()
    good_practice: Line | None = None
    history: tuple[HistoryItem, ...] = ()
    sources: tuple[Source, ...] = ()
    synthetic: bool
    body: str = ""

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.started_on and self.ended_on and self.ended_on < self.started_on:
            raise ValueError("'ended_on' is before 'started_on'")
        if self.status == "planned" and (self.ended_on or self.started_on):
            raise ValueError("a planned scheme has no 'started_on' and no 'ended_on' yet")
        if self.status in ("live", "pilot") and self.ended_on:
            raise ValueError(f"a scheme with status '{self.status}' has no 'ended_on'; use 'ended' or remove the day")
        days = [item.day for item in self.history]
        if days != sorted(days):
            raise ValueError("'history' is not in order of its days, oldest first")
        return self

    @property
    def objective_in_words(self) -> str:
        """The objective with its number, owner and date, or that there is none."""
        if self.objective is None:
            return NO_OBJECTIVE
        aim = self.objective
        return f"{aim.text}: {aim.number:g} {aim.unit}; {aim.owner}; by {aim.by.day} {aim.by:%B %Y}"

    @property
    def open_lines(self) -> tuple[str, ...]:
        """What still stands as the draft of a new page put it; empty for a record that somebody has written."""
        draft = {
            "lead": self.lead == OPEN_LEAD,
            "decision.text": self.decision.text == OPEN_DECISION,
            "decision.who": self.decision.who == OPEN_DECIDER,
            "decision.by": self.decision.by == OPEN_DAY,
            "the text below the front matter": OPEN_BODY in self.body,
        }
        return tuple(name for name, is_open in draft.items() if is_open)

    @property
    def names(self) -> tuple[str, ...]:
        """The title and every alias: what an extract may write."""
        return (self.title, *self.aliases)

    def without_local_facts(self) -> Self:
        """Return what is true of the scheme anywhere: its names, kind and problem, and what documents say of it.

        A partnership that has no page of its own for a scheme starts from this; provider, dates, cost, decision and
        lessons are another place's.
        """
        nobody = Decision.model_construct(text="No decision is recorded yet", who="Not recorded")
        return self.model_copy(
            update={
                "area": "Not recorded",
                "body": "",
                "cost": None,
                "decision": nobody,
                "ended_on": None,
                "funding_end": None,
                "good_practice": None,
                "history": (),
                "last_reviewed": None,
                "lead": "Not recorded",
                "lessons": (),
                "objective": None,
                "provider": None,
                "started_on": None,
                "status": "live",
                "synthetic": False,
            }
        )
