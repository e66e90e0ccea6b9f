"""The architecture document is as the code: its inventory, its rooms, and the states of the data."""

from __future__ import annotations

from support import REPOSITORY
from test_rooms import ROOMS

from evaluation import reference

DOCUMENT = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_the_inventory_is_the_code_s() -> None:
    assert reference.with_inventory(DOCUMENT, reference.inventory()) == DOCUMENT, "write it again: make docs"


def test_every_module_says_what_it_is() -> None:
    modules = (REPOSITORY / "evaluation").rglob("*.py")
    silent = [path.relative_to(REPOSITORY) for path in modules if not reference.first_sentence(path)]
    assert silent == []


def test_every_room_is_in_the_list() -> None:
    listed = DOCUMENT.split("```")[1]
    assert [room for room in ROOMS if room != "__main__" and room not in listed] == []


def test_each_state_of_the_data_has_its_word() -> None:
    words = ("extract", "raw", "accepted, rejected", "linked", "spells", "risk sets", "finding", "published")
    assert [word for word in words if f"| {word} |" not in DOCUMENT] == []


def test_an_inventory_replaces_what_was_there() -> None:
    start, end = reference.INVENTORY_START, reference.INVENTORY_END
    assert reference.with_inventory(f"a\n{start}\nold\n{end}\nb", "new") == f"a\n{start}\nnew\n{end}\nb"
