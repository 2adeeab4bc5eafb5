"""What tests of every room may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import Shown, chromium, show

if TYPE_CHECKING:
    from playwright.sync_api import Browser

OpenPage = Callable[..., Shown]


# Not for the session: its event loop would be in the way of the notebooks' one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open a page: `open_page(path, width=390, is_dark=True) -> Shown`; see `tests.browser.show`.

    Fails the test at its end if a request left a page, or a script failed.
    """
    opened: list[Shown] = []

    def open_it(path: Path, **options: Any) -> Shown:
        opened.append(show(browser, path, **options))
        return opened[-1]

    yield open_it
    for shown in opened:
        assert shown.left == []
        assert shown.errors == []
        shown.page.context.close()
