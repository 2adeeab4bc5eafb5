"""A search as files: `reuse.json`, its pictures, and a page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2

from marchpast.errors import OutputExistsError
from marchpast.files import write_bytes, write_text
from marchpast.reuse.archive import Archive
from marchpast.reuse.document import (
    PICTURE_FOLDER,
    REUSE_FILE,
    ClipEntry,
    MatchEntry,
    Reuse,
    load_reuse,
    write_reuse,
)
from marchpast.reuse.page import reuse_page
from marchpast.reuse.searching import Search, reuse_document

PAGE_FILE: Final = "reuse.html"
_QUALITY: Final = 85


def write_search(search: Search, folder: Path, *, overwrite: bool = False) -> Path:
    """Write `reuse.html`, `reuse.json` and the pictures of a search, and return the page's path.

    Args:
        search: What was found.
        folder: Made where it is missing.
        overwrite: Replace a search that is there.

    Raises:
        OutputExistsError: If there is one and `overwrite` is not set.
        OSError: If the folder cannot be written.
    """
    page = folder / PAGE_FILE
    if not overwrite and (page.exists() or (folder / REUSE_FILE).exists()):
        raise OutputExistsError(
            f"{folder} holds a search; replace it (--overwrite) or name another"
        )
    entry, pictures = _with_pictures(search)
    reuse = reuse_document(search.archive, (entry,))
    _write(folder, reuse, pictures)
    write_text(page, reuse_page(reuse, pictures))
    return page


def attach_search(
    search: Search, folder: Path, *, result_sha256: str, overwrite: bool = False
) -> Path:
    """Write a search into a result folder, beside those of its other sources.

    Args:
        search: Of a source of the result, under its name there.
        folder: The result folder.
        result_sha256: Of its `result.json`.
        overwrite: Replace what :func:`check_attachable` would refuse.

    Returns:
        The path of `reuse.json`.

    Raises:
        OutputExistsError: As :func:`check_attachable`.
        ResultError: If the `reuse.json` that is there cannot be read.
        OSError: If the folder cannot be written.
    """
    check_attachable(
        folder,
        search.archive,
        clip_sha256=search.entry.sha256,
        result_sha256=result_sha256,
        overwrite=overwrite,
    )
    entry, pictures = _with_pictures(search)
    reuse = reuse_document(search.archive, (entry,), result_sha256=result_sha256)
    before = load_reuse(folder)
    if before is not None and _is_kept(before, reuse):
        others = tuple(clip for clip in before.clips if clip.sha256 != entry.sha256)
        reuse = reuse_document(search.archive, (entry, *others), result_sha256=result_sha256)
    return _write(folder, reuse, pictures)


def check_attachable(
    folder: Path, archive: Archive, *, clip_sha256: str, result_sha256: str, overwrite: bool
) -> None:
    """Refuse, before a long search, to replace what is in a result folder.

    Raises:
        OutputExistsError: If `reuse.json` is there of an earlier result, of another archive, or
            holds this clip, and `overwrite` is not set.
        ResultError: If it cannot be read.
    """
    before = load_reuse(folder)
    if before is None or overwrite:
        return
    now = reuse_document(archive, (), result_sha256=result_sha256)
    if not _is_kept(before, now) or any(clip.sha256 == clip_sha256 for clip in before.clips):
        raise OutputExistsError(
            f"{folder / REUSE_FILE} holds a search of this clip, of another archive or of an "
            "earlier result; replace it (--overwrite)"
        )


def _is_kept(before: Reuse, now: Reuse) -> bool:
    """Return whether searches that were written before stand beside one of now."""
    return (
        before.result_sha256 == now.result_sha256
        and before.archive == now.archive
        and before.marchpast_version == now.marchpast_version
    )


def _with_pictures(search: Search) -> tuple[ClipEntry, dict[str, bytes]]:
    """Return the entry with the names of its pictures, and the pictures."""
    pictures: dict[str, bytes] = {}
    entries: list[MatchEntry] = []
    for number, entry in enumerate((*search.entry.matches, *search.entry.alike)):
        name = f"{PICTURE_FOLDER}/{search.entry.sha256[:12]}-{number + 1}.jpg"
        quality = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
        pictures[name] = cv2.imencode(".jpg", search.sheet(number), quality)[1].tobytes()
        entries.append(entry.model_copy(update={"picture": name}))
    sure = len(search.entry.matches)
    update = {"matches": tuple(entries[:sure]), "alike": tuple(entries[sure:])}
    return search.entry.model_copy(update=update), pictures


def _write(folder: Path, reuse: Reuse, pictures: dict[str, bytes]) -> Path:
    (folder / PICTURE_FOLDER).mkdir(parents=True, exist_ok=True)
    for name, jpeg in pictures.items():
        write_bytes(folder / name, jpeg)
    return write_reuse(folder, reuse)
