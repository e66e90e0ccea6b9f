"""The JSON Schema of a finding, made from the dataclass so that the two cannot part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evaluation.comparison.effects import UNITS
from evaluation.comparison.grade import GRADES

SCHEMA_FILE = Path(__file__).with_name("finding.schema.json")

_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
_TEXT: dict[str, Any] = {"type": "string"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}


def _row(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": sorted(required),
        "additionalProperties": False,
    }


def _effect() -> dict[str, Any]:
    names = "|".join(sorted(UNITS))
    return _row(
        {
            "name": {"type": "string", "pattern": rf"^({names})"},
            "value": {"type": "number"},
            "low": {"type": "number"},
            "high": {"type": "number"},
            "level": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            "unit": _TEXT,
            **dict.fromkeys(("n_treated", "n_compared", "rows_compared", "events_treated", "events_compared"), _COUNT),
            "population": {"enum": ["overlap", "all", "treated"]},
            "method": {
                "enum": [
                    "per_protocol", "as_started", "randomised", "adjusted", "difference_in_differences",
                    "interrupted_series", "self_controlled", "matched", "doubly_robust",
                ]
            },
        },
        {"p": _NUMBER, "treated": _NUMBER, "compared": _NUMBER},
    )  # fmt: skip


def _curve() -> dict[str, Any]:
    point = _row(
        {"time": {"type": "number"}, "value": _NUMBER, "low": _NUMBER, "high": _NUMBER},
        {"n_risk": {"type": ["integer", "null"]}, "n_event": {"type": ["integer", "null"]}},
    )
    return _row({"name": _TEXT, "arm": _TEXT, "label": _TEXT, "points": {"type": "array", "items": point}})


def finding_schema() -> dict[str, Any]:
    """The schema as a mapping (draft 2020-12)."""
    evidence = {
        "maryland": {"type": ["integer", "null"], "minimum": 1, "maximum": 5},
        "grade": {"enum": [*GRADES, "none"]},
        "reasons": _TEXTS,
        "effect_wording": _TEXT,
    }
    naive = {"name": _TEXT, "value": _NUMBER, "low": _NUMBER, "high": _NUMBER, "text": _TEXT}
    check = {"name": _TEXT, "verdict": {"enum": ["pass", "fail", "info"]}, "text": _TEXT, "figures": {"type": "object"}}
    required: dict[str, Any] = {
        "study": _TEXT,
        "scheme": {"type": ["string", "null"]},
        "title": _TEXT,
        "question": _TEXT,
        "status": {"enum": ["estimated", "cannot_be_said"]},
        "reason": {"type": ["string", "null"]},
        "as_of": _TEXT,
        "protocol": {"type": "object", "additionalProperties": _TEXT},
        "period": {"type": "object"},
        "attrition": {"type": "array", "items": _row({"step": _TEXT, "people": _COUNT})},
        "numbers": {"type": "object"},
        "effects": {"type": "array", "items": _effect()},
        "sensitivity": {"type": "array", "items": _effect()},
        "headline": {"type": ["object", "null"]},
        "curves": {"type": "array", "items": _curve()},
        "balance": {"type": "array", "items": _row({"term": _TEXT, "before": _NUMBER, "after": _NUMBER})},
        "checks": {"type": "array", "items": _row(check)},
        "naive": {"type": "array", "items": _row(naive)},
        "evidence": _row(evidence),
        "can_say": _TEXTS,
        "cannot_say": _TEXTS,
        "needed": {"type": ["object", "null"]},
        "coverage": {"type": "array", "items": {"type": "object"}},
        "sources": _TEXTS,
        "assumptions": _TEXTS,
        "licence": {"type": ["string", "null"]},
    }
    unsaid = {
        "if": {"properties": {"status": {"const": "cannot_be_said"}}},
        "then": {"properties": {"reason": {"type": "string"}, "effects": {"maxItems": 0}}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Finding",
        "description": "What one study found. Differences are treated minus compared, averted is compared "
        "minus treated; "
        "times in days.",
        **_row(required),
        **unsaid,
    }


def schema_text() -> str:
    """The schema as the committed file has it."""
    return json.dumps(finding_schema(), indent=1, ensure_ascii=False) + "\n"
