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

from marchpast.errors import InventoryError
from marchpast.inventory.announced import (
    Amount,
    AnnouncedLine,
    Figures,
    Inventory,
    InventoryConfidence,
    InventorySource,
)
from marchpast.inventory.parts import (
    FIGURES,
    read_counted,
    read_figures,
    read_lines,
    read_sentences,
    read_sources,
)
from marchpast.inventory.strict_yaml import MAX_BYTES, Fields, Value, read_document
from marchpast.taxonomy import Taxonomy, load_taxonomy

FORMAT = "marchpast-inventory/1"

_REQUIRED = ("format", "id", "place", "partial")
_OPTIONAL = (
    *("draft", "date", "announced", "reported", "counted", "lines", "sources", "confidence"),
    *("note", "sentences"),
)
_CONFIDENCES = ("high", "medium", "low")
_SUFFIXES = (".yaml", ".yml")


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
    return parse_inventory(_content_of(path, "inventory file"), file=_shown(path))


def read_announcement(path: Path) -> str:
    """Read the text of an announcement from a UTF-8 file, with or without a byte-order mark.

    Raises:
        InventoryError: If there is no such file, or it is no such text.
    """
    content = _content_of(path, "text")
    if len(content) > MAX_BYTES:
        raise InventoryError(f"{_shown(path)}: the text has more than {MAX_BYTES} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InventoryError(
            f"{_shown(path)}: byte {error.start} is not UTF-8; save the text as UTF-8"
        ) from error


def parse_inventory(content: bytes, *, file: str, taxonomy: Taxonomy | None = None) -> Inventory:
    """Return the inventory that a file's bytes hold.

    Args:
        content: The file's bytes.
        file: What to call it in complaints.
        taxonomy: Where vehicle names are looked up, the package's when `None`.

    Raises:
        InventoryError: If they are not of the format.
    """
    taxonomy = taxonomy or load_taxonomy()
    document = read_document(content, file=file)
    top = document.mapping("an inventory", required=_REQUIRED, optional=_OPTIONAL)
    top["format"].choice("format", (FORMAT,))
    is_draft = top["draft"].flag("draft") if "draft" in top else False
    published, announced = _announced(top)
    sentences = read_sentences(top["sentences"]) if "sentences" in top else ()
    lines = read_lines(top["lines"], taxonomy, sentences=sentences) if "lines" in top else ()
    is_partial = top["partial"].flag("partial")
    _check_agreement(top, announced.total, lines, is_partial=is_partial)
    reported = (
        top["reported"].mapping("reported", required=(), optional=FIGURES)
        if "reported" in top
        else {}
    )
    confidence = (
        top["confidence"].choice("confidence", _CONFIDENCES) if "confidence" in top else None
    )
    return Inventory(
        id=top["id"].text("id"),
        place=top["place"].text("place"),
        date=top["date"].date("date") if "date" in top else None,
        total=announced.total,
        lines=lines,
        is_partial=is_partial,
        sources=_sources(document, top, is_draft=is_draft),
        confidence=cast(InventoryConfidence | None, confidence),
        note=top["note"].text("note") if "note" in top else "",
        sha256=hashlib.sha256(content).hexdigest(),
        published=published,
        personnel=announced.personnel,
        aircraft=announced.aircraft,
        historic=announced.historic,
        reported=read_figures(reported),
        counted=read_counted(top["counted"], taxonomy) if "counted" in top else (),
        is_draft=is_draft,
        sentences=sentences,
    )


def _announced(top: Fields) -> tuple[str | None, Figures]:
    if "announced" not in top:
        return None, Figures()
    given = top["announced"].mapping("announced", required=(), optional=("published", *FIGURES))
    published = given["published"].date("published") if "published" in given else None
    return published, read_figures(given)


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


def _sources(document: Value, top: Fields, *, is_draft: bool) -> tuple[InventorySource, ...]:
    sources = read_sources(top["sources"]) if "sources" in top else ()
    if not (sources or is_draft):
        where = top.get("sources", document)
        raise where.error("an inventory needs the key 'sources' with at least one source")
    return sources


def _is_like_a_path(text: str) -> bool:
    return "/" in text or os.sep in text or text.endswith(_SUFFIXES)


def _shown(path: Path) -> str:
    return str(path) if str(path).isprintable() else repr(str(path))


def _content_of(path: Path, what: str) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or a device would never end
            raise InventoryError(f"{_shown(path)}: the {what} is a regular file, this is not one")
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InventoryError(f"{_shown(path)}: cannot read this {what}: {reason}") from error


@functools.cache
def _bundled() -> dict[str, bytes]:
    folder = resources.files("marchpast.inventory") / "data" / "inventories"
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
