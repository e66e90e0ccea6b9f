"""A contract's page: the verdict by rule first, then what was promised and what came, and what the money bought."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.publishing import words
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.frame import Page
from evaluation.publishing.pages.reading import Json, part_of, record_table, rows_of
from evaluation.publishing.parts import Cell, Fact, Markup, card_table, decision_box, heading, link, unknown
from evaluation.publishing.release import Published


def stem(contract: Published) -> str:
    """Return the path of a contract's page without suffix."""
    return f"contracts/{contract.name}"


def title(data: Json) -> str:
    """Return a contract's title."""
    return words.visible(data.get("title") or words.sentence_case(str(data.get("contract", data.get("id", "")))))


def verdict(data: Json) -> tuple[str, str]:
    """Return a contract's verdict in words and its reason."""
    found = data.get("verdict")
    if isinstance(found, dict):
        return words.sentence_case(str(found.get("word", found.get("text", "")))), words.sentence(
            str(found.get("sentence", ""))
        )
    return words.sentence_case(str(found or "no verdict")), words.sentence(
        str(data.get("verdict_sentence", data.get("sentence", "")))
    )


def page(content: SiteContent, contract: Published) -> Page:
    """Return a contract's page."""
    data = contract.data
    return Page(
        stem=stem(contract),
        title=title(data),
        subtitle="Contract",
        description=words.sentence(str(data.get("purpose", ""))),
        stamps=(f"Returns up to {words.long_date(content.as_of)}",),
        body=_body(contract, data),
    )


def _body(contract: Published, data: Json) -> str:
    word, why = verdict(data)
    gap = "not evidenced" in word.lower()
    facts = tuple(Fact(words.sentence_case(key), words.visible(value)) for key, value in part_of(data, "facts").items())
    parts = [decision_box(f"Verdict: {word.lower()}", why, facts, gap=gap)]
    for key in data:
        rows = rows_of(data, key)
        if rows:
            parts += [
                heading(2, words.sentence_case(key), words.slug(key)),
                record_table(words.sentence_case(key), rows),
            ]
    file = link(f"../published/contracts/{contract.name}.json", f"{contract.name}.json")
    parts.append(f'<p class="key">Every number here comes from the published result: {file}.</p>')
    return "".join(parts)


def index(contracts: Sequence[Published]) -> str:
    """Write the list of contracts with their verdicts."""
    if not contracts:
        return unknown("no contract has been recorded yet.")
    rows: list[list[Cell]] = []
    for contract in sorted(contracts, key=lambda value: title(value.data)):
        word, why = verdict(contract.data)
        rows.append([Markup(link(f"{stem(contract)}.html", title(contract.data))), word, why])
    return card_table("Contracts and their verdicts", ["Contract", "Verdict", "Why"], rows)
