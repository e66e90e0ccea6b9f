"""What must not change an answer: row order, chunks, cut spells, the form of the table, units of time."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.survival import cox, cumulative_incidence, kaplan_meier, mean_cumulative_count, risksets, robust


def spells(rows=300, seed=7):
    rng = np.random.default_rng(seed)
    entry = rng.integers(0, 10, rows)
    return pl.DataFrame(
        {
            "id": rng.integers(0, 80, rows),
            "entry": entry,
            "exit": entry + rng.integers(1, 12, rows),
            "event": rng.integers(0, 2, rows),
            "x": rng.integers(0, 4, rows),
            "g": rng.choice(["a", "b", "c"], rows),
            "s": rng.integers(0, 2, rows),
            "w": rng.integers(1, 4, rows),
        }
    )


def answers(data, **options):
    fit = cox(data, ["x", "g"], entry="entry", strata="s", cluster="id", **options)
    return np.concatenate([fit.coef, fit.covariance.ravel(), fit.robust_covariance.ravel(), [fit.loglik]])


BASE = spells()


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=False))
def test_row_order(random):
    order = list(range(BASE.height))
    random.shuffle(order)
    np.testing.assert_allclose(answers(BASE[order]), answers(BASE), rtol=1e-9, atol=1e-13)


def test_chunks(monkeypatch):
    whole = answers(BASE)
    monkeypatch.setattr(risksets, "CHUNK", 7)
    monkeypatch.setattr(robust, "CHUNK", 5)
    np.testing.assert_allclose(answers(BASE), whole, rtol=1e-10, atol=1e-13)


def test_sparse_and_dense_tables(monkeypatch):
    dense = answers(BASE, weights="w")
    monkeypatch.setattr(risksets, "DENSE_CELLS", 0)
    np.testing.assert_allclose(answers(BASE, weights="w"), dense, rtol=1e-9, atol=1e-13)


def test_a_spell_cut_in_two():
    cut = (pl.col("entry") + pl.col("exit")) // 2
    first = BASE.with_columns(exit=cut, event=pl.lit(0, pl.Int64)).filter(pl.col("exit") > pl.col("entry"))
    second = BASE.with_columns(entry=cut)
    both = pl.concat([first, second])
    np.testing.assert_allclose(answers(both), answers(BASE), rtol=1e-8, atol=1e-12)
    curve, cut_curve = (kaplan_meier(data, entry="entry", cluster="id") for data in (BASE, both))
    for column in ("survival", "se"):
        np.testing.assert_allclose(cut_curve.at(range(3, 15))[column], curve.at(range(3, 15))[column], rtol=1e-9)


def test_lazy_frames():
    np.testing.assert_array_equal(answers(BASE.lazy()), answers(BASE))


def test_floats_that_are_whole_and_any_unit_of_time():
    floats = BASE.with_columns(pl.col("entry", "exit").cast(pl.Float64))
    np.testing.assert_array_equal(answers(floats), answers(BASE))
    weeks = BASE.with_columns(pl.col("entry", "exit") / 7)
    np.testing.assert_allclose(answers(weeks), answers(BASE), rtol=1e-9, atol=1e-13)


def test_units_of_a_covariate():
    plain = cox(BASE, ["x", "g"], entry="entry")
    scaled = cox(BASE.with_columns(x=pl.col("x") * 1e7 + 1e9), ["x", "g"], entry="entry")
    assert not scaled.notes
    # The shift of 1e9 leaves the data themselves about nine digits.
    np.testing.assert_allclose(scaled.coef * [1e7, 1, 1], plain.coef, rtol=1e-8)
    small = cox(BASE.with_columns(x=pl.col("x") * 1e-7), ["x", "g"], entry="entry")
    assert not small.notes
    np.testing.assert_allclose(small.coef * [1e-7, 1, 1], plain.coef, rtol=1e-9)


def test_category_types():
    for dtype in (pl.Categorical, pl.Enum(["a", "b", "c"])):
        np.testing.assert_allclose(
            answers(BASE.with_columns(pl.col("g").cast(dtype))), answers(BASE), rtol=1e-12, atol=1e-15
        )


def test_doubling_weights_is_duplicating_rows():
    doubled = BASE.with_columns(w=pl.lit(2))
    twice = pl.concat([BASE, BASE])
    one = cox(doubled, ["x", "g"], entry="entry", weights="w", ties="breslow")
    two = cox(twice, ["x", "g"], entry="entry", ties="breslow")
    np.testing.assert_allclose(one.coef, two.coef, rtol=1e-9)
    np.testing.assert_allclose(one.covariance, two.covariance, rtol=1e-9)
    left, right = kaplan_meier(doubled, weights="w").tidy(), kaplan_meier(twice).tidy()
    for column in ("n_risk", "n_event", "survival", "se"):
        np.testing.assert_allclose(left[column], right[column], rtol=1e-10)


def test_ten_thousand_ties_at_a_time_meet_the_loop():
    from evaluation.survival import ties

    rng = np.random.default_rng(3)
    deaths = np.array([128.0, 1000.0, 20_000.0])
    at_risk = deaths * rng.uniform(2.1, 50, 3)
    dying = deaths * rng.uniform(0.5, 1.0, 3)
    quick = ties.TiePlan.of(deaths, "efron").sums(at_risk, dying)
    for slot in range(3):
        step = np.arange(deaths[slot]) / deaths[slot]
        left = at_risk[slot] - step * dying[slot]
        slow = [np.log(left), 1 / left, step / left, 1 / left**2, step / left**2, step**2 / left**2]
        for name, terms in zip(("log", "c0", "c1", "q0", "q1", "q2"), slow, strict=True):
            # Twenty nodes leave less than rounding error when at most half of the risk set dies together.
            assert getattr(quick, name)[slot] == pytest.approx(terms.sum(), rel=1e-13)


def test_collapse_counts_without_covariates():
    sets = risksets.collapse(BASE, entry="entry")
    curve = kaplan_meier(BASE, entry="entry").tidy().filter(pl.col("n_event") > 0)
    used = sets.slots.used
    np.testing.assert_array_equal(sets.at_risk.sums(np.ones((1, 1)))[used, 0], curve["n_risk"])
    np.testing.assert_array_equal(sets.deaths[used], curve["n_event"])


def test_the_callers_frame_is_untouched():
    before = BASE.clone()
    answers(BASE, weights="w")
    mean_cumulative_count(BASE, cluster="id", overlap="allow")
    cumulative_incidence(BASE)
    assert BASE.equals(before)
