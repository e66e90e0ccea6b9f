"""What a result lets people say, in agreement with the figures that are published beside it.

A finding carries its sentences as they were written from the exact figures. In a later edition a figure may stand as
it was last published, and then its sentence must stand with it: both are written here from the published effects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from evaluation.commissioning.verdict import overall
from evaluation.comparison.effects import Reported
from evaluation.comparison.finding import Effect
from evaluation.comparison.grade import LOWERING
from evaluation.comparison.wording import can_say as written
from evaluation.publishing import words
from evaluation.publishing.pages.reading import part_of, rows_of, texts_of

_WITH = re.compile(r": \d+ of 100 with (.+?), \d+ of 100 of similar people")
_UNLIKE = re.compile(r"Lowered: the groups differed by up to .*", re.S)


def can_say(finding: Mapping[str, Any]) -> list[str]:
    """Return what can be said: the finding's own sentences, with the published figures where those lead."""
    said = texts_of(finding, "can_say")
    title = next((found.group(1) for text in said if (found := _WITH.search(text))), None)
    effects = tuple(_effect(row) for row in rows_of(finding, "effects") if _whole(row))
    if title is None or not effects:
        return said
    wording = str(part_of(finding, "evidence").get("effect_wording") or "")
    return list(written(Reported(effects, (), ()), title, wording))


def verdict(outcomes: list[str]) -> tuple[str, str]:
    """Return a contract's word and sentence from the words of the outcomes that are shown."""
    return overall(outcomes)


def plainer(reason: str) -> str:
    """Say a reason for a grade without its statistics: those stand among the checks below."""
    if _UNLIKE.fullmatch(reason):
        return "Lowered: even after weighting, the two groups were not alike in all that was recorded."
    return words.sentence(reason)


def _whole(row: Mapping[str, Any]) -> bool:
    return all(row.get(key) is not None for key in ("name", "value", "low", "high"))


def _effect(row: Mapping[str, Any]) -> Effect:
    held: dict[str, Any] = {field.name: row.get(field.name) for field in fields(Effect)}
    return Effect(**held)


def lowers(check: str) -> bool:
    """Whether a check takes a step off the grade when it fails; any other one only warns."""
    return check in LOWERING
