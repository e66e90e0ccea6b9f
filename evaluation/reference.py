"""Reference pages and the architecture's inventory, written from docstrings so that they cannot grow old.

`make docs` runs this module; a test compares what it would write with what is committed.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from evaluation.workspace import PACKAGE_FOLDER

ROOMS = ("survival", "records", "follow_up", "comparison", "commissioning", "income", "register", "publishing")
INVENTORY_START = "<!-- inventory: written by make docs -->"
INVENTORY_END = "<!-- end of inventory -->"
SECTION = re.compile(r"^(?P<title>[A-Z][A-Za-z ]+)\n-{3,}$", re.MULTILINE)


def inventory(package: Path = PACKAGE_FOLDER) -> str:
    """Return a table of all modules with the first sentence of each one's docstring."""
    lines = ["| Module | What it is |", "|---|---|"]
    for module in sorted(package.rglob("*.py")):
        sentence = first_sentence(module)
        if sentence:
            lines.append(f"| `{module.relative_to(package.parent).as_posix()}` | {sentence} |")
    return "\n".join(lines)


def first_sentence(module: Path) -> str:
    """Return the first line of a module's docstring, or nothing where it has none."""
    text = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return text.strip().split("\n\n")[0].replace("\n", " ").replace("|", "\\|")


def with_inventory(document: str, table: str) -> str:
    """Return the architecture document with its inventory replaced by `table`."""
    before, rest = document.split(INVENTORY_START)
    after = rest.split(INVENTORY_END)[1]
    return f"{before}{INVENTORY_START}\n{table}\n{INVENTORY_END}{after}"


def reference_page(room: str) -> str:
    """Return the reference page of one room: each public name with its signature and docstring, in Markdown."""
    module = importlib.import_module(f"evaluation.{room}")
    parts = [
        "---",
        f'title: "Reference: evaluation.{room}"',
        'subtitle: "For analysts"',
        "---",
        "",
        inspect.getdoc(module) or "",
    ]
    for name in sorted(module.__all__):
        parts += ["", f"## {name}", *_described(name, getattr(module, name))]
    return "\n".join(parts).rstrip() + "\n"


def _described(name: str, value: object) -> Iterator[str]:
    if inspect.isclass(value) or inspect.isfunction(value):
        yield from ["", "```python", f"{name}{_signature(value)}", "```"]
    if inspect.isclass(value) or callable(value):
        yield from ["", as_markdown(inspect.getdoc(value) or "")]


def _signature(value: object) -> str:
    try:
        return str(inspect.signature(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return "(...)"


def as_markdown(docstring: str) -> str:
    """Return a NumPy-style docstring as Markdown: underlined titles become bold, names become a list."""
    pieces = SECTION.split(docstring)
    out = [pieces[0].strip()]
    for title, body in zip(pieces[1::2], pieces[2::2], strict=True):
        out += ["", f"**{title}**", "", _section(body)]
    return "\n".join(out)


def _section(body: str) -> str:
    lines: list[str] = []
    for line in body.strip("\n").splitlines():
        if line and not line.startswith(" "):
            lines.append(f"- `{line.strip()}`" if len(line.split()) <= 6 else line)
        elif line.strip():
            lines.append(f"  {line.strip()}")
    return "\n".join(lines)


def write_all(repository: Path) -> None:
    """Write every reference page and the inventory of the repository's architecture document."""
    folder = repository / "site" / "docs"
    folder.mkdir(parents=True, exist_ok=True)
    for room in ROOMS:
        (folder / f"reference-{room.replace('_', '-')}.qmd").write_text(reference_page(room), encoding="utf-8")
    architecture = repository / "ARCHITECTURE.md"
    architecture.write_text(with_inventory(architecture.read_text(encoding="utf-8"), inventory()), encoding="utf-8")


if __name__ == "__main__":
    write_all(PACKAGE_FOLDER.parent)
