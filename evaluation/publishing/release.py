"""The one door: a finding, contract result, ledger total or quality figure goes in, something published comes out.

`Published` can be made by this module alone. Pages, charts, downloads and notebooks accept nothing else, so a number
that has not been through the rules cannot reach a reader by mistake.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass
from typing import Any, Literal, NoReturn, Protocol, cast

import polars as pl

from evaluation.errors import DisclosureError
from evaluation.publishing.disclosure import audit_linked, protect_linked, release_differences_linked
from evaluation.publishing.disclosure_cells import MEASURES, Hierarchies
from evaluation.publishing.disclosure_contract import protect_contract
from evaluation.publishing.disclosure_finding import protect_finding
from evaluation.publishing.disclosure_income import protect_income
from evaluation.publishing.disclosure_keys import refuse_personal
from evaluation.publishing.disclosure_ledger import ROUNDED, ROUNDED_REASON, settle_ledger
from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_settling import settle
from evaluation.publishing.disclosure_tree import Json, as_json, as_plain, protect_tree
from evaluation.publishing.words import without_unseen

__all__ = [
    "Kind",
    "Published",
    "Rules",
    "release_contract",
    "release_finding",
    "release_income",
    "release_quality",
    "release_table",
    "release_tables",
    "settled",
]

Kind = Literal["finding", "contract", "income", "quality", "table", "register"]
_SEAL = object()
MONTHS_AS_YEARS = "months: shown as years, because a month's movements can be a single order's"
DELAYED = "some figures are those of the last edition, because too few people have been added since"


class HasJson(Protocol):
    """A result that writes itself as JSON text (`comparison.Finding`)."""

    def to_json(self) -> str:
        """Write the result as JSON text."""
        ...


@dataclass(frozen=True)
class Published:
    """A result after disclosure control.

    Attributes
    ----------
    kind
        What it came from.
    name
        Study, contract or table name.
    data
        The source's JSON shape; a count is a multiple of the base, or null where it is hidden. It cannot be changed.
    hidden
        Why something is missing, one reason a line, without any figure.
    licence
        The open licence under which the source data are public; such data are not altered.
    """

    kind: Kind
    name: str
    data: Mapping[str, Any]
    hidden: tuple[str, ...] = ()
    licence: str | None = None
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise DisclosureError(
                f"'{self.name}' was to be published without disclosure control: use the release functions."
            )

    def to_json(self) -> str:
        """Write the published data as JSON text, byte for byte the same each time."""
        return json.dumps(self.data, sort_keys=True, ensure_ascii=False, indent=1) + "\n"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show the value in a notebook, marked as one that may be published."""
        from evaluation.publishing.display import PUBLISHED_TYPE, markdown, site_markdown

        shown = (self.kind, self.name, self.data, self.hidden)
        text = markdown(*shown)
        return {"text/plain": text, "text/markdown": text, PUBLISHED_TYPE: site_markdown(*shown)}


def _refuse_change(*_args: object, **_options: object) -> NoReturn:
    raise TypeError("published data cannot be changed")


class _FixedDict(dict[str, Any]):
    __setitem__ = __delitem__ = pop = popitem = clear = update = setdefault = __ior__ = _refuse_change  # type: ignore[assignment]

    def __deepcopy__(self, memo: dict[int, object]) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(json.dumps(self)))

    def __copy__(self) -> dict[str, Any]:
        return dict(self)


class _FixedList(list[Any]):
    __setitem__ = __delitem__ = append = extend = insert = pop = remove = clear = sort = reverse = _refuse_change  # type: ignore[assignment]
    __iadd__ = __imul__ = _refuse_change  # type: ignore[assignment]

    def __deepcopy__(self, memo: dict[int, object]) -> list[Any]:
        return cast("list[Any]", json.loads(json.dumps(self)))


def _fixed(tree: Json) -> Any:
    if isinstance(tree, dict):
        return _FixedDict({without_unseen(key): _fixed(value) for key, value in tree.items()})
    if isinstance(tree, list):
        return _FixedList([_fixed(value) for value in tree])
    return without_unseen(tree) if isinstance(tree, str) else tree


