"""Looking from one place in any direction: a turned camera sees a warp of one wide exposure.

Turning about the eye moves no parallax into the picture, so what a hand-held or panning camera sees
is a homography of what a fixed wide one saw. The place is rendered once, and the vehicles alone for
every frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.rendering import Camera, Exposure

_MARGIN_PX = 8


def wide_camera(views: Sequence[Camera]) -> Camera:
    """Return a camera at the same eye whose picture holds those of all views.

    Args:
        views: Of one eye and one focal length; their directions differ by less than about 60
            degrees, beyond which a flat picture stretches too far.

    Raises:
        ValueError: If the views do not share their eye, or look too far apart.
    """
    first = views[0]
    if any(view.eye != first.eye for view in views):
        raise ValueError("a wide camera needs views from one eye")
    yaws, pitches = ([getattr(v, name) for v in views] for name in ("yaw_deg", "pitch_deg"))
    middle = replace(
        first,
        yaw_deg=(min(yaws) + max(yaws)) / 2,
        pitch_deg=(min(pitches) + max(pitches)) / 2,
        roll_deg=0.0,
    )
    reach = np.zeros(2)
    for view in views:
        corners = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]], np.float64)
        corners *= [view.width, view.height, 1]
        seen = corners @ _between(view, middle).T
        if (seen[:, 2] < 0.3).any():
            raise ValueError("the views look too far apart for one wide picture")
        places = seen[:, :2] / seen[:, 2:] - [middle.width / 2, middle.height / 2]
        reach = np.maximum(reach, np.abs(places).max(axis=0))
    width, height = (2 * (int(np.ceil(side)) + _MARGIN_PX) for side in reach)
    return replace(middle, width=width, height=height)


def looked(exposure: Exposure, wide: Camera, view: Camera) -> Exposure:
    """Return what a camera at the same eye sees, taken from a wide exposure.

    Light is interpolated between pixels; owners are those of the nearest sample.

    Args:
        exposure: Of `wide`.
        wide: Its picture holds that of `view`.
        view: The same eye and any direction.
    """
    grid = exposure.grid
    back = _between(view, wide)
    flags = cv2.WARP_INVERSE_MAP
    # Pixel middles lie at whole numbers for OpenCV and at halves for cameras.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    size = (view.width, view.height)
    matrix = np.linalg.inv(half) @ back @ half
    radiance = cv2.warpPerspective(
        exposure.radiance, matrix, size, flags=flags | cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    scale = np.diag([1 / grid, 1 / grid, 1.0])
    fine = np.linalg.inv(scale @ half) @ back @ scale @ half
    owner = cv2.warpPerspective(
        exposure.owner, fine, (size[0] * grid, size[1] * grid), flags=flags | cv2.INTER_NEAREST
    )
    shown = np.asarray(owner, np.int16)
    return replace(
        exposure,
        radiance=np.asarray(radiance, np.float32),
        owner=shown,
        whole=_whole(exposure, shown, fine),
    )


def _whole(exposure: Exposure, shown: npt.NDArray[np.int16], fine: FloatArray) -> dict[int, int]:
    """Return how many samples each vehicle would have in the view if all of it were visible.

    A flat picture is stretched away from its middle, so samples of the wide one and of the view
    are not alike: the visible share is counted in the wide one alone.
    """
    height, width = shown.shape
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]]) @ fine.T
    outline = np.round(corners[:, :2] / corners[:, 2:]).astype(np.int32)
    inside = np.zeros(exposure.owner.shape, np.uint8)
    cv2.fillConvexPoly(inside, outline, 1)
    most = max((0, *exposure.whole)) + 1
    in_wide = np.bincount(exposure.owner[inside > 0].astype(np.int64).clip(0), minlength=most)
    in_view = np.bincount(shown.ravel().astype(np.int64).clip(0), minlength=most)
    counted = {key: whole for key, whole in exposure.whole.items() if key > 0}
    return {
        key: max(1, round(in_view[key] * whole / in_wide[key])) if in_wide[key] else whole
        for key, whole in counted.items()
    }


def turned_px(before: Camera, after: Camera) -> tuple[float, float]:
    """Return how far the picture's middle moves, in pixels, when a camera turns."""
    middle = np.array([after.width / 2, after.height / 2, 1.0])
    x, y, depth = _between(before, after) @ middle
    return float(x / depth - middle[0]), float(y / depth - middle[1])


def _between(view: Camera, wide: Camera) -> FloatArray:
    """Return the `(3, 3)` matrix from pixel positions of `view` to those of `wide`."""
    return np.asarray(_pixels(wide) @ wide.axes() @ view.axes().T @ np.linalg.inv(_pixels(view)))


def _pixels(camera: Camera) -> FloatArray:
    """Return the `(3, 3)` matrix from a direction (right, down, forward) to a pixel position."""
    focal, lean = camera.focal_px, camera.skew_px
    rays = [
        [1.0, lean / camera.height, -(camera.width + lean) / 2],
        [0.0, 1.0, -camera.height / 2],
        [0.0, 0.0, focal],
    ]
    return np.asarray(np.linalg.inv(np.array(rays) / focal))
