"""Writing an annotated video."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from av.codec import Codec
from av.codec.codec import UnknownCodecError
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from marchpast.files import replacing
from marchpast.records import BgrImage

# 60,000 units a second hold 24, 25, 30 and 30000/1001 frames a second without rounding and
# fit the 16 bits that the MPEG-4 encoder has for it.
_TIME_BASE: Final = Fraction(1, 60_000)
# H.264 where the build has an encoder for it; MPEG-4 Part 2 is in every build.
_ENCODERS: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("libx264", {"preset": "veryfast", "crf": "20", "bf": "0", "threads": "1"}),
    ("mpeg4", {"qscale": "3", "flags": "+qscale", "threads": "1"}),
)


def write_video(
    path: Path, frames: Iterable[tuple[BgrImage, float]], *, width: int, height: int
) -> int:
    """Write frames with their presentation times as an MP4 file, atomically.

    The same frames give the same bytes on the same library versions. An odd side is extended
    by one pixel, since 4:2:0 video has even sides. A time that does not advance is moved by
    the smallest step the file can hold.

    Args:
        path: Replaced when everything has been written; untouched after a failure.
        frames: `(image, time_s)` in order; images are `(height, width, 3)` uint8 BGR.
        width: Pixels, of every image.
        height: Pixels, of every image.

    Returns:
        How many frames were written, at least 1.

    Raises:
        ValueError: If there is no frame, or an image has another size; nothing is written.
        OSError: If the folder is missing, full or not writable.
    """
    with replacing(path) as stream:
        container = av.open(
            stream, mode="w", format="mp4", container_options={"fflags": "+bitexact"}
        )
        with container:
            video = _add_stream(container, width + width % 2, height + height % 2)
            count = _encode_all(container, video, frames, (height, width, 3))
        if count == 0:
            raise ValueError("a video needs at least one frame, got none")
    return count


def _add_stream(container: OutputContainer, width: int, height: int) -> VideoStream:
    encoder, options = next((name, options) for name, options in _ENCODERS if _has_encoder(name))
    video = container.add_stream(encoder, options={**options})
    if not isinstance(video, VideoStream):
        raise TypeError(f"the encoder {encoder} made a {video.type} stream")
    video.width, video.height = width, height
    video.pix_fmt = "yuv420p"
    video.time_base = _TIME_BASE
    video.codec_context.time_base = _TIME_BASE
    return video


def _has_encoder(name: str) -> bool:
    try:
        Codec(name, "w")
    except UnknownCodecError:
        return False
    return True


def _encode_all(
    container: OutputContainer,
    video: VideoStream,
    frames: Iterable[tuple[BgrImage, float]],
    shape: tuple[int, int, int],
) -> int:
    count, last_stamp = 0, -1
    for image, time_s in frames:
        if image.shape != shape:
            raise ValueError(f"every frame must have shape {shape}, got {image.shape}")
        stamp = max(last_stamp + 1, round(time_s / _TIME_BASE))
        frame = VideoFrame.from_ndarray(_even(image), format="bgr24")
        frame.pts, frame.time_base = stamp, _TIME_BASE
        container.mux(video.encode(frame))
        count, last_stamp = count + 1, stamp
    if count:
        container.mux(video.encode(None))
    return count


def _even(image: BgrImage) -> BgrImage:
    height, width = image.shape[:2]
    if width % 2 == 0 and height % 2 == 0:
        return np.ascontiguousarray(image)
    padded = cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return np.asarray(padded, dtype=np.uint8)
