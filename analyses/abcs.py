"""Does an Acceptable Behaviour Contract lead to fewer repeat incidents, and how many contracts are breached?

Breaches are counted per contract, over the time each contract is in force: breaches of a year are never divided by
contracts of that year, because a breach can belong to an earlier contract.
"""

from evaluation.comparison import Eligible, Study

study = Study(
    name="abcs",
    scheme="abcs",
    title="Acceptable Behaviour Contracts",
    question=(
        "Among people named in an open case, does signing an Acceptable Behaviour Contract today lead to "
        "fewer repeat incidents within a year than not signing one?"
    ),
    who=Eligible(
        words="people named as the cause in an open case of anti-social behaviour, with a year of recorded history"
    ),
    time_zero="the day the contract is signed; for the others, sampled days on which they had signed none so far",
    strategies=(
        "sign a contract today",
        "do not sign a contract within the year (other help goes on as usual)",
    ),
    outcome="the next recorded incident in which the same person is named",
    worth_paying_for=-0.1,
    breaches=True,
    cannot_tell=(
        "Whether it is the contract or the attention of officers around it that works.",
        "How a contract does against an order of the court: that is another comparison.",
        "Breaches nobody reported.",
    ),
    sources=(
        "National Audit Office (2006), Tackling Anti-Social Behaviour: about 65% of 893 people had no "
        "further incident after an intervention",
    ),
)
