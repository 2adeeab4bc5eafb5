"""What a picture or a video says of itself, beside its pixels: claims of a file, not facts."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from marchpast.errors import SourceError
from marchpast.media.blocks import Block, picture_blocks
from marchpast.media.demux import opened
from marchpast.media.exif import exif_values
from marchpast.media.names import printable
from marchpast.media.sniff import HEAD_BYTES, PictureFormat, VideoFormat, sniff_picture, sniff_video
from marchpast.media.source import regular_size, unreadable

_MAX_FIELDS: Final = 2000
_MAX_VALUE: Final = 4000


@dataclass(frozen=True, slots=True)
class MetadataField:
    """One statement of a file about itself.

    Attributes:
        group: `exif`, `gps`, `xmp`, `iptc`, `text`, `container`, or `stream 0` and so on.
        name: As the standard calls it (EXIF), or as the file does.
        value: As text on one line; control characters are written out.
    """

    group: str
    name: str
    value: str


def read_metadata(path: Path) -> tuple[MetadataField, ...]:
    """Return EXIF fields and texts of a picture, or container and stream tags of a video.

    Of XMP and IPTC only the length and the SHA-256 are told. Anybody can write anything into any of
    these; nothing here is checked.

    Raises:
        SourceError: If the file cannot be read or is of no format that is read.
    """
    name = printable(path.name)
    regular_size(path, name=name)
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            picture_format, video_format = sniff_picture(head), sniff_video(head)
            if picture_format is not None:
                return _bounded(_picture_fields(stream, picture_format))
    except OSError as error:
        raise unreadable(name, error) from error
    if video_format is None:
        raise SourceError(f"{name}: is neither a picture nor a video of a format that is read")
    return _bounded(_video_fields(path, name, video_format))


def _bounded(found: Iterator[tuple[str, str, str]]) -> tuple[MetadataField, ...]:
    fields: list[MetadataField] = []
    for group, name, value in found:
        if len(fields) == _MAX_FIELDS:
            break
        shown = value if len(value) <= _MAX_VALUE else f"{value[:_MAX_VALUE]} (cut)"
        fields.append(MetadataField(group, printable(name[:200]), printable(shown)))
    return tuple(fields)


def _picture_fields(
    stream: BinaryIO, picture_format: PictureFormat
) -> Iterator[tuple[str, str, str]]:
    if picture_format == "tiff":
        yield from exif_values(stream)
        return
    for block in picture_blocks(stream, picture_format):
        if block.kind == "exif":
            yield from exif_values(io.BytesIO(block.content))
        elif block.kind == "text":
            yield "text", block.name, block.content.decode("utf-8", "backslashreplace")
        else:
            yield block.kind, "packet", _told(block)


def _told(block: Block) -> str:
    digest = hashlib.sha256(block.content).hexdigest()
    return f"{len(block.content)} bytes, SHA-256 {digest}"


def _video_fields(
    path: Path, name: str, video_format: VideoFormat
) -> Iterator[tuple[str, str, str]]:
    with opened(path, name=name, video_format=video_format) as (container, _):
        yield from (("container", key, value) for key, value in sorted(container.metadata.items()))
        for stream in container.streams:
            group = f"stream {stream.index}"
            yield group, "kind", stream.type
            # PyAV's types promise a decoder; for an unknown codec there is none.
            context: object = stream.codec_context
            if context is not None:
                yield group, "codec", stream.codec_context.name
            yield from ((group, key, value) for key, value in sorted(stream.metadata.items()))
