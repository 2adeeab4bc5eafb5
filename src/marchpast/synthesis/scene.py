"""A column of vehicles on a road, one picture at a time, with the exact truth of every picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from marchpast.records import BgrImage, BoolArray, Box
from marchpast.synthesis.backdrop import Backdrop
from marchpast.synthesis.building.mesh import FloatArray
from marchpast.synthesis.camera_effects import developed, motion_blurred
from marchpast.synthesis.renderer import Camera, Layer, RenderModel

GRID = 2
"""Samples per pixel along each edge; truth boxes are exact to one sample."""
_NOTHING, _FRONT = 0, -1


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A vehicle of the column.

    Attributes:
        track_id: From 1, in driving order.
        model: What it looks like.
        nose_x: World X of its nose at time 0; it drives towards -X.
        lane_y: World Y of its centre line.
    """

    track_id: int
    model: RenderModel
    nose_x: float
    lane_y: float


@dataclass(frozen=True, slots=True)
class TruthBox:
    """What is visible of one vehicle in one picture.

    Attributes:
        track_id: The `Member.track_id`.
        node: Taxonomy node.
        xyxy: The smallest box round its visible samples, pixels of the picture.
        visible_fraction: Visible share of all its samples, those outside the picture included.
    """

    track_id: int
    node: str
    xyxy: Box
    visible_fraction: float


@dataclass(frozen=True, slots=True)
class View:
    """How the wide camera's picture becomes the clip's picture.

    Attributes:
        width: Of the clip, pixels; smaller than the camera's picture.
        height: Of the clip.
        exposure: Factor on the light.
        shutter_s: How long the shutter is open.
    """

    width: int
    height: int
    exposure: float
    shutter_s: float


