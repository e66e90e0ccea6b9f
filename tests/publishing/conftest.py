"""What the tests of publishing share: an invented partnership, written and rendered once."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from evaluation.publishing.pages import write_site
from evaluation.publishing.render import Rendered, render


def load_demo() -> ModuleType:
    name = "demo_site"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("demo_site.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def demo() -> ModuleType:
    """The invented partnership: `content(**replacements)`, `finding(…)`, `scheme(…)`."""
    return load_demo()


@pytest.fixture(scope="session")
def project(demo: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated project of the invented partnership."""
    target = tmp_path_factory.mktemp("project")
    write_site(demo.source(), target, site=demo.content())
    return target


@pytest.fixture(scope="session")
def rendered(project: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rendered]:
    """The rendered site and what rendering said."""
    output = tmp_path_factory.mktemp("rendered") / "_site"
    return output, render(project, output, "smalldocs")
