# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Start here: from extracts to a finding
#
# This notebook does, line by line, what `evaluation run mediation` does in one go. It reads the extracts of the
# workspace, puts them together, runs one study and protects the result. Change a line and see what moves.
#
# Every output that is published on the site has passed disclosure control. The others are for your eyes only.

# %% tags=["parameters"]
workspace = ".."
as_of = None
results = None

# %%
import polars as pl

from evaluation import records
from evaluation.register import load_schemes, scheme_names
from evaluation.results import open_results
from evaluation.workspace import shipped

made = open_results(workspace, results, as_of=as_of)
place = made.workspace

# %% [markdown]
# ## 1. Read the extracts
#
# An extract is read as text first. Then every row keeps every rule of its table, or it is set aside with its reasons:
# rows in = accepted + rejected, always. Names become keyed pseudonyms here, at the door; a synthetic workspace uses a
# public key, because nobody in it is real.

# %%
schemes = scheme_names(load_schemes(shipped("site/schemes")))
key = records.load_key(place.key_file) if place.key_file else None
extracts = [
    records.read_extract(
        place.extract_address(name), place.mapping(name), as_of=place.as_of, key=key, schemes=schemes, name=name
    )
    for name in place.settings.extracts
]
for extract in extracts:
    assert extract.rows_read == extract.rows_accepted + len(extract.rejected)

# %%
rows = pl.DataFrame(
    [
        {"extract": extract.name, "rows": word, "count": count}
        for extract in extracts
        for word, count in (("accepted", extract.rows_accepted), ("set aside", len(extract.rejected)))
    ]
)
rows

# %% [markdown]
# Why were rows set aside? Each has its reasons, in words, and goes back to its owner as a spreadsheet to mend.

# %%
reasons = pl.concat(
    [pl.DataFrame(schema={"reasons": pl.String})]
    + [extract.rejected.select(pl.col("reasons").explode().cast(pl.String)) for extract in extracts]
)
reasons.group_by("reasons").len().sort("len", descending=True).head(10)

# %% [markdown]
# ## 2. Put them together
#
# One incident that two systems hold is counted once; a case that was passed on has one number; and every source says
# which months it covers, because a month without an upload looks like a month without trouble.

# %%
together = records.assemble(extracts, as_of=place.as_of)
together.coverage.group_by("source").agg(months=pl.len(), covered=pl.col("covered").sum()).sort("source")

# %% [markdown]
# ## 3. Run a study
#
# A study is a protocol: who is eligible, when the clock starts, what is compared, what counts as an outcome. It is
# fixed before anybody looks at the result. Read it first: `analyses/mediation.py`.

# %%
from analyses.mediation import study

finding = study.run(together)
dict(study.protocol())

# %% [markdown]
# ## 4. Protect it, then read it
#
# A finding holds counts of people. It leaves the building only through disclosure control: small counts are hidden,
# the others rounded, and a figure differs from last month's only where enough people moved it.

# %%
made.protected(finding)

# %% [markdown]
# Every result says itself in a sentence and draws itself. On your own screen, look closer:

# %%
print(finding.sentence())
finding.plot()

# %% [markdown]
# ## What the naive answers would have been
#
# The finding also keeps what a simpler comparison would have said, and why it differs. People are helped when things
# are at their worst, so "before and after" always looks good.

# %%
[(naive.name, naive.value, naive.text) for naive in finding.naive]

# %% [markdown]
# ## Where to go from here
#
# The build has done all this for every study, contract and receipt. The other notebooks open its results instead of
# computing them again: `open_results(workspace, results)`.
