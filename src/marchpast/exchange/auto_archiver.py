"""auto-archiver: its sheet as CSV, its CSV database, or its folder of files as sources.

Three layouts, read in auto-archiver 1.2.9 (https://github.com/bellingcat/auto-archiver):

- the Google sheet that it fills, downloaded as CSV: columns `Link`, `Archive status`, `Archive
  location`, `Upload timestamp`, `Archive date`, `Hash` ... in any order and case;
- its `csv_db`: columns `status`, `metadata`, `media`, of which the last two hold Python literals;
- the folder of its `local_storage` alone: the pages it writes about each address, and files that
  carry the first 24 digits of their hash as their name.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from marchpast.errors import ExchangeError
from marchpast.exchange.archive_rows import csv_db_item, page_item, sheet_item
from marchpast.exchange.archived import ArchivedItem, SourceList
from marchpast.exchange.locating import PAGE_SUFFIXES, Shelf, checked_file, kind_of
from marchpast.files import sha256_of

IMPORTER: Final = "auto-archiver"
_SHEET: Final = frozenset({"link", "archive status"})
_CSV_DB: Final = frozenset({"status", "metadata", "media"})
_HEADER_ROWS: Final = 10
_LARGEST_CELL: Final = 4 << 20

Row = dict[str, str]


def import_auto_archiver(
    table_or_folder: Path, *, base: Path, folder: Path | None = None
) -> SourceList:
    """Return what auto-archiver archived, with every hash that it states recomputed.

    Nothing is downloaded: a file counts as missing when it is not in the folder.

    Args:
        table_or_folder: A CSV file, or the folder that it stores files in. A folder with one
            table of a known layout is read by that table.
        base: The folder that paths are to be relative to: where the list will be written.
        folder: Where the archived files are; that of the table unless given.

    Raises:
        ExchangeError: If the table has no known layout, or a cell of it cannot be read.
        OSError: If a file cannot be read.
    """
    if not table_or_folder.is_dir():
        shelf = Shelf(table_or_folder.resolve().parent if folder is None else folder)
        return _from_table(table_or_folder, shelf, base)
    shelf = Shelf(table_or_folder if folder is None else folder)
    tables = [path for path in shelf.paths if path.suffix.lower() == ".csv" and _layout(path)]
    if len(tables) > 1:
        names = ", ".join(path.name for path in tables)
        raise ExchangeError(f"{table_or_folder}: has several tables ({names}); name one of them")
    if tables:
        return _from_table(tables[0], shelf, base)
    pages = tuple(_of_pages(shelf, base))
    found = (*pages, *_of_files(shelf, base, named=_paths(pages, base)))
    if not found:
        raise ExchangeError(
            f"{table_or_folder}: holds no table, page or file of auto-archiver; give the CSV file "
            "of its sheet or of its csv_db, or the folder of its local_storage"
        )
    return SourceList(
        importer=IMPORTER,
        origin=table_or_folder.resolve().name,
        origin_sha256=None,
        items=found,
    )


def _from_table(path: Path, shelf: Shelf, base: Path) -> SourceList:
    layout = _layout(path)
    if layout is None:
        raise ExchangeError(
            f"{path}: is no table of auto-archiver; what is read has the columns 'Link' and "
            "'Archive status' (its sheet), or 'status', 'metadata' and 'media' (its csv_db)"
        )
    header, is_sheet = layout
    make = sheet_item if is_sheet else csv_db_item
    items = []
    for number, row in _rows(path, header):
        try:
            item = make(f"row {number}", row, shelf=shelf, base=base)
        except ExchangeError as error:
            raise ExchangeError(f"{path.name}, row {number}: {error}") from error
        if item is not None:
            items.append(item)
    return SourceList(
        importer=IMPORTER, origin=path.name, origin_sha256=sha256_of(path), items=tuple(items)
    )


def _layout(path: Path) -> tuple[int, bool] | None:
    """Return the header's row, from 1, and whether the table is a sheet; `None` for others."""
    for number, cells in _table(path):
        names = {cell.strip().lower() for cell in cells}
        if names >= _SHEET or names >= _CSV_DB:
            return number, names >= _SHEET
        if number == _HEADER_ROWS:
            break
    return None


def _rows(path: Path, header: int) -> Iterator[tuple[int, Row]]:
    """Yield the rows below the header by their lower-case column names, numbered from 1."""
    names: list[str] = []
    for number, cells in _table(path):
        if number == header:
            names = [cell.strip().lower() for cell in cells]
        elif number > header:
            yield number, dict(zip(names, (cell.strip() for cell in cells), strict=False))


def _table(path: Path) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(_LARGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from enumerate(csv.reader(stream), start=1)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ExchangeError(f"{path}: is no CSV file in UTF-8 ({error})") from error


def _of_pages(shelf: Shelf, base: Path) -> Iterator[ArchivedItem]:
    for path in sorted(shelf.paths):
        if path.suffix.lower() in PAGE_SUFFIXES:
            name = path.relative_to(shelf.root).as_posix()
            item = page_item(name, path, shelf=shelf, base=base)
            if item is not None:
                yield item


def _of_files(shelf: Shelf, base: Path, *, named: set[Path]) -> Iterator[ArchivedItem]:
    """Yield an item for every picture and video that no page has named."""
    for path in sorted(shelf.paths):
        if path in named or kind_of(path) == "other":
            continue
        name = path.relative_to(shelf.root).as_posix()
        entry = checked_file(name, shelf=shelf, base=base, role="media", stated=None)
        yield ArchivedItem(
            id=name, url=None, title=None, status=None, published=None, archived=None,
            files=(entry,),
        )  # fmt: skip


def _paths(items: tuple[ArchivedItem, ...], base: Path) -> set[Path]:
    rows = (row for item in items for row in item.files)
    return {(base / row.path).resolve() for row in rows if row.path is not None}
