"""Inventory files, `marchpast-inventory/1`: the user's own and those of the package."""

from __future__ import annotations

import difflib
import functools
import hashlib
import os
import stat
from importlib import resources
from pathlib import Path
from typing import cast

from marchpast.errors import InventoryError, TaxonomyError
from marchpast.inventory.announced import (
    Amount,
    AnnouncedLine,
    Inventory,
    InventoryConfidence,
    InventorySource,
    Qualifier,
)
from marchpast.inventory.strict_yaml import MAX_BYTES, Fields, Value, read_document
from marchpast.taxonomy import Taxonomy, load_taxonomy

FORMAT = "marchpast-inventory/1"

_QUALIFIERS = ("exact", "at_least", "about")
_CONFIDENCES = ("high", "medium", "low")
_SUFFIXES = (".yaml", ".yml")
_MILITARY = "military_vehicle"


def bundled_inventories() -> tuple[str, ...]:
    """Return the names of the inventories that come with the package, sorted.

    >>> "vladivostok-2017" in bundled_inventories()
    True
    """
    return tuple(sorted(_bundled()))


def load_inventory(path_or_name: str | os.PathLike[str]) -> Inventory:
    """Read an inventory file, or one that comes with the package.

    Args:
        path_or_name: A path, when it is a path object, holds a folder separator or ends in
            `.yaml` or `.yml`; otherwise the name of a bundled inventory.

    Raises:
        InventoryError: If there is no such file or name, or the file is not of the format; the
            message says where (`file:line:column`), what was found and what is allowed.
    """
    if isinstance(path_or_name, str) and not _is_like_a_path(path_or_name):
        bundled = _bundled()
        if path_or_name not in bundled:
            raise InventoryError(_unknown_name(path_or_name))
        return parse_inventory(bundled[path_or_name], file=f"{path_or_name}.yaml")
    path = Path(path_or_name)
    shown = str(path) if str(path).isprintable() else repr(str(path))
    return parse_inventory(_content_of(path, shown=shown), file=shown)


def parse_inventory(content: bytes, *, file: str, taxonomy: Taxonomy | None = None) -> Inventory:
    """Return the inventory that a file's bytes hold.

    Args:
        content: The file's bytes.
        file: What to call it in complaints.
        taxonomy: Where vehicle names are looked up, the package's when `None`.

    Raises:
        InventoryError: If they are not of the format.
    """
    document = read_document(content, file=file)
    top = document.mapping(
        "an inventory",
        required=("format", "id", "place", "partial", "sources"),
        optional=("date", "announced", "lines", "confidence", "note"),
    )
    top["format"].choice("format", (FORMAT,))
    announced = (
        top["announced"].mapping("announced", required=(), optional=("published", "total"))
        if "announced" in top
        else {}
    )
    total = _total(announced["total"]) if "total" in announced else None
    lines = _lines(top, taxonomy or load_taxonomy())
    is_partial = top["partial"].flag("partial")
    _check_agreement(top, total, lines, is_partial=is_partial)
    confidence = (
        top["confidence"].choice("confidence", _CONFIDENCES) if "confidence" in top else None
    )
    return Inventory(
        id=top["id"].text("id"),
        place=top["place"].text("place"),
        date=top["date"].date("date") if "date" in top else None,
        total=total,
        lines=lines,
        is_partial=is_partial,
        sources=_sources(top["sources"]),
        confidence=cast(InventoryConfidence | None, confidence),
        note=top["note"].text("note") if "note" in top else "",
        sha256=hashlib.sha256(content).hexdigest(),
        published=announced["published"].date("published") if "published" in announced else None,
    )


def _total(value: Value) -> Amount:
    given = value.mapping("total", required=("value",), optional=("qualifier",))
    return Amount(given["value"].whole_number("value"), _qualifier(given))


def _qualifier(given: Fields) -> Qualifier:
    if "qualifier" not in given:
        return "exact"
    return cast(Qualifier, given["qualifier"].choice("qualifier", _QUALIFIERS))


def _lines(top: Fields, taxonomy: Taxonomy) -> tuple[AnnouncedLine, ...]:
    lines: dict[str, tuple[int, AnnouncedLine]] = {}
    for item in top["lines"].items("lines") if "lines" in top else ():
        given = item.mapping("a line", required=("type",), optional=("count", "qualifier"))
        if "qualifier" in given and "count" not in given:
            raise given["qualifier"].error("a qualifier needs a count beside it")
        node = _node(given["type"], taxonomy)
        if node in lines:
            raise given["type"].error(
                f"{taxonomy.name(node)} ({node}) is announced twice, first on line {lines[node][0]}"
            )
        amount = (
            Amount(given["count"].whole_number("count"), _qualifier(given))
            if "count" in given
            else None
        )
        lines[node] = (item.node.start_mark.line + 1, AnnouncedLine(node, amount))
    return tuple(line for _, line in lines.values())


def _node(value: Value, taxonomy: Taxonomy) -> str:
    written = value.text("type")
    try:
        node = taxonomy.find(written).id
    except TaxonomyError as error:
        raise value.error(str(error)) from error
    if node == _MILITARY or not taxonomy.is_within(node, _MILITARY):
        raise value.error(
            f"a line names a military vehicle or a group of them, got {written!r} ({node}); "
            "a number for all vehicles together is the total"
        )
    return node


def _check_agreement(
    top: Fields, total: Amount | None, lines: tuple[AnnouncedLine, ...], *, is_partial: bool
) -> None:
    announces_nothing = total == Amount(0, "exact")
    if announces_nothing and lines:
        raise top["lines"].error("the announced total is 0, but lines name vehicles; drop one")
    if not (lines or is_partial or announces_nothing):
        raise top["partial"].error(
            "without lines the list cannot be complete, unless the total is exactly 0; write "
            "partial: true"
        )


def _sources(value: Value) -> tuple[InventorySource, ...]:
    sources = []
    for item in value.items("sources"):
        given = item.mapping("a source", required=("url",), optional=("publisher",))
        url = given["url"].text("url")
        if not url.startswith(("http://", "https://")) or any(c.isspace() for c in url):
            raise given["url"].error(f"a url starts with http:// or https://, got {url[:60]!r}")
        publisher = given["publisher"].text("publisher") if "publisher" in given else ""
        sources.append(InventorySource(url, publisher))
    if not sources:
        raise value.error("an inventory needs at least one source")
    return tuple(sources)


def _is_like_a_path(text: str) -> bool:
    return "/" in text or os.sep in text or text.endswith(_SUFFIXES)


def _content_of(path: Path, *, shown: str) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or a device would never end
            raise InventoryError(f"{shown}: an inventory is a regular file, this is not one")
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InventoryError(
            f"{shown}: cannot read this inventory file: {reason}; bundled inventories are "
            f"{', '.join(bundled_inventories())}"
        ) from error


@functools.cache
def _bundled() -> dict[str, bytes]:
    folder = resources.files("marchpast.inventory") / "data"
    return {
        entry.name.removesuffix(".yaml"): entry.read_bytes()
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    }


def _unknown_name(name: str) -> str:
    known = bundled_inventories()
    close = difflib.get_close_matches(name, known, n=1)
    nearest = f"the nearest is {close[0]!r}" if close else f"there are {', '.join(known)}"
    return (
        f"no inventory called {name[:80]!r} comes with the package, {nearest}; a file is given by "
        "a path with a folder, or ending in .yaml"
    )
