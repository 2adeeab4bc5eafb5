"""Builders of tiny pictures and clips with known truth: every frame carries its number."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.video.stream import VideoStream

Image = npt.NDArray[np.uint8]

_BITS = 10


def _numbered(number: int, width: int = 160, height: int = 96) -> Image:
    """Draw `number` as ten black or white fields, five a row, on two rows."""
    image = np.zeros((height, width, 3), np.uint8)
    for bit in range(_BITS):
        row, column = divmod(bit, 5)
        top, left = row * height // 2, column * width // 5
        level = 235 if number >> bit & 1 else 20
        image[top : top + height // 2, left : left + width // 5] = level
    return image


def _number_in(image: Image) -> int:
    """Read the number back from the middle of each field, at any size."""
    height, width = image.shape[:2]
    number = 0
    for bit in range(_BITS):
        row, column = divmod(bit, 5)
        y, x = (2 * row + 1) * height // 4, (2 * column + 1) * width // 10
        number |= int(image[y, x].mean() > 128) << bit
    return number


def _write_clip(
    path: Path,
    *,
    codec: str = "libx264",
    times_ms: Sequence[int] | None = None,
    count: int = 30,
    images: Sequence[Image] | None = None,
    width: int = 160,
    height: int = 96,
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    container: str | None = None,
    gop: int = 10,
    rotation: int = 0,
    pixel_aspect: Fraction | None = None,
    sound: bool = False,
) -> Path:
    """Write numbered frames at `times_ms`, or at 25 frames a second."""
    unit = Fraction(1, 1000) if times_ms else Fraction(1, 25)
    stamps = list(times_ms) if times_ms else list(range(count))
    with av.open(str(path), "w", format=container, container_options=container_options) as output:
        speed = {"deadline": "realtime", "cpu-used": "8"} if "vpx" in codec else {}
        stream = output.add_stream(
            codec, rate=25, options={"threads": "1"} | speed | (options or {})
        )
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = width, height, pixels, gop
        stream.codec_context.time_base = unit
        if pixel_aspect is not None:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        if rotation:
            stream.set_display_rotation(rotation)
        audio = output.add_stream("aac", rate=44100) if sound else None
        for number, stamp in enumerate(stamps):
            image = images[number] if images else _numbered(number, width, height)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = stamp, unit
            output.mux(stream.encode(frame))
            if audio is not None:
                silence = np.zeros((2, 1764), np.float32)
                block = av.AudioFrame.from_ndarray(silence, format="fltp", layout="stereo")
                block.rate, block.pts, block.time_base = 44100, number * 1764, Fraction(1, 44100)
                output.mux(audio.encode(block))
        output.mux(stream.encode(None))
        if audio is not None:
            output.mux(audio.encode(None))
    return path


def _png(
    width: int,
    height: int,
    *,
    depth: int,
    colour_type: int,
    rows: bytes,
    before: bytes = b"",
    interlace: int = 0,
) -> bytes:
    """Return a PNG of raw scanlines (filter bytes included), with chunks put before IDAT."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlace)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _png_chunk(b"IHDR", header)
        + before
        + _png_chunk(b"IDAT", zlib.compress(rows))
        + _png_chunk(b"IEND", b"")
    )


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.fixture(scope="session")
def numbered() -> Callable[..., Image]:
    return _numbered


@pytest.fixture(scope="session")
def number_in() -> Callable[[Image], int]:
    return _number_in


@pytest.fixture(scope="session")
def write_clip() -> Callable[..., Path]:
    return _write_clip


@pytest.fixture(scope="session")
def png() -> Callable[..., bytes]:
    return _png


@pytest.fixture(scope="session")
def png_chunk() -> Callable[[bytes, bytes], bytes]:
    return _png_chunk
