"""Do written quiet hours between neighbours lead to fewer repeat incidents than carrying on without them?

An invented scheme of the worked example: it shows what the register says of a scheme that does harm, and that such a
scheme can have good-looking outputs. A partnership of its own deletes this file.
"""

from evaluation.comparison import Eligible, Study

study = Study(
    name="quiet_hours_scheme",
    scheme="quiet_hours_scheme",
    title="the quiet hours scheme",
    question=(
        "Among people named in an open case, does starting written quiet hours today lead to fewer repeat incidents "
        "within a year than not starting them?"
    ),
    who=Eligible(
        words="people named as the cause in an open case of anti-social behaviour, with a year of recorded history"
    ),
    time_zero="the day on which the quiet hours begin; for the others, sampled days on which they had none so far",
    strategies=(
        "start written quiet hours today",
        "do not start them within the year (other help goes on as usual)",
    ),
    outcome="the next recorded incident in which the same person is named",
    worth_paying_for=-0.1,
    cannot_tell=(
        "Whether there is more noise, or neighbours who now have set hours only report it more often.",
        "What quiet hours would do where nobody has complained before.",
    ),
    sources=("Invented for the worked example",),
)
