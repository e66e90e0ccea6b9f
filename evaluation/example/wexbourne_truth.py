"""The true effects of Wexbourne's schemes: computed once, kept beside this module, and read when extracts are written.

`python -m evaluation.example.wexbourne_truth` computes them again (about two minutes).
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from evaluation.example.wexbourne import SCHEMES, WEXBOURNE

FILE = "wexbourne_truth.json"
PEOPLE, COPIES, SEED = 40_000, 100_000, 19
COMMAND = "python -m evaluation.example.wexbourne_truth"


def kind_of_truth(theta: float) -> str:
    """Say in one word what a factor on the incident rate means."""
    return "null" if theta == 1 else "helpful" if theta < 1 else "harmful"


def assumptions() -> dict[str, dict[str, Any]]:
    """Return what was put in for each scheme, so that a change of Wexbourne shows in the kept file."""
    return {
        scheme.name: {"theta": scheme.theta, "waning_days": scheme.waning_days, "log_hazard": scheme.log_hazard,
                      "truth": kind_of_truth(scheme.theta)}
        for scheme in SCHEMES
    }  # fmt: skip


def kept_truth() -> dict[str, Any]:
    """Return the kept true effects.

    Returns
    -------
    dict
        Scheme id to `theta, waning_days, log_hazard, truth, effects, as_started, treated, copies`.
    """
    text = (files("evaluation.example") / FILE).read_text(encoding="utf-8")
    kept: dict[str, Any] = json.loads(text)["schemes"]
    return kept


def compute_truth(people: int = PEOPLE, copies: int = COPIES, seed: int = SEED) -> dict[str, Any]:
    """Compute the true effect of every scheme in its own overlap population."""
    from evaluation.example.truth import true_effects

    schemes = {
        name: put_in | true_effects(WEXBOURNE, name, seed, people=people, copies=copies).to_json()
        for name, put_in in assumptions().items()
    }
    return {"command": COMMAND, "people": people, "copies": copies, "seed": seed, "schemes": schemes}


if __name__ == "__main__":
    target = Path(__file__).with_name(FILE)
    target.write_text(json.dumps(compute_truth(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
