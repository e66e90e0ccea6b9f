"""Does mediation between neighbours lead to fewer repeat incidents than carrying on without it?

Oxford's review (2009, recommendation 9) asks for a review of mediation: managers thought its success rate very low, and
that it turns hard cases away. So people are compared with people as bad on the same day, and who declined is reported.
"""

from evaluation.comparison import Eligible, Study

study = Study(
    name="mediation",
    scheme="mediation",
    title="mediation",
    question=(
        "Among people named in an open case, does starting mediation today lead to fewer repeat incidents "
        "within a year than not starting it?"
    ),
    who=Eligible(
        words="people named as the cause in an open case of anti-social behaviour, with a year of recorded history"
    ),
    time_zero="the day of the first mediation meeting; for the others, sampled days on which they had none so far",
    strategies=(
        "start mediation today",
        "do not start mediation within the year (other help goes on as usual)",
    ),
    outcome="the next recorded incident in which the same person is named",
    worth_paying_for=-0.1,
    cannot_tell=(
        "Whether mediation settles the quarrel itself: two people may stop complaining and still not speak.",
        "What mediation would do in the cases that mediators turn away or that one side declines.",
        "Whether one more meeting would have helped: nobody here is compared by the number of meetings.",
    ),
    sources=("Oxford City Council scrutiny review (2009), recommendation 9",),
)
