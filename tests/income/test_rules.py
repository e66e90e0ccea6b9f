from decimal import Decimal

import pytest

from evaluation.errors import DataError, UsageError
from evaluation.income import Rules


def rules(folder, text):
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return Rules.from_toml(path)


def test_rules_are_read_from_a_file(tmp_path):
    read = rules(tmp_path, 'bands = [28, 84]\nprovision_rates = ["0.1", "0.2", "0.3", "1"]\n[points]\naccept = 9\n')
    assert read.band_names == ("not yet due", "1-28 days", "29-84 days", "over 84 days")
    assert read.provision_rates[1] == Decimal("0.2")
    assert read.points.accept == 9
    assert read.components == Rules().components


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("band = [1]", "'band' is not known. Did you mean 'bands'?"),
        ("[points]\nacept = 1", "'acept' is not known. Did you mean 'accept'?"),
        ('components = ["costs"]', "components must be"),
        ("bands = [90, 30, 365]", "bands must be rising"),
        ('plan_covers = "all"', "plan_covers must be"),
        ('provision_rates = ["0.1"]', "must have 5 shares"),
        ('provision_rates = ["0", "0", "0", "0", "2"]', "must lie between 0 and 1"),
    ],
)
def test_impossible_rules_are_refused(tmp_path, text, said):
    with pytest.raises(DataError) as caught:
        rules(tmp_path, text)
    assert said in str(caught.value)


def test_bands_follow_the_rules(court):
    held = court.order("A-1", 10).on(40, rules=Rules(bands=(28, 84), provision_rates=(Decimal(1),) * 4))
    assert held.ageing.filter(held.ageing["amount"] > 0)["band"].to_list() == ["29-84 days"]


def test_explaining_an_unknown_receipt_suggests_the_near_one(court):
    with pytest.raises(UsageError, match="Did you mean 'R1'"):
        court.order("A-1", 10).paid("R1", 4, 5, "A-1").on().explain("R12")


def test_an_explanation_says_what_was_taken_back(court):
    court.order("A-1", 10).paid("R1", 14, 5, "A-1").paid("F1", -4, 9, "A-1", kind="refund")
    assert court.on().explain("R1").splitlines() == [
        "Receipt R1:",
        "£10.00 to the costs of order A-1 by rule exact_reference.",
        "£4.00 was taken back by refund F1.",
    ]
