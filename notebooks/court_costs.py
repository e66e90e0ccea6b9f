# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Court costs: what is due, what was paid, what will come
#
# The amount due comes first: prosecution, order, costs awarded, instalments. Receipts are matched to it second. Every
# penny awarded is paid, remitted, written off or outstanding, on every day; if one were lost, this notebook would stop.

# %% tags=["parameters"]
workspace = ".."
as_of = None
results = None

# %%
from datetime import date, timedelta

import polars as pl
from IPython.display import display

from evaluation import income
from evaluation.results import open_results

made = open_results(workspace, results, as_of=as_of)
tables = {name: made.records[name] for name in ("CourtOrders", "Receipts", "OrderEvents", "Prosecutions")}
has_orders = not tables["CourtOrders"].is_empty()

# %%
if has_orders:
    display(made.published_income())
else:
    print("No court orders are in the extracts, so the amount due cannot be said.")


# %% [markdown]
# ## Reconcile again, on any day
#
# The ledger can be asked what was known on an earlier day: only what had happened and was recorded by then counts.


# %%
def reconcile(day: date) -> income.Reconciliation:
    return income.reconcile(
        tables["CourtOrders"],
        tables["Receipts"],
        events=tables["OrderEvents"],
        prosecutions=tables["Prosecutions"],
        as_of=day,
    )


held = reconcile(made.workspace.as_of) if has_orders else None
if held is not None:
    held.check()
    display(held)

# %%
if held is not None:
    earlier = reconcile(made.workspace.as_of - timedelta(days=365))
    print(income.compare(earlier, held).sentence())

# %%
held.plot() if held is not None else None

# %% [markdown]
# ## Why a receipt went where it went
#
# First the reference, then a reference with one slip, then amount, date and name together, with points. What cannot
# be told apart is left to a person; the list of what to decide is `build/income/decisions_needed.csv`.

# %%
if held is not None and not held.allocations.is_empty():
    uncertain = held.allocations.filter(pl.col("rule") != "exact_reference")
    chosen = uncertain if not uncertain.is_empty() else held.allocations
    print(held.explain(chosen["receipt_ref"][0]))

# %% [markdown]
# ## What is missing
#
# Prosecutions that led to no order, with the reason where one is recorded, and gaps in the order numbers.

# %%
if held is not None:
    display(held.completeness.group_by("reason", "explained").len().sort("len", descending=True))

# %% [markdown]
# ## What will come
#
# From how long pounds of the past took to be paid. Pounds of one order are not independent, so the range rests on
# whole orders.

# %%
if held is not None and held.ledger["outstanding"].sum() > 0:
    coming = income.forecast(held, months=12)
    display(coming)
