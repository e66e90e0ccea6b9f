"""What the list of differences says of lifelines and statsmodels still holds."""

import json

import numpy as np
import polars as pl
import pytest

from evaluation.survival import cox

pytest.importorskip("lifelines")
pytest.importorskip("statsmodels")


@pytest.fixture(scope="module")
def reference(request):
    folder = request.path.parent / "reference"
    return lambda name: pl.DataFrame(json.loads((folder / f"{name}.json").read_text())["data"], strict=False)


def lifelines_errors(data, columns, **options):
    import pandas as pd
    from lifelines import CoxPHFitter

    frame = pd.DataFrame({name: data[name].to_list() for name in columns})
    return CoxPHFitter().fit(frame, duration_col="exit", event_col="event", **options).standard_errors_.to_numpy()


def test_lifelines_errors_of_clustered_spells(reference):
    data = reference("recurrent")
    theirs = lifelines_errors(data, ["x", "after", "entry", "exit", "event", "id"], entry_col="entry", cluster_col="id")
    ours = cox(data, ["x", "after"], entry="entry", cluster="id").tidy()["robust_se"].to_numpy()
    np.testing.assert_allclose(theirs, [0.0866, 0.361], rtol=2e-3)
    np.testing.assert_allclose(ours, [0.1130, 0.331], rtol=2e-3)


def test_lifelines_robust_errors_with_ties(reference):
    data = reference("ties").with_row_index("row")
    theirs = lifelines_errors(data, ["x", "z", "exit", "event"], robust=True)
    ours = cox(data, ["x", "z"], cluster="row").tidy()["robust_se"].to_numpy()
    np.testing.assert_allclose(theirs / ours, [0.975, 0.991], atol=1e-3)


def test_statsmodels_late_entry(reference):
    from statsmodels.duration.hazard_regression import PHReg

    data = reference("late_entry")
    exits, events, entries = (data[name].to_numpy() for name in ("exit", "event", "entry"))
    matrix = data.select("x", "z").to_numpy().astype(float)
    ours = cox(data, ["x", "z"], entry="entry").coef
    too_early = PHReg(exits, matrix, status=events, entry=entries, ties="efron").fit().params
    np.testing.assert_allclose(too_early, [0.4584, -0.2775], atol=1e-4)
    np.testing.assert_allclose(ours, [0.4556, -0.2848], atol=1e-4)
    later = PHReg(exits, matrix, status=events, entry=entries + 0.5, ties="efron").fit().params
    np.testing.assert_allclose(later, ours, rtol=1e-6)
