"""Do wardens in schools lead to fewer incidents around them?

The kinds counted are those that wardens can see from a school: damage, vehicles, litter, misuse of public space.
"""

from datetime import date

from evaluation.comparison.area import AreaStudy

study = AreaStudy(
    name="wardens_in_schools",
    scheme="wardens_in_schools",
    title="wardens in schools",
    question="Do wardens in schools lead to fewer incidents around them?",
    areas=("Eastmarsh", "Fernhollow"),
    categories=("D", "F", "K", "M"),
    start=date(2010, 9, 1),
    end=None,
    worth_paying_for=-0.1,
    cannot_tell=(
        "What pupils do at home in other wards.",
        "Whether a warden's own reports raise the count of what was there before.",
    ),
    sources=(
        "Milton Keynes Council internal audit, Social Behaviour (2012): wardens in schools among the "
        "preventive schemes",
    ),
)
