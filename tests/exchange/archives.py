"""Archives as auto-archiver leaves them, made by hand: the files, the page, the two tables."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from dataclasses import dataclass
from html import escape
from pathlib import Path

import cv2
import numpy as np

URL = "https://example.org/post/1?a=b&c"
FOLDER = "local_archive/https-example-org-post-1"


@dataclass(frozen=True, slots=True)
class Archive:
    """Where things are.

    Attributes:
        root: From where auto-archiver ran.
        media: The published picture.
        inner: A thumbnail made from it.
        shot: A screenshot of the address.
        page: The page about all of it.
    """

    root: Path
    media: Path
    inner: Path
    shot: Path
    page: Path


def digest(path: Path, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, path.read_bytes()).hexdigest()


def build_archive(root: Path, *, algorithm: str = "SHA-256") -> Archive:
    """Write the files and the page; file names are the first 24 digits of the hash."""
    folder = root / FOLDER
    folder.mkdir(parents=True)
    media, inner, shot = (_picture(folder, level) for level in (10, 60, 110))
    stated = {
        path: f"{algorithm}:{digest(path, 'sha256' if algorithm == 'SHA-256' else 'sha3_512')}"
        for path in (media, shot)
    }
    text = _page(root, media, inner, shot, stated)
    name = hashlib.sha256(text.encode()).hexdigest()[:24]
    page = folder / f"{name}.html"
    page.write_text(text, "utf-8")
    return Archive(root, media, inner, shot, page)


def key(archive: Archive, path: Path) -> str:
    """What auto-archiver calls a stored file."""
    return f"./{path.relative_to(archive.root).as_posix()}"


def write_sheet(archive: Archive, *, location: str | None = None, hash_: str | None = None) -> Path:
    """Write the sheet, downloaded as CSV: one archived row, one failed, one empty."""
    path = archive.root / "sheet.csv"
    header = ("Link", "Archive Status", "Archive location", "Archive date", "Upload timestamp",
              "Upload title", "Hash", "Screenshot")  # fmt: skip
    rows = [
        (
            URL,
            "generic: success",
            key(archive, archive.page) if location is None else location,
            "2017-04-18T12:00:00",
            "2017-04-17T08:30:00+00:00",
            "Колонна\nна трассе",
            f"SHA-256:{digest(archive.page)}" if hash_ is None else hash_,
            key(archive, archive.shot),
        ),
        ("https://example.org/gone", "Archive failed no archiver", "", "", "", "", "", ""),
        ("",) * 8,
    ]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([("A sheet of ours",), header, *rows])
    return path


def write_csv_db(archive: Archive) -> Path:
    """Write the table of `csv_db`."""
    thumbnail: dict[str, object] = {"id": "thumbnail_0"}
    inner = _row(archive, archive.inner, thumbnail)
    media = [
        _row(archive, archive.media, {"hash": f"SHA-256:{digest(archive.media)}",
                                      "thumbnails": [inner]}),
        _row(archive, archive.shot, {"hash": f"SHA-256:{digest(archive.shot)}",
                                     "id": "screenshot"}),
        _row(archive, archive.page, {"hash": f"SHA-256:{digest(archive.page)}",
                                     "id": "_final_media"}),
    ]  # fmt: skip
    facts = {
        "_processed_at": dt.datetime(2017, 4, 18, 12, tzinfo=dt.UTC),
        "url": URL,
        "title": "Колонна <на> трассе",
        "timestamp": dt.datetime(2017, 4, 17, 8, 30, tzinfo=dt.UTC),
    }
    path = archive.root / "db.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("status", "metadata", "media"))
        writer.writerow(("generic: success", repr(facts), repr(media)))
    return path


def _row(archive: Archive, path: Path, properties: dict[str, object]) -> dict[str, object]:
    return {"filename": "/tmp/x", "_key": key(archive, path), "urls": [key(archive, path)],
            "properties": properties, "_mimetype": None, "_stored": True}  # fmt: skip


def _picture(folder: Path, level: int) -> Path:
    _, packed = cv2.imencode(".png", np.full((40, 60, 3), level, np.uint8))
    content = packed.tobytes()
    path = folder / f"{hashlib.sha256(content).hexdigest()[:24]}.png"
    path.write_bytes(content)
    return path


def _page(root: Path, media: Path, inner: Path, shot: Path, stated: dict[Path, str]) -> str:
    """The structure that the page has, without its looks: names in <b>, values in span.copy."""

    def fact(name: str, value: str) -> str:
        return f'<li><b>{name}:</b> <span class="copy">{escape(value)}</span></li>'

    def place(path: Path) -> str:
        return fact("key", f"./{path.relative_to(root).as_posix()}") + fact("type", "image/png")

    thumbnails = (
        '<div><b class="collapsible" title="expand">thumbnails (1):</b>'
        f'<div class="collapsible-content"><ul>{place(inner)}</ul></div></div>'
    )
    rows = (
        place(media) + thumbnails + fact("hash", stated[media]),
        place(shot) + fact("id", "screenshot") + fact("hash", stated[shot]),
    )
    preview = '<td><a href="x">open</a> <span class="copy" copy-value="x">copy</span><br></td>'
    content = "".join(f"<tr><td><ul>{row}</ul></td>{preview}</tr>" for row in rows)
    facts = {"url": URL, "title": "Колонна <на> трассе", "timestamp": "2017-04-17 08:30:00+00:00"}
    known = "".join(
        f'<tr><td>{name}</td><td><span class="copy">{escape(value)}</span></td></tr>'
        for name, value in facts.items()
    )
    return (
        f"<html><body><h2>Archived media for {escape(URL)}</h2>"
        f'<table class="content"><tr><th>about</th><th>files</th></tr>{content}</table>'
        f'<table class="metadata"><tr><th>key</th><th>value</th></tr>{known}</table></body></html>'
    )
