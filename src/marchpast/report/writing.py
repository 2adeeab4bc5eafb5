"""A finished run as files: crops, `sightings.csv`, `result.json` and, last, `report.html`.

Every file is replaced atomically. The page comes last, so a folder with a page is complete.

`sightings.csv` (RFC 4180, UTF-8, a header, one row per sighting in the order of
`result.json`) has the columns of :data:`TABLE_COLUMNS`:

========================= ==================================================================
id, source, track_id      which sighting, as in `result.json`
node, name, name_ru       the answer: taxonomy id, English and Russian name
level, probability        how exact the answer is, and its calibrated probability
reason, flags             why it stopped there; cautions, separated by `; `
set, set_names            the answer as a set: taxonomy ids separated by `; `, English names;
                          empty where nothing known fits, or where the model makes no sets
set_probability, set_rate what the set holds, and how many of such sets hold the truth
conflicts                 what contradicts the likeliest name, separated by `; `
first_time_s, last_time_s first and last detection, seconds of presentation time
frame_count               in how many frames it was detected
best_frame_index, ...     the best look: frame, time, box in pixels, crop file
candidate_1, ...          the likeliest types, each followed by its probability
========================= ==================================================================

A cell that a spreadsheet would run as a formula starts with `'`, and line ends and invisible
characters are taken out; `result.json` has the exact text.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from marchpast import files
from marchpast.records import Sighting
from marchpast.report.attachments import load_attachments
from marchpast.report.html import render_page
from marchpast.report.naming import Language, Namer
from marchpast.report.pictures import encode_jpeg
from marchpast.report.ranked import RankedEntry
from marchpast.report.reviewed import result_text
from marchpast.report.schema import (
    CROP_FOLDER,
    PAGE_FILE,
    RESULT_FILE,
    TABLE_FILE,
    Result,
)
from marchpast.report.sighted import CANDIDATE_LIMIT, SightingEntry
from marchpast.report.text import file_stem, printable, storable
from marchpast.taxonomy import Taxonomy

CROP_JPEG_QUALITY: Final = 90

TABLE_COLUMNS: Final = (
    "id",
    "source",
    "track_id",
    "node",
    "name",
    "name_ru",
    "level",
    "probability",
    "reason",
    "flags",
    "set",
    "set_names",
    "set_probability",
    "set_rate",
    "conflicts",
    "first_time_s",
    "last_time_s",
    "frame_count",
    "best_frame_index",
    "best_time_s",
    "best_x1",
    "best_y1",
    "best_x2",
    "best_y2",
    "crop",
    "likeliest_with_prior",
    "likeliest_with_prior_share",
    *(
        column
        for rank in range(1, CANDIDATE_LIMIT + 1)
        for column in (f"candidate_{rank}", f"candidate_{rank}_probability")
    ),
)

# What spreadsheets take for the start of a formula (OWASP, "CSV Injection"); tab and carriage
# return are on that list too, but are gone once the text is printable.
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

Cell = str | int | float


def save_sighting(
    folder: Path, sighting: Sighting, *, flags: tuple[str, ...] = ()
) -> SightingEntry:
    """Write the sighting's best crop and return its entry, so the pictures need not be kept.

    The file's name comes from the source's name and the track id alone: a second run writes
    the same name, in whatever order its sources are done.

    Args:
        folder: The result folder; it must exist.
        sighting: With at least one crop.
        flags: Cautions to carry into the result, one phrase each.

    Raises:
        OSError: If the folder is not writable or the disk is full.
    """
    crop = f"{CROP_FOLDER}/{_crop_name(sighting)}"
    jpeg = encode_jpeg(sighting.track.crops[0].image, quality=CROP_JPEG_QUALITY)
    (folder / CROP_FOLDER).mkdir(exist_ok=True)
    files.write_bytes(folder / crop, jpeg)
    return SightingEntry.from_sighting(sighting, crop=crop, flags=flags)


def write_result(
    folder: Path, result: Result, *, taxonomy: Taxonomy, language: Language = "en"
) -> None:
    """Write `sightings.csv`, `result.json` and `report.html`, in this order.

    A `review.json` that is in the folder already is shown on the page.

    The crops (:func:`save_sighting`) and `detections.jsonl`
    (:class:`~marchpast.report.detections.DetectionJournal`) are there already.

    Args:
        folder: The result folder; it must exist.
        result: What to write.
        taxonomy: Where names come from.
        language: Of the vehicles' names on the page.

    Raises:
        ResultError: If a crop is missing or does not open.
        ReviewError: If a review in the folder is malformed.
        OSError: If the folder is not writable or the disk is full; each file is then either
            the old one or the new one, never a part.
    """
    page = render_page(
        result,
        folder=folder,
        taxonomy=taxonomy,
        language=language,
        attachments=load_attachments(folder, result, taxonomy=taxonomy),
    )
    files.write_text(folder / TABLE_FILE, render_table(result, taxonomy=taxonomy))
    files.write_text(folder / RESULT_FILE, result_text(result))
    files.write_text(folder / PAGE_FILE, page)


def render_table(result: Result, *, taxonomy: Taxonomy) -> str:
    """Return the text of `sightings.csv`."""
    namer = Namer(taxonomy)
    prior = result.comparison.prior if result.comparison else None
    first = {row.sighting: row.candidates[0] for row in prior.rankings} if prior else {}
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(TABLE_COLUMNS)
    for sighting in result.sightings:
        writer.writerow(
            [table_cell(cell) for cell in _cells(sighting, first.get(sighting.id), namer)]
        )
    return stream.getvalue()


def _crop_name(sighting: Sighting) -> str:
    """Return a safe name; the digest keeps sources apart whose readable part is the same."""
    digest = hashlib.sha256(storable(sighting.source).encode()).hexdigest()[:10]
    return f"{file_stem(sighting.source)}-{digest}-{sighting.track.track_id:04d}.jpg"


def _cells(sighting: SightingEntry, with_prior: RankedEntry | None, namer: Namer) -> Iterator[Cell]:
    """Yield the cells of one row, in the order of :data:`TABLE_COLUMNS`."""
    best = sighting.best
    yield from (sighting.id, sighting.source, sighting.track_id)
    yield from (sighting.node, namer.english(sighting.node), namer.russian(sighting.node))
    yield from (sighting.level, sighting.probability)
    yield from (sighting.reason, "; ".join(sighting.flags))
    yield from _set_cells(sighting, namer)
    yield "; ".join(sighting.conflicts)
    yield from (sighting.first_time_s, sighting.last_time_s, sighting.frame_count)
    yield from (best.frame_index, best.time_s, *best.xyxy, best.crop)
    yield from ("", "") if with_prior is None else (with_prior.node, with_prior.with_prior)
    for candidate in sighting.candidates:
        yield from (candidate.node, candidate.probability)
    for _ in range(CANDIDATE_LIMIT - len(sighting.candidates)):
        yield from ("", "")


def _set_cells(sighting: SightingEntry, namer: Namer) -> Iterator[Cell]:
    answer = sighting.answer
    if answer is None:
        yield from ("", "", "", "")
        return
    names = (namer.english(node) for node in answer.nodes)
    yield from ("; ".join(answer.nodes), " or ".join(names), answer.probability, answer.rate)


def table_cell(cell: Cell) -> Cell:
    """Return a cell that a spreadsheet shows and does not run, its text made printable."""
    if not isinstance(cell, str):
        return cell
    text = printable(cell)
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) else text
