"""Does the quiet hours scheme lead to fewer repeat incidents?

An invented scheme of the worked example: it begins in the worst weeks of a dispute, so counting before and after makes
it look useful. The study shows what a fair comparison says instead.
"""

from evaluation.comparison import Eligible, Study

study = Study(
    name="quiet_hours_scheme",
    scheme="quiet_hours_scheme",
    title="the quiet hours scheme",
    question=(
        "Among people named in an open case, does starting quiet hours today lead to fewer repeat incidents within a "
        "year than not starting them?"
    ),
    who=Eligible(
        words="people named as the cause in an open case of anti-social behaviour, with a year of recorded history"
    ),
    time_zero="the day the timetable is agreed; for the others, sampled days on which there was none so far",
    strategies=(
        "agree quiet hours today",
        "do not agree quiet hours within the year (other help goes on as usual)",
    ),
    outcome="the next recorded incident in which the same person is named",
    worth_paying_for=-0.05,
    cannot_tell=(
        "Whether it is the timetable or the diary of the other side's faults that does it.",
        "Whether the meter on the wall makes people report what they would have let pass.",
    ),
    sources=("worked example: invented scheme",),
)
