"""Do dispersal orders lead to fewer incidents where they are in force?

An order covers a named area for a named time. The areas and months below are those of the worked example; a partnership
writes its own.
"""

from datetime import date

from evaluation.comparison.area import AreaStudy

study = AreaStudy(
    name="dispersal_orders",
    scheme="dispersal_orders",
    title="dispersal orders",
    question="Do dispersal orders lead to fewer incidents where they are in force?",
    areas=("Castlewick",),
    categories=("B", "D", "H", "M"),
    start=date(2011, 4, 1),
    end=date(2012, 4, 1),
    worth_paying_for=-0.1,
    cannot_tell=(
        "Whether groups moved elsewhere: other areas are the comparison, so incidents pushed there would make "
        "the order look better.",
        "Whether people stopped reporting because they saw officers about.",
    ),
    sources=(
        "Milton Keynes Council internal audit, Social Behaviour (2012): dispersal orders among the actions taken",
    ),
)
