# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How good are the data?
#
# An answer is no better than the records it rests on. Each test counts what it finds and among how many, by system,
# by service and by month, so that the right people can mend it.

# %% tags=["parameters"]
workspace = ".."
as_of = None
results = None

# %%
import polars as pl

from evaluation.results import open_results

made = open_results(workspace, results, as_of=as_of)

# %%
made.published_quality()

# %% [markdown]
# ## Where does it come from?

# %%
pl.DataFrame(made.quality["tests_by_system"], infer_schema_length=None).head(20)

# %% [markdown]
# ## Does it get better?
#
# The share that each test found, by year. A jump often means a new system, or a month that was never uploaded.

# %%
by_month = pl.DataFrame(made.quality["tests_by_month"], infer_schema_length=None)
if by_month.height:
    by_month = (
        by_month.with_columns(year=pl.col("month").str.slice(0, 4))
        .group_by("title", "year")
        .agg(pl.col("count").sum(), pl.col("of").sum())
        .with_columns(share=(pl.col("count") / pl.col("of")).round(3))
        .pivot("year", index="title", values="share", sort_columns=True)
    )
by_month

# %% [markdown]
# ## Which months are covered?
#
# A month without an upload looks like a month without trouble. Studies stop following people at the first month that a
# source does not cover.

# %%
coverage = made.records.coverage
coverage.group_by("source").agg(months=pl.len(), covered=pl.col("covered").sum()).sort("source")

# %% [markdown]
# ## Words that no code list knows
#
# Each can be given a meaning in the mapping's list; until then the row is kept without a category.

# %%
made.quality["unmapped_words"][:15]

# %% [markdown]
# ## What linking did

# %%
made.quality["notes"]
