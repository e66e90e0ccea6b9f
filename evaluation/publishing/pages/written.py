"""The pages that people write: front matter and Markdown, read from the source project and never written back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evaluation.errors import DataError

MARKER = "<!-- generated -->"
"""Where the build puts its part of a page; without it, the part stands above what people wrote."""

_FRONT = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n?(.*)\Z", re.S)


@dataclass(frozen=True)
class Written:
    """A page as people wrote it: front matter, the text above the generated part, and the text below it."""

    front: Mapping[str, Any]
    above: str
    below: str

    def text(self, key: str) -> str:
        """Return a line of the front matter, or an empty text."""
        return str(self.front.get(key) or "")


EMPTY = Written({}, "", "")


def read(path: Path) -> Written:
    """Read a `.qmd` file.

    Raises
    ------
    DataError
        When the front matter is missing or is not YAML.
    """
    found = _FRONT.match(path.read_text(encoding="utf-8-sig"))
    if found is None:
        raise DataError(f"{path.name}: the page has no front matter (a block between two lines of ---).")
    try:
        front: dict[str, Any] = yaml.safe_load(found.group(1)) or {}
    except yaml.YAMLError as error:
        raise DataError(f"{path.name}: the front matter is not YAML: {str(error).splitlines()[0]}.") from error
    above, marker, below = found.group(2).partition(MARKER)
    return Written(front, above, below) if marker else Written(front, "", above)


def inert(body: str) -> str:
    """Let what people write be Markdown, but no shortcode and no raw block: both would run in the renderer.

    HTML that is left in it loses its scripts and handlers after rendering.
    """
    without_codes = body.replace("{{<", "&#123;&#123;&lt;").replace(">}}", "&gt;&#125;&#125;")
    return re.sub(r"^(\s*(?:`{3,}|~{3,})\s*)\{[^}\n]*\}\s*$", r"\1", without_codes, flags=re.M)
