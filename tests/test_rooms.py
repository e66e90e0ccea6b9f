"""The rooms of the house only look up their list: a module imports its own room and the rooms above it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "evaluation"
ROOMS = [
    "errors",
    "survival",
    "records",
    "follow_up",
    "comparison",
    "commissioning",
    "income",
    "register",
    "publishing",
    "example",
    "workspace",
    "progress",
    "store",
    "changes",
    "results",
    "notebooks",
    "reporting",
    "job",
    "attention",
    "executing",
    "studies",
    "build",
    "aggregates",
    "publication",
    "summaries",
    "verification",
    "templates",
    "scaling",
    "benchmarks",
    "cli",
    "reference",
    "__main__",
]
PUBLISHING_MAY_NOT_SEE = ("records", "follow_up", "survival")
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(module: Path) -> set[str]:
    """Rooms that the module imports, wherever in the file the import stands."""
    rooms: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute here"
            base = node.module or ""
            names = [f"{base}.{alias.name}" for alias in node.names] if base == "evaluation" else [base]
        rooms |= {name.split(".")[1] for name in names if name.startswith("evaluation.")}
    return rooms & set(ROOMS)


def test_every_module_belongs_to_a_room() -> None:
    unknown = {room_of(module) for module in MODULES} - set(ROOMS) - {"__init__"}
    assert not unknown


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_look_up_only(module: Path) -> None:
    room = room_of(module)
    if room == "__init__":
        assert not imported_rooms(module)
        return
    allowed = set(ROOMS[: ROOMS.index(room) + 1])
    assert imported_rooms(module) <= allowed


@pytest.mark.parametrize(
    "module", sorted((PACKAGE / "publishing").rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix()
)
def test_pages_cannot_reach_person_level_data(module: Path) -> None:
    assert not imported_rooms(module) & set(PUBLISHING_MAY_NOT_SEE)


def test_top_level_has_the_fixed_folders() -> None:
    for name in ("evaluation", "analyses", "notebooks", "contracts", "site", "tests"):
        assert (PACKAGE.parent / name).is_dir()
    assert (PACKAGE.parent / "pyproject.toml").is_file()
