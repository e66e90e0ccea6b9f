# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Contracts: outputs, outcomes, value
#
# A contract that held all its sessions has delivered its outputs. Whether anybody is better for it is another
# question. Each verdict below comes from a rule that was written down before: met, missed, cannot yet be said,
# outcomes not collected.

# %% tags=["parameters"]
workspace = ".."
as_of = None
results = None

# %%
import polars as pl
from IPython.display import display

from evaluation import commissioning
from evaluation.results import open_results

made = open_results(workspace, results, as_of=as_of)

# %% [markdown]
# ## The verdicts

# %%
for contract in made.contracts:
    display(made.published_contract(contract))

# %% [markdown]
# ## One contract, step by step
#
# A contract is a file. It is judged from the linked records and from the finding of its scheme.

# %%
files = commissioning.load_contracts(made.workspace.contracts) if made.workspace.contracts.is_dir() else ()
prices = {name: cost.model_dump(exclude_none=True) for name, cost in made.workspace.settings.unit_costs.items()}
judged = [
    commissioning.evaluate(one, made.records, made.findings, as_of=made.workspace.as_of, unit_costs=prices)
    for one in files
]
judged[0] if judged else "This workspace has no contracts: evaluation new contract NAME starts one."

# %%
judged[0].plot() if judged else None

# %% [markdown]
# ## What one unit of each thing costs
#
# The same money, divided by four different things. Cost per session flatters a service that helps nobody; cost per
# person who is better is the one to ask for, and it is empty where nobody knows who is better.

# %%
pl.DataFrame(
    [
        {"contract": name, "one": cost["name"], "pounds": cost["value"], "low": cost["low"], "high": cost["high"]}
        for name, result in made.contracts.items()
        for cost in result["value"]["costs"]
    ],
    schema={"contract": pl.String, "one": pl.String, "pounds": pl.Float64, "low": pl.Float64, "high": pl.Float64},
)

# %% [markdown]
# ## What to watch out for

# %%
for name, result in made.contracts.items():
    for caution in result["value"]["cautions"]:
        print(f"{name}: {caution}")

# %% [markdown]
# ## What has to be decided, and by when

# %%
pl.DataFrame(
    [
        {"contract": name, "decide by": result["decision"]["decide_by"], "what": result["decision"]["text"]}
        for name, result in made.contracts.items()
        if result["decision"]
    ],
    schema={"contract": pl.String, "decide by": pl.String, "what": pl.String},
).sort("decide by")
