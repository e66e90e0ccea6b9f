"""The file that a new study starts from: a protocol to fill in, which runs as it stands."""

from __future__ import annotations

import keyword
import re

from evaluation.errors import UsageError

_TEMPLATE = '''"""Does {words} lead to fewer repeat incidents?

Say here why the question is asked, and by whom. Then fill in the protocol below before anybody looks at results: once
the study has run, a change of protocol is a new study. Write what you take for granted in assumptions/{name}.md.
"""

from evaluation.comparison import Eligible, Study

study = Study(
    # One name serves everywhere: this file, the scheme's page on the register, the scheme in the extracts.
    name="{name}",
    scheme="{name}",
    title="{words}",
    question="Among people in an open case, does starting {words} today lead to fewer repeat incidents within a year?",
    # Only what is known on the day may decide who is eligible: where={{"category": ("A", "B")}}, area, tenure, service.
    who=Eligible(words="people named as the cause in an open case, with a year of recorded history"),
    # Time zero is the day the help starts, not the referral: nobody's waiting time may count as helped.
    time_zero="the day {words} starts; for the others, sampled days on which it had not started",
    strategies=("start {words} today", "do not start it within the year (other help goes on as usual)"),
    outcome="the next recorded incident in which the same person is named",
    # The smallest difference in the share of people with a repeat that would be worth paying for.
    worth_paying_for=-0.1,
    # True for orders and contracts that can be breached.
    breaches=False,
    # What the study cannot show, whatever the numbers.
    cannot_tell=(
        "What {words} does for people who decline it.",
        "Whether a fall in reports is a fall in incidents.",
    ),
    sources=("where the scheme and its aims are described",),
)
'''


def study_source(name: str) -> str:
    """Text of `analyses/NAME.py` for a new study.

    Parameters
    ----------
    name
        The scheme's id: small letters, digits and underscores.

    Raises
    ------
    UsageError
        When the name cannot be a file's stem and a scheme's id.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,60}", name) or keyword.iskeyword(name):
        raise UsageError(
            f"A study cannot be called '{name}': use small letters, digits and underscores, starting with a letter."
        )
    return _TEMPLATE.format(name=name, words=name.replace("_", " "))


def assumptions_source(name: str) -> str:
    """Text of `analyses/assumptions/NAME.md` for a new study."""
    return (
        f'# Assumptions of the study "{name}"\n\n'
        "| assumption | why it is made | what speaks against it | how it is looked at |\n|---|---|---|---|\n"
        "| Between people with the same recorded history, chance decides who starts on a day | nothing else can be "
        "adjusted for | officers know more than the systems hold | placebo in time, negative control, E-value |\n"
        "| An incident on the day of delivery is before it | the order within a day is not recorded | a few may have "
        "come after | counted in the finding |\n"
    )
