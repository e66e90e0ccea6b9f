# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How long until a case is resolved?
#
# "Closed" is not "resolved": a case is also closed because somebody moved, withdrew or nothing more could be done. And
# cases that are still open have a time too, only its end is not known yet. An average over closed cases leaves both
# out and looks too good.

# %% tags=["parameters"]
workspace = ".."
as_of = None
results = None

# %%
import polars as pl
from IPython.display import display

from evaluation.results import open_results
from evaluation.survival import cumulative_incidence, kaplan_meier

made = open_results(workspace, results, as_of=as_of)

# %% [markdown]
# ## What is published

# %%
for study in ("resolution", "victim_repeat"):
    if study in made.findings:
        display(made.published_finding(study))

# %% [markdown]
# ## The same by hand
#
# One row a case: days from opening to closure, or to the as-of date. Other closures compete with resolution, so the
# right curve is the cumulative incidence (Aalen and Johansen), not one minus Kaplan and Meier.

# %%
end = pl.lit(made.workspace.as_of)
closed = pl.when(pl.col("closed_on") <= end).then(pl.col("closed_on"))
state = (
    pl.when(closed.is_null())
    .then(pl.lit("censored"))
    .when(pl.col("closure") == "resolved")
    .then(pl.lit("resolved"))
    .otherwise(pl.lit("closed otherwise"))
)
cases = (
    made.records["Cases"]
    .filter(pl.col("opened_on") <= end, closed.is_null() | (closed >= pl.col("opened_on")))
    .with_columns(exit=(pl.coalesce(closed, end) - pl.col("opened_on")).dt.total_days().clip(1), event=state)
)
curve = cumulative_incidence(cases, exit="exit", event="event")
curve.sentence()

# %%
curve.plot()

# %% [markdown]
# ## What the wrong way would have said
#
# Treating other closures as if those cases could still be resolved gives a higher share at every time.

# %%
as_if = kaplan_meier(cases.with_columns(event=pl.col("event") == "resolved"), exit="exit", event="event")
last = cases["exit"].max() or 0
days = [day for day in (91, 182, 365) if day <= last]
right = curve.at(days).filter(pl.col("state") == "resolved").select("time", "incidence")
wrong = as_if.at(days).select("time", wrong=1 - pl.col("survival"))
right.join(wrong, on="time")

# %% [markdown]
# ## By service
#
# Services get different cases. A difference here is a question to ask, not a verdict on a service.

# %%
by_service = cases.with_columns(pl.col("service").fill_null("not recorded")).filter(pl.len().over("service") >= 10)
if by_service.height:
    display(cumulative_incidence(by_service, exit="exit", event="event", by="service").plot())
