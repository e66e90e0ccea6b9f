# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Enforcement: orders, and the ladder that leads to them
#
# An order of the court comes after warnings and contracts. So people with an order differ from people without one
# before anything else happens, and a fair comparison is hard. What can be said, what happens at breach, and how far up
# the ladder do people go?

# %% tags=["parameters"]
workspace = ".."
as_of = None
results = None

# %%
from IPython.display import display

from evaluation.results import open_results

made = open_results(workspace, results, as_of=as_of)
group = [study for study in ("asbos", "ladder") if study in made.findings]

# %% [markdown]
# ## What was found

# %%
for study in group:
    display(made.published_finding(study))

# %% [markdown]
# ## Breaches
#
# The first breach of each order, while it is in force. A breach is an outcome of its own: it is recorded because there
# is an order, so it can never be compared with people who have none.

# %%
breach = made.finding("asbos").numbers.get("breach") if "asbos" in group else None
breach or "No breaches can be followed in these extracts."

# %% [markdown]
# ## Why before and after flatters an order most of all
#
# An order is made after a long bad spell. Whatever is done next, the spell is likely to end: the fall after an order
# is what would have been seen without it too.

# %%
for study in group:
    for naive in made.finding(study).naive:
        print(f"{study}, {naive.name}: {naive.value:+.2f}. {naive.text}")

# %% [markdown]
# ## Put to the test

# %%
for study in group:
    for check in made.finding(study).checks:
        print(f"{study}, {check.name}: {check.verdict}. {check.text}")

# %% [markdown]
# ## What this cannot say

# %%
for study in group:
    for line in made.finding(study).cannot_say:
        print(f"{study}: {line}")
