"""What lies beside a result and is shown on its page: each file its owner's, none changes the rest.

An attachment names the `result.json` it was made for. One made for an earlier result is not shown,
and the page says so; a review is matched instead, because people's work outlives a run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from marchpast.explaining import EXPLANATIONS_FILE, Explanations, load_explanations
from marchpast.report.pictures import Thumbnail, read_crop, thumbnail
from marchpast.report.review_matching import MatchedEdits, match_edits
from marchpast.report.reviewed import load_review, result_sha256
from marchpast.report.schema import Result
from marchpast.reuse import REUSE_FILE, Reuse, load_reuse
from marchpast.taxonomy import Taxonomy, load_taxonomy

SHEET_FOLDER: Final = "sheets"
_PAIR_NAME = re.compile(r"reuse/[A-Za-z0-9][A-Za-z0-9_.-]*\.jpg")
_PAIR_LIMIT: Final = 10
"""Pictures of frames beside frames in the page; the rest are named."""
_PAIR_SIDE_PX: Final = 960
_PAIR_MOST_BYTES: Final = 80_000
# What a link may lead to: a name that needs no escaping in an address.
_SHEET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\.html")
_SHEET_HEAD_BYTES: Final = 4096

ATTACHMENT_READERS: Final[tuple[Callable[[Path], object], ...]] = (
    lambda folder: load_review(folder, load_taxonomy()),
    load_explanations,
    load_reuse,
)
"""Each takes a result folder, and raises a `MarchpastError` when its file there is malformed."""


@dataclass(frozen=True, slots=True)
class Attachments:
    """What is shown beside a result.

    Attributes:
        edits: Of reviewers, with their sightings.
        explanations: Rival explanations; `None` where there are none.
        reuse: Footage of the user's archive that shows the same; `None` where nobody looked.
        pairs: Its pictures of frames beside frames, by name in the folder.
        sheets: Side-by-side sheets, by name, relative to the folder.
        stale: Files made for another result, by name.
    """

    edits: MatchedEdits = field(default_factory=lambda: MatchedEdits({}, ()))
    explanations: Explanations | None = None
    reuse: Reuse | None = None
    pairs: Mapping[str, Thumbnail] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()


def load_attachments(folder: Path, result: Result, *, taxonomy: Taxonomy) -> Attachments:
    """Read what lies beside a result.

    Args:
        folder: A result folder.
        result: Of that folder.
        taxonomy: What nodes must be in.

    Raises:
        ReviewError: If `review.json` is malformed.
        ExplanationError: If `explanations.json` is malformed.
        ResultError: If `reuse.json` is malformed, or `detections.jsonl` is needed and cannot be
            read.
    """
    review = load_review(folder, taxonomy)
    digest = result_sha256(result)
    stale: list[str] = []
    explanations, reuse = load_explanations(folder), load_reuse(folder)
    if explanations is not None and explanations.result_sha256 != digest:
        explanations = None
        stale.append(EXPLANATIONS_FILE)
    if reuse is not None and reuse.result_sha256 != digest:
        reuse = None
        stale.append(REUSE_FILE)
    sheets, old_sheets = _sheets(folder, digest)
    return Attachments(
        edits=match_edits(review.edits if review else (), result, folder=folder),
        explanations=explanations,
        reuse=reuse,
        pairs=_pairs(folder, reuse),
        sheets=tuple(sheets),
        stale=(*stale, *old_sheets),
    )


def _pairs(folder: Path, reuse: Reuse | None) -> dict[str, Thumbnail]:
    """Return the pictures to put into the page, matches before what only looks alike."""
    clips = reuse.clips if reuse else ()
    matches = [match for clip in clips for match in clip.matches]
    alike = [match for clip in clips for match in clip.alike]
    names = [match.picture for match in (*matches, *alike) if match.picture is not None]
    return {
        name: thumbnail(read_crop(folder / name), most_bytes=_PAIR_MOST_BYTES, side=_PAIR_SIDE_PX)
        for name in names[:_PAIR_LIMIT]
        if _PAIR_NAME.fullmatch(name) and (folder / name).is_file()
    }


def _sheets(folder: Path, digest: str) -> tuple[list[str], list[str]]:
    """Return the sheets that name this result, and those that name another or none.

    A run may give a track's number, and so its sheet's name, to another vehicle.
    """
    current: list[str] = []
    stale: list[str] = []
    for path in sorted((folder / SHEET_FOLDER).glob("*.html")):
        if _SHEET_NAME.fullmatch(path.name):
            with path.open("rb") as stream:
                is_current = digest.encode() in stream.read(_SHEET_HEAD_BYTES)
            (current if is_current else stale).append(f"{SHEET_FOLDER}/{path.name}")
    return current, stale
