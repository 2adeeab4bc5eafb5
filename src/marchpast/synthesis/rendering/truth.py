"""What is true of every vehicle of an exposure, read off the owners of its samples."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from marchpast.records import BoolArray, Box
from marchpast.synthesis.building import VehicleAttributes
from marchpast.synthesis.rendering.camera import NEAR_M, Camera
from marchpast.synthesis.rendering.renderer import Exposure
from marchpast.synthesis.rendering.world import Placed, World


@dataclass(frozen=True, slots=True, eq=False)
class VehicleTruth:
    """One vehicle of which at least one sample is visible.

    Attributes:
        track_id: The `Placed.track_id`.
        node: Taxonomy node.
        xyxy: The smallest box round its visible samples, pixels of the picture.
        mask: `(H, W)` bool: pixels of which it owns at least half of the samples.
        visible_fraction: Visible share of the samples it would have alone in an endless picture.
        azimuth_deg: Where it is seen from: 0 its front, 90 its left side, ±180 its back.
        elevation_deg: How far above its middle the camera is, seen from there.
        distance_m: From the camera to its middle.
        length_px: Length of its centre line in the picture, pixels; not clipped to it. The width
            of its box where an end lies behind the camera.
        state: `travel` or `firing`.
        covered: Whether a tarpaulin hides what it carries.
        scheme: Of its dress.
        attributes: What is counted on it: wheels or tracks, axles, canisters and so on.
    """

    track_id: int
    node: str
    xyxy: Box
    mask: BoolArray
    visible_fraction: float
    azimuth_deg: float
    elevation_deg: float
    distance_m: float
    length_px: float
    state: str
    covered: bool
    scheme: str
    attributes: VehicleAttributes


def truth(world: World, camera: Camera, exposure: Exposure) -> list[VehicleTruth]:
    """Return the truth of every visible vehicle, in the order of the world's vehicles."""
    found = []
    for placed in world.vehicles:
        if placed.track_id < 0:
            continue
        samples = exposure.owner == placed.track_id
        rows, columns = np.flatnonzero(samples.any(axis=1)), np.flatnonzero(samples.any(axis=0))
        if not len(rows):
            continue
        grid = exposure.grid
        box = (
            float(columns[0] / grid),
            float(rows[0] / grid),
            float((columns[-1] + 1) / grid),
            float((rows[-1] + 1) / grid),
        )
        visible = int(samples.sum())
        # A few samples at the edge of a huge vehicle are counted coarsely: never above 1.
        share = min(visible / max(exposure.whole[placed.track_id], 1), 1.0)
        found.append(_described(placed, camera, box, _majority(samples, grid), share))
    return found


def _majority(samples: BoolArray, grid: int) -> BoolArray:
    height, width = samples.shape[0] // grid, samples.shape[1] // grid
    counts = cv2.resize(samples.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(counts > 0.499)


def _described(
    placed: Placed, camera: Camera, box: Box, mask: BoolArray, share: float
) -> VehicleTruth:
    vehicle = placed.model.vehicle
    low, high = placed.model.low, placed.model.high
    middle = (low + high) / 2
    away = placed.to_vehicle(np.asarray(camera.eye, np.float32)[None])[0] - middle
    ends = np.array([[low[0], middle[1], middle[2]], [high[0], middle[1], middle[2]]])
    pixels, depth = camera.project(placed.to_world(ends.astype(np.float32)))
    length_px = float(np.linalg.norm(pixels[1] - pixels[0]))
    return VehicleTruth(
        track_id=placed.track_id,
        node=vehicle.blueprint.node,
        xyxy=box,
        mask=mask,
        visible_fraction=share,
        azimuth_deg=float(np.rad2deg(np.arctan2(-away[1], -away[0]))),
        elevation_deg=float(np.rad2deg(np.arctan2(away[2], np.hypot(away[0], away[1])))),
        distance_m=float(np.linalg.norm(away)),
        length_px=length_px if depth.min() > NEAR_M else box[2] - box[0],
        state=vehicle.state,
        covered=vehicle.attributes.covered,
        scheme=placed.dress.scheme,
        attributes=vehicle.attributes,
    )
