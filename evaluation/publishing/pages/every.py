"""Every page of the site, in the order of its navigation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from evaluation.errors import DataError
from evaluation.publishing import words
from evaluation.publishing.pages import (
    caseload,
    changes,
    checks,
    contract,
    contract_list,
    costs,
    documentation,
    downloads,
    exam,
    good_practice,
    incidents,
    ladder,
    meeting,
    problem,
    quality,
    register,
    scheme,
    searching,
    word_list,
)
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.documentation import Document
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.scheme_view import SchemeView, views
from evaluation.publishing.pages.written import EMPTY, Written, inert, read


def pages(source: Path, site: SiteContent) -> tuple[Page, ...]:
    """Return every page.

    Parameters
    ----------
    source
        The source project, for what people wrote.
    site
        What the site is made of.
    """
    schemes = views(site)
    days = _meeting_days(source)
    made = [
        *_top_pages(site, schemes, days, documentation.documents(source)),
        *(scheme.page(site, view, view.record.body) for view in schemes),
        *(problem.page(site, name, schemes) for name in problem.names(schemes)),
        *(contract.page(site, value) for value in site.contracts),
        *(meeting.page(site, day, schemes) for day in days),
        *(checks.page(site, found) for found in site.method_checks),
    ]
    meanings = word_list.entries(_written(source, "glossary").below)
    dressed = [word_list.explained(_with_words(page, _written(source, page.stem), site), meanings) for page in made]
    search = _with_words(
        Page("search", "Search", body=searching.body(dressed, site.notebooks)), _written(source, "search"), site
    )
    return (*dressed, search)


def _top_pages(
    site: SiteContent, schemes: tuple[SchemeView, ...], days: tuple[date, ...], found: Sequence[Document]
) -> Iterator[Page]:
    stamps = (f"Followed up to {words.long_date(site.as_of)}",)
    yield Page("index", "Register of schemes", stamps=stamps, body=register.body(site, schemes))
    yield Page("problems", "Problems", stamps=stamps, body=problem.index(schemes))
    yield contract_list.page(site, stamps)
    yield costs.page(site)
    yield caseload.page(site, schemes)
    yield incidents.page(site)
    yield ladder.page(site)
    yield Page(
        "good-practice",
        "Good practice",
        stamps=stamps,
        body=good_practice.body(site, schemes, [(day, f"{meeting.stem(day)}.html") for day in days]),
    )
    yield quality.page(site)
    yield Page("methods", "Methods", body=checks.body(site, found))
    markup, live = charts("exam", exam.draw(site.exam))
    yield Page("exam", "The exam", body=exam.body(site.exam, markup), live=live)
    yield Page("downloads", "Downloads", stamps=stamps, body=downloads.body(site))
    yield Page("changes", "Changes", stamps=stamps, body=changes.body(site, schemes))
    yield Page("glossary", "Glossary")
    yield Page("accessibility", "Accessibility statement")


def _meeting_days(source: Path) -> tuple[date, ...]:
    days: list[date] = []
    for path in sorted((source / "meetings").glob("*.qmd")):
        day = words.as_date(path.stem)
        if day is None:
            raise DataError(f"meetings/{path.name}: the file's name is not a date such as 2013-01-17.qmd.")
        days.append(day)
    return tuple(days)


def _written(source: Path, stem: str) -> Written:
    path = source / f"{stem}.qmd"
    is_record = stem.startswith("schemes/")
    return read(path) if path.is_file() and not is_record else EMPTY


def _with_words(page: Page, written: Written, site: SiteContent) -> Page:
    """Put what people wrote round a generated page; their title wins, and their summary where none is generated."""
    return replace(
        page,
        title=_filled(written.text("title"), site) or page.title,
        subtitle=_filled(written.text("subtitle"), site) or page.subtitle,
        description=page.description or _filled(written.text("description"), site),
        above=inert(written.above),
        written=inert(f"{page.written}\n{written.below}"),
    )


def _filled(text: str, site: SiteContent) -> str:
    return text.replace("PARTNERSHIP", site.name)
