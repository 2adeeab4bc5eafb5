import itertools
import struct

import numpy as np
import numpy.typing as npt
import pytest

from marchpast.media.orientation import from_display_matrix, is_sideways, upright

# EXIF 2.32, tag 274: which visual side the stored row 0 and the stored column 0 are.
SIDES = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}


def stored_for(shown: npt.NDArray[np.uint8], orientation: int) -> npt.NDArray[np.uint8]:
    """Store a picture the way a camera does that writes `orientation`, by the words above."""
    row_side, column_side = SIDES[orientation]
    stored = shown if row_side in ("top", "bottom") else shown.swapaxes(0, 1)
    if row_side in ("bottom", "right"):
        stored = stored[::-1]
    if column_side in ("bottom", "right"):
        stored = stored[:, ::-1]
    return np.ascontiguousarray(stored)


@pytest.mark.parametrize("orientation", SIDES)
def test_every_orientation_is_turned_upright(orientation: int) -> None:
    shown = np.arange(4 * 7 * 3, dtype=np.uint8).reshape(4, 7, 3)
    stored = stored_for(shown, orientation)
    turned = upright(stored, orientation)
    assert turned.tolist() == shown.tolist()
    assert turned.flags.c_contiguous
    assert is_sideways(orientation) == (stored.shape != shown.shape)


def _matrix(a: int, b: int, c: int, d: int, scale: int = 1 << 16) -> bytes:
    return struct.pack("=9i", a * scale, b * scale, 0, c * scale, d * scale, 0, 0, 0, 1 << 30)


@pytest.mark.parametrize("orientation", SIDES)
def test_a_display_matrix_moves_the_corners_where_the_orientation_does(orientation: int) -> None:
    shown = np.zeros((2, 3, 3), np.uint8)
    shown[..., 0] = np.arange(6).reshape(2, 3)
    stored = stored_for(shown, orientation)
    matching = []
    for a, b, c, d in itertools.product((-1, 0, 1), repeat=4):
        if abs(a * d - b * c) != 1 or (a and b):
            continue
        # x' = a x + c y and y' = b x + d y for every pixel, moved back into the first quadrant.
        ys, xs = np.mgrid[: stored.shape[0], : stored.shape[1]]
        new_x, new_y = a * xs + c * ys, b * xs + d * ys
        new_x, new_y = new_x - new_x.min(), new_y - new_y.min()
        canvas = np.full((new_y.max() + 1, new_x.max() + 1), 255, np.uint8)
        canvas[new_y, new_x] = stored[..., 0]
        if canvas.shape == (2, 3) and (canvas == shown[..., 0]).all():
            matching.append(_matrix(a, b, c, d))
    assert [from_display_matrix(matrix) for matrix in matching] == [orientation]


def test_a_scaled_matrix_is_the_same_turn() -> None:
    assert from_display_matrix(_matrix(0, 1, -1, 0, scale=3 << 16)) == 6


def test_a_slant_or_an_empty_matrix_is_no_orientation() -> None:
    assert from_display_matrix(_matrix(1, 1, -1, 1)) is None
    assert from_display_matrix(bytes(36)) is None