def _publish(kind: Kind, name: str, data: Json, hidden: Iterable[str], licence: str | None = None) -> Published:
    reasons = tuple(dict.fromkeys(hidden))
    return Published(kind, name, _fixed(data), reasons, licence, seal=_SEAL)


def _release(kind: Kind, name: str, tree: Mapping[str, object], rules: Rules, licence: str | None) -> Published:
    refuse_personal(tree, name)
    if licence:
        return _publish(kind, name, as_json(tree), (), licence)
    data = protect_tree(tree, rules)
    return _publish(kind, name, data, reasons(data, tree, rules), licence)


def reasons(data: Json, source: object, rules: Rules) -> list[str]:
    """Say which keys lost their figures, without the figures."""
    lost = sorted(dict.fromkeys(_lost(data, source)))
    return [f"{key}: hidden, it rests on fewer than {rules.threshold} people, cases or records" for key in lost]


def _lost(data: Json, source: object, path: str = "") -> Iterable[str]:
    if isinstance(source, Mapping):
        for key, value in as_plain(cast("Mapping[object, object]", source)).items():
            yield from _lost(data.get(key) if isinstance(data, dict) else None, value, f"{path}.{key}".lstrip("."))
    elif isinstance(source, list | tuple):
        for place, value in enumerate(cast("Sequence[object]", source)):
            yield from _lost(data[place] if isinstance(data, list) and place < len(data) else None, value, path)
    elif data is None and source is not None:
        yield path


def release_finding(finding: HasJson | Mapping[str, object], rules: Rules, *, licence: str | None = None) -> Published:
    """Protect a finding: numbers of people, effects, curves, sentences.

    Parameters
    ----------
    finding
        A `comparison.Finding`, or its JSON as a mapping.
    rules
        The partnership's rules.
    licence
        The open licence of every extract behind the finding, or None: with a licence, or one that the finding itself
        declares, nothing is altered.

    Raises
    ------
    DisclosureError
        Where the finding holds anything but aggregates.
    """
    tree = dict(finding) if isinstance(finding, Mapping) else cast("dict[str, object]", json.loads(finding.to_json()))
    name, own = str(tree.get("study", "finding")), tree.get("licence")
    refuse_personal(tree, name)
    licence = licence or (str(own) if own else None)
    if licence:
        return _publish("finding", name, as_json(tree), (), licence)
    data, hidden = protect_finding(tree, rules)
    return _publish("finding", name, data, hidden)


def release_contract(result: Mapping[str, object], rules: Rules, *, licence: str | None = None) -> Published:
    """Protect a contract's result (`ContractResult.to_json()`): counts, rates that rest on few clients, prose."""
    name = str(result.get("contract", result.get("name", "contract")))
    refuse_personal(result, name)
    if licence:
        return _publish("contract", name, as_json(result), (), licence)
    data = cast("Json", protect_contract(result, rules))
    return _publish("contract", name, data, reasons(data, result, rules))


def release_income(summary: Mapping[str, object], rules: Rules, *, licence: str | None = None) -> Published:
    """Protect the ledger's totals (`Reconciliation.summary()`): an amount resting on few orders is hidden."""
    refuse_personal(summary, "court_costs")
    if licence:
        return _publish("income", "court_costs", as_json(summary), (), licence)
    data = protect_income(summary, rules)
    kept = {key: value for key, value in summary.items() if key not in ("months", "orders_by_year", "orders_behind")}
    hidden = [*reasons(cast("Json", data), kept, rules), MONTHS_AS_YEARS] if summary.get("months") else []
    return _publish("income", "court_costs", cast("Json", data), hidden)


def release_quality(quality: Mapping[str, object], rules: Rules, *, licence: str | None = None) -> Published:
    """Protect the data-quality figures (`quality.json`)."""
    return _release("quality", "quality", quality, rules, licence)


