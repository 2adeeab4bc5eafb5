"""The reader of auto-archiver's pages meets any bytes: a folder may hold every kind of page."""

from __future__ import annotations

from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from tests.exchange.archives import build_archive

from marchpast.errors import ExchangeError
from marchpast.exchange.archive_page import read_page

_PIECES = st.sampled_from(
    [
        "Archived media for", "<table class=\"content\">", "<table class='metadata'>", "</table>",
        "<tr>", "</tr>", "<td>", "</td>", "<b>", "key:", "hash:", "</b>", "<span class=copy>",
        "</span>",
        "<div class=\"collapsible-content\">", "</div>", "<li>", "<!--", "-->", "<![CDATA[", "&#0;",
        "&amp", "<br>", "</nothing>", "<", ">", "\x00", "x",
    ]
)  # fmt: skip


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pieces=st.lists(_PIECES, max_size=60), tail=st.binary(max_size=40))
def test_any_page_is_read_or_is_none(pieces: list[str], tail: bytes, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes("".join(pieces).encode() + tail)
    page = read_page(path)
    assert (page is not None) == ("Archived media for" in path.read_text("utf-8", "replace"))
    for file in page.files if page else ():
        assert "key" in file.properties


def test_a_page_about_something_else_is_none(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html><b>key:</b> <span class='copy'>a.mp4</span></html>", "utf-8")
    assert read_page(path) is None


def test_a_page_cut_short_gives_what_it_has(tmp_path: Path) -> None:
    archive = build_archive(tmp_path)
    text = archive.page.read_text("utf-8")
    archive.page.write_text(text[: text.index("screenshot")], "utf-8")
    page = read_page(archive.page)
    assert page is not None
    assert [file.properties["key"].split("/")[-1] for file in page.files] == [
        archive.media.name,
        archive.inner.name,
        archive.shot.name,
    ]
    assert page.files[0].properties["hash"].startswith("SHA-256:")
    assert page.facts == {}


def test_a_page_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("Archived media for" + "<div>" * 100_000, "utf-8")
    with pytest.raises(ExchangeError, match="deep"):
        read_page(path)
    with path.open("wb") as stream:
        stream.truncate(33 << 20)
    with pytest.raises(ExchangeError, match="bytes"):
        read_page(path)
