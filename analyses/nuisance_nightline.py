"""Does the nuisance nightline lead to fewer reports of noise where it answers?

Only noise is counted. A telephone line can raise reports while it lowers noise, so the answer is read with care.
"""

from datetime import date

from evaluation.comparison.area import AreaStudy

study = AreaStudy(
    name="nuisance_nightline",
    scheme="nuisance_nightline",
    title="the nuisance nightline",
    question="Does the nuisance nightline lead to fewer reports of noise where it answers?",
    areas=("Alder Vale", "Bellmoor", "Dunfield"),
    categories=("A",),
    start=date(2011, 1, 1),
    end=None,
    worth_paying_for=-0.1,
    cannot_tell=(
        "Whether there is less noise: a line that answers at night may bring more reports of the same noise.",
        "What callers thought of it.",
    ),
    sources=(
        "Milton Keynes Council internal audit, Social Behaviour (2012): nuisance nightline among the "
        "preventive schemes",
    ),
)
