"""Matroska and WebM: following the chain of elements (RFC 8794, RFC 9559).

FFmpeg skips silently to the next cluster when the chain breaks inside one, and the frames in
between are gone without a trace; hence this walk over the element headers. It reads no frame
data, about 40 bytes a block.
"""

from __future__ import annotations

import os
from typing import BinaryIO, Final

from marchpast.media.finding import Finding, counted

_SEGMENT: Final = 0x18538067
_CLUSTER: Final = 0x1F43B675
# These are entered instead of skipped, so that their children are followed in one flat chain.
_ENTERED: Final = frozenset({_SEGMENT, _CLUSTER})
_KNOWN: Final = frozenset(
    {
        0x1A45DFA3,  # EBML header
        _SEGMENT,
        0x114D9B74,  # SeekHead
        0x1549A966,  # Info
        0x1654AE6B,  # Tracks
        _CLUSTER,
        0x1C53BB6B,  # Cues
        0x1941A469,  # Attachments
        0x1043A770,  # Chapters
        0x1254C367,  # Tags
        0xEC,  # Void
        0xBF,  # CRC-32
        0xE7,  # Timestamp of a cluster
        0x5854,  # SilentTracks
        0xA7,  # Position
        0xAB,  # PrevSize
        0xA3,  # SimpleBlock
        0xA0,  # BlockGroup
        0xAF,  # EncryptedBlock
    }
)


def check(stream: BinaryIO, size: int) -> Finding:
    """Follow every element at the level of segment, cluster and block to the end of the file.

    Returns:
        `truncated` when an element or the segment runs past the end, `damaged` where the
        chain leads to something that is no element of these levels.
    """
    position, end = 0, size
    while position < end:
        element, length, head_bytes = _element_head(stream)
        if head_bytes > size - position:
            return _truncated(position + head_bytes - size)
        if element not in _KNOWN:
            return Finding("damaged", f"the structure breaks at byte {position} of {size}")
        position += head_bytes
        if element == _SEGMENT and length is not None:
            # What follows the segment is no part of the video.
            end = position + length
            if end > size:
                return _truncated(end - size)
        if element in _ENTERED:
            continue
        if length is None:
            return Finding("damaged", f"an element at byte {position} states no length")
        position += length
        if position > size:
            return _truncated(position - size)
        stream.seek(length, os.SEEK_CUR)
    return Finding()


def _element_head(stream: BinaryIO) -> tuple[int, int | None, int]:
    """Return the element's id, its length (`None` when unknown) and the bytes of its head."""
    first = stream.read(1)
    id_width = _width(first)
    element = int.from_bytes(first + stream.read(id_width - 1), "big")
    first = stream.read(1)
    length_width = _width(first)
    digits = (first[0] if first else 0) & ((1 << (8 - length_width)) - 1)
    length = int.from_bytes(bytes((digits,)) + stream.read(length_width - 1), "big")
    is_unknown = length == (1 << (7 * length_width)) - 1
    return element, None if is_unknown else length, id_width + length_width


def _width(first: bytes) -> int:
    """Return how many bytes a variable-length integer has, by its leading zeros; at most 8."""
    return min(8, 9 - first[0].bit_length()) if first else 1


def _truncated(missing: int) -> Finding:
    return Finding("truncated", f"{counted(missing, 'byte')} missing at the end")
