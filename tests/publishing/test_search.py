"""The offline index is read from the pages as they are."""

import json
from pathlib import Path

from evaluation.publishing.search import plain, sections, write_index

PAGE = (
    '<html><body><header>Menu</header><main class="c"><h1 class="title">Mediation &amp; more</h1><p>Intro.</p>'
    '<h2 id="cost">What it costs</h2><p>£410 <svg><title>drawing</title></svg> a case</p>'
    '<section id="own"><h2 data-anchor-id="own">Own words</h2><p>Text.</p></section></main></body></html>'
)


def test_each_section_is_an_entry_with_its_place() -> None:
    found = sections(PAGE, "schemes/mediation.html")
    assert [entry["href"] for entry in found] == [
        "schemes/mediation.html", "schemes/mediation.html#cost", "schemes/mediation.html#own",
    ]  # fmt: skip
    assert found[0]["title"] == "Mediation & more"
    assert found[1]["text"] == "£410 a case"
    assert not any("Menu" in entry["text"] for entry in found)


def test_the_search_page_does_not_find_itself(tmp_path: Path) -> None:
    for name in ("index.html", "search.html"):
        (tmp_path / name).write_text(PAGE)
    assert write_index(tmp_path) == 3
    pages = json.loads((tmp_path / "assets" / "search-index.json").read_text())
    assert [page[0] for page in pages] == ["index.html"]
    assert pages[0][2][1] == ["cost", "What it costs", "£410 a case"]


def test_a_table_is_found_by_its_words_and_not_by_its_figures() -> None:
    assert plain('<tr><th scope="row">Noise</th><td class="n">1,204</td><td>late</td></tr>') == "Noise late"
