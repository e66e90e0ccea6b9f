"""Does counselling lead to fewer repeat incidents among the people it sees?

The contract was monitored by sessions held (outputs). This study asks for an outcome: repeat incidents. What clients
say of their wellbeing is another outcome and belongs to the contract's own measures.
"""

from evaluation.comparison import Eligible, Study

study = Study(
    name="city_counselling",
    scheme="city_counselling",
    title="City Counselling",
    question=(
        "Among people named in an open case, does starting counselling today lead to fewer repeat incidents "
        "within a year than not starting it?"
    ),
    who=Eligible(
        words="people named as the cause in an open case of anti-social behaviour, with a year of recorded history"
    ),
    time_zero="the day of the first session held; for the others, sampled days on which there had been none",
    strategies=(
        "start counselling today",
        "do not start counselling within the year (other help goes on as usual)",
    ),
    outcome="the next recorded incident in which the same person is named",
    worth_paying_for=-0.1,
    cannot_tell=(
        "Whether clients feel better: a change in a wellbeing score without a comparison group is not an effect.",
        "What counselling does for victims: incidents are counted against the person counselled.",
        "Whether more sessions would do more: nobody is compared by the sessions they stayed for.",
    ),
    sources=(
        "Milton Keynes Council internal audit, Social Behaviour (2012), action 9: outputs monitored, "
        "outcomes not known",
    ),
)
