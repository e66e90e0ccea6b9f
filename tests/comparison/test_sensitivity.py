import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison import evalue, holm
from evaluation.comparison.power import needed, needed_from_shares
from evaluation.errors import DataError


def test_the_published_evalue_of_the_breastfeeding_example():
    # VanderWeele and Ding (2017): risk ratio 3.9 (1.8 to 8.7) has E-values 7.26 and 3.0.
    found = evalue(3.9, 1.8, 8.7, rare=True)
    assert found.estimate == pytest.approx(7.26, abs=0.005)
    assert found.limit == pytest.approx(3.0, abs=0.005)


def test_an_evalue_shows_itself_in_a_notebook():
    found = evalue(3.9, 1.8, 8.7, rare=True)
    assert found._repr_markdown_().endswith(found.sentence())
    strengths, mark = found.plot().data
    assert mark.x == mark.y == (found.estimate,)
    for start, repeat in zip(strengths.x, strengths.y, strict=True):
        assert start * repeat / (start + repeat - 1) == pytest.approx(3.9)


def test_an_interval_that_includes_no_effect_needs_nothing_to_explain_it():
    assert evalue(0.8, 0.6, 1.1).limit == 1.0
    assert evalue(1.3, 0.9, 1.9).limit == 1.0


@given(st.floats(0.05, 20))
def test_a_ratio_and_its_inverse_are_as_hard_to_explain(ratio):
    assert evalue(ratio).estimate == pytest.approx(evalue(1 / ratio).estimate, rel=1e-9)
    assert evalue(ratio).estimate >= 1


@pytest.mark.parametrize(
    ("value", "low", "high"), [(0.0, None, None), (-1.0, None, None), (0.5, 0.6, 0.9), (math.nan, None, None)]
)
def test_ratios_that_cannot_be_are_refused(value, low, high):
    with pytest.raises(DataError):
        evalue(value, low, high)


def test_holm_by_hand():
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 1), max_size=8))
def test_holm_never_lowers_a_p_value_and_keeps_the_order(p_values):
    adjusted = holm(p_values)
    assert all(p_values[name] <= adjusted[name] <= 1 for name in p_values)
    order = sorted(p_values, key=p_values.get)
    assert [adjusted[name] for name in order] == sorted(adjusted[name] for name in order)


def test_four_times_the_people_halve_the_error():
    found = needed(se=0.1, people=50, smallest=-0.1, per_month=2.0)
    assert found.total == math.ceil(50 * (1.959964 + 0.841621) ** 2)
    assert found.people == found.total - 50
    assert found.months == pytest.approx(found.people / 2)


def test_enough_people_need_no_more():
    assert needed(se=0.01, people=500, smallest=0.1, per_month=None).people == 0
    assert needed_from_shares(share=0.5, people=0, smallest=0.1, per_month=None).people > 100
