"""Reference pages and the architecture's inventory, written from docstrings so that they cannot grow old.

`make docs` runs this module; a test compares what it would write with what is committed.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from evaluation.workspace import PACKAGE_FOLDER

ROOMS: Mapping[str, tuple[str, ...]] = {
    "survival": ("",),
    "records": ("",),
    "follow_up": ("case_rows", "coverage", "first_case", "histories", "landmarks", "tables"),
    "comparison": ("",),
    "commissioning": ("",),
    "income": ("",),
    "register": ("",),
    "publishing": ("release", "disclosure", "editions", "render", "pages"),
    "results": ("",),
}
"""Room → the modules whose public names are described; an empty name is the room itself."""

INVENTORY_START = "<!-- inventory: written by make docs -->"
INVENTORY_END = "<!-- end of inventory -->"
SECTION = re.compile(r"^(?P<title>[A-Z][A-Za-z ]+)\n-{3,}$", re.MULTILINE)
MARKED = re.compile(r"([\\*_\[\]{}<>|^~$@#])")


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


# ---- pages


def pages(repository: Path) -> dict[str, str]:
    """Return every generated page of the documentation, by file name."""
    made = {f"reference-{room.replace('_', '-')}.qmd": reference_page(room) for room in ROOMS}
    made["reference-commands.qmd"] = commands_page()
    made["reference-json.qmd"] = json_page()
    made["reference-tables.qmd"] = tables_page()
    made["assumptions.qmd"] = assumptions_page(repository / "analyses" / "assumptions")
    deviations = repository / "site" / "docs" / "deviations.md"
    if deviations.is_file():
        made["deviations.qmd"] = deviations.read_text(encoding="utf-8")
    return made


def reference_page(room: str) -> str:
    """Return the reference page of one room: each public name with its signature and docstring, in Markdown."""
    parts = [_head(f"Reference: evaluation.{room}", "Every public name, with what it takes, gives and refuses.")]
    for name in ROOMS[room]:
        module = importlib.import_module(f"evaluation.{room}{'.' if name else ''}{name}")
        parts += ["", inert(inspect.getdoc(module) or "")]
        level = "##"
        if name:
            parts[-1:] = [f"## evaluation.{room}.{name}", "", parts[-1]]
            level = "###"
        for public, value in public_names(module):
            parts += ["", f"{level} {inert(public)}", *_described(public, value)]
    return "\n".join(parts).rstrip() + "\n"


def public_names(module: ModuleType) -> list[tuple[str, object]]:
    """Name what a module offers: its `__all__`, else the functions and classes it defines."""
    listed: Iterable[str] | None = getattr(module, "__all__", None)
    if listed is not None:
        return [(name, getattr(module, name)) for name in sorted(listed)]
    return [
        (name, value)
        for name, value in sorted(vars(module).items())
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    ]


def commands_page() -> str:
    """Return the page of the command line: every command with its docstring and options."""
    from evaluation.cli import app

    parts = [_head("Reference: the command line", "Every command and what it takes.")]
    parts += ["", "Every command also takes the common options:", ""]
    parts += [f"- `{option}`: {says}" for option, says in _common_options()]
    for words, function in sorted(commands(app)):
        parts += ["", f"## evaluation {words}", "", as_markdown(inspect.getdoc(function) or "")]
    return "\n".join(parts) + "\n"


def json_page() -> str:
    """Return the page of what each command prints with `--json`."""
    from evaluation.cli import answers

    parts = [_head("Reference: answers as JSON", "What each command prints with --json, field by field.")]
    parts += ["", *(inert(part) for part in (inspect.getdoc(answers) or "").split("\n\n")[1:])]
    parts += ["", "Each schema (JSON Schema, draft 2020-12) is shipped with the package, in `evaluation/cli/schemas/`."]
    parts += ["", "## When a command is refused", "", *_field_rows(answers.fields(answers.Refusal))]
    for command, model in sorted(answers.ANSWERS.items()):
        parts += ["", f"## evaluation {command}", "", f"Schema: `{answers.schema_file(command).name}`.", ""]
        parts += _field_rows(answers.fields(model))
    return "\n".join(parts) + "\n"


def _field_rows(fields: Mapping[str, str]) -> list[str]:
    return ["| Field | What it is |", "|---|---|", *(f"| `{name}` | {inert(says)} |" for name, says in fields.items())]


def _common_options() -> Iterator[tuple[str, str]]:
    from evaluation import reporting

    tree = ast.parse(inspect.getsource(reporting))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Common")
    for line, after in itertools.pairwise(body):
        if isinstance(line, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            yield f"--{ast.unparse(line.target).replace('_', '-')}", inert(str(after.value.value))


def commands(app: Any, before: str = "") -> Iterator[tuple[str, object]]:
    """Yield the words of every command with its function."""
    for name in app:
        if not name.startswith("-"):
            function = app[name].default_command
            if function is None:
                yield from commands(app[name], f"{name} ")
            else:
                yield f"{before}{name}", function


def tables_page() -> str:
    """Return the page of the canonical tables and the shipped mappings."""
    from evaluation.records import mappings
    from evaluation.records.schema import TABLES

    parts = [_head("Reference: canonical tables", "What every extract becomes, whatever system it came from.")]
    parts += ["", "Shipped mappings: " + ", ".join(f"`{name}`" for name in mappings() if ":" not in name) + "."]
    parts += ["", "A file that already has a table's columns is read with the mapping `canonical:TABLE`."]
    for name, schema in TABLES.items():
        parts += ["", f"## {name}", "", inert(inspect.getdoc(schema) or ""), "", "| Column | Kind | May be missing |"]
        parts += ["|---|---|---|"]
        for column, kind in schema.columns().items():
            parts.append(f"| `{column}` | {type(kind).__name__} | {'yes' if kind.nullable else 'no'} |")
    return "\n".join(parts) + "\n"


def assumptions_page(folder: Path) -> str:
    """Return the page that logs what each study takes for granted, from the files beside the studies."""
    parts = [_head("What each study takes for granted", "The assumptions log, one table a study.")]
    for path in sorted(folder.glob("*.md")):
        text = path.read_text(encoding="utf-8").strip()
        parts += ["", re.sub(r"^#.*\n*", f"## {path.stem.replace('_', ' ').capitalize()}\n\n", text, count=1)]
    return "\n".join(parts) + "\n"


def _head(title: str, description: str) -> str:
    return f'---\ntitle: "{title}"\nsubtitle: "For analysts"\ndescription: "{description}"\n---'


def _described(name: str, value: object) -> Iterator[str]:
    if inspect.isclass(value) or inspect.isfunction(value):
        yield from ["", "```text", f"{name}{_signature(value)}", "```"]
    if inspect.isclass(value) or callable(value):
        yield from ["", as_markdown(inspect.getdoc(value) or "")]
    if inspect.isclass(value):
        yield from _methods(value)


def _methods(value: type) -> Iterator[str]:
    """List what a class itself defines, each with the first sentence of its docstring."""
    listed: list[str] = []
    for name, member in vars(value).items():
        function = getattr(member, "func", None) or getattr(member, "fget", None) or getattr(member, "__func__", member)
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        sentence = (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
        called = name if function is not member and not hasattr(member, "__func__") else f"{name}()"
        listed.append(f"- `{called}`: {inert(sentence)}")
    if listed:
        yield from ["", "**Methods and properties**", "", *listed]


def _signature(value: object) -> str:
    """Write a signature without what differs between versions of Python: quotes and module paths of annotations."""
    fields: Mapping[str, Any] | None = getattr(value, "model_fields", None)
    if fields is not None:  # checked by pydantic, whose annotations print as addresses
        return f"(*, {', '.join(name if field.is_required() else f'{name}=…' for name, field in fields.items())})"
    try:
        text = str(inspect.signature(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return "(...)"
    text = re.sub(r"<factory>|<object object at 0x[0-9a-f]+>", "...", text)
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", text.replace("'", ""))


# ---- Markdown


def as_markdown(docstring: str) -> str:
    """Return a NumPy-style docstring as Markdown: underlined titles become bold, names become a list."""
    pieces = SECTION.split(docstring)
    out = [_paragraphs(pieces[0].strip())]
    for title, body in zip(pieces[1::2], pieces[2::2], strict=True):
        out += ["", f"**{title}**", "", _section(body)]
    return "\n".join(out)


def _paragraphs(text: str) -> str:
    """Keep indented examples as code and make everything else inert."""
    blocks: list[str] = []
    for block in re.split(r"\n{2,}", text):
        lines = block.splitlines()
        if lines and all(line.startswith("    ") for line in lines):
            blocks.append("\n".join(["```text", *(line[4:] for line in lines), "```"]))
        else:
            blocks.append(inert(block))
    return "\n\n".join(blocks)


def _section(body: str) -> str:
    """Write the names of a section as a list, each with its explanation in the same item."""
    items: list[str] = []
    for line in body.strip("\n").splitlines():
        if not line.strip():
            continue
        if line.startswith(" ") and items:
            items[-1] += f" {inert(line.strip())}"
        else:
            items.append(f"- `{line.strip()}`:" if len(line.split()) <= 8 else f"- {inert(line.strip())}")
    return "\n".join(item.removesuffix(":") for item in items)


def inert(text: str) -> str:
    """Return `text` with every mark of Markdown outside code spans made a plain character."""
    return "".join(
        part if place % 2 else MARKED.sub(r"\\\1", part) for place, part in enumerate(re.split(r"(`[^`]*`)", text))
    )


def write_all(repository: Path) -> None:
    """Write every generated page of the documentation, the schemas and the inventory of the architecture document."""
    from evaluation.cli.answers import write_schemas

    folder = repository / "site" / "docs"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages(repository).items():
        (folder / name).write_text(text, encoding="utf-8")
    write_schemas()
    architecture = repository / "ARCHITECTURE.md"
    architecture.write_text(with_inventory(architecture.read_text(encoding="utf-8"), inventory()), encoding="utf-8")


if __name__ == "__main__":
    write_all(PACKAGE_FOLDER.parent)
