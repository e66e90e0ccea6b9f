import pytest

from evaluation.income.references import ReferenceIndex, person_key, plain, relation

REFS = ["MK/2009/0123", "MK/2009/0124", "MK/2010/0777", "AB-17"]


@pytest.fixture(scope="module")
def index():
    return ReferenceIndex(REFS)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("MK/2009/0123", {0: "exact"}),
        (" MK/2009/0123 ", {0: "exact"}),
        ("mk 2009 0123", {0: "formatting"}),
        ("costs MK/2009/0123 smith", {0: "formatting"}),
        ("MK/2OO9/O123", {0: "confused_letters"}),
        ("MK/2010/07", {2: "truncated"}),
        ("2010/0777", {2: "truncated"}),
        ("KM/2010/0777", {2: "one_slip"}),
        ("MK/2010/077", {2: "truncated"}),
        ("MK/2010/00777", {2: "one_slip"}),
        ("MK/2010/7077", {2: "other_digit"}),
        ("MK/2010/0778", {2: "other_digit"}),
        ("MK/2009/012", {0: "truncated", 1: "truncated"}),
        ("MK/2009/0125", {0: "other_digit", 1: "other_digit"}),
        ("fine", {}),
        ("", {}),
        ("ab17", {3: "formatting"}),
    ],
)
def test_how_a_reference_is_near(index, written, expected):
    assert dict(index.near(written)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("MK/2009/0124, MK/2009/0123", (1, 0)),
        ("MK/2009/0124 / AB-17", (1, 3)),
        ("MK 2009 0123", (0,)),
        ("nothing 1234", ()),
        ("AB-17 20.00", (3,)),
    ],
)
def test_the_orders_that_a_text_names(index, written, expected):
    assert index.named(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("AB-17 20.00, MK/2009/0123 5.10", ((3, 2000), (0, 510))),
        ("AB-17 20.00, MK/2009/0123", ()),
        ("AB-17 20.00, XX-1 5.10", ()),
        ("AB-17", ()),
    ],
)
def test_a_list_with_amounts(index, written, expected):
    assert index.listed(written) == expected


def test_what_is_made_like_a_reference(index):
    assert index.is_made_like_one("paid MK/2012/9999")
    assert not index.is_made_like_one("paid in full 2012")


def test_names_in_any_order_and_case():
    assert person_key("BELL, Ann") == person_key("ann bell") == "ann bell"
    assert person_key(" - ") is None
    assert person_key(None) is None


def test_relation_is_symmetric_in_single_slips():
    assert relation(plain("AB-177"), plain("AB-17")) == "one_slip"
    assert relation("ABCDE", "VWXYZ") is None
