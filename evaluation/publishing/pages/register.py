"""The first page: every scheme in one accessible table that is also the forest plot, with tiles and filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from evaluation.publishing import words
from evaluation.publishing.pages import caseload, contract, quality, sources, worth
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.glance import EFFECTS, STOP, SURENESS, TIMING, interval_bar, reach_of
from evaluation.publishing.pages.reading import money
from evaluation.publishing.pages.scheme_view import WHOLE, SchemeView, cost_lines, decision_lines, leading, soon
from evaluation.publishing.parts import blocks, know, link, mark, per
from evaluation.publishing.words import escaped, number_of

NAMED, NEXT = 5, 4
"""Schemes named in a sentence, the rest being counted, and decisions named as the next ones."""

_SORTS = (
    ("order", "Effect, best first"),
    ("-sure", "How sure, surest first"),
    ("cost", "Cost, by what it is for, lowest first"),
    ("by", "Decision date, earliest first"),
    ("name", "Name, A to Z"),
)
_HEADS = (
    ("name", "Scheme"),
    ("kind", "Kind"),
    ("status", "Status"),
    ("order", "Effect, of 100 people"),
    ("sure", "How sure"),
    ("cost", "Cost"),
    ("by", "Decision"),
    ("reviewed", "Last looked at"),
)


def body(content: SiteContent, schemes: Sequence[SchemeView]) -> str:
    """Return the first page's generated part."""
    return (
        _summary(content, schemes)
        + tiles(schemes)
        + _next(content, schemes)
        + _filters(schemes)
        + table(content, schemes)
        + sources.of_register("")
    )


def _summary(content: SiteContent, schemes: Sequence[SchemeView]) -> str:
    having = {key: [view for view in schemes if view.seen.effect == key] for key in EFFECTS}
    fewer, more = len(having["fewer"]), having["more"]
    known = [
        f"{number_of(fewer, 'scheme')} of {len(schemes)} {'is' if fewer == 1 else 'are'} followed by fewer incidents."
    ]
    if fewer:
        known.append(f"They are {_named(having['fewer'])}." if fewer > 1 else f"It is {_named(having['fewer'])}.")
    if having["same"]:
        known.append(f"{number_of(len(having['same']), 'scheme')} made little or no difference.")
    if more:
        names = words.listed([link(view.href, view.record.title) for view in more])
        known.append(f"{names} {'was' if len(more) == 1 else 'were'} followed by more.")
    for key in TIMING:
        if having[key]:
            known.append(f"After {_named(having[key])}, repeats come {key}.")
    known += [*_may_be_chance(schemes), *_not_worth(content, having["fewer"])]
    gaps: list[str] = []
    if having["unclear"]:
        count = number_of(len(having["unclear"]), "result")
        gaps.append(f"{count} {'is' if len(having['unclear']) == 1 else 'are'} too uncertain to call.")
    if having["none"]:
        gaps.append(
            f"{number_of(len(having['none']), 'scheme')} {'has' if len(having['none']) == 1 else 'have'} "
            "no fair result yet."
        )
    unproved = [value for value in content.contracts if contract.unproven(value.data)]
    if unproved:
        gaps.append(f"{number_of(len(unproved), 'contract')} cannot show an outcome.")
    gaps.append('<a href="data-quality.html">What the data cover</a>')
    text = " ".join(known).capitalize() if known[0].startswith("no") else " ".join(known)
    return know(text, " ".join(gaps))


def _may_be_chance(schemes: Sequence[SchemeView]) -> list[str]:
    """Name the results that are clear alone and may yet be chance when all are read together."""
    doubted = [view for view in schemes if view.may_be_chance]
    read = sum(view.seen.value is not None for view in schemes)
    return [f"Read beside all {read} results, {_named(doubted)} may yet be chance."] if doubted else []


def _not_worth(content: SiteContent, fewer: Sequence[SchemeView]) -> list[str]:
    """Name the schemes with fewer repeats that all but surely cost more than they save."""
    lost = [view for view in fewer if worth.loses_money(content, view.record.id)]
    if not lost:
        return []
    return [f"{_named(lost)} {'costs' if len(lost) == 1 else 'cost'} more than the averted incidents save."]


def _named(views: Sequence[SchemeView]) -> str:
    shown = [link(view.href, view.record.title) for view in views[:NAMED]]
    more = len(views) - NAMED
    return words.listed([*shown, f"{more} more"] if more > 0 else shown)


