# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Write your own study
#
# A study is a protocol of about forty lines. It says who is eligible, when the clock starts, what is compared and what
# counts as an outcome, before anybody looks at a result. The engine does the rest, and refuses what cannot be done.
#
# `evaluation new study NAME` writes the same as a file in `analyses/`. Here we try one out first.

# %% tags=["parameters"]
workspace = ".."
as_of = None
results = None

# %%
from evaluation.comparison import Eligible, Study
from evaluation.errors import StudyError
from evaluation.results import open_results

made = open_results(workspace, results, as_of=as_of)

# %% [markdown]
# ## 1. Which schemes are in the records?

# %%
made.records["Interventions"].group_by("scheme").len().sort("len", descending=True).head(12)

# %% [markdown]
# ## 2. Write the protocol
#
# Only what is known on the day may decide who is eligible. Here: cases of noise (HouseMark category A), where
# mediation is said to work best.

# %%
study = Study(
    name="mediation_for_noise",
    scheme="mediation",
    title="mediation in cases of noise",
    question=(
        "Among people named in an open case of noise, does starting mediation today lead to fewer repeat incidents "
        "within a year than not starting it?"
    ),
    who=Eligible(words="people named as the cause in an open case of noise", where={"category": ("A",)}),
    time_zero="the day of the first mediation meeting; for the others, sampled days on which they had none so far",
    strategies=("start mediation today", "do not start mediation within the year"),
    outcome="the next recorded incident in which the same person is named",
    worth_paying_for=-0.1,
    cannot_tell=("What mediation would do in other kinds of case.",),
    sources=("Oxford City Council scrutiny review (2009), recommendation 9",),
)
dict(study.protocol())

# %% [markdown]
# ## 3. Run it
#
# `robustness=False` leaves out the curves and checks: quicker while you try things out. The effects are the same.

# %%
finding = study.run(made.records, as_of=made.workspace.as_of, robustness=False)
finding

# %% [markdown]
# Who was lost on the way? A protocol that is too strict ends with too few people.

# %%
[(step.step, step.people) for step in finding.attrition]

# %% [markdown]
# ## 4. What is refused, and why
#
# A study that follows people from their referral, or that gives them time to start, would count as helped the time
# they had to get through before help came.

# %%
try:
    Study(name="late", scheme="mediation", title="late", question="?", grace_days=30)
except StudyError as refused:
    print(refused)

# %% [markdown]
# ## 5. Keep it
#
# Put the protocol into `analyses/mediation_for_noise.py` (start from `evaluation new study mediation_for_noise`), write
# what you take for granted into `analyses/assumptions/mediation_for_noise.md`, and run it:
#
#     evaluation run mediation_for_noise
#
# Once it has run, a change of the protocol is a new study. Its result is not shown on this page: a study of part of the
# people of another one is published by the build, which compares it with what is published already.
