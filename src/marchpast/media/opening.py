"""One door for every file: told by content, opened as what it is, or refused."""

from __future__ import annotations

from pathlib import Path

from marchpast.errors import SourceError
from marchpast.media.names import printable
from marchpast.media.picture import PictureSource
from marchpast.media.sniff import HEAD_BYTES, describe_unknown, sniff_picture, sniff_video
from marchpast.media.source import Source, regular_size, unreadable
from marchpast.media.video import VideoSource

_ALLOWED = "JPEG, PNG, WebP, BMP, TIFF pictures and MP4/MOV, Matroska/WebM, AVI, MPEG-TS videos"


def open_source(path: Path | str, *, name: str | None = None) -> Source:
    """Open a picture or a video, told by its first bytes and not by its suffix.

    Args:
        path: A regular file.
        name: Its name in this run; the file name by default.

    Raises:
        SourceError: If it is missing, no regular file, of a format that is not read, over
            the size limits, or no frame of it decodes. One line with the name in front.
    """
    path = Path(path)
    shown = printable(path.name if name is None else name)
    regular_size(path, name=shown)
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise unreadable(shown, error) from error
    picture_format = sniff_picture(head)
    if picture_format is not None:
        return PictureSource(path, name=shown, picture_format=picture_format)
    video_format = sniff_video(head)
    if video_format is not None:
        return VideoSource(path, name=shown, video_format=video_format)
    raise SourceError(f"{shown}: is {describe_unknown(head)}; what is read: {_ALLOWED}")
