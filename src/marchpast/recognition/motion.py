"""The camera's own movement between two used frames.

A camera that pans moves every box; a tracker that does not know it takes the pan for the
vehicles' own movement. The background tells: points of a fixed grid outside the boxes are
followed in a small grey picture (Lucas and Kanade 1981, pyramidal) and a similarity
(shift, turn, zoom) is fitted to what most of them do.

A fixed grid instead of a corner search: half the time, and no part of the picture decides
alone; points without texture are told by the smaller eigenvalue that the tracking returns.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from marchpast.records import BgrImage, BoolArray, FloatArray

_SMALL_SIDE = 320
_GRID = 13, 8
_WINDOW = 11
_LEVELS = 3
# Of the 8-bit gradients in the window, as OpenCV normalises it; below it a point has no
# texture to hold on to. OpenCV's own default is 1e-4.
_MIN_EIGENVALUE = 1e-3
_MIN_POINTS = 10
# Grey levels, standard deviation: a black frame or a flash says nothing.
_MIN_CONTRAST = 3.0
# Dust, foliage and parallax move too: with 0.35 and 0.6 px a hand-held pan at 6 frames a
# second was followed in 42 % of the frames, with 0.25 and 1 px in 95 %.
_MIN_SHARE = 0.25
# Pixels of the small picture; six times as much at 1080p.
_TOLERANCE = 1.0
_HYPOTHESES = 96
# A cut: neither the greys nor any shift agree. On four edited clips with four cuts the cuts
# had at most 0.55 and 0.04, frames of one scene had one of the two above these.
_MAX_COMMON_GREY = 0.6
_MAX_SHIFT_RESPONSE = 0.1

_Complex = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """What the camera did between two used frames.

    Attributes:
        matrix: `(2, 3)` float32; takes a point of the frame before, `(x, y, 1)` in source
            pixels, to where the same point of the ground is now. Identity when unknown.
        is_known: Whether enough of the background agreed.
        is_cut: Another scene: nothing moves in common, and the greys are others. When in
            doubt it is not; cuts between alike pictures are not noticed.
    """

    matrix: FloatArray
    is_known: bool
    is_cut: bool


class CameraMotion:
    """Estimates the camera's movement frame by frame; holds one small grey picture."""

    def __init__(self) -> None:
        self._before: BgrImage | None = None
        self._boxes_before: FloatArray = np.zeros((0, 4), np.float32)

    def update(self, image: BgrImage, boxes: FloatArray) -> Motion:
        """Return the movement since the frame of the last call.

        Deterministic: the same pictures give the same bytes.

        Args:
            image: `(H, W, 3)` uint8 BGR; not kept.
            boxes: `(N, 4)` float32 xyxy of the vehicles in this frame, source pixels. The
                points inside the boxes of the frame before are not asked.

        Returns:
            The movement; identity and unknown for the first frame, for another size and for a
            picture without contrast. The latter (black, a flash) is skipped: the next call
            compares with the frame before it.
        """
        grey, zoom = _shrink(image)
        if grey.std() < _MIN_CONTRAST:
            return Motion(_identity(), is_known=False, is_cut=False)
        before, boxes_before = self._before, self._boxes_before
        self._before, self._boxes_before = grey, boxes / zoom
        if before is None or before.shape != grey.shape:
            return Motion(_identity(), is_known=False, is_cut=before is not None)
        start, end = _follow_points(before, grey, boxes_before)
        fit = _fit_similarity(start, end)
        if fit is None:
            return Motion(_identity(), is_known=False, is_cut=_is_cut(before, grey))
        return Motion(_to_matrix(*fit, zoom), is_known=True, is_cut=False)


def _identity() -> FloatArray:
    return np.eye(2, 3, dtype=np.float32)


