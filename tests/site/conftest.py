"""A browser on the rendered invented partnership; every request that leaves the host fails the test."""

from __future__ import annotations

import functools
import http.server
import importlib.util
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
REPOSITORY = Path(__file__).resolve().parents[2]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rendered site of the invented partnership."""
    from evaluation.publishing.pages import write_site
    from evaluation.publishing.render import render

    spec = importlib.util.spec_from_file_location("demo_site", REPOSITORY / "tests" / "publishing" / "demo_site.py")
    assert spec is not None
    assert spec.loader is not None
    demo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(demo)
    folder = tmp_path_factory.mktemp("site")
    write_site(demo.source(), folder / "site", site=demo.content())
    render(folder / "site", folder / "_site", "smalldocs")
    return folder / "_site"


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served: from this host, for these tests."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, headless."""
    if CHROMIUM is None:
        reason = "Debian's chromium is not installed: the pages cannot be opened"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield found
        found.close()


class Opened:
    """A page of the site in a window of its own, and what went wrong in it."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.address = address
        self.context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.wrong: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))

    def _hear(self, said: Any) -> None:
        if said.type in ("error", "warning"):
            self.wrong.append(said.text)

    def _note(self, url: str) -> None:
        self.requests.append(url)
        if not url.startswith((self.address, "data:", "blob:")):
            self.wrong.append(f"asked another host: {url}")

    def goto(self, name: str) -> Page:
        """Open a page by its path."""
        answer = self.page.goto(self.address + name, wait_until="load")
        assert answer is None or answer.ok, name
        return self.page


@pytest.fixture
def window(browser: Browser, address: str) -> Iterator[Any]:
    """Open windows: `window(viewport=…, color_scheme=…, java_script_enabled=…)`; none may have gone wrong."""
    opened: list[Opened] = []

    def make(**options: Any) -> Opened:
        opened.append(Opened(browser, address, **options))
        return opened[-1]

    yield make
    wrong = [line for one in opened for line in one.wrong]
    for one in opened:
        one.context.close()
    assert wrong == []
