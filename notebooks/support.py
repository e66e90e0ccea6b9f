# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Support: intensive help, families, counselling
#
# Support is slow, goes to few people, and its results are told by providers. Two questions are kept apart here. Do
# people who were supported have less trouble than like people who were not? And do the scores that the provider
# collects say that people are better?

# %% tags=["parameters"]
workspace = ".."
as_of = None
results = None

# %%
import polars as pl
from IPython.display import display

from evaluation.results import open_results

made = open_results(workspace, results, as_of=as_of)
group = [study for study in ("elmore", "family_support", "city_counselling") if study in made.findings]

# %% [markdown]
# ## What was found
#
# A study with too few people says "cannot be said", and why. That is a result: it says what would settle the question.

# %%
for study in group:
    display(made.published_finding(study))

# %%
for study in group:
    needed = made.finding(study).needed
    if needed:
        print(f"{study}: {needed['text']}")

# %% [markdown]
# ## Who could be compared
#
# The ladder from the extracts to the comparison. A long way down with few people at the end is how a good scheme ends
# up with nothing to show.

# %%
pl.DataFrame(
    [{"study": study, "step": step.step, "people": step.people}
     for study in group for step in made.finding(study).attrition],
    schema={"study": pl.String, "step": pl.String, "people": pl.Int64},
)  # fmt: skip

# %% [markdown]
# ## What the providers' scores say
#
# Counted only where a person has a first and a last score. The bounds say what would be true if everybody without a
# second score had got worse, or better: few scores, wide bounds. And people who only wait get better too, so a gain
# in scores is not yet an effect.

# %%
for study in group:
    if study in made.contracts:
        display(made.published_contract(study))
