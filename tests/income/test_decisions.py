import polars as pl
import pytest

from evaluation.errors import DataError


@pytest.fixture
def unsure(court):
    return (
        court.order("A-1", 300, defendant_id="ann")
        .order("A-2", 300, defendant_id="ann")
        .paid("R1", 27, 31, payer_id="ann")
    )


def file(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_csv_line_is_honoured(unsure, look, tmp_path):
    assert look["left"](unsure.on(), "R1") == ("27.00", "ambiguous")
    path = file(tmp_path, "decisions.csv", "receipt_ref,order_ref,reason\nR1,A-2,telephoned\n")
    held = unsure.on(decisions=path)
    assert look["went"](held, "R1") == {("A-2", "costs"): "27.00"}
    assert look["rules"](held, "R1") == {"decision"}


def test_toml_lines_split_a_receipt(unsure, look, tmp_path):
    text = '[[decision]]\nreceipt_ref = "R1"\norder_ref = "A-1"\namount = "7.50"\n'
    text += '[[decision]]\nreceipt_ref = "R1"\norder_ref = "A-2"\namount = "19.50"\n'
    held = unsure.on(decisions=str(file(tmp_path, "decisions.toml", text)))
    assert look["went"](held, "R1") == {("A-1", "costs"): "7.50", ("A-2", "costs"): "19.50"}


def test_a_frame_overrides_a_copied_reference(unsure, look):
    unsure.paid("R2", 10, 32, "A-1")
    held = unsure.on(decisions=pl.DataFrame({"receipt_ref": ["R2"], "order_ref": ["A-2"]}))
    assert look["went"](held, "R2") == {("A-2", "costs"): "10.00"}


def test_a_part_leaves_the_rest(unsure, look):
    held = unsure.on(decisions=pl.DataFrame({"receipt_ref": ["R1"], "order_ref": ["A-1"], "amount": [20]}))
    assert look["left"](held, "R1")[0] == "7.00"


def test_an_empty_order_means_leave_it(unsure, look):
    unsure.paid("R2", 10, 32, "A-1")
    held = unsure.on(decisions=pl.DataFrame({"receipt_ref": ["R2"], "order_ref": [None]}))
    assert look["left"](held, "R2") == ("10.00", "held")


def test_a_decision_is_known_from_its_date_on(unsure, look, when):
    lines = pl.DataFrame({"receipt_ref": ["R1"], "order_ref": ["A-2"], "decided_on": [when(50)]})
    assert look["left"](unsure.on(49, decisions=lines), "R1") == ("27.00", "ambiguous")
    assert look["left"](unsure.on(50, decisions=lines), "R1") is None


def test_more_than_the_order_can_take_stays_unmatched(court, look):
    court.order("A-1", 5).paid("R1", 9)
    held = court.on(decisions=pl.DataFrame({"receipt_ref": ["R1"], "order_ref": ["A-1"]}))
    assert look["left"](held, "R1") == ("4.00", "overpayment")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("receipt_ref,order_ref\nR1,A-12\n", "row 1: no order 'A-12'. Did you mean 'A-"),
        ("receipt_ref,order_ref\nR11,A-1\n", "no receipt 'R11'. Did you mean 'R1'?"),
        ("receipt_ref,order_ref,amount\nR1,A-1,28\n", "give away more than it has"),
        ("receipt_ref,order_ref,amount\nR1,A-1,1.005\n", "exact to the penny"),
        ("receipt_ref,order_ref,amount\nR1,A-1,-1\n", "above nought"),
        ("receipt_ref,order_ref,amount\nR1,A-1,one\n", "an amount is pounds and pence"),
        ("receipt_ref,order\nR1,A-1\n", "Did you mean 'order_ref'?"),
    ],
)
def test_impossible_decisions_are_refused(unsure, tmp_path, text, said):
    with pytest.raises(DataError) as caught:
        unsure.on(decisions=file(tmp_path, "decisions.csv", text))
    assert said in str(caught.value)


def test_a_file_that_is_not_there(unsure, tmp_path):
    with pytest.raises(DataError, match=r"none\.csv: the decisions file cannot be read"):
        unsure.on(decisions=tmp_path / "none.csv")
