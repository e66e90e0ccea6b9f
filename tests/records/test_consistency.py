"""Oxford's published tables disagree with themselves in known places, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.errors import DataError
from evaluation.records.consistency import check_publication, load_publication, quarter_of, slips_table


def test_the_slips_of_oxford_2009_are_found_and_no_other() -> None:
    slips = check_publication(load_publication("oxford_2009"))
    assert [(slip.kind, slip.where) for slip in slips] == [
        ("total", "Table 2, incidents"),
        ("quarter", "Table 3, incidents"),
        ("share", "referrals via estate managers or housing associations"),
        ("share", "cases that came straight to CANACT"),
        ("ratio", "ASBOs, January to October 2008"),
    ]
    texts = "\n".join(slip.text for slip in slips)
    assert "the rows sum to 92 and the printed total is 102" in texts
    assert "headed quarter 2, but October to December is quarter 3" in texts
    assert "44 % + 26 % is 70 %, and 68 % is printed" in texts
    assert "69 of 230 is 30 %, and over 30 % is printed" in texts
    assert "7 breached of 5 issued is impossible" in texts
    assert slips_table(slips).shape == (5, 3)


@pytest.mark.parametrize(("month", "quarter"), [(4, 1), (6, 1), (7, 2), (10, 3), (12, 3), (1, 4), (3, 4)])
def test_quarters_of_the_financial_year(month: int, quarter: int) -> None:
    assert quarter_of(month) == quarter


def test_rounding_is_not_a_slip(tmp_path: Path) -> None:
    path = tmp_path / "paper.toml"
    path.write_text(
        'title = "t"\nsource = "s"\n[[shares]]\nname = "thirds"\nparts = { a = 33, b = 33, c = 33 }\n'
        '[[shares.sums]]\nname = "two thirds"\nof = ["a", "b"]\nprinted = 67\n'
    )
    assert check_publication(load_publication(path)) == ()


def test_shares_far_from_a_whole_are_a_slip(tmp_path: Path) -> None:
    path = tmp_path / "paper.toml"
    path.write_text('title = "t"\nsource = "s"\n[[shares]]\nname = "x"\nparts = { a = 50, b = 40 }\n')
    assert [slip.text for slip in check_publication(load_publication(path))] == ["the shares come to 90 %, not 100 %"]


def test_a_publication_of_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "paper.toml"
    path.write_text('title = "t"\n')
    with pytest.raises(DataError, match="source: Field required"):
        load_publication(path)
    with pytest.raises(DataError, match="no publication"):
        load_publication("cambridge_2009")
