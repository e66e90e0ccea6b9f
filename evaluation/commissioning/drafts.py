"""The draft of a new contract: the questions to ask, and the commented file that the answers fill.

A draft with unanswered questions is left out of every build, and a line of the summary names what is still empty: no
contract can be evaluated by mistake on an example's figures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.errors import UsageError, did_you_mean


@dataclass(frozen=True)
class Question:
    """One question of `evaluation new contract`; `kind` is `text`, `money`, `date`, `number` or `choice`."""

    key: str
    text: str
    kind: str = "text"
    example: str = ""


QUESTIONS: tuple[Question, ...] = (
    Question("id", "File name and scheme, in small letters", "text", "city_counselling"),
    Question("title", "What the contract buys, in a few words", "text", "Counselling for people in repeat disputes"),
    Question("provider", "Who provides it", "text", "Larkfield Counselling"),
    Question("lead", "Which role leads it", "text", "Head of Community Safety"),
    Question("owner", "Which role manages it from day to day", "text", "Contracts Manager"),
    Question("purpose", "What is to be different for people", "text", "People in repeat disputes get well enough ..."),
    Question("intervention", "What people get", "text", "Up to eight weekly sessions"),
    Question("target_population", "For whom it is", "text", "Adults named in two or more reports within a year"),
    Question("signed", "When it was signed", "date", "2012-03-12"),
    Question("starts", "First day of service", "date", "2012-04-01"),
    Question("ends", "Last day of service", "date", "2013-03-31"),
    Question("notice_days", "Days of notice to end it", "number", "90"),
    Question("year", "First financial year", "text", "2012/13"),
    Question("amount", "What it costs in that year, in pounds", "money", "62100.00"),
    Question("payer", "Who pays: council, landlord, police, health, charity, government, other", "choice", "council"),
    Question("account", "From which account", "text", "General Fund, community safety"),
    Question("output", "One thing the provider does, that it will report", "text", "Clients seen in the quarter"),
    Question("output_target", "How many of them a quarter", "number", "15"),
    Question("outcome", "One thing that changes for people", "text", "Share of complainants satisfied at closure"),
    Question("outcome_target", "Its target, as a share from 0 to 1", "number", "0.60"),
    Question("target_date", "By when", "date", "2013-03-31"),
    Question("outcome_owner", "Which role answers for it", "text", "Head of Community Safety"),
)

_DRAFT = """\
#:schema ./contract.schema.json
# One contract. Lines that begin with # are notes. Money is written in quotes; dates like 2012-04-01 are not.
# Every outcome needs a number, a date and an owner, or the file is refused.
id = {id}
title = {title}
scheme = {id}                # the scheme of the register and the study that this contract is judged by
provider = {provider}
synthetic = false
lead = {lead}                # a role, never a person
owner = {owner}
purpose = {purpose}
intervention = {intervention}
target_population = {target_population}

[dates]
outcomes_contract_signed = {signed}
start_date_of_service_provision = {starts}
anticipated_end_date_of_service_provision = {ends}
notice_days = {notice_days}
# review_dates = [2012-10-17]

# [[dates.break_clauses]]
# on = 2012-09-30
# notice_days = 90
# by = "either"              # commissioner, provider, either

[[values]]                   # one block for each financial year of the term
year = {year}
amount = {amount}
# low = "60000.00"           # where the cost is uncertain
# high = "64000.00"

[[funding]]                  # one block for each source; the shares add up to 1
payer = {payer}              # council, landlord, police, health, charity, government, other
account = {account}
share = "1"
ends = {ends}

[payment]
kind = "block"               # block, per_case (with price_per_case), by_results or mixed (with [[payment.tariffs]])

[monitoring]
frequency = "quarterly"      # monthly, quarterly, yearly
due_days = 20                # days after the period's end

[[service_levels]]           # an output: what the provider does; it never passes a contract by itself
id = "output_1"
definition = {output}
target = {output_target}
direction = "increase"
unit = "people a quarter"    # begins with "share" where it is a proportion
owner = {owner}
target_date = {target_date}

[[outcome_metrics]]          # an outcome: what changes for people
id = "outcome_1"
definition = {outcome}
kind = "satisfied"           # reliable_improvement, reliable_recovery, satisfied, resolved, reported, finding
data_source_for_outcome_validation = "Closure survey"
outcome_validation_method = "Simple ex-post verification"
baseline = "not known"       # or a number
outcome_metric_target = {outcome_target}
direction = "increase"
target_date = {target_date}
owner = {outcome_owner}
"""

_QUOTED = ("text", "money", "choice")


def new_contract(answers: Mapping[str, str]) -> str:
    """Write the file of a contract from the answers to `QUESTIONS`; an unanswered one stays empty, to be filled in.

    Raises
    ------
    UsageError
        For an answer to a question that is not asked.
    """
    keys = [question.key for question in QUESTIONS]
    unknown = [key for key in answers if key not in keys]
    if unknown:
        raise UsageError(
            "There is no such question about a contract.",
            [f"'{key}'.{did_you_mean(key, keys)}" for key in unknown],
        )
    filled = {question.key: _written(question, answers.get(question.key, "").strip()) for question in QUESTIONS}
    return _DRAFT.format(**filled)


def contract_draft(name: str) -> str:
    """Write the commented draft of the contract called `name`, with every other question open.

    Raises
    ------
    UsageError
        When the name is not one of small letters, digits and underscores.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UsageError(f"'{name}' cannot name a contract: use small letters, digits and _, beginning with a letter.")
    return new_contract({"id": name})


def _written(question: Question, answer: str) -> str:
    if question.kind in _QUOTED:
        return json.dumps(answer, ensure_ascii=False)
    # An open date or number is an empty text, which is TOML and is refused with its line.
    return answer or '""'
