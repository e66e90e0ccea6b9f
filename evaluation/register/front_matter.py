"""The front matter of a page: its text, and its fields as Quarto reads them (YAML 1.2)."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import cast

import yaml

FENCE = "---"


# The parser written in C reads the same YAML ten times as fast; not every installation has it.
_Safe: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):
    """YAML 1.2: only true and false are truth values (`on`, `yes` and `no` are words), and no key stands twice."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType]
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def _mapping_without_repeats(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Hashable, object]:
    keys = [cast("object", loader.construct_object(key, deep=True)) for key, _ in node.value]  # pyright: ignore
    repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
    if repeated:
        raise ValueError(f"field '{repeated[0]}' stands more than once")
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping_without_repeats)


def read_yaml(text: str) -> object:
    """Read YAML text.

    Raises
    ------
    ValueError
        For a field that stands twice.
    yaml.YAMLError
        For text that is not YAML.
    """
    return yaml.load(text, Loader=_Loader)


def split_page(text: str) -> tuple[str, str]:
    """Split a page into its front matter and its body.

    Raises
    ------
    ValueError
        When it does not begin with a front matter between two lines of `---`.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].strip() != FENCE:
        raise ValueError(f"does not begin with a front matter between two lines of '{FENCE}'")
    end = next((place for place, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None)
    if end is None:
        raise ValueError(f"the front matter is not closed by a line of '{FENCE}'")
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :]).strip()
