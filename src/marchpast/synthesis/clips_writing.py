"""The file of a rendered clip: H.264 at the bit rate of shared footage."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av

from marchpast.files import replacing
from marchpast.records import BgrImage


def write_clip(
    path: Path, images: Iterable[BgrImage], *, width: int, height: int, fps: Fraction, crf: int
) -> None:
    """Write H.264 in MP4, atomically.

    One thread, no B-frames (with them x264 decides by what memory held before) and no time
    stamps: the same pictures give the same bytes. The writer of the media room serves annotated
    copies and keeps far more bits.

    Args:
        path: Replaced when everything has been written; untouched after a failure.
        images: `(height, width, 3)` uint8 BGR, in order.
        width: Pixels, even.
        height: Pixels, even.
        fps: Pictures a second.
        crf: The encoder's constant quality, 0 (best) to 51; footage shared online is near 26.

    Raises:
        OSError: If the folder is missing, full or not writable.
    """
    flags = {"fflags": "+bitexact"}
    with (
        replacing(path) as file,
        av.open(file, "w", format="mp4", container_options=flags) as container,
    ):
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = 1 / fps
        stream.thread_count = 1
        stream.options = {"crf": str(crf), "preset": "slow", "bf": "0", "threads": "1"}
        for image in images:
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
