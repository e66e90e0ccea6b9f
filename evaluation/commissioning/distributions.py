"""Normal, t, beta and binomial probabilities as plain floats: the one door to SciPy's special functions.

`scipy.special` loads in a fraction of the time of `scipy.stats` and gives the same numbers.
"""

from __future__ import annotations

from math import ceil
from typing import Any, cast

from scipy import special  # pyright: ignore[reportMissingTypeStubs]

_special = cast("Any", special)


def normal_quantile(p: float) -> float:
    """Give the standard normal quantile at `p`."""
    return float(_special.ndtri(p))


def normal_cdf(x: float) -> float:
    """Give the probability that a standard normal value is at most `x`."""
    return float(_special.ndtr(x))


def t_quantile(p: float, df: float) -> float:
    """Give the quantile at `p` of Student's t with `df` degrees of freedom."""
    return float(_special.stdtrit(df, p))


def beta_cdf(x: float, a: float, b: float) -> float:
    """Give the probability that a Beta(a, b) value is at most `x`."""
    return float(_special.betainc(a, b, x))


def beta_sf(x: float, a: float, b: float) -> float:
    """Give the probability that a Beta(a, b) value exceeds `x`, without losing small tails."""
    return float(_special.betaincc(a, b, x))


def beta_quantile(p: float, a: float, b: float) -> float:
    """Give the quantile at `p` of Beta(a, b)."""
    return float(_special.betaincinv(a, b, p))


def binomial_cdf(k: int, n: int, p: float) -> float:
    """Give the probability of at most `k` of `n`; 0 for negative `k`."""
    if k < 0:
        return 0.0
    return 1.0 if k >= n else float(_special.bdtr(k, n, p))


def binomial_sf(k: int, n: int, p: float) -> float:
    """Give the probability of more than `k` of `n`; 1 for negative `k`."""
    if k < 0:
        return 1.0
    return 0.0 if k >= n else float(_special.bdtrc(k, n, p))


def binomial_quantile(q: float, n: int, p: float) -> int:
    """Give the smallest `k` with a probability of at least `q` of at most `k` of `n`."""
    k = min(n, max(0, ceil(float(_special.bdtrik(q, n, p)))))
    while k > 0 and binomial_cdf(k - 1, n, p) >= q:
        k -= 1
    while k < n and binomial_cdf(k, n, p) < q:
        k += 1
    return k