class Scene:
    """A column that drives past a camera.

    Args:
        camera: Fixed and wide; the clip is a moving window of its picture.
        backdrop: The place as `camera` sees it.
        members: The column.
        speed_m_s: Its speed.
        view: The window.
    """

    def __init__(
        self,
        camera: Camera,
        backdrop: Backdrop,
        members: Sequence[Member],
        *,
        speed_m_s: float,
        view: View,
    ) -> None:
        self._camera, self._backdrop, self._members = camera, backdrop, members
        self._speed, self._view = speed_m_s, view

    def picture(
        self, time_s: float, offset: FloatArray, rng: np.random.Generator
    ) -> tuple[BgrImage, list[TruthBox]]:
        """Return the picture at a time and its truth, in the order of track numbers.

        Args:
            time_s: Seconds since the column was at its places.
            offset: `(2,)` pixels by which the window is off the middle of the wide picture.
            rng: Draws the noise.
        """
        places = {member.track_id: self._place(member, time_s) for member in self._members}
        layers = {}
        for member in self._members:
            layer = member.model.layer(
                self._camera,
                places[member.track_id],
                travelled_m=self._speed * time_s,
                grid=GRID,
            )
            if layer is not None:
                layers[member.track_id] = layer
        corner = np.array(
            [
                (self._camera.width - self._view.width) / 2 + offset[0],
                (self._camera.height - self._view.height) / 2 + offset[1],
            ]
        )
        radiance = self._composed(layers, places)
        shift = np.array([[1, 0, corner[0]], [0, 1, corner[1]]], np.float64)
        window = cv2.warpAffine(
            radiance,
            shift,
            (self._view.width, self._view.height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )
        image = developed(np.asarray(window, np.float32), exposure=self._view.exposure, rng=rng)
        return image, self._truth(layers, places, corner)

    def _place(self, member: Member, time_s: float) -> FloatArray:
        x = member.nose_x - self._speed * time_s
        return np.array([x, member.lane_y, 0.0], np.float32)

    def _composed(self, layers: dict[int, Layer], places: dict[int, FloatArray]) -> FloatArray:
        """Lay shadows on the road, then the vehicles from far to near, then the foreground."""
        radiance = self._backdrop.radiance.copy()
        for member in self._members:
            if member.track_id in layers:
                self._darken(radiance, member.model, places[member.track_id])
        for track_id, layer in sorted(layers.items(), key=lambda item: -item[1].depth_m):
            margin = 8
            pad = ((margin, margin), (margin, margin))
            motion = self._motion(places[track_id])
            colour = motion_blurred(np.pad(layer.radiance, (*pad, (0, 0))), motion)
            coverage = motion_blurred(np.pad(layer.coverage, pad), motion)
            _lay(radiance, colour, coverage, layer.left - margin, layer.top - margin)
        front = self._backdrop.front_coverage[..., None]
        return np.asarray(radiance * (1 - front) + self._backdrop.front, np.float32)

    def _motion(self, place: FloatArray) -> tuple[float, float]:
        """Return how far a vehicle's nose moves in the picture while the shutter is open."""
        middle = place + np.array([2, 0, 1.5], np.float32)
        step = np.array([-self._speed * self._view.shutter_s, 0, 0], np.float32)
        pixels, _ = self._camera.project(np.stack([middle, middle + step]))
        return float(pixels[1, 0] - pixels[0, 0]), float(pixels[1, 1] - pixels[0, 1])

    def _darken(self, radiance: FloatArray, model: RenderModel, place: FloatArray) -> None:
        """Multiply the road near a vehicle by what the vehicle leaves of its light."""
        left, top, right, bottom = model.window(self._camera, place)
        reach_x, reach_y = int(0.45 * (right - left)) + 20, int(0.35 * (bottom - top)) + 20
        rows = slice(max(0, top), max(0, bottom + reach_y))
        columns = slice(max(0, left - reach_x), max(0, right + reach_x))
        ground = self._backdrop.ground_xy[rows, columns]
        known = np.isfinite(ground[..., 0])
        ratio = model.ground.at(ground[known, 0] - place[0], ground[known, 1] - place[1])
        part = radiance[rows, columns]
        part[known] *= ratio

    def _truth(
        self, layers: dict[int, Layer], places: dict[int, FloatArray], corner: FloatArray
    ) -> list[TruthBox]:
        """Find every vehicle's visible samples, nearest vehicle first, inside the window."""
        shape = (self._camera.height * GRID, self._camera.width * GRID)
        owner = np.full(shape, _NOTHING, np.int16)
        front = self._backdrop.front_coverage > 0.5
        owner[np.repeat(np.repeat(front, GRID, axis=0), GRID, axis=1)] = _FRONT
        for track_id, layer in sorted(layers.items(), key=lambda item: item[1].depth_m):
            height, width = layer.samples.shape
            part = owner[
                layer.top * GRID : layer.top * GRID + height,
                layer.left * GRID : layer.left * GRID + width,
            ]
            part[layer.samples & (part == _NOTHING)] = track_id
        boxes = []
        for member in self._members:
            if member.track_id not in layers:
                continue
            found = visible_box(
                owner == member.track_id, corner, self._view.width, self._view.height
            )
            if found is not None:
                box, samples = found
                whole = self._whole(member.model, places[member.track_id], layers[member.track_id])
                node = member.model.vehicle.blueprint.node
                boxes.append(TruthBox(member.track_id, node, box, samples / whole))
        return boxes

    def _whole(self, model: RenderModel, place: FloatArray, layer: Layer) -> int:
        """Return how many samples the vehicle would have in an endless, empty picture."""
        left, top, right, bottom = window = model.window(self._camera, place)
        is_inside = left >= 0 and top >= 0
        if is_inside and right <= self._camera.width and bottom <= self._camera.height:
            return int(layer.samples.sum())
        coarse = model.hits(self._camera, place, window, grid=1)
        return int(coarse.sum()) * GRID * GRID


def visible_box(
    samples: BoolArray, corner: FloatArray, width: int, height: int
) -> tuple[Box, int] | None:
    """Return the box round the samples inside a window, and their number; `None` without any.

    Args:
        samples: `(H * GRID, W * GRID)` bool of the wide picture.
        corner: `(2,)` wide-picture pixel position of the window's corner, x then y.
        width: Of the window, pixels.
        height: Of the window.
    """
    first = np.ceil(np.maximum(corner, 0) * GRID - 0.5).astype(int)
    last = np.floor((corner + np.array([width, height])) * GRID - 0.5).astype(int) + 1
    inside = samples[first[1] : last[1], first[0] : last[0]]
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return None
    x1, x2 = (first[0] + columns[[0, -1]] + [0, 1]) / GRID - corner[0]
    y1, y2 = (first[1] + rows[[0, -1]] + [0, 1]) / GRID - corner[1]
    box = (
        float(max(x1, 0.0)),
        float(max(y1, 0.0)),
        float(min(x2, width)),
        float(min(y2, height)),
    )
    return box, int(inside.sum())


def _lay(
    radiance: FloatArray, colour: FloatArray, coverage: FloatArray, left: int, top: int
) -> None:
    """Lay a premultiplied layer over a picture, in place, clipped to it."""
    height, width = coverage.shape
    rows = slice(max(0, top), min(radiance.shape[0], top + height))
    columns = slice(max(0, left), min(radiance.shape[1], left + width))
    inner_rows = slice(rows.start - top, rows.stop - top)
    inner_columns = slice(columns.start - left, columns.stop - left)
    hidden = 1 - coverage[inner_rows, inner_columns, None]
    part = radiance[rows, columns]
    part *= hidden
    part += colour[inner_rows, inner_columns]
