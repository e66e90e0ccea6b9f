# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The ladder: warning, contract, order, possession
#
# Most people get no higher rung after a first warning. That is no proof that warnings work: nobody knows how many would
# have stopped without one, and those who go on up the ladder are other people. What the ladder shows is where people
# stand, and where they stop.

# %% tags=["parameters"]
workspace = ".."
as_of = None
results = None

# %%
import polars as pl
from IPython.display import display

from evaluation.results import open_results

made = open_results(workspace, results, as_of=as_of)
ladder = made.findings.get("ladder")

# %%
if ladder is not None:
    display(made.published_finding("ladder"))

# %% [markdown]
# ## Where people stand after their first rung
#
# Shares by time: everybody is on exactly one rung, the highest one so far. People whose time runs out are counted for
# as long as they were seen.

# %%
rungs = pl.DataFrame(
    [
        {"rung": curve["label"], "day": point["time"], "share": point["value"], "followed": point["n_risk"]}
        for curve in (ladder.curves if ladder else ())
        for point in curve["points"]
    ],
    schema={"rung": pl.String, "day": pl.Int64, "share": pl.Float64, "followed": pl.Float64},
)
rungs.filter(pl.col("day").is_in([0, 91, 182, 364, 728])).pivot("rung", index="day", values="share")

# %% [markdown]
# ## No further incident within a year of each rung
#
# The National Audit Office (2006) followed 893 real people, counted in another way. Its figure is on the page of the
# ladder, in a place of its own: it is not set beside these.

# %%
ladder.numbers.get("no_further_incident") if ladder and ladder.numbers else "The ladder cannot be followed here."

# %% [markdown]
# ## How this is counted from the records
#
# The first day of each person on each kind of step. The study file, `analyses/ladder.py`, holds the whole rule.

# %%
steps = {
    "warning_letters": "warning",
    "abcs": "contract",
    "asbos": "order",
    "injunctions": "order",
    "parental_control_orders": "order",
    "notices_seeking_possession": "possession",
    "evictions": "possession",
}
first = (
    made.records["Interventions"]
    .filter(pl.col("scheme").is_in(list(steps)), pl.col("started_on").is_not_null())
    .with_columns(rung=pl.col("scheme").replace_strict(steps, return_dtype=pl.String))
    .group_by("subject_id", "rung")
    .agg(pl.col("started_on").min())
)
first.group_by("rung", year=pl.col("started_on").dt.year()).len().sort("rung", "year")

# %% [markdown]
# ## What must not be read into it

# %%
ladder.cannot_say if ladder else ()
