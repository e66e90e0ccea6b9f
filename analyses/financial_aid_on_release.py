"""Does financial aid on release from prison delay re-arrest? A real randomised trial, to show the method at its best.

The LIFE experiment (Rossi, Berk and Lenihan 1980): 432 men released from Maryland's prisons, followed for a year; half
were given weekly payments by chance. The data come with the package lifelines.
"""

from datetime import date

import polars as pl

from evaluation.comparison.randomised import RandomisedStudy, bundled

KNOWN_AT_RELEASE = {
    "age": "age",
    "race": "race",
    "wexp": "work experience",
    "mar": "being married",
    "paro": "release on parole",
    "prio": "earlier convictions",
}
"""Column of the public file and what it says."""


def released_men() -> pl.DataFrame:
    """One row a man: days to arrest or the end of the year, and what was known at release."""
    men = bundled("lifelines", "datasets", "rossi.csv")
    return men.with_columns(days=pl.col("week") * 7, aid=pl.col("fin")).rename(KNOWN_AT_RELEASE)


study = RandomisedStudy(
    name="financial_aid_on_release",
    title="financial aid on release from prison",
    question="Does financial aid in the first weeks after release delay the next arrest?",
    data=released_men,
    eligible="432 men released from Maryland state prisons, most without means and at high risk of arrest",
    strategies=("given weekly payments", "given none"),
    outcome="first arrest within 52 weeks of release",
    arm="aid",
    time="days",
    event="arrest",
    adjust_for=tuple(KNOWN_AT_RELEASE.values()),
    horizon=364,
    half=182,
    as_of=date(1980, 12, 31),
    licence="public teaching data, bundled with the package lifelines (MIT)",
    cannot_tell=(
        "Whether payments would do the same today, in this country, or for women.",
        "What happens after the first year, or to offences that did not lead to an arrest.",
    ),
    sources=(
        "Rossi, Berk and Lenihan (1980), Money, Work and Crime",
        "Cox coefficient for aid −0.3794 (standard error 0.1914): Fox and Weisberg, Cox proportional-hazards "
        "regression",
    ),
)