def _next(content: SiteContent, schemes: Sequence[SchemeView]) -> str:
    """Write what a commissioner asks first: what to decide, what to stop, which contracts, what is owed."""
    dated = sorted(
        (view for view in schemes if view.decision_open),
        key=lambda view: (view.decide_by or content.as_of, view.record.title),
    )
    decide = [
        f"{link(view.href, view.record.title)} by {words.short_date(day)}{_due(content, day)}"
        for view in dated
        if (day := view.decide_by) is not None and (view in dated[:NEXT] or day == dated[:NEXT][-1].decide_by)
    ]
    stop = [view for view in schemes if view.seen.effect in STOP]
    failed = [view for view in schemes if view.record.status == "failed" and view not in stop]
    stopped = f" Closed as failed: {_named(failed)}." if failed else ""
    lines = [
        ("Decide next", words.listed(decide) or "Nothing is waiting."),
        (
            "Stop or change",
            (" ".join(map(_to_stop, stop)) or "No scheme is shown to do harm, or to do nothing.") + stopped,
        ),
        ("Contracts", _contracts(content)),
        ("Court costs", _owed(content)),
        ("Cases", _cases(content)),
        ("Data", _data(content)),
    ]
    shown = "".join(f"<div><dt>{title}</dt><dd>{text}</dd></div>" for title, text in lines if text)
    return f'<dl class="next">{shown}</dl>'


def _due(content: SiteContent, day: date) -> str:
    return " (overdue)" if day < content.as_of else " (due now)" if day == content.as_of else ""


def _to_stop(view: SchemeView) -> str:
    half = soon(view) if view.seen.rate else ""
    count = f" ({escaped(half)}, of 100 people)" if half else ""
    chance = " It may yet be chance, so measuring again is a choice too." if view.may_be_chance else ""
    title = link(view.href, view.record.title)
    return f"{title}: {view.seen.words.lower()}{count}, sureness {view.seen.sureness.lower()}.{chance}"


def _contracts(content: SiteContent) -> str:
    if not content.contracts:
        return ""
    unproved = sum(contract.unproven(value.data) for value in content.contracts)
    of = f"{words.number_of(unproved, 'contract')} of {len(content.contracts)}"
    missed = [value for value in content.contracts if contract.missing(value.data)]
    named = words.listed([link(f"{contract.stem(value)}.html", contract.title(value.data)) for value in missed[:NAMED]])
    misses = f"{named} {'misses its' if len(missed) == 1 else 'miss their'} targets. " if missed else ""
    return (
        f'{misses}{of[:1].upper()}{of[1:]} cannot show an outcome. <a href="contracts.html">What each contract buys</a>'
    )


def _owed(content: SiteContent) -> str:
    if content.income is None or content.income.data.get("outstanding") is None:
        return ""
    ledger = content.income.data
    owed = money(ledger["outstanding"], pence=not ledger.get("amounts"))
    return f'{owed} is owed to the council. <a href="court-costs.html">How late it is</a>'


def _cases(content: SiteContent) -> str:
    said = caseload.in_a_line(content)
    if not said:
        return '<a href="caseload.html">Are cases resolved?</a> <a href="ladder.html">How far up the ladder?</a>'
    ladder = '<a href="ladder.html">How far up the ladder people go</a>'
    return f'{said} <a href="caseload.html">How old they are</a> {ladder}'


def _data(content: SiteContent) -> str:
    return quality.in_a_line(content) + ' <a href="data-quality.html">How good the data are</a>'


def tiles(schemes: Sequence[SchemeView]) -> str:
    """Count the schemes by effect; each tile is a link to the filtered table."""
    items = "".join(
        f'<li><a href="index.html?effect={key}#register"><span class="tile-n">'
        f"{sum(view.seen.effect == key for view in schemes)}</span> {mark(effect.sign)} "
        f'<span class="tile-w">{effect.words.lower()}</span></a></li>'
        for key, effect in EFFECTS.items()
        if key not in TIMING or any(view.seen.effect == key for view in schemes)
    )
    return f'<ul class="tiles" aria-label="The {len(schemes)} schemes by effect">{items}</ul>'


def _options(values: Iterable[str]) -> str:
    return '<option value="">All</option>' + "".join(
        f'<option value="{escaped(value)}">{escaped(value)}</option>' for value in sorted(set(values))
    )


def _select(key: str, label: str, options: str) -> str:
    return (
        f'<div class="field"><label for="f-{key}">{label}</label>'
        f'<select id="f-{key}" name="{key}">{options}</select></div>'
    )


def _filters(schemes: Sequence[SchemeView]) -> str:
    effects = '<option value="">All</option>' + "".join(
        f'<option value="{key}">{effect.words}</option>' for key, effect in EFFECTS.items()
    )
    sureness = '<option value="">All</option>' + "".join(
        f'<option value="{level}">{SURENESS[level]}{" or higher" if level < 4 else ""}</option>'
        for level in (4, 3, 2, 1)
    )
    sorts = "".join(f'<option value="{key}">{label}</option>' for key, label in _SORTS)
    return (
        '<details class="filter-fold" id="register-fold" hidden><summary>Filter and sort</summary>'
        '<form class="filters" id="register-filters" role="search" aria-label="Filter the register">'
        '<div class="field field-wide"><label for="f-q">Find a scheme</label>'
        '<input id="f-q" name="q" type="search" autocomplete="off"></div>'
        + _select("kind", "Kind", _options(words.sentence_case(view.record.kind) for view in schemes))
        + _select("problem", "Problem", _options(view.record.problem for view in schemes))
        + _select("status", "Status", _options(words.sentence_case(view.record.status) for view in schemes))
        + _select("area", "Area", _options(area for view in schemes for area in view.record.area.split(", ")))
        + _select("effect", "Effect", effects)
        + _select("sure", "How sure", sureness)
        + _select("sort", "Sort by", sorts)
        + '<div class="field field-end"><button type="reset" class="button">Clear</button></div></form></details>'
        f'<p class="count" id="register-count" role="status">{number_of(len(schemes), "scheme")}</p>'
    )


