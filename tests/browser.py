"""Pages in a real browser: opened from the disk, watched, looked at as a person would.

    def test_it(open_page):                       # a fixture of tests/conftest.py
        shown = open_page(folder / "report.html", width=390)
        shown.page.get_by_role("button", name="Review").click()
        assert faults(shown.page) == []

When the test ends, the fixture fails it if a request left the page or its script failed. Where no
Chromium is installed the tests are skipped by name.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_STAYS_HERE = ("file:", "data:", "blob:", "about:")
_PATIENCE_MS = 10_000
# What axe calls the faults that stop a person.
_GRAVE = ("serious", "critical")


def find_chromium() -> str | None:
    """The browser of this machine, `None` where there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window; the test is skipped where there is none."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright to drive a browser"
    )
    path = find_chromium()
    if path is None:
        pytest.skip(f"needs one of {', '.join(_NAMES)} to open pages in")
    with sync_api.sync_playwright() as driver:
        # A container runs as root, and Chromium's sandbox refuses that.
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Shown:
    """A page in the browser.

    Attributes:
        page: Of playwright.
        left: Addresses of requests that would have left this computer; all were stopped.
        errors: What its script failed with, and what the content policy refused.
    """

    page: Page
    left: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def show(
    browser: Browser,
    path: Path,
    *,
    width: int = 1440,
    height: int = 900,
    is_dark: bool = False,
    has_script: bool = True,
    fragment: str = "",
    context: BrowserContext | None = None,
) -> Shown:
    """Open a file as from a USB stick.

    Args:
        browser: See `chromium`.
        path: The page.
        width: Of the window, CSS pixels.
        height: Of the window, CSS pixels.
        is_dark: Whether the reader prefers dark pages.
        has_script: Whether scripts may run.
        fragment: What stands behind `#`.
        context: Of another page, to share its storage; window and options are then that one's.
    """
    if context is None:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if is_dark else "light",
            java_script_enabled=has_script,
            accept_downloads=True,
        )
    shown = Shown(context.new_page())
    shown.page.set_default_timeout(_PATIENCE_MS)

    def watch(request: Request) -> None:
        if not request.url.startswith(_STAYS_HERE):
            shown.left.append(request.url)

    def stop(route: Route) -> None:
        if route.request.url.startswith(_STAYS_HERE):
            route.continue_()
        else:
            route.abort()

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            shown.errors.append(message.text)

    shown.page.on("request", watch)
    shown.page.on("console", hear)
    shown.page.on("pageerror", lambda error: shown.errors.append(str(error)))
    shown.page.route("**/*", stop)
    shown.page.goto(path.resolve().as_uri() + (f"#{fragment}" if fragment else ""))
    return shown


def faults(page: Page) -> list[str]:
    """What axe finds that stops a person from using the page, one line each."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="needs axe to look for faults"
    )
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']}: {node['failureSummary']}"
        for fault in found
        if fault["impact"] in _GRAVE
        for node in fault["nodes"]
    ]