def release_table(
    name: str,
    frame: pl.DataFrame,
    rules: Rules,
    *,
    licence: str | None = None,
    earlier: pl.DataFrame | None = None,
    hierarchies: Hierarchies | None = None,
) -> Published:
    """Protect a long table of counts (dimensions, `count`, margins as "All").

    Parameters
    ----------
    name
        The table's name.
    frame
        As `disclosure.protect` takes it.
    rules
        The partnership's rules.
    licence
        The open licence of the data behind it: then nothing is altered.
    earlier
        The frame of the last edition (`editions.LastEdition.tables`).
    hierarchies
        Sub-totals, as `disclosure.protect` takes them.

    Returns
    -------
    Published
        `data["rows"]`: one mapping per row with its dimensions and `count`, which is null where it is hidden;
        `data["dimensions"]`: the names of the dimensions.

    Raises
    ------
    DisclosureError
        Where the table cannot be protected.
    """
    if licence:
        refuse_personal(dict.fromkeys(frame.columns), name)
        return _table(name, frame, frame["count"].to_list(), licence)
    return release_tables({name: frame}, rules, earlier=None if earlier is None else {name: earlier},
                          hierarchies=hierarchies)[0][0]  # fmt: skip


def release_tables(
    frames: Mapping[str, pl.DataFrame],
    rules: Rules,
    *,
    earlier: Mapping[str, pl.DataFrame] | None = None,
    history: Sequence[Mapping[str, pl.DataFrame]] = (),
    hierarchies: Hierarchies | None = None,
    measures: Mapping[str, str] | None = None,
) -> tuple[tuple[Published, ...], dict[str, pl.DataFrame]]:
    """Protect tables about the same people together, prove it, and publish them.

    Parameters
    ----------
    frames
        Table name to long table.
    rules
        The partnership's rules.
    earlier
        The frames of the last edition; a table that had one is compared with it.
    history
        The frames of the editions before the last, oldest first.
    hierarchies, measures
        As `disclosure.protect_linked` takes them.

    Returns
    -------
    tuple
        The published tables, and the protected frames with their counts for `editions.keep_edition`.

    Raises
    ------
    DisclosureError
        Where the tables cannot be protected, or a hidden cell could be worked out.
    """
    for name, frame in frames.items():
        refuse_personal(dict.fromkeys(frame.columns), name)
    options: dict[str, Any] = {
        "threshold": rules.threshold, "base": rules.base, "zeros": rules.zeros, "width": rules.stated_width,
        "hierarchies": hierarchies,
    }  # fmt: skip
    if earlier:
        safe = release_differences_linked(
            earlier, frames, dominant_share=rules.dominant_share, measures=measures, earlier=history, **options
        )
    else:
        safe = protect_linked(frames, dominant_share=rules.dominant_share, measures=measures, **options)
    audit_linked(safe, exact=True, measures=measures, **options)
    made = tuple(_table(name, frame, frame["published"].to_list(), None) for name, frame in safe.items())
    return made, safe


def _table(name: str, frame: pl.DataFrame, counts: Sequence[int | None], licence: str | None) -> Published:
    dimensions = [column for column in frame.columns if column not in MEASURES]
    rows: list[Json] = [
        {**cast("dict[str, Json]", as_json(row)), "count": count}
        for row, count in zip(frame.select(dimensions).to_dicts(), counts, strict=True)
    ]
    hidden = [f"{name}: small counts, and others that would give them away, are hidden"] if None in counts else []
    return _publish("table", name, {"dimensions": list[Json](dimensions), "rows": rows}, hidden, licence)


def settled(published: Published, earlier: Mapping[str, Any] | None, rules: Rules) -> Published:
    """Compare a result with the last edition's and let a figure move only where enough people moved it.

    Parameters
    ----------
    published
        The new result, protected.
    earlier
        The data published under the same name in the last edition, or None for a new result.
    rules
        The partnership's rules.
    """
    if earlier is None or published.licence:
        return published
    if published.kind == "income":
        data = cast("Json", settle_ledger(published.data, earlier, rules))
    else:
        data = settle(cast("Json", published.data), cast("Json", earlier), rules)
    rounded = isinstance(data, dict) and data.get("amounts") == ROUNDED
    stands = [ROUNDED_REASON] if rounded else [DELAYED] if data != published.data else []
    return _publish(published.kind, published.name, data, [*published.hidden, *stands], published.licence)