def table(content: SiteContent, schemes: Sequence[SchemeView]) -> str:
    """Write the register: all rows are in the page, best effect first."""
    reach = reach_of([view.seen for view in schemes])
    heads = "".join(_head(key, label) for key, label in _HEADS)
    rows = "\n".join(row(content, view, reach) for view in schemes)
    return (
        '<table class="register" id="register" role="table" aria-describedby="register-key">'
        "<caption>Every scheme, live or not, on one scale</caption>"
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n<tbody role="rowgroup">\n{rows}\n</tbody></table>'
        '<p class="key" id="register-key"><b>Effect:</b> of 100 people helped, how many fewer (or more) had another '
        "incident within a year than 100 similar people who were not helped. The dot is the best estimate. "
        "The bar is the range it is likely to be in (95% interval). The upright line is no difference. "
        f"The scale runs from {reach:.0f} fewer to {reach:.0f} more. "
        "Schemes that act on a place are counted in incidents: of 100 that were expected, how many fewer or more.</p>"
    )


def _head(key: str, label: str) -> str:
    kind = "number" if key in ("order", "sure") else "text"
    scale = (
        '<span class="scale" aria-hidden="true"><span>fewer</span><span>0</span><span>more</span></span>'
        if key == "order"
        else ""
    )
    return (
        f'<th role="columnheader" scope="col" class="h-{key}" data-sort="{key}" data-type="{kind}">{label}{scale}</th>'
    )


def row(content: SiteContent, view: SchemeView, reach: float) -> str:
    """Write one scheme's row, with what the filters and sorts read as data attributes."""
    record, seen = view.record, view.seen
    cost, unit = cost_lines(view)
    decision, when = decision_lines(view)
    data = {
        "kind": words.sentence_case(record.kind),
        "problem": words.visible(record.problem),
        "status": words.sentence_case(record.status),
        "area": words.visible(record.area),
        "effect": seen.effect,
        "sure": seen.sure,
        "name": record.title,
        "order": f"{seen.order:.4g}",
        "cost": _cost_place(view),
        "by": view.decide_by.isoformat() if view.decide_by and view.decision_open else "9999",
        "reviewed": record.last_reviewed.isoformat() if record.last_reviewed else "9999",
    }
    attributes = " ".join(f'data-{key}="{escaped(value)}"' for key, value in data.items())
    status = words.sentence_case(record.status)
    cells = (
        ("Kind", "kind", escaped(words.sentence_case(record.kind))),
        ("Status", "status", f'<span class="tag tag-{words.slug(status)}">{escaped(status)}</span>'),
        ("Effect, of 100 people", "effect", _effect(view, reach)),
        ("How sure", "sure", f'<span class="glance">{blocks(seen.sure)}<b>{seen.sureness}</b></span>'),
        ("Cost", "cost", f"<b>{escaped(cost)}</b> {per(unit)}{_worth(content, view)}"),
        ("Decision", "decision", f"<b>{escaped(decision)}</b> {per(when)}{_who(view)}"),
        (
            "Last looked at",
            "reviewed",
            escaped(words.short_date(record.last_reviewed) if record.last_reviewed else "Not yet"),
        ),
    )
    tds = "".join(f'<td role="cell" class="c-{cls}" data-label="{label}">{html}</td>' for label, cls, html in cells)
    about = record.problem + (f", {record.area}" if record.area != WHOLE else "")
    return (
        f'<tr role="row" {attributes}><th role="rowheader" scope="row" class="c-name">'
        f"{link(view.href, record.title)} {per(about)}</th>{tds}</tr>"
    )


def _worth(content: SiteContent, view: SchemeView) -> str:
    short = worth.in_short(content, view.record.id)
    return f" {per(f'Worth it: {short.lower()}')}" if short else ""


def _who(view: SchemeView) -> str:
    return f" {per(words.visible(view.record.decision.who))}" if view.decision_open else ""


def _cost_place(view: SchemeView) -> str:
    """Return where a cost stands among the others: by its unit first, since a case and a year cannot be compared."""
    cost = view.record.cost
    return f"{words.slug(cost.unit)} {cost.amount:015.2f}" if cost else "zzz"


def _effect(view: SchemeView, reach: float) -> str:
    numbers = f"{leading(view)}{view.seen.numbers()}"
    return (
        f'<div class="effect"><div><span class="glance">{view.seen.sign()}<b>{view.seen.words}</b></span>'
        f'<span class="num">{escaped(numbers)}</span></div>{interval_bar(view.seen, reach)}</div>'
    )
