"""Holding the pictures of a stretch against each other, after their hashes agreed.

Hashes of a still camera agree on another day too: the street is the same, only what drives through
it is not. So the small pictures of both sides are laid over each other and compared twice: as they
are, and by what is left of each when the mean of the whole stretch is taken away, which is what
moved. A stretch whose pictures move, but not alike, is no match.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

from marchpast.records import FloatArray
from marchpast.reuse.borders import Rect
from marchpast.reuse.previews import decoded

Floats = npt.NDArray[np.float32]
Edge = Literal["top", "bottom"]

_HEIGHT: Final = 72
_TOP, _BOTTOM = 0.15, 0.75
_SAME_ASPECT: Final = 1.12
_MOVES_LEVELS: Final = 2.5
_SURE_OF_LITTLE: Final = 0.9
_COVERED_BELOW: Final = 0.5
_BLUR: Final = 1.5


@dataclass(frozen=True, slots=True)
class Likeness:
    """What came of laying the pictures of two stretches over each other.

    Attributes:
        looks: Mean correlation of the pictures between upper and lower fifth, -1 to 1.
        moves: Correlation of what moved, -1 to 1; `None` where hardly anything does.
        part: Which part of the file's pictures the clip shows: shares of their sides.
        covered: Edges of the clip's picture where something else is: `top`, `bottom`.
    """

    looks: float
    moves: float | None
    part: Rect
    covered: tuple[Edge, ...]


def likeness(
    clip: list[bytes],
    file: list[bytes],
    *,
    clip_rects: FloatArray,
    file_rects: FloatArray,
    is_mirrored: bool,
) -> Likeness:
    """Compare pairs of pictures that should show the same moment.

    Args:
        clip: JPEG of each frame of the clip.
        file: JPEG of the archived frame of each pair.
        clip_rects: `(P, 4)`, the part of each inside its borders.
        file_rects: `(P, 4)`, likewise.
        is_mirrored: The clip's pictures are flipped first.
    """
    theirs = [_gray(jpeg, rect) for jpeg, rect in zip(file, file_rects, strict=True)]
    ours = [_gray(jpeg, rect) for jpeg, rect in zip(clip, clip_rects, strict=True)]
    if is_mirrored:
        ours = [picture[:, ::-1] for picture in ours]
    width = int(np.median([picture.shape[1] for picture in theirs]))
    whole = _stack(theirs, width)
    narrow = int(np.median([picture.shape[1] for picture in ours]))
    is_whole = max(narrow / width, width / narrow) <= _SAME_ASPECT or narrow > width
    seen = _stack(ours, width if is_whole else narrow)
    left = 0 if is_whole else _place(whole, seen)
    shown = whole[:, :, left : left + seen.shape[2]]
    band = slice(round(_TOP * _HEIGHT), round(_BOTTOM * _HEIGHT))
    return Likeness(
        looks=_mean_correlation(shown[:, band], seen[:, band]),
        moves=_moves(shown[:, band], seen[:, band]),
        part=(left / width, 0.0, (left + seen.shape[2]) / width, 1.0),
        covered=_covered(shown, seen, band),
    )


def _gray(jpeg: bytes, rect: npt.NDArray[np.float32]) -> Floats:
    """Return the picture inside its borders, 72 lines high."""
    image = cv2.cvtColor(decoded(jpeg), cv2.COLOR_BGR2GRAY)
    height, width = image.shape
    x1, y1, x2, y2 = (float(share) for share in rect)
    left, right = round(x1 * width), max(round(x1 * width) + 1, round(x2 * width))
    top, bottom = round(y1 * height), max(round(y1 * height) + 1, round(y2 * height))
    inner = image[top:bottom, left:right]
    across = max(8, round(_HEIGHT * inner.shape[1] / inner.shape[0]))
    sized = cv2.resize(inner, (across, _HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(sized, np.float32)


def _stack(pictures: list[Floats], width: int) -> Floats:
    sized = [cv2.resize(picture, (width, _HEIGHT)) for picture in pictures]
    return np.stack([cv2.GaussianBlur(picture, (0, 0), _BLUR) for picture in sized])


def _place(whole: Floats, seen: Floats) -> int:
    """Return the column of the wider pictures at which the narrower ones lie best."""
    band = slice(round(_TOP * _HEIGHT), round(_BOTTOM * _HEIGHT))
    rows = [
        cv2.matchTemplate(
            np.ascontiguousarray(wide[band]), np.ascontiguousarray(part[band]), cv2.TM_CCOEFF_NORMED
        )[0]
        for wide, part in zip(whole, seen, strict=True)
    ]
    return int(np.argmax(np.mean(rows, axis=0)))


def _mean_correlation(left: Floats, right: Floats) -> float:
    return float(np.mean([_correlation(*pair) for pair in zip(left, right, strict=True)]))


def _correlation(left: Floats, right: Floats) -> float:
    one, other = left - left.mean(), right - right.mean()
    scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / scale if scale > 0 else 0.0


def _moves(left: Floats, right: Floats) -> float | None:
    """Return the correlation of what moves, `None` where hardly anything does.

    Little that moves may still agree so well that it is no accident. Then the brightness of whole
    pictures does not count: a lamp or a cloud changes it alike on any day.
    """
    one, other = left - left.mean(axis=0), right - right.mean(axis=0)
    if max(one.std(), other.std()) >= 2 * _MOVES_LEVELS or (
        min(one.std(), other.std()) >= _MOVES_LEVELS
    ):
        return _correlation(one, other)
    one, other = (part - part.mean(axis=(1, 2), keepdims=True) for part in (one, other))
    little = _correlation(one, other)
    return little if little >= _SURE_OF_LITTLE else None


def _covered(left: Floats, right: Floats, band: slice) -> tuple[Edge, ...]:
    edges: dict[Edge, slice] = {"top": slice(0, band.start), "bottom": slice(band.stop, _HEIGHT)}
    return tuple(
        name
        for name, lines in edges.items()
        if _mean_correlation(left[:, lines], right[:, lines]) < _COVERED_BELOW
    )
