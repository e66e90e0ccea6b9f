"""Does help from the Family Support Co-ordinator lead to fewer repeat incidents?

A caseload of six at most, six to nine months a family: in most years the honest answer is that it cannot be said, with
how many more families would settle it. The worker's own estimate (about half resolved) is the lowest grade of evidence.
"""

from evaluation.comparison import Eligible, Study

study = Study(
    name="family_support",
    scheme="family_support",
    title="the Family Support Co-ordinator",
    question=(
        "Among families named in an open case, does starting with the Family Support Co-ordinator today lead "
        "to fewer repeat incidents within a year than not starting?"
    ),
    who=Eligible(
        words="people named as the cause in an open case of anti-social behaviour, with a year of recorded history"
    ),
    time_zero="the day of the first visit; for the others, sampled days on which there had been none",
    strategies=(
        "start family support today",
        "do not start family support within the year (other help goes on as usual)",
    ),
    outcome="the next recorded incident in which the same person is named",
    worth_paying_for=-0.15,
    cannot_tell=(
        "What the children's lives look like five years on.",
        "Which part of the help works: the Co-ordinator also brings in other services.",
        "Anything from the worker's own estimate of success: it has no comparison.",
    ),
    sources=(
        "Oxford City Council scrutiny review (2009), section 25: caseload of six at most, about 50% resolved "
        "by the worker's own estimate",
    ),
)
