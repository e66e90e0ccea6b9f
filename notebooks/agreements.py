# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Agreements: mediation and Acceptable Behaviour Contracts
#
# Both rest on a promise: two neighbours agree how to live side by side, or a person signs a contract to stop. Do fewer
# people have trouble again? The studies were run by the build; here they are read, compared and put to the test.
#
# Published results have passed disclosure control. Everything else here is for your eyes only.

# %% tags=["parameters"]
workspace = ".."
as_of = None
results = None

# %%
import polars as pl
from IPython.display import display

from evaluation.comparison import across_register, evalue
from evaluation.results import open_results

made = open_results(workspace, results, as_of=as_of)
group = [study for study in ("mediation", "abcs") if study in made.findings]

# %% [markdown]
# ## What was found
#
# The sentences under each table are what can be said. A range that crosses the line of no effect is not proof that a
# scheme does nothing.

# %%
for study in group:
    display(made.published_finding(study))

# %% [markdown]
# ## What simpler methods would have said
#
# People are helped when things are at their worst, and bad spells end by themselves. So "before and after" always
# looks good. "Ever helped against never helped" gives the helped group the time they had to get through before help
# came, and forgets that help goes to the worse cases.

# %%
pl.DataFrame(
    [
        {"study": study, "method": naive.name, "value": naive.value, "low": naive.low, "high": naive.high}
        for study in group
        for naive in made.finding(study).naive
    ]
)

# %% [markdown]
# ## Are the groups alike?
#
# Before weighting, people who were helped had a worse year behind them. After it, the difference in each row should be
# near 0: a tenth of a standard deviation at most.

# %%
balance = pl.DataFrame(
    [{"study": study, **row} for study in group for row in made.finding(study).balance],
    schema={"study": pl.String, "term": pl.String, "before": pl.Float64, "after": pl.Float64},
)
balance.sort(pl.col("before").abs(), descending=True, nulls_last=True).head(12)

# %% [markdown]
# ## How strong would something unrecorded have to be?
#
# The E-value: something that nobody recorded would have to go with both help and repeats, by a ratio of at least this,
# to explain the result away (VanderWeele and Ding 2017).

# %%
for study in group:
    ratio = made.finding(study).effect("hazard_ratio")
    if ratio is not None:
        print(f"{study}: {evalue(ratio.value, ratio.low, ratio.high).sentence()}")

# %% [markdown]
# ## Read together with the rest of the register
#
# Of twenty schemes that do nothing, one looks clear by chance. Holm's correction asks whether the result stands when
# all are read at once; shrinkage draws a small study towards the mean of all.

# %%
together = across_register(made.findings)
for study in group:
    for check in together[study].checks:
        if check.name in ("many_results", "shrinkage"):
            print(f"{study}: {check.text}")

# %% [markdown]
# ## The curve, to look at closely

# %%
made.finding(group[0]).plot() if group else "No study of this group could be run on these extracts."
