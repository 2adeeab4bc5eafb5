"""Frames beside frames: what a person looks at before believing a match."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from marchpast.records import BgrImage
from marchpast.reuse.archive import Archive
from marchpast.reuse.fingerprints import Clip
from marchpast.reuse.matching import Match
from marchpast.reuse.previews import decoded
from marchpast.reuse.wording import clock

_ROWS: Final = 6
_CELL_HEIGHT: Final = 216
_MOST_WIDTH: Final = 400
_GAP: Final = 10
_HEAD: Final = 30
_FOOT: Final = 24
_PAPER: Final = (255, 255, 255)
_INK: Final = (40, 40, 40)
_MARK: Final = (0, 159, 230)


def match_sheet(match: Match, clip: Clip, archive: Archive) -> BgrImage:
    """Return up to six rows: the clip, the same part of the archived frame, and all of that frame.

    The archived pictures are the small ones that the archive keeps. The part that the clip shows is
    cut out and flipped as in the clip, and framed in the whole; where the clip shows all of it as
    it is, there is no third column.

    Raises:
        ArchiveError: If the archive's pictures cannot be read.
    """
    stretch = match.stretch
    near = np.flatnonzero(stretch.is_near)
    rows = near[np.linspace(0, len(near) - 1, min(_ROWS, len(near))).round().astype(int)]
    ours, theirs = stretch.clip_frames[rows], stretch.file_frames[rows]
    start = int(archive.starts[match.file])
    pictures = archive.previews(match.file, [int(frame) for frame in theirs])
    is_mirrored = clip.lookups[match.lookup].is_mirrored
    lines, is_changed = [], is_mirrored
    for mine, other, jpeg in zip(ours, theirs, pictures, strict=True):
        left, whole = decoded(clip.previews[mine]), decoded(jpeg)
        box = _box(whole, archive.rects[start + other], match.likeness.part)
        is_changed |= box != (0, 0, whole.shape[1], whole.shape[0])
        part = whole[box[1] : box[3], box[0] : box[2]]
        part = part[:, ::-1] if is_mirrored else part
        moments = (clip.time_s[mine], archive.time_s[start + other])
        lines.append((moments, left, np.ascontiguousarray(part), _framed(whole, box)))
    columns = 3 if is_changed else 2
    table = [
        [
            _cell(picture, clock(moments[min(1, place)]))
            for place, picture in enumerate(row[:columns])
        ]
        for moments, *row in lines
    ]
    heads = ("clip", "archive: the same part" if is_changed else "archive", "archive: whole frame")
    return _laid(table, heads)


def _box(
    whole: BgrImage, rect: np.ndarray, part: tuple[float, float, float, float]
) -> tuple[int, int, int, int]:
    """Return the pixels of an archived picture that a clip shows."""
    height, width = whole.shape[:2]
    x1, y1, x2, y2 = (float(share) for share in rect)
    left, right = x1 + part[0] * (x2 - x1), x1 + part[2] * (x2 - x1)
    return round(left * width), round(y1 * height), round(right * width), round(y2 * height)


def _framed(whole: BgrImage, box: tuple[int, int, int, int]) -> BgrImage:
    framed = whole.copy()
    cv2.rectangle(framed, box[:2], (box[2] - 1, box[3] - 1), _MARK, 2)
    return framed


def _cell(picture: BgrImage, words: str) -> BgrImage:
    """Return a picture at the height of a row, its moment below."""
    height, width = picture.shape[:2]
    scale = min(_CELL_HEIGHT / height, _MOST_WIDTH / width)
    size = (max(40, round(width * scale)), max(1, round(height * scale)))
    sized = cv2.resize(
        picture, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    )
    cell = np.full((_CELL_HEIGHT + _FOOT, size[0], 3), _PAPER, np.uint8)
    cell[_CELL_HEIGHT - size[1] : _CELL_HEIGHT] = sized
    _write(cell, words, (2, _CELL_HEIGHT + 17))
    return cell


def _laid(table: list[list[BgrImage]], heads: tuple[str, ...]) -> BgrImage:
    """Return the cells in columns under their heads."""
    columns = range(len(table[0]))
    widths = [
        max(_text_width(heads[column]), *(row[column].shape[1] for row in table))
        for column in columns
    ]
    width = sum(widths) + _GAP * (len(widths) + 1)
    tall = _CELL_HEIGHT + _FOOT
    sheet = np.full((_HEAD + tall * len(table) + _GAP, width, 3), _PAPER, np.uint8)
    x = _GAP
    for column in columns:
        _write(sheet, heads[column], (x, 20))
        for number, row in enumerate(table):
            cell = row[column]
            top = _HEAD + number * tall
            sheet[top : top + tall, x : x + cell.shape[1]] = cell
        x += widths[column] + _GAP
    return sheet


def _text_width(words: str) -> int:
    (width, _), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)
    return int(width) + 8


def _write(image: BgrImage, words: str, place: tuple[int, int]) -> None:
    cv2.putText(image, words, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, _INK, 1, cv2.LINE_AA)
