"""JPEG: the header and the chain of markers (ITU-T T.81, annex B)."""

from __future__ import annotations

import os
import re
from typing import BinaryIO, Final

from marchpast.errors import SourceError
from marchpast.media.finding import Finding, join_notes
from marchpast.media.header import PictureHeader, read_exactly
from marchpast.media.ifd import exif_orientation
from marchpast.media.orientation import UPRIGHT
from marchpast.records import SourceStatus

_SOI, _EOI, _SOS, _APP1, _DRI = 0xD8, 0xD9, 0xDA, 0xE1, 0xDD
_FRAME_STARTS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_RESTARTS: Final = frozenset(range(0xD0, 0xD8))
# What may stand between two scans: tables, line count, restart interval, comments, APPn.
_BETWEEN_SCANS: Final = frozenset({0xC4, 0xCC, 0xDB, 0xDC, _DRI, 0xFE, *range(0xE0, 0xF0)})
_EXIF_PREFIX: Final = b"Exif\0\0"
_MAX_SEGMENTS: Final = 10_000

# In coded data 0xFF is followed by a stuffed zero or by fill bytes; anything else is a marker.
_MARKER_IN_SCAN: Final = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)

# Longer than any padding; followed by data, so that zeros after the picture do not count.
_HOLE: Final = re.compile(rb"\x00{64}[^\x00]")


def read_header(stream: BinaryIO) -> PictureHeader:
    """Return size and orientation from the segments before the first scan.

    Raises:
        SourceError: If there is no frame header; the message is a clause without the name.
    """
    stream.seek(2)
    size: tuple[int, int] | None = None
    orientation = UPRIGHT
    for _ in range(_MAX_SEGMENTS):
        marker = _next_marker(stream)
        if marker == _EOI or (marker == _SOS and size is None):
            raise SourceError("the JPEG has no frame header")
        if marker == _SOS and size is not None:
            return PictureHeader(*size, orientation)
        if marker == 0x01 or marker in _RESTARTS or marker == _SOI:
            continue
        length = int.from_bytes(read_exactly(stream, 2), "big") - 2
        if length < 0:
            raise SourceError("a JPEG segment has no length")
        if marker in _FRAME_STARTS:
            payload = read_exactly(stream, length)
            size = int.from_bytes(payload[3:5], "big"), int.from_bytes(payload[1:3], "big")
        elif marker == _APP1:
            payload = read_exactly(stream, length)
            if payload.startswith(_EXIF_PREFIX):
                orientation = exif_orientation(payload[len(_EXIF_PREFIX) :])
        else:
            stream.seek(length, os.SEEK_CUR)
    raise SourceError(f"the JPEG has more than {_MAX_SEGMENTS} segments before its picture")


def check(content: bytes) -> tuple[bytes, Finding]:
    """Follow the markers from the first scan to the end of the image.

    Finds a missing end, restart markers out of order, markers that cannot be there and
    segments that run past the end. Bits flipped inside the coded data leave no trace here.

    Returns:
        The file, closed by an end marker if it had none so that its first rows decode, and
        the verdict.
    """
    start, interval = _first_scan(content)
    position, expected_restart = start, 0
    problems: dict[str, None] = {}
    while match := _MARKER_IN_SCAN.search(content, position):
        marker = match.group(1)[0]
        position = match.end()
        if marker == _EOI:
            break
        if marker in _RESTARTS:
            if interval == 0 or marker != 0xD0 + expected_restart:
                problems["restart markers out of order"] = None
            expected_restart = (marker - 0xD0 + 1) % 8
        elif marker == _SOS or marker in _BETWEEN_SCANS:
            length = int.from_bytes(content[position : position + 2], "big")
            if marker == _DRI:
                interval = int.from_bytes(content[position + 2 : position + 4], "big")
            if marker == _SOS:
                expected_restart = 0
            position += length
        else:
            problems[f"marker FF {marker:02X} inside the coded picture"] = None
    end = match.start() if match else len(content)
    if forbids_zeros(content) and _HOLE.search(content, start, end):
        problems["a run of zeros inside the coded picture"] = None
    if match is None:
        note = join_notes(["the end of the image is missing", *problems])
        return content + bytes((0xFF, _EOI)), Finding("truncated", note)
    status: SourceStatus = "damaged" if problems else "complete"
    return content, Finding(status, join_notes(problems))


def forbids_zeros(content: bytes) -> bool:
    """Return whether the codes of a baseline picture cannot produce a long run of zeros.

    The code of zeros alone is the first of its table. Only if every table puts "no change"
    (DC) and "end of block" (AC), both symbol 0, in that place is a run of zeros a flat area.
    """
    position, firsts, is_baseline = 2, [], False
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        if marker == _SOS:
            break
        is_baseline = is_baseline or marker in (0xC0, 0xC1)
        table, end = position + 4, position + 2 + length
        while marker == 0xC4 and table + 17 < min(end, len(content)):
            firsts.append(content[table + 17])
            table += 17 + sum(content[table + 1 : table + 17])
        position = end
    # Motion JPEG may leave the tables out and mean the ones of annex K, which forbid it.
    return is_baseline and (not firsts or any(firsts))


def _first_scan(content: bytes) -> tuple[int, int]:
    """Return where the first scan's header begins (at its marker) and the restart interval."""
    position, interval = 2, 0
    while position + 4 <= len(content):
        if content[position] != 0xFF:
            position += 1
            continue
        marker = content[position + 1]
        if marker == _SOS:
            return position, interval
        if marker in (0x00, 0x01, 0xFF, _SOI) or marker in _RESTARTS:
            position += 1
            continue
        if marker == _DRI:
            interval = int.from_bytes(content[position + 4 : position + 6], "big")
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return len(content), interval


def _next_marker(stream: BinaryIO) -> int:
    while read_exactly(stream, 1) != b"\xff":
        pass
    marker = 0xFF
    while marker == 0xFF:
        marker = read_exactly(stream, 1)[0]
    return marker
