from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.income.subset import select

WORK = 100_000_000


def brute(options, total, every):
    ways = set()
    for picked in product(
        *[sorted({a for a in order if 0 < a <= total}) + ([] if every else [0]) for order in options]
    ):
        if sum(picked) == total:
            ways.add(picked)
    return ways


@settings(max_examples=200, deadline=None)
@given(
    options=st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=3), max_size=5),
    total=st.integers(1, 30),
    every=st.booleans(),
)
def test_the_search_agrees_with_trying_everything(options, total, every):
    answer = select(options, total, work=WORK, every=every)
    ways = brute(options, total, every) if options else set()
    assert answer.verdict == {0: "none", 1: "unique"}.get(len(ways), "several")
    if answer.verdict == "unique":
        (only,) = ways
        assert dict(answer.chosen) == {at: amount for at, amount in enumerate(only) if amount}


def test_an_exact_sum_of_odd_pence_is_found_among_many():
    amounts = [[31_415 + 1_009 * number * number] for number in range(30)]
    total = amounts[3][0] + amounts[17][0]
    assert select(amounts, total, work=WORK).chosen == ((3, amounts[3][0]), (17, amounts[17][0]))


def test_equal_orders_cannot_be_told_apart():
    assert select([[100], [100]], 100, work=WORK).verdict == "several"
    assert select([[100], [100]], 200, work=WORK).verdict == "unique"


def test_the_bound_on_work_is_kept():
    assert select([[n * 100 + 1] for n in range(1, 200)], 100_000, work=1_000_000).verdict == "too_much_work"


@pytest.mark.parametrize(("options", "total"), [([], 5), ([[0]], 5), ([[7]], 5), ([[4], [6]], 5)])
def test_no_sum(options, total):
    assert select(options, total, work=WORK).verdict == "none"
