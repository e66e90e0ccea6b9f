"""Do Anti-Social Behaviour Orders lead to fewer repeat incidents, and how many orders are breached?

Orders go to the few worst cases, so numbers are small and a fair comparison is hard to find: the study says so rather
than stretch. An incident may itself be the breach; both are shown, never added.
"""

from evaluation.comparison import Eligible, Study

study = Study(
    name="asbos",
    scheme="asbos",
    title="ASBOs",
    question=(
        "Among people named in an open case, does being given an ASBO today lead to fewer repeat incidents "
        "within a year than not being given one?"
    ),
    who=Eligible(
        words="people named as the cause in an open case of anti-social behaviour, with a year of recorded history"
    ),
    time_zero="the day the order is made; for the others, sampled days on which they had none so far",
    strategies=(
        "be given an order today",
        "be given no order within the year (other help goes on as usual)",
    ),
    outcome="the next recorded incident in which the same person is named",
    worth_paying_for=-0.1,
    breaches=True,
    cannot_tell=(
        "Whether a fall in reports is a fall in incidents: an order also changes who is watched and who "
        "dares to report.",
        "What an order does to a neighbourhood beyond the person it is made against.",
        "Breaches nobody reported or prosecuted.",
    ),
    sources=(
        "Ministry of Justice, ASBO statistics to 2013: 24,323 orders, 58% breached at least once, 29% within "
        "the year of issue",
        "National Audit Office (2006), Tackling Anti-Social Behaviour: 55% of ASBOs breached",
    ),
)
