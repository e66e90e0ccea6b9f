"""Does intensive support for adults with complex needs lead to fewer repeat incidents?

A write-up of the service reports falls in orders and contracts across a city without a comparison group; this study
asks what happened to the people supported against people like them on the same day.
"""

from evaluation.comparison import Eligible, Study

study = Study(
    name="elmore",
    scheme="elmore",
    title="intensive support by the Elmore team",
    question=(
        "Among people named in an open case, does starting intensive support today lead to fewer repeat "
        "incidents within a year than not starting it?"
    ),
    who=Eligible(
        words="people named as the cause in an open case of anti-social behaviour, with a year of recorded history"
    ),
    time_zero="the day support starts (not the referral); for the others, sampled days on which it had not started",
    strategies=(
        "start intensive support today",
        "do not start it within the year (other help goes on as usual)",
    ),
    outcome="the next recorded incident in which the same person is named",
    worth_paying_for=-0.1,
    cannot_tell=(
        "Gains in health, housing or income that leave no incident behind.",
        "Whether complex needs, which the case systems hardly record, explain a difference.",
        "What would happen to people under 18: the service works with adults alone.",
    ),
    sources=("Oxford City Council scrutiny review (2009), recommendation 11 and appendix 8",),
)
