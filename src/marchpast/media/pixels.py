"""Decoded video frames as upright BGR pictures of one size."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, VideoReformatter

from marchpast.media.finding import counted
from marchpast.media.orientation import UPRIGHT, from_display_matrix, is_sideways, upright
from marchpast.records import BgrImage

MAX_SIDE: Final = 8192
"""Longest side of a video frame, pixels, as stored and as shown."""

# Outside this range a pixel aspect ratio is an error of the header, not a picture.
_WIDEST_PIXEL: Final = 4
# AVCOL_SPC_UNSPECIFIED in libavutil/pixfmt.h.
_UNSPECIFIED: Final = 2
# Players take untagged video taller than PAL as BT.709, smaller as BT.601; so do we.
_TALLEST_SD: Final = 576


class FrameConverter:
    """Turns frames of one stream into upright BGR pictures with square pixels.

    Size, orientation and pixel shape are those of the first frame. Later frames of another
    size are scaled to it, so that boxes keep one coordinate frame. Pixels that are not
    square are widened (or heightened), never thinned, as a player shows them.

    Args:
        first: The first decoded frame.
        pixel_aspect: Width to height of a stored pixel; `None` or zero means square.
    """

    def __init__(self, first: VideoFrame, *, pixel_aspect: Fraction | None) -> None:
        self._stored_size = (first.width, first.height)
        self._reformatter = VideoReformatter()
        self._resized = 0
        self._notes: list[str] = []
        self._orientation = self._orientation_of(first)
        self._size = self._square_size(pixel_aspect or Fraction(1))
        self.width, self.height = self._size
        if is_sideways(self._orientation):
            self.width, self.height = self.height, self.width

    def to_bgr(self, frame: VideoFrame) -> BgrImage:
        """Return `(height, width, 3)` uint8 BGR, upright.

        Raises:
            av.error.FFmpegError: If the pixel format cannot be converted.
        """
        if (frame.width, frame.height) != self._stored_size:
            self._resized += 1
        is_untagged_hd = frame.colorspace == _UNSPECIFIED and self._stored_size[1] > _TALLEST_SD
        converted = self._reformatter.reformat(
            frame,
            width=self._size[0],
            height=self._size[1],
            format="bgr24",
            src_colorspace=Colorspace.ITU709 if is_untagged_hd else None,
            threads=1,
        )
        # FFmpeg pads its rows; what leaves the room is contiguous.
        image = np.ascontiguousarray(converted.to_ndarray(), dtype=np.uint8)
        return upright(image, self._orientation)

    def notes(self) -> list[str]:
        """Return a clause for everything that makes a frame differ from what is stored."""
        if self._resized:
            width, height = self._stored_size
            return [
                *self._notes,
                f"{counted(self._resized, 'frame')} scaled to the first's {width}x{height}",
            ]
        return self._notes

    def _orientation_of(self, frame: VideoFrame) -> int:
        matrix = frame.side_data.get("DISPLAYMATRIX")
        if not isinstance(matrix, SideData):
            return UPRIGHT
        orientation = from_display_matrix(bytes(matrix))
        if orientation is None:
            self._notes.append("the rotation is no quarter turn and was left out")
            return UPRIGHT
        return orientation

    def _square_size(self, aspect: Fraction) -> tuple[int, int]:
        width, height = self._stored_size
        if aspect == 1:
            return width, height
        shown = (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))
        is_plausible = Fraction(1, _WIDEST_PIXEL) <= aspect <= _WIDEST_PIXEL
        if not is_plausible or max(shown) > MAX_SIDE:
            self._notes.append(f"pixel aspect ratio {aspect} left out")
            return width, height
        return shown
