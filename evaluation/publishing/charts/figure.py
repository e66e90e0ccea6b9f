"""The frame of every chart: title, drawing, note, the figures as a table, and the interactive one on request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.publishing.parts import region
from evaluation.publishing.words import escaped, slug


@dataclass(frozen=True)
class Chart:
    """A chart ready for a page.

    Attributes
    ----------
    name
        Unique on its page.
    title
        The finding in one line.
    drawing
        The static SVG in two sizes, as markup.
    table
        The figures as a table, as markup.
    note
        What is drawn, in a sentence or two of plain text.
    live
        Plotly's figure (data, layout, config) or None when the drawing is enough.
    """

    name: str
    title: str
    drawing: str
    table: str
    note: str
    live: Mapping[str, object] | None = None

    def markup(self, root: str = "") -> str:
        """Return the figure for a page `root` (such as `../`) away from the site's first page."""
        live = f' data-figure="{root}assets/charts/{self.live_file}"' if self.live else ""
        return (
            f'<figure class="figure" id="{escaped(self.name)}"{live}><figcaption>{escaped(self.title)}</figcaption>'
            f'{self.drawing}<p class="key">{escaped(self.note)}</p>'
            f"<details><summary>Show the figures as a table</summary>"
            f"{region(self.table, f'{self.title}, table')}</details></figure>"
        )

    @property
    def live_file(self) -> str:
        """The interactive figure's file, named after what it holds: pages that show the same figure share it."""
        return f"{slug(self.name)}-{hashlib.sha256(self.live_json().encode()).hexdigest()[:8]}.json"

    def live_json(self) -> str:
        """Return the interactive figure's file: small, and the same bytes each time."""
        return json.dumps(self.live, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
