"""An attacker who has nothing but the published table, written apart from the code it attacks."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from evaluation.errors import DataError, DisclosureError
from evaluation.publishing.disclosure import audit, audit_linked, protect, protect_linked

NAMES = "abcd"


def with_margins(counts: np.ndarray) -> pl.DataFrame:
    """A long table with every margin as "All"."""
    rows = []
    for place in product(*[range(size + 1) for size in counts.shape]):
        inside = tuple(slice(None) if level == size else level for level, size in zip(place, counts.shape, strict=True))
        levels = [
            "All" if level == size else f"{name}{level}"
            for name, level, size in zip(NAMES, place, counts.shape, strict=False)
        ]
        rows.append((*levels, int(counts[inside].sum())))
    return pl.DataFrame(rows, schema=[*NAMES[: counts.ndim], "count"], orient="row")


def equations(table: pl.DataFrame, dimensions: list[str], parents: Mapping[str, Mapping[str, str]] | None = None):
    """Every `parent = sum of parts` of a table, one row each."""
    place = {row: index for index, row in enumerate(table.select(dimensions).rows())}
    found = []
    for axis, dimension in enumerate(dimensions):
        above = (parents or {}).get(dimension, {})
        for row, index in place.items():
            children = [
                i for other, i in place.items()
                if other[axis] != "All" and above.get(other[axis], "All") == row[axis]
                and other[:axis] + other[axis + 1 :] == row[:axis] + row[axis + 1 :]
            ]  # fmt: skip
            if children and index not in children:
                line = np.zeros(len(place))
                line[index], line[children] = 1, -1
                found.append(line)
    return np.array(found)


def attack(
    table: pl.DataFrame, dimensions: list[str], parents=None, *, slack: float = 0.0, least: int = 0
) -> dict[tuple, tuple]:
    """Bounds of every hidden cell; a shown figure is its count give or take `slack`, a hidden one at least `least`."""
    lines = equations(table, dimensions, parents)
    figure = table["published"] if slack else table["count"]
    bounds = [
        (least, None) if hidden else (max(value - slack, 0), value + slack)
        for value, hidden in zip(figure.to_list(), table["hidden"].to_list(), strict=True)
    ]
    found = {}
    for index in np.flatnonzero(table["hidden"].to_numpy()):
        ends = []
        for sign in (1, -1):
            aim = np.zeros(table.height)
            aim[index] = sign
            answer = linprog(aim, A_eq=lines, b_eq=np.zeros(len(lines)), bounds=bounds)
            ends.append(sign * answer.fun if answer.status == 0 else np.inf)
            assert answer.status in (0, 3)
        found[table.select(dimensions).row(int(index))] = tuple(ends)
    return found


def safe(table: pl.DataFrame, dimensions: list[str], width: float, parents=None, *, slack: float = 0.0) -> bool:
    intervals = attack(table, dimensions, parents, slack=slack)
    return all(high - low >= width - 1e-6 for low, high in intervals.values())


def random_table(seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    shape = [(6,), (3, 4), (5, 6), (3, 3, 3), (2, 3, 4)][seed % 5]
    return with_margins(rng.negative_binomial(0.9, 0.035, shape))


@pytest.mark.parametrize("seed", range(15))
def test_no_hidden_cell_can_be_pinned(seed: int):
    table = random_table(seed)
    dimensions = table.columns[:-1]
    protected = protect(table)
    assert safe(protected, dimensions, 10)
    if table.height < 40:
        assert safe(protected, dimensions, 10, slack=2)
    small = (table["count"] > 0) & (table["count"] < 10)
    assert (protected["hidden"] | ~small).all()
    assert (protected["published"].drop_nulls() % 5 == 0).all()
    assert (protected["published"].is_null() == protected["hidden"]).all()


@pytest.mark.parametrize("seed", range(5))
def test_audit_finds_what_another_attacker_finds(seed: int):
    protected = protect(random_table(seed))
    dimensions = [name for name in protected.columns if name in NAMES]
    for exact in (True, False):
        found = audit(protected, exact=exact)
        assert found.height == protected["hidden"].sum()
        assert (found["width"] >= 10).all()
    mine = audit(protected, exact=True)
    other = attack(protected, dimensions, least=1)
    for row in mine.iter_rows(named=True):
        assert (row["lower"], row["upper"]) == pytest.approx(other[tuple(row[name] for name in dimensions)])
    joined = mine.join(protected, on=dimensions)
    assert ((joined["lower"] <= joined["count"]) & (joined["count"] <= joined["upper"])).all()


def fewest(table: pl.DataFrame, width: float) -> int | None:
    """The smallest safe number of hidden cells, by trying all; None where no choice is safe."""
    dimensions = table.columns[:-1]
    must = [i for i, count in enumerate(table["count"]) if 0 < count < 10]
    may = [i for i, count in enumerate(table["count"]) if count >= 10]
    for extra in range(len(may) + 1):
        for chosen in combinations(may, extra):
            mask = np.isin(np.arange(table.height), [*must, *chosen])
            trial = table.with_columns(hidden=pl.Series(mask), published=pl.col("count"))
            if pinned_from_one(trial, dimensions, width):
                return len(must) + extra
    return None


def pinned_from_one(trial: pl.DataFrame, dimensions: list[str], width: float) -> bool:
    """As `safe`, for an attacker who also knows that a hidden cell is not 0."""
    lines = equations(trial, dimensions)
    bounds = [
        (1, None) if hidden else (count, count) for count, hidden in zip(trial["count"], trial["hidden"], strict=True)
    ]
    for index in np.flatnonzero(trial["hidden"].to_numpy()):
        aim = np.zeros(trial.height)
        aim[index] = 1
        low = linprog(aim, A_eq=lines, b_eq=np.zeros(len(lines)), bounds=bounds)
        high = linprog(-aim, A_eq=lines, b_eq=np.zeros(len(lines)), bounds=bounds)
        if high.status == 0 and -high.fun - low.fun < width - 1e-6:
            return False
    return True


@pytest.mark.parametrize(
    "counts",
    [[[3, 40, 25], [18, 30, 12]], [[3, 12, 25], [18, 2, 12]], [[5, 6, 31], [0, 14, 50]]],
    ids=["one", "two", "zero"],
)
def test_no_fewer_cells_would_do(counts: list[list[int]]):
    table = with_margins(np.array(counts))
    assert protect(table)["hidden"].sum() == fewest(table, 10)


COUNTS = st.one_of(st.integers(0, 12), st.integers(0, 60))


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.lists(COUNTS, min_size=4, max_size=4).filter(lambda counts: any(0 < count < 10 for count in counts)))
def test_no_choice_of_all_is_smaller(counts: list[int]):
    """Every choice of further cells is tried, from none upwards: the first safe one is as large as ours."""
    for shape in ((2, 2), (4,)):
        table = with_margins(np.array(counts).reshape(shape))
        try:
            protected = protect(table)
        except DisclosureError:
            assert fewest(table, 10) is None
            continue
        assert pinned_from_one(protected, table.columns[:-1], 10)
        assert protected["hidden"].sum() == fewest(table, 10)


def test_among_equally_few_cells_the_smallest_are_hidden():
    table = pl.DataFrame({"a": ["x", "y", "z", "All"], "count": [4, 100, 30, 134]})
    assert protect(table)["published"].to_list() == [None, 100, None, 135]


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, None), (9, None), (10, 10), (12, 10), (13, 15), (17, 15), (18, 20)]
)
def test_boundaries_of_threshold_and_rounding(count: int, shown: int | None):
    assert protect(pl.DataFrame({"a": ["x"], "count": [count]}))["published"].to_list() == [shown]


def test_nhs_rule_is_a_matter_of_parameters():
    table = pl.DataFrame({"a": [str(n) for n in range(10)], "count": range(10)})
    assert protect(table, threshold=8, base=5)["published"].to_list() == [0, *[None] * 7, 10, 10]


def test_zeros_are_hidden_where_so_configured():
    table = pl.DataFrame({"a": ["x", "y", "z", "All"], "count": [0, 40, 60, 100]})
    assert protect(table)["hidden"].to_list() == [False] * 4
    hidden = protect(table, zeros="hide")["hidden"].to_list()
    assert hidden == [True, True, False, False]


def test_dominant_contributor_and_few_contributors_are_hidden():
    table = pl.DataFrame({
        "a": ["x", "y", "z"], "count": [40, 40, 40], "largest": [30, 5, 5], "contributors": [20, 20, 3],
    })  # fmt: skip
    assert protect(table)["hidden"].to_list() == [True, False, True]
    assert protect(table, dominant_share=0.8)["hidden"].to_list() == [False, False, True]


def test_subtotals_are_protected_too():
    wards = {"N1": 3, "N2": 50, "N3": 20, "S1": 60, "S2": 44}
    parents = {"ward": {ward: "North" if ward[0] == "N" else "South" for ward in wards}}
    table = pl.DataFrame({
        "ward": [*wards, "North", "South", "All"], "count": [*wards.values(), 73, 104, 177],
    })  # fmt: skip
    protected = protect(table, hierarchies=parents)
    assert protected.filter("hidden")["ward"].to_list() == ["N1", "N3"]
    assert safe(protected, ["ward"], 10, parents)
    unaware = protect(table.filter(~pl.col("ward").is_in(["North", "South"])))
    assert unaware["hidden"].sum() == 2


@pytest.mark.parametrize("seed", range(6))
def test_random_hierarchies_in_two_dimensions(seed: int):
    rng = np.random.default_rng(seed)
    leaf = rng.negative_binomial(0.9, 0.03, (5, 4))
    parents = {"a": {"a0": "north", "a1": "north", "a2": "south", "a3": "south", "a4": "south"}}
    base = with_margins(leaf).rename({})
    groups = (
        base.filter(pl.col("a").is_in(list(parents["a"])))
        .with_columns(pl.col("a").replace(parents["a"]))
        .group_by("a", "b", maintain_order=True)
        .agg(pl.col("count").sum())
    )
    table = pl.concat([base, groups])
    protected = protect(table, hierarchies=parents)
    assert safe(protected, ["a", "b"], 10, parents)


def test_linked_tables_hide_the_same_cells_and_cannot_be_played_off_against_each_other():
    by_ward = pl.DataFrame({
        "scheme": ["m", "m", "m", "m"], "ward": ["N", "S", "E", "All"], "count": [4, 30, 26, 60],
    })  # fmt: skip
    by_month = pl.DataFrame({
        "scheme": ["m", "m", "m"], "month": ["Jan", "Feb", "All"], "count": [22, 38, 60],
    })  # fmt: skip
    by_scheme = pl.DataFrame({"scheme": ["m", "k", "All"], "count": [60, 7, 67]})
    tables = {"ward": by_ward, "month": by_month, "scheme": by_scheme}
    alone = {name: protect(table) for name, table in tables.items()}
    assert alone["scheme"]["hidden"].to_list() == [True, True, False]
    assert not alone["month"]["hidden"].any()
    together = protect_linked(tables)
    for name, found in audit_linked(together, width=10, exact=True).items():
        assert (found["width"] >= 10).all(), name
    with pytest.raises(DisclosureError, match="scheme 'k'"):
        audit_linked(alone, width=10, exact=True)


def test_totals_that_no_table_shows_are_reckoned_with():
    by_ward = pl.DataFrame({"scheme": ["m"] * 3, "ward": ["N", "S", "E"], "count": [4, 30, 26]})
    by_month = pl.DataFrame({"scheme": ["m"] * 2, "month": ["Jan", "Feb"], "count": [22, 38]})
    together = protect_linked({"ward": by_ward, "month": by_month})
    hidden = sum(frame["hidden"].sum() for frame in together.values())
    assert hidden >= 2, "22 + 38 gives the total away, so the 4 may not be hidden alone"
    audit_linked(together, width=10, exact=True)
    apart = protect_linked({"ward": by_ward, "month": by_month}, measures={"ward": "people", "month": "incidents"})
    assert apart["ward"]["hidden"].to_list() == [True, False, False]


def test_pinned_cell_is_refused_by_name_without_its_figure():
    table = pl.DataFrame({
        "ward": ["Alder Vale", "Bellmoor", "All"], "count": [7, 93, 100], "published": [None, 95, 100],
        "hidden": [True, False, False],
    })  # fmt: skip
    assert audit(table).select("lower", "upper").row(0) == (1.0, 9.0)
    with pytest.raises(DisclosureError) as caught:
        audit(table, width=10)
    assert "ward 'Alder Vale'" in str(caught.value)
    assert "7" not in str(caught.value)


def test_contradicting_figures_are_refused():
    table = pl.DataFrame({"a": ["x", "y", "All"], "published": [50, None, 20], "hidden": [False, True, False]})
    with pytest.raises(DisclosureError, match="contradict"):
        audit(table)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"a": ["x", "y", "All"], "count": [20, 30, 51]}, "the total is not the sum of its parts"),
        ({"a": ["x", "x"], "count": [20, 30]}, "repeat the levels"),
        ({"a": ["x", None], "count": [20, 30]}, "empty cells"),
        ({"a": ["x"], "count": [-1]}, "whole numbers from 0"),
        ({"a": ["x"], "count": [1.5]}, "whole numbers from 0"),
        ({"a": ["x"], "count": ["many"]}, "whole numbers from 0"),
        ({"a": ["x"], "counts": [1]}, "no column 'count'"),
    ],
)
def test_what_is_no_table_of_counts_is_refused(table: dict[str, list], said: str):
    with pytest.raises(DataError, match=said):
        protect(pl.DataFrame(table, strict=False))


def test_frame_is_kept_as_it_came():
    table = random_table(2)
    protected = protect(table.lazy())
    assert protected.drop("published", "hidden").equals(table)
    assert protected.schema["published"] == pl.Int64
    assert protected.schema["hidden"] == pl.Boolean


def test_big_table_of_the_worked_example_takes_seconds():
    rng = np.random.default_rng(7)
    table = with_margins(rng.negative_binomial(0.5, 0.03, (30, 8)))
    protected = protect(table)
    assert protected["hidden"].sum() > 50
    assert (audit(protected, width=10, exact=True)["width"] >= 10).all()


def test_table_too_deep_to_solve_exactly_is_safe_and_no_hidden_cell_is_spare(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("evaluation.publishing.disclosure_suppression.EXACT_CELLS_DEEP", 5)
    table = with_margins(np.random.default_rng(1).negative_binomial(1.5, 0.05, (3, 3, 4)))
    protected = protect(table)
    assert (audit(protected, width=10, exact=True)["width"] >= 10).all()
    spare = np.flatnonzero((protected["hidden"] & (protected["count"] >= 10)).to_numpy())
    for cell in spare[:: max(len(spare) // 3, 1)]:
        hidden = protected["hidden"].to_numpy().copy()
        hidden[cell] = False
        with pytest.raises(DisclosureError):
            audit(protected.with_columns(hidden=pl.Series(hidden)), width=10, exact=True)
