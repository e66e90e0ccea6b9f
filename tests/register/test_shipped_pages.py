"""The register that comes with the package: complete, cited, and honest about what is invented."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from evaluation.errors import UsageError
from evaluation.register import Scheme, load_schemes
from evaluation.register.template import scheme_id

ROOT = Path(__file__).parents[2]
SCHEMES = {scheme.id: scheme for scheme in load_schemes(ROOT / "site" / "schemes")}
NAMES_OF_PROVIDERS = ("mediation in action", "MK mediation")
NAMED_IN_THE_SOURCES = {
    "mediation", "abcs", "asbos", "parental_control_orders", "injunctions", "notices_seeking_possession", "evictions",
    "joint_visits", "court_witness_project", "witness_support", "restorative_justice", "city_counselling", "elmore",
    "family_support", "perpetrator_support", "early_intervention", "asb_forum", "problem_solving_meetings",
    "drug_casework", "wardens_in_schools", "fire_prevention", "dispersal_orders", "neighbourhood_action_groups",
    "walkabouts", "street_wardens", "nuisance_nightline", "risk_index_visits", "warning_letters",
}  # fmt: skip
REAL_PROVIDERS = ("mediation in action", "revolving doors", "stonham", "tudor trust")


def test_every_scheme_of_the_sources_has_a_page():
    assert set(SCHEMES) >= NAMED_IN_THE_SOURCES


def test_every_word_of_the_code_list_leads_to_the_registers_own_scheme():
    listed = tomllib.loads((ROOT / "evaluation" / "records" / "code_lists" / "schemes.toml").read_text())["schemes"]
    own = {plain(word): scheme.id for scheme in SCHEMES.values() for word in (scheme.id, *scheme.names)}
    split = [
        (word, code)
        for code, entry in listed.items()
        if plain(code) in own or plain(entry["title"]) in own
        for word in (code, entry["title"], *entry["aliases"])
        if plain(word) not in own and word not in NAMES_OF_PROVIDERS
    ]
    assert split == []


def plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.casefold())


def test_successes_and_failures_stand_side_by_side():
    assert {scheme.status for scheme in SCHEMES.values()} == {
        "planned", "live", "pilot", "ended", "failed", "inconclusive",
    }  # fmt: skip


@pytest.mark.parametrize("scheme", [SCHEMES[name] for name in sorted(NAMED_IN_THE_SOURCES)], ids=lambda s: s.id)
def test_source_is_cited(scheme: Scheme):
    assert scheme.sources
    assert all(source.where and source.says for source in scheme.sources)


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda s: s.id)
def test_nothing_invented_stands_beside_a_real_provider(scheme: Scheme):
    own = scheme.model_copy(update={"sources": ()}).model_dump_json().casefold()
    assert scheme.synthetic
    assert scheme.provider is None or scheme.provider.endswith("(invented)")
    assert [name for name in REAL_PROVIDERS if name in own] == []


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda s: s.id)
def test_body_is_short_paragraphs_in_plain_words(scheme: Scheme):
    paragraphs = scheme.body.split("\n\n")
    assert 2 <= len(paragraphs) <= 4
    assert all(len(sentence.split()) <= 32 for text in paragraphs for sentence in text.split(". "))


def test_failed_and_ended_schemes_keep_a_lesson():
    assert [s.id for s in SCHEMES.values() if s.status in ("failed", "ended", "inconclusive") and not s.lessons] == []


@pytest.mark.parametrize(("name", "stem"), [("Quiet Hours: part 2", "quiet_hours_part_2"), ("Café talks", "caf_talks")])
def test_id_from_a_name(name: str, stem: str):
    assert scheme_id(name) == stem


def test_name_without_letters_is_refused():
    with pytest.raises(UsageError, match="begin with a letter"):
        scheme_id("101")
