"""What a video file's outermost structure tells: is all of it there?

FFmpeg reads on as long as it can and then reports the end like any other end. The containers
themselves state how long they should be; comparing that with the file is cheap and needs no
decoder. Nothing here looks at pixels.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import BinaryIO, Final

from marchpast.errors import SourceError
from marchpast.media import matroska
from marchpast.media.finding import Finding, counted
from marchpast.media.sniff import HEAD_BYTES, VideoFormat, transport_packet_size

_MAX_BOXES: Final = 1_000_000


def check(stream: BinaryIO, video_format: VideoFormat) -> Finding:
    """Compare what the container states about its length with the file.

    Args:
        stream: Seekable; left at an arbitrary position.
        video_format: As sniffed.

    Raises:
        SourceError: If the container cannot be opened at all; a clause without the name.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return _CHECKS[video_format](stream, size)


def _check_mp4(stream: BinaryIO, size: int) -> Finding:
    """Walk the top-level boxes (ISO/IEC 14496-12, 4.2); the index must be there and whole."""
    position, has_index = 0, False
    for _ in range(_MAX_BOXES):
        if position >= size:
            break
        stream.seek(position)
        head = stream.read(16)
        kind = head[4:8]
        length = _box_length(head, size - position)
        if len(head) < 8 or length < 8 or not _is_box_name(kind):
            if not has_index:
                raise SourceError(_no_index(f"damaged at byte {position}"))
            return Finding("damaged", f"the structure breaks at byte {position} of {size}")
        if position + length > size:
            missing = position + length - size
            if not has_index or kind == b"moov":
                raise SourceError(_no_index(f"{counted(missing, 'byte')} missing at its end"))
            return Finding("truncated", f"{counted(missing, 'byte')} missing at the end")
        has_index = has_index or kind == b"moov"
        position += length
    if not has_index:
        raise SourceError(_no_index("it may be cut or never finished"))
    return Finding()


def _box_length(head: bytes, rest: int) -> int:
    length = int.from_bytes(head[:4], "big")
    if length == 1:
        return int.from_bytes(head[8:16], "big")
    return rest if length == 0 else length


def _is_box_name(kind: bytes) -> bool:
    # QuickTime also uses the copyright sign of Mac Roman (0xA9) in names.
    return all(32 <= byte < 127 or byte == 0xA9 for byte in kind)


def _no_index(reason: str) -> str:
    return f"the index of the MP4 file is missing ({reason}), so no frame can be found"


def _check_avi(stream: BinaryIO, size: int) -> Finding:
    """Walk the RIFF chunks, down to single frames inside the `movi` lists (OpenDML 1.02)."""
    position, riff_end = 0, 0
    while position + 8 <= size:
        stream.seek(position)
        head = stream.read(12)
        kind, length = head[:4], int.from_bytes(head[4:8], "little")
        if kind == b"RIFF":
            # A recorder that never finished its file leaves zero, which states nothing.
            riff_end = position + 8 + length if length else 0
            if riff_end > size:
                return Finding(
                    "truncated", f"{counted(riff_end - size, 'byte')} missing at the end"
                )
            position += 12
        elif riff_end and position >= riff_end:
            break
        elif kind == b"LIST" and head[8:12] in (b"movi", b"rec "):
            position += 12
        elif not _is_box_name(kind):
            return Finding("damaged", f"the structure breaks at byte {position} of {size}")
        else:
            position += 8 + length + length % 2
    if position > size + 1:
        return Finding("truncated", f"{counted(position - size, 'byte')} missing at the end")
    return Finding()


def _check_transport_stream(stream: BinaryIO, size: int) -> Finding:
    """A transport stream states no length, but it consists of whole packets."""
    packet = transport_packet_size(stream.read(HEAD_BYTES)) or 188
    if size % packet:
        return Finding(
            "truncated", f"the last packet is cut after {counted(size % packet, 'byte')}"
        )
    return Finding()


_CHECKS: Final[dict[VideoFormat, Callable[[BinaryIO, int], Finding]]] = {
    "mp4": _check_mp4,
    "matroska": matroska.check,
    "avi": _check_avi,
    "mpegts": _check_transport_stream,
}
