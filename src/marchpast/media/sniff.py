"""What a file is, told by its first bytes and never by its suffix.

FFmpeg and OpenCV would guess for themselves, and FFmpeg's guesses include playlists, which
open *other* files. Only the formats listed here are handed on, each under its own name.
"""

from __future__ import annotations

import re
from typing import Final, Literal

PictureFormat = Literal["jpeg", "png", "webp", "bmp", "tiff"]
VideoFormat = Literal["mp4", "matroska", "avi", "mpegts"]

HEAD_BYTES: Final = 4096
"""How much of a file the functions below want to see; five transport packets fit several times."""

_MP4_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"moof", b"styp"}
_STILL_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}
_BMP_HEADER_SIZES = {12, 40, 52, 56, 64, 108, 124}
_TS_PACKET_SIZES = (188, 192, 204)
_TS_SYNC = 0x47

_NOT_READ: Final[tuple[tuple[bytes, str], ...]] = (
    (rb"\A\s*(\xef\xbb\xbf)?#EXTM3U", "a playlist, which names other files"),
    (rb"\A\s*ffconcat", "a list of other files"),
    (rb"\A\s*\[playlist\]", "a playlist, which names other files"),
    (rb"(?s)\A\s*<.{0,2000}<svg\b|\A\s*<svg\b", "an SVG drawing"),
    (rb"\A\s*<", "markup text"),
    (rb"\AGIF8[79]a", "a GIF"),
    (rb"\A%PDF", "a PDF"),
    (rb"\A\x00\x00\x01\xba|\A\x00\x00\x01\xb3", "an MPEG program or elementary stream"),
    (rb"\AFLV\x01", "a Flash video"),
    (rb"\A\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
    (rb"\AOggS", "an Ogg file"),
    (rb"(?s)\ARIFF.{4}WAVE|\AID3|\AfLaC|\A\xff[\xfb\xf3\xf2\xf1\xf9]", "a sound file"),
    (rb"\APK\x03\x04|\A\x1f\x8b|\A7z\xbc\xaf|\ARar!", "an archive"),
)


def sniff_picture(head: bytes) -> PictureFormat | None:
    r"""Return the picture format whose signature `head`, a file's first bytes, carries.

    >>> sniff_picture(b"\x89PNG\r\n\x1a\n")
    'png'
    """
    if head[:3] == b"\xff\xd8\xff":
        return "jpeg"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return "bmp"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "tiff"
    return None


def sniff_video(head: bytes) -> VideoFormat | None:
    r"""Return the container whose signature `head`, a file's first `HEAD_BYTES`, carries.

    >>> sniff_video(b"#EXTM3U\nhttp://example.org/") is None
    True
    """
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if head[4:8] in _MP4_BOXES and head[8:12] not in _STILL_BRANDS:
        return "mp4"
    if transport_packet_size(head) is not None:
        return "mpegts"
    return None


def describe_unknown(head: bytes) -> str:
    """Say in a few words what a refused `head` looks like."""
    if not head:
        return "an empty file"
    if head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS:
        return "a HEIF or AVIF picture"
    for pattern, words in _NOT_READ:
        if re.search(pattern, head):
            return words
    if not head.strip(b"\0"):
        return "a file that begins with zeros"
    if all(byte in b"\t\r\n\f" or 32 <= byte < 127 for byte in head):
        return "plain text"
    return f"an unknown format that begins with {head[:8].hex(' ')}"


def transport_packet_size(head: bytes) -> int | None:
    """Return 188, 192 or 204 if `head` is an MPEG transport stream, else `None`.

    A recording may start inside a packet, so the first sync byte is searched for; five in a
    row must follow (ISO/IEC 13818-1, 2.4.3.2), or all there are in a shorter file.
    """
    for size in _TS_PACKET_SIZES:
        for start in range(min(size, len(head))):
            marks = head[start : start + 5 * size : size]
            enough = len(marks) == 5 or (start == 0 and len(head) >= size)
            if enough and all(mark == _TS_SYNC for mark in marks):
                return size
    return None
