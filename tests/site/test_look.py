"""The look of the main pages against kept snapshots: coarse and grey, so that another font does not fail them.

To keep new ones after a change that was meant and looked at: `KEEP_SNAPSHOTS=1 pytest tests/site/test_look.py`.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

KEPT = Path(__file__).with_name("snapshots.json")
COLUMNS, ROWS = 48, 64
TOLERANCE = 9.0
"""Mean difference in grey levels (of 255): text that moves by a line stays under it, a lost part does not."""
VIEWS = {
    "register": ("index.html", 1440, "light"),
    "register, phone": ("index.html", 390, "light"),
    "scheme": ("schemes/mediation.html", 1440, "light"),
    "scheme, dark": ("schemes/mediation.html", 1440, "dark"),
    "contract": ("contracts/city_counselling.html", 1440, "light"),
    "ladder": ("ladder.html", 1440, "light"),
    "court costs": ("court-costs.html", 1440, "light"),
}
SHRINK = """async ([image, columns, rows]) => {
  const picture = new Image();
  picture.src = 'data:image/png;base64,' + image;
  await picture.decode();
  const canvas = new OffscreenCanvas(columns, rows);
  const pen = canvas.getContext('2d');
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(picture, 0, 0, columns, rows);
  const { data } = pen.getImageData(0, 0, columns, rows);
  const grey = (i) => Math.round((data[4 * i] + data[4 * i + 1] + data[4 * i + 2]) / 3);
  return Array.from({ length: columns * rows }, (_, i) => grey(i));
}"""


def shrunk(page: Any, image: bytes) -> list[int]:
    """A picture as a coarse grid of grey levels."""
    return page.evaluate(SHRINK, [base64.b64encode(image).decode(), COLUMNS, ROWS])


@pytest.mark.parametrize("name", VIEWS)
def test_a_page_looks_as_it_did(window: Any, name: str) -> None:
    path, width, scheme = VIEWS[name]
    opened = window(viewport={"width": width, "height": 1600}, color_scheme=scheme)
    image = opened.goto(path).screenshot()
    blank = opened.context.new_page()
    seen = shrunk(blank, image)
    kept: dict[str, str] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if os.environ.get("KEEP_SNAPSHOTS"):
        kept[name] = base64.b64encode(bytes(seen)).decode()
        KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    before = base64.b64decode(kept[name])
    difference = sum(abs(a - b) for a, b in zip(seen, before, strict=True)) / len(seen)
    assert difference < TOLERANCE


def test_a_lost_part_would_be_seen(window: Any) -> None:
    opened = window(viewport={"width": 1440, "height": 1600})
    page = opened.goto("schemes/mediation.html")
    whole = page.screenshot()
    page.locator(".decision").evaluate("box => box.remove()")
    blank = opened.context.new_page()
    one, two = shrunk(blank, whole), shrunk(blank, page.screenshot())
    assert sum(abs(a - b) for a, b in zip(one, two, strict=True)) / len(one) > TOLERANCE
