"""Which parts of a picture are hashed, so that a crop or a caption leaves some of them whole.

All lengths are in heights of the picture, since a crop to vertical keeps the height. Beside the
whole, a picture in the archive gives a row of upright tiles between its upper and its lower
fifth, where captions seldom reach. A picture that is looked up and may have been cropped gives
such tiles in small steps over the distance of two of them, so that one lies where a tile of the
archive lies, wherever it was cropped.
"""

from __future__ import annotations

from typing import Final

import numpy as np

Part = tuple[float, float, float, float]
"""`x1, y1, x2, y2` as shares of the picture's own width and height."""

TILES: Final = 8
REGIONS: Final = 1 + TILES
"""Hashes of one archived picture: the whole, then its tiles from left to right."""
WHOLE_PART: Final[Part] = (0.0, 0.0, 1.0, 1.0)

_TILE_WIDTH: Final = 0.37
_TOP, _BOTTOM = 0.15, 0.75
# A window of 9:16 leaves a tile 0.1925 heights to lie in, and half a step on either side.
_STRIDE: Final = 0.2025
# A PDQ hash changes in about 35 of its 256 bits when the part is shifted by 1.7 % of its width, and
# in 75 when it is shifted by 3.5 % (measured on four clips); half a step is 1.7 % of a tile.
_STEPS: Final = 16
_STEP: Final = _STRIDE / _STEPS
# A picture at least this wide for its height is not taken for the crop of another.
_WIDE: Final = 1.6


def tiles(aspect: float) -> list[Part]:
    """Return the tiles of an archived picture, at most :data:`TILES`, symmetrical.

    Args:
        aspect: Width over height, of the part without borders.
    """
    if aspect < _TILE_WIDTH:
        return []
    free = aspect - _TILE_WIDTH
    count = min(TILES, 1 + int(np.ceil(free / _STRIDE - 1e-6)))
    reach = min(free, (count - 1) * _STRIDE)
    return [_tile(x, aspect) for x in _around(free / 2, reach, count)]


def lookups(aspect: float) -> list[tuple[Part, frozenset[int]]]:
    """Return the parts of a picture to look up, and the archived regions each may equal.

    The list is symmetrical: the part that lies where another lies in the mirrored picture is as
    far from the end as that is from the start, the whole excepted, which is first.
    """
    placed = tiles(aspect)
    chosen = sorted({len(placed) // 3, len(placed) - 1 - len(placed) // 3}) if placed else []
    parts = [(placed[tile], frozenset({1 + tile})) for tile in chosen]
    if aspect < _WIDE and placed:
        free = aspect - _TILE_WIDTH
        anywhere = frozenset(range(1, REGIONS))
        xs = _around(free / 2, min(free, (_STEPS - 1) * _STEP), _STEPS)
        slid = [(_tile(x, aspect), anywhere) for x in xs]
        parts = [*parts[: len(parts) // 2], *slid, *parts[len(parts) // 2 :]]
    return [(WHOLE_PART, frozenset({0})), *parts]


def _around(centre: float, reach: float, count: int) -> list[float]:
    if count == 1 or reach <= 0:
        return [centre]
    return [float(x) for x in np.linspace(centre - reach / 2, centre + reach / 2, count)]


def _tile(x: float, aspect: float) -> Part:
    return (x / aspect, _TOP, min(1.0, (x + _TILE_WIDTH) / aspect), _BOTTOM)
