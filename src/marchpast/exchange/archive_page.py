"""The page that auto-archiver writes about each address: which files there are, with which hash.

Its table of contents has a row for every file of the item; in it, `<b>name:</b>` is followed by a
`<span class="copy">` with the value, first `key` (where the file is stored), then properties such
as `hash` and `id`. Files made from a file (thumbnails) stand in it in a `collapsible-content`.
A second table has what is known of the item. Read in auto-archiver 1.2.9, `html_formatter`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from marchpast.errors import ExchangeError

LARGEST_PAGE_BYTES: Final = 32 << 20
_DEEPEST: Final = 500
_MARK: Final = "Archived media for"
_VOID: Final = frozenset({"br", "img", "input", "link", "meta", "embed", "source", "hr"})


@dataclass(slots=True)
class StatedFile:
    """A file as the page states it.

    Attributes:
        is_inner: Made from another file of the item.
        properties: By name; `key` is always there.
    """

    is_inner: bool
    properties: dict[str, str]


@dataclass(slots=True)
class ArchivePage:
    """What a page states.

    Attributes:
        files: In its order.
        facts: What is known of the item: `url`, `title`, `timestamp`, `_processed_at` ...
    """

    files: list[StatedFile] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)


def read_page(path: Path) -> ArchivePage | None:
    """Return what a page states, `None` when it is no page of auto-archiver.

    Raises:
        ExchangeError: If it is larger or nested deeper than any such page.
        OSError: If it cannot be read.
    """
    if (size := path.stat().st_size) > LARGEST_PAGE_BYTES:
        raise ExchangeError(
            f"{path.name}: has {size} bytes; of a page at most {LARGEST_PAGE_BYTES} are read"
        )
    text = path.read_text("utf-8", errors="replace")
    if _MARK not in text:
        return None
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    """Collects names and values; everything else on the page is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = ArchivePage()
        self._open: list[tuple[str, str]] = []
        self._text: list[str] | None = None
        self._name = ""
        self._cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        # A browser closes these itself, and so must we.
        if tag in ("tr", "td") and self._is_within(tag):
            self.handle_endtag(tag)
        kind = dict(attrs).get("class") or ""
        if len(self._open) == _DEEPEST:
            raise ExchangeError(f"a page nests tags {_DEEPEST} deep; auto-archiver's do not")
        self._open.append((tag, kind))
        is_value = tag == "span" and kind == "copy" and "copy-value" not in dict(attrs)
        if is_value or tag == "b" or (tag == "td" and self._is_within("table", "metadata")):
            self._text = []
        if tag == "tr":
            self._cells = []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if not self._is_within(tag):
            return
        text = None if self._text is None else " ".join("".join(self._text).split())
        if text is not None and self._is_within("table", "content"):
            self._name_or_value(tag, text)
        elif text is not None and self._is_within("table", "metadata") and tag in ("span", "td"):
            self._fact(text)
        while self._open and self._open.pop()[0] != tag:
            pass

    def _name_or_value(self, tag: str, text: str) -> None:
        if tag == "b" and text.endswith(":"):
            self._name, self._text = text.removesuffix(":"), None
        elif tag == "span":
            self._value(text)
            self._name, self._text = "", None

    def _value(self, text: str) -> None:
        is_inner = self._is_within("div", "collapsible-content")
        if self._name == "key":
            self.page.files.append(StatedFile(is_inner, {"key": text}))
            return
        # What stands after a list of inner files belongs to the file that they were made from.
        fitting = (file for file in reversed(self.page.files) if file.is_inner == is_inner)
        if self._name and (file := next(fitting, None)) is not None:
            file.properties.setdefault(self._name, text)

    def _fact(self, text: str) -> None:
        """Take the cells of a row of the second table: a name, then its value."""
        self._cells.append(text)
        self._text = None
        if len(self._cells) == 2:
            self.page.facts.setdefault(self._cells[0], text)

    def _is_within(self, tag: str, kind: str | None = None) -> bool:
        return any(name == tag and kind in (None, class_) for name, class_ in self._open)
