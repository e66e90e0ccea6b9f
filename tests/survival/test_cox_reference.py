"""Cox regression gives R's answers: ties, strata, late entry, weights, clusters, whole and float times."""

import polars as pl

from evaluation.survival import cox, prentice_williams_peterson

OPTIONS = ("entry", "strata", "weights", "cluster", "ties")


def fitted(case):
    return cox(case.data, case["covariates"], **case.options(*OPTIONS))


def test_estimates_and_model_errors(cox_case, agree):
    fit = fitted(cox_case)
    agree.exact(fit.coef, cox_case["coef"])
    agree.exact(fit.tidy()["se"], cox_case["se"])
    agree.exact([fit.loglik, fit.loglik_null], [cox_case["loglik"], cox_case["loglik_null"]])


def test_robust_errors_limits_and_tests(cox_case, agree):
    fit = fitted(cox_case)
    tidy = fit.tidy()
    if cox_case["robust_se"] is None:
        assert tidy["robust_se"].null_count() == tidy.height
    else:
        agree.robust(tidy["robust_se"], cox_case["robust_se"])
    for column in ("low", "high", "p"):
        agree.robust(tidy[column], cox_case[column])
    tests = dict(fit.tests().select("test", "chi2").iter_rows())
    agree.robust([tests["score"], tests["wald"]], [cox_case["score"], cox_case["wald"]])
    if cox_case["robust_score"] is not None:
        agree.robust(tests["robust score"], cox_case["robust_score"])


def test_concordance(cox_case, agree):
    # A count of pairs over a count of pairs: no rounding but that of the weights.
    agree.within(
        fitted(cox_case).concordance,
        cox_case["concordance"],
        1e-12,
    )


def test_proportionality(cox_case, agree):
    fit = fitted(cox_case)
    for transform, table in cox_case["zph"].items():
        got = fit.proportionality(transform)
        assert got["term"].to_list() == [*cox_case["covariates"], "GLOBAL"]
        for column in ("chi2", "df", "p"):
            agree.robust(got[column], table[column])


def test_predicted_survival(cox_case, agree):
    if cox_case["predict"] is None:
        return
    wanted = cox_case["predict"]
    columns = {name: value if isinstance(value, list) else [value] for name, value in wanted["profiles"].items()}
    got = fitted(cox_case).predict(pl.DataFrame(columns, strict=False), wanted["times"])
    for column in ("survival", "se", "low", "high"):
        agree.robust(got[column], wanted[column])


def test_prentice_williams_peterson(pwp_case, agree):
    fit = prentice_williams_peterson(
        pwp_case.data, pwp_case["covariates"], subject="id", timescale=pwp_case["timescale"]
    )
    agree.exact(fit.coef, pwp_case["coef"])
    agree.robust(fit.tidy()["robust_se"], pwp_case["robust_se"])
