"""The one place where a study's finding becomes what this room needs: its effects, its grade and what it can say.

A finding may come as the object a study returns or as its parsed JSON; both are read by the field names that the
finding's JSON has, so this room knows nothing of how findings are made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from evaluation.commissioning.distributions import normal_cdf, normal_quantile
from evaluation.errors import DataError

GRADES = ("none", "very low", "low", "moderate", "high")
"""Grades of a finding's evidence, weakest first; a grade that is not known counts as none."""


@dataclass(frozen=True)
class Effect:
    """One effect with its interval; differences are treated minus compared, `averted` compared minus treated."""

    name: str
    value: float
    low: float
    high: float
    level: float
    unit: str
    n_treated: int | None
    n_compared: int | None

    @property
    def standard_error(self) -> float:
        """Half the interval's width on the normal scale."""
        return (self.high - self.low) / (2 * normal_quantile((1 + self.level) / 2))

    def probability_at_most(self, target: float) -> float:
        """Probability, on the normal scale, that the true effect is at most `target`."""
        if self.standard_error <= 0:
            return 1.0 if self.value <= target else 0.0
        return normal_cdf((target - self.value) / self.standard_error)


@dataclass(frozen=True)
class Evidence:
    """What a finding says of a scheme: its status, its grade and its effects by name."""

    study: str
    status: str
    reason: str | None
    maryland: int | None
    grade: str | None
    reasons: tuple[str, ...]
    can_say: tuple[str, ...]
    effects: Mapping[str, Effect]

    @property
    def estimated(self) -> bool:
        """Whether the study gave an estimate."""
        return self.status == "estimated"

    def is_below(self, grade: str, maryland: int) -> bool:
        """Whether the evidence is weaker than a grade, or stands lower on the Maryland scale."""
        own = GRADES.index(self.grade) if self.grade in GRADES else 0
        return own < GRADES.index(grade) or self.maryland is None or self.maryland < maryland


def read_finding(finding: object) -> Evidence:
    """Turn a finding, or its parsed JSON, into what contracts are judged with.

    Raises
    ------
    DataError
        When it lacks `status`, or an effect lacks its interval.
    """
    content = _content(finding)
    status = content.get("status")
    if status not in ("estimated", "cannot_be_said"):
        raise DataError("a finding needs `status`: 'estimated' or 'cannot_be_said'", [f"found {status!r}"])
    evidence = _content(content.get("evidence") or {})
    effects = [_effect(entry) for entry in content.get("effects") or ()]
    maryland = evidence.get("maryland")
    return Evidence(
        str(content.get("study", "")),
        str(status),
        None if content.get("reason") is None else str(content["reason"]),
        None if maryland is None else int(maryland),
        None if evidence.get("grade") is None else str(evidence["grade"]),
        tuple(str(reason) for reason in evidence.get("reasons") or ()),
        tuple(str(line) for line in content.get("can_say") or ()),
        {effect.name: effect for effect in effects},
    )


def _content(value: object) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {str(key): entry for key, entry in cast("Mapping[object, Any]", value).items()}
    to_json = getattr(value, "to_json", None)
    if callable(to_json):
        text = to_json()
        return dict(json.loads(text)) if isinstance(text, str) else _content(text)
    names = [name for name in dir(value) if not name.startswith("_")]
    return {name: getattr(value, name) for name in names if not callable(getattr(value, name))}


def _effect(entry: object) -> Effect:
    content = _content(entry)
    missing = [name for name in ("name", "value", "low", "high") if content.get(name) is None]
    if missing:
        raise DataError("an effect of a finding is incomplete", [f"{content.get('name')}: no {', '.join(missing)}"])
    treated, compared = content.get("n_treated"), content.get("n_compared")
    return Effect(
        str(content["name"]),
        float(content["value"]),
        float(content["low"]),
        float(content["high"]),
        float(content.get("level") or 0.95),
        str(content.get("unit") or ""),
        None if treated is None else int(treated),
        None if compared is None else int(compared),
    )
