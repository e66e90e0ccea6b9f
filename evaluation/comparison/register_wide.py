"""Reading many findings together: Holm's correction and shrinkage over the register, shown as such.

Both are read beside a finding and leave its grade alone (see `grade.LOWERING`). A result that is clear alone and not
among all results warns its reader: it may be the lucky one of many.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from evaluation.comparison.finding import Check, Effect, Finding
from evaluation.comparison.sensitivity import holm

LEVEL = 0.05
FEWEST_TO_SHRINK = 3
LEADING = "hazard_ratio"


def across_register(findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """Add to every estimated finding what reading all of them at once does to it.

    Parameters
    ----------
    findings
        Study → finding; only schemes' findings count, known experiments without a scheme do not. No grade changes.

    Returns
    -------
    dict
        The same studies, each estimated one with a check `many_results` (Holm) and, from three schemes on, a check
        `shrinkage` (normal–normal, DerSimonian–Laird).
    """
    counted = {
        name: effect
        for name, finding in findings.items()
        if finding.scheme is not None and (effect := _leading(finding)) is not None and effect.p is not None
    }
    adjusted = holm({name: float(effect.p or 0.0) for name, effect in counted.items()})
    shrunk = shrink({name: effect for name, effect in counted.items() if effect.name == LEADING})
    made: dict[str, Finding] = {}
    for name, finding in findings.items():
        extra = [_holm_check(adjusted[name], counted[name], len(counted))] if name in counted else []
        if name in shrunk:
            extra.append(_shrink_check(counted[name], *shrunk[name]))
        kept = tuple(check for check in finding.checks if check.name not in ("many_results", "shrinkage"))
        made[name] = replace(finding, checks=(*kept, *extra)) if extra else finding
    return made


def _leading(finding: Finding) -> Effect | None:
    return finding.effect(LEADING) or next(iter(finding.effects), None)


def _holm_check(adjusted: float, effect: Effect, results: int) -> Check:
    alone = (effect.p or 0.0) < LEVEL
    stands = adjusted < LEVEL
    if not alone:
        return Check(
            "many_results",
            "info",
            f"p = {effect.p:.3f} alone; read with {results} results, {adjusted:.3f}",
            {"p": adjusted},
        )
    text = f"read together with all {results} results of the register the p-value is {adjusted:.3f} (Holm); " + (
        "the result stands" if stands else f"alone it is {effect.p:.3f}: among so many results it may be chance"
    )
    return Check("many_results", "pass" if stands else "fail", text, {"p": adjusted})


def shrink(effects: Mapping[str, Effect]) -> dict[str, tuple[float, float, float]]:
    """Hazard ratios drawn towards the register's mean: study → (ratio, low, high)."""
    if len(effects) < FEWEST_TO_SHRINK:
        return {}
    value = np.array([math.log(effect.value) for effect in effects.values()])
    se = np.array([(math.log(effect.high) - math.log(effect.low)) / (2 * 1.959964) for effect in effects.values()])
    weight = 1 / se**2
    mean = float((weight * value).sum() / weight.sum())
    excess = float((weight * (value - mean) ** 2).sum()) - (value.size - 1)
    between = max(excess / float(weight.sum() - (weight**2).sum() / weight.sum()), 0.0)
    total = 1 / (se**2 + between)
    mean = float((total * value).sum() / total.sum())
    pull = se**2 / (se**2 + between)
    centre = pull * mean + (1 - pull) * value
    spread = np.sqrt((1 - pull) * se**2 + pull**2 / total.sum())
    limits = np.exp(np.stack([centre, centre - 1.959964 * spread, centre + 1.959964 * spread], axis=1))
    return {name: (float(a), float(b), float(c)) for name, (a, b, c) in zip(effects, limits, strict=True)}


def _shrink_check(effect: Effect, ratio: float, low: float, high: float) -> Check:
    text = (
        f"drawn towards the mean of all schemes, as small numbers should be, the ratio of rates is {ratio:.2f} "
        f"({low:.2f} to {high:.2f}) instead of {effect.value:.2f}"
    )
    return Check("shrinkage", "info", text, {"ratio": ratio, "ratio_low": low, "ratio_high": high})
