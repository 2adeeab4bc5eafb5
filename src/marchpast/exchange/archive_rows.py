"""One row or one page of auto-archiver as an item."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from marchpast.errors import ExchangeError
from marchpast.exchange.archive_page import ArchivePage, read_page
from marchpast.exchange.archived import ArchivedFile, ArchivedItem, Role
from marchpast.exchange.locating import PAGE_SUFFIXES, Shelf, checked_file, suffix_of
from marchpast.exchange.python_literals import read_literal

# Ids that auto-archiver gives files of an item which are not what was published.
_PAGE_ID: Final = "_final_media"
_DERIVED_IDS: Final = ("screenshot", "thumbnail", "browsertrix", "wacz", "pdf", "ssl", "timestamp")

Row = dict[str, str]


def sheet_item(id_: str, row: Row, *, shelf: Shelf, base: Path) -> ArchivedItem | None:
    """Return the item of a row of the sheet, `None` for a row without a link.

    The row's hash is that of the file at its location, which is mostly a page; what the page
    states of each file is taken from the page.

    Raises:
        ExchangeError: If a page cannot be read.
        OSError: If a file cannot be read.
    """
    if not row.get("link"):
        return None
    found: list[ArchivedFile] = []
    for location in row.get("archive location", "").splitlines():
        is_page = suffix_of(location) in PAGE_SUFFIXES
        role: Role = "page" if is_page else "media"
        entry = checked_file(
            location, shelf=shelf, base=base, role=role, stated=row.get("hash") or None
        )
        found.append(entry)
        path = shelf.find(location)
        page = read_page(path) if is_page and path is not None else None
        if page is not None:
            found += _of_page(page, shelf, base)
    for location in row.get("screenshot", "").splitlines():
        found.append(checked_file(location, shelf=shelf, base=base, role="derived", stated=None))
    return ArchivedItem(
        id=id_,
        url=row["link"],
        title=row.get("upload title") or None,
        status=row.get("archive status") or None,
        published=row.get("upload timestamp") or None,
        archived=row.get("archive date") or None,
        files=_once(found),
    )


def csv_db_item(id_: str, row: Row, *, shelf: Shelf, base: Path) -> ArchivedItem | None:
    """Return the item of a row of `csv_db`.

    Raises:
        ExchangeError: If a cell is not what auto-archiver writes.
        OSError: If a file cannot be read.
    """
    facts, media = read_literal(row.get("metadata") or "{}"), read_literal(row.get("media") or "[]")
    if not isinstance(facts, dict) or not isinstance(media, list):
        raise ExchangeError("metadata must be a dictionary and media a list")
    files = [
        checked_file(key, shelf=shelf, base=base, role=role, stated=stated)
        for key, role, stated in _media(media, is_inner=False)
    ]
    return ArchivedItem(
        id=id_,
        url=_text(facts.get("url")),
        title=_text(facts.get("title")),
        status=row.get("status") or None,
        published=_text(facts.get("timestamp")),
        archived=_text(facts.get("_processed_at")),
        files=_once(files),
    )


def page_item(id_: str, path: Path, *, shelf: Shelf, base: Path) -> ArchivedItem | None:
    """Return the item that a page is about, `None` when it is no page of auto-archiver.

    Raises:
        ExchangeError: If the page is too large.
        OSError: If a file cannot be read.
    """
    page = read_page(path)
    if page is None:
        return None
    own = checked_file(id_, shelf=shelf, base=base, role="page", stated=None)
    return ArchivedItem(
        id=id_,
        url=page.facts.get("url"),
        title=page.facts.get("title"),
        status=None,
        published=page.facts.get("timestamp"),
        archived=page.facts.get("_processed_at"),
        files=_once([own, *_of_page(page, shelf, base)]),
    )


def _of_page(page: ArchivePage, shelf: Shelf, base: Path) -> Iterator[ArchivedFile]:
    for stated in page.files:
        facts = stated.properties
        role = _role(facts["key"], facts.get("id", ""), is_inner=stated.is_inner)
        yield checked_file(
            facts["key"], shelf=shelf, base=base, role=role, stated=facts.get("hash")
        )


def _media(rows: list[Any], *, is_inner: bool) -> Iterator[tuple[str, Role, str | None]]:
    """Yield where each file is, what it is, and its stated hash; then those made from it."""
    for row in rows:
        if not isinstance(row, dict) or "filename" not in row:
            continue
        properties = row.get("properties")
        facts: dict[Any, Any] = properties if isinstance(properties, dict) else {}
        urls = row.get("urls")
        key = row.get("_key") or (urls[0] if isinstance(urls, list) and urls else row["filename"])
        yield (
            str(key),
            _role(str(key), str(facts.get("id", "")), is_inner=is_inner),
            _text(facts.get("hash")),
        )
        for value in facts.values():
            inner = value if isinstance(value, list) else [value]
            yield from _media(inner, is_inner=True)


def _role(key: str, id_: str, *, is_inner: bool) -> Role:
    if id_ == _PAGE_ID or suffix_of(key) in PAGE_SUFFIXES:
        return "page"
    return "derived" if is_inner or id_.startswith(_DERIVED_IDS) else "media"


def _once(rows: list[ArchivedFile]) -> tuple[ArchivedFile, ...]:
    """Leave out a file that was stated already, in the same place."""
    kept: dict[str, ArchivedFile] = {}
    for row in rows:
        kept.setdefault(row.path or f"missing {row.key}", row)
    return tuple(kept.values())


def _text(value: object) -> str | None:
    return None if value in (None, "") else str(value)