def _shrink(image: BgrImage) -> tuple[BgrImage, float]:
    """Return a grey picture at most 320 pixels long, and how many source pixels one of it is.

    Green stands for grey, and every n-th pixel is read before averaging two by two: 0.08 ms
    at 1080p against 1.8 ms for averaging all pixels of three channels.
    """
    stride = max(1, max(image.shape[:2]) // (2 * _SMALL_SIDE))
    green = np.ascontiguousarray(image[::stride, ::stride, 1])
    factor = max(1.0, max(green.shape) / _SMALL_SIDE)
    extent = (max(1, round(green.shape[1] / factor)), max(1, round(green.shape[0] / factor)))
    small = cv2.resize(green, extent, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), image.shape[1] / extent[0]


def _follow_points(before: BgrImage, now: BgrImage, boxes: FloatArray) -> tuple[_Complex, _Complex]:
    """Return where grid points of `before` are in it and in `now`, as `x + iy`."""
    height, width = before.shape
    columns = np.linspace(0, width - 1, _GRID[0] + 2)[1:-1]
    rows = np.linspace(0, height - 1, _GRID[1] + 2)[1:-1]
    grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2).astype(np.float32)
    grid = grid[~_is_inside(grid, boxes)]
    if len(grid) < _MIN_POINTS or min(width, height) < 2 * _WINDOW:
        return np.zeros(0, complex), np.zeros(0, complex)
    moved, found, eigenvalue = cv2.calcOpticalFlowPyrLK(
        before,
        now,
        grid,
        np.zeros_like(grid),
        winSize=(_WINDOW, _WINDOW),
        maxLevel=_LEVELS,
        flags=cv2.OPTFLOW_LK_GET_MIN_EIGENVALS,
    )
    is_good = (found.ravel() == 1) & (eigenvalue.ravel() > _MIN_EIGENVALUE)
    start, end = grid[is_good], moved[is_good]
    return start[:, 0] + 1j * start[:, 1], end[:, 0] + 1j * end[:, 1]


def _is_inside(points: FloatArray, boxes: FloatArray) -> BoolArray:
    """Say which of `(P, 2)` points lie in any of `(N, 4)` boxes, or within half a window."""
    margin = _WINDOW / 2
    after = points[:, None, :] >= boxes[None, :, :2] - margin
    before = points[:, None, :] <= boxes[None, :, 2:] + margin
    return np.asarray(np.any((after & before).all(axis=2), axis=1), np.bool_)


def _fit_similarity(start: _Complex, end: _Complex) -> tuple[complex, complex] | None:
    """Return `a, b` of `end = a * start + b` that most points agree on, or `None`.

    Seeded sampling of point pairs, each of which gives one similarity (RANSAC; Fischler and
    Bolles 1981), then least squares over the points that agree. OpenCV's own would do, but
    its random state belongs to the process.
    """
    count = len(start)
    if count < _MIN_POINTS:
        return None
    rng = np.random.default_rng(0)
    one, two = rng.integers(0, count, (2, _HYPOTHESES))
    keep = one != two
    one, two = one[keep], two[keep]
    turn = (end[one] - end[two]) / (start[one] - start[two])
    shift = end[one] - turn * start[one]
    error = np.abs(turn[:, None] * start + shift[:, None] - end)
    best = int((error < _TOLERANCE).sum(axis=1).argmax())
    agrees = error[best] < _TOLERANCE
    for _ in range(2):
        if agrees.sum() < max(_MIN_POINTS, _MIN_SHARE * count):
            return None
        a, b = _least_squares(start[agrees], end[agrees])
        agrees = np.abs(a * start + b - end) < _TOLERANCE
    # A zoom beyond two between two used frames is a mistake, not a lens.
    return (a, b) if 0.5 < abs(a) < 2 else None


def _least_squares(start: _Complex, end: _Complex) -> tuple[complex, complex]:
    """Return the similarity of least squared error between two sets of at least two points."""
    from_centre, to_centre = start.mean(), end.mean()
    spread = start - from_centre
    a = np.vdot(spread, end - to_centre) / max(float(np.vdot(spread, spread).real), 1e-9)
    return complex(a), complex(to_centre - a * from_centre)


def _to_matrix(a: complex, b: complex, zoom: float) -> FloatArray:
    """Return the `(2, 3)` matrix, in source pixels, of a similarity of the small picture."""
    rows = [[a.real, -a.imag, b.real * zoom], [a.imag, a.real, b.imag * zoom]]
    return np.array(rows, np.float32)


def _is_cut(before: BgrImage, now: BgrImage) -> bool:
    """Say whether two small pictures without a common movement show different scenes."""
    first, second = (np.bincount(grey.ravel() >> 3, minlength=32) for grey in (before, now))
    if np.minimum(first, second).sum() > _MAX_COMMON_GREY * before.size:
        return False
    window = cv2.createHanningWindow(before.shape[::-1], cv2.CV_32F)
    pictures = before.astype(np.float32), now.astype(np.float32)
    _, response = cv2.phaseCorrelate(*pictures, window)
    return bool(response < _MAX_SHIFT_RESPONSE)
