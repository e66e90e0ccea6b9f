"""A reader of two editions, who knows everybody but one, learns nothing from the second."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from evaluation.errors import DataError, DisclosureError
from evaluation.publishing.disclosure import protect, release_differences

WARDS = ("N", "E", "S", "W")
KINDS = ("noise", "damage", "threats")


def tabulate(people: pl.DataFrame) -> pl.DataFrame:
    """People by ward and kind, with margins."""
    rows = []
    for ward, kind in product((*WARDS, "All"), (*KINDS, "All")):
        inside = ((people["ward"] == ward) | (ward == "All")) & ((people["kind"] == kind) | (kind == "All"))
        rows.append((ward, kind, int(inside.sum())))
    return pl.DataFrame(rows, schema=["ward", "kind", "count"], orient="row")


def crowd(seed: int, size: int = 260) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame({
        "ward": rng.choice(WARDS, size, p=[0.5, 0.3, 0.15, 0.05]), "kind": rng.choice(KINDS, size, p=[0.6, 0.3, 0.1]),
    })  # fmt: skip


def shown(edition: pl.DataFrame) -> list[int | None]:
    return edition["published"].to_list()


@pytest.mark.parametrize("seed", range(5))
def test_one_person_more_changes_nothing_on_the_page(seed: int):
    people = crowd(seed)
    first = protect(tabulate(people))
    for ward, kind in (("N", "noise"), ("W", "threats"), ("S", "damage")):
        more = pl.concat([people, pl.DataFrame({"ward": [ward], "kind": [kind]})])
        assert shown(release_differences(first, tabulate(more))) == shown(first)


def test_one_person_more_does_show_without_the_comparison():
    people = crowd(1)
    first = protect(tabulate(people))
    changed = 0
    for ward, kind in product(WARDS, KINDS):
        again = protect(tabulate(pl.concat([people, pl.DataFrame({"ward": [ward], "kind": [kind]})])))
        changed += shown(again) != shown(first)
    assert changed > 0, "this test would prove nothing if plain protection hid a single person already"


def difference_attack(first: pl.DataFrame, second: pl.DataFrame) -> dict[tuple[str, str], tuple[float, float]]:
    """What both editions prove of each small change, by an attacker who knows every shown count to the unit."""
    keys = first.select("ward", "kind").rows()
    place = {key: i for i, key in enumerate(keys)}
    n = len(keys)
    lines = []
    for offset in (0, n):
        for key, index in place.items():
            for axis, parts in ((0, WARDS), (1, KINDS)):
                if key[axis] == "All":
                    line = np.zeros(2 * n)
                    line[offset + index] = 1
                    for part in parts:
                        line[offset + place[(part, key[1]) if axis == 0 else (key[0], part)]] = -1
                    lines.append(line)
    free = [*first["hidden"].to_list(), *(second["hidden"] | second["delayed"]).to_list()]
    counts = [*first["count"].to_list(), *second["count"].to_list()]
    bounds = [(0, None) if is_free else (count, count) for is_free, count in zip(free, counts, strict=True)]
    growth = np.zeros((n, 2 * n))
    growth[np.arange(n), np.arange(n)] = 1
    growth[np.arange(n), n + np.arange(n)] = -1
    found = {}
    for key, index in place.items():
        ends = []
        for sign in (1.0, -1.0):
            aim = np.zeros(2 * n)
            aim[n + index], aim[index] = sign, -sign
            answer = linprog(
                aim, A_eq=np.array(lines), b_eq=np.zeros(len(lines)), A_ub=growth, b_ub=np.zeros(n), bounds=bounds
            )
            assert answer.status in (0, 3)
            ends.append(sign * answer.fun if answer.status == 0 else np.inf)
        found[key] = (ends[0], ends[1])
    return found


@pytest.mark.parametrize("seed", range(4))
def test_small_changes_cannot_be_worked_out_from_sums_over_both_editions(seed: int):
    rng = np.random.default_rng(seed)
    people = crowd(seed)
    added = pl.concat([
        crowd(100 + seed, 3),
        pl.DataFrame({"ward": ["N"] * 25 + ["E"] * 12, "kind": list(rng.choice(KINDS, 37, p=[0.7, 0.2, 0.1]))}),
    ])  # fmt: skip
    first = protect(tabulate(people))
    second = release_differences(first, tabulate(pl.concat([people, added])))
    change = (second["count"] - first["count"]).to_list()
    proved = difference_attack(first, second)
    for key, moved in zip(first.select("ward", "kind").rows(), change, strict=True):
        if 0 < moved < 10:
            low, high = proved[key]
            assert high - low >= 10 - 1e-6, key


def test_a_large_change_is_published():
    people = crowd(2)
    first = protect(tabulate(people))
    more = pl.concat([people, pl.DataFrame({"ward": ["N"] * 30, "kind": ["noise"] * 30})])
    second = release_differences(first, tabulate(more)).filter(pl.col("ward") == "N", pl.col("kind") == "noise")
    assert second["delayed"].to_list() == [False]
    assert second["published"].to_list() == [5 * round(second["count"].item() / 5)]


def test_small_changes_add_up_until_they_may_be_shown():
    def table(count: int) -> pl.DataFrame:
        return pl.DataFrame({"ward": ["N"], "count": [count]})

    edition = protect(table(50))
    seen = []
    for count in (53, 56, 59, 61, 64):
        edition = release_differences(edition, table(count))
        seen.append((edition["published"].item(), edition["delayed"].item()))
    assert seen == [(50, True), (50, True), (50, True), (60, False), (60, True)]


def test_hidden_cell_is_shown_again_only_after_many_people():
    edition = protect(pl.DataFrame({"ward": ["N"], "count": [7]}))
    seen = []
    for count in (10, 14, 16, 17):
        edition = release_differences(edition, pl.DataFrame({"ward": ["N"], "count": [count]}))
        seen.append(edition["published"].item())
    assert seen == [None, None, None, 15]


def test_nothing_changed_nothing_delayed():
    first = protect(tabulate(crowd(3)))
    again = release_differences(first, tabulate(crowd(3)))
    assert shown(again) == shown(first)
    assert not again["delayed"].any()


def test_new_rows_and_raw_first_editions_are_understood():
    old = pl.DataFrame({"month": ["Jan", "Feb"], "count": [40, 30]})
    new = pl.DataFrame({"month": ["Jan", "Feb", "Mar"], "count": [40, 33, 25]})
    assert shown(release_differences(old, new)) == [40, 30, 25]


def test_a_figure_that_falls_below_the_threshold_is_hidden():
    first = protect(pl.DataFrame({"ward": ["N"], "count": [14]}))
    assert release_differences(first, pl.DataFrame({"ward": ["N"], "count": [9]}))["hidden"].to_list() == [True]


def test_unprotected_last_edition_is_refused():
    first = pl.DataFrame({
        "ward": ["N", "E", "All"], "count": [4, 50, 54], "published": [None, 50, 54], "hidden": [True, False, False],
    })  # fmt: skip
    with pytest.raises(DisclosureError, match="published already"):
        release_differences(first, pl.DataFrame({"ward": ["N", "E", "All"], "count": [5, 50, 55]}))


def test_edition_without_counts_is_refused():
    with pytest.raises(DataError, match="'count'"):
        release_differences(
            pl.DataFrame({"ward": ["N"], "published": [10], "hidden": [False]}),
            pl.DataFrame({"ward": ["N"], "count": [12]}),
        )
