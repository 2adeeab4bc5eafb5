"""A pinhole camera in the world frame.

World frame, metres, right-handed: Z up, the ground is the plane z = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.arrays import FloatArray

NEAR_M = 0.25
"""What is nearer to the camera than this is not shown."""

Window = tuple[int, int, int, int]
"""`left, top, right, bottom` in whole pixels."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera.

    Attributes:
        width: Picture width in pixels.
        height: Picture height in pixels.
        focal_px: Focal length in pixels; the optical axis meets the middle of the picture.
        eye: Where it stands, metres.
        yaw_deg: 0 looks along -Y; positive turns left, towards +X.
        pitch_deg: Positive looks up; within ±89.
        roll_deg: Positive turns the camera clockwise, so that the horizon falls to the left.
        skew_px: How far the view turns to the right, in pixels, while a rolling shutter reads
            the rows from top to bottom: what stands upright leans.
    """

    width: int
    height: int
    focal_px: float
    eye: tuple[float, float, float]
    yaw_deg: float
    pitch_deg: float
    roll_deg: float = 0.0
    skew_px: float = 0.0

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1 or self.focal_px <= 0:
            raise ValueError(
                "a camera needs a positive width, height and focal_px, got "
                f"{self.width} x {self.height}, {self.focal_px}"
            )
        if abs(self.pitch_deg) > 89.0:
            raise ValueError(f"pitch_deg lies within -89 and 89, got {self.pitch_deg}")

    def axes(self) -> FloatArray:
        """Return `(3, 3)` float32: rows right, down and forward, unit world vectors."""
        yaw, pitch, roll = np.deg2rad([self.yaw_deg, self.pitch_deg, self.roll_deg])
        forward = np.array(
            [np.sin(yaw) * np.cos(pitch), -np.cos(yaw) * np.cos(pitch), np.sin(pitch)]
        )
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        down = np.cross(forward, right)
        turned = np.cos(roll) * right + np.sin(roll) * down
        return np.stack([turned, np.cross(forward, turned), forward]).astype(np.float32)

    def project(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return pixel positions `(N, 2)` and depths `(N,)` in metres of `(N, 3)` world points.

        Depths below `NEAR_M` are not in front of the camera; their positions mean nothing.
        """
        local = (points - np.asarray(self.eye, np.float32)) @ self.axes().T
        depth = np.maximum(local[:, 2], NEAR_M)
        middle = np.array([self.width / 2, self.height / 2], np.float32)
        pixels = local[:, :2] / depth[:, None] * self.focal_px + middle
        pixels[:, 0] -= self.skew_px * (pixels[:, 1] / self.height - 0.5)
        return pixels, local[:, 2]

    def directions(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return `(N, 3)` world rays through pixel positions; their depth component is 1."""
        leaning = x + self.skew_px * (y / self.height - 0.5)
        local = np.stack(
            [
                (leaning - self.width / 2) / self.focal_px,
                (y - self.height / 2) / self.focal_px,
                np.ones_like(x),
            ],
            axis=1,
        )
        return np.asarray(local @ self.axes(), np.float32)

    def sample_rays(self, window: Window, *, grid: int) -> FloatArray:
        """Return the rays of `grid * grid` even samples of every pixel of a window.

        Returns:
            `(rows * grid, columns * grid, 3)` float32; the depth component of each is 1.
        """
        left, top, right, bottom = window
        x = left + (np.arange((right - left) * grid, dtype=np.float32) + 0.5) / grid
        y = top + (np.arange((bottom - top) * grid, dtype=np.float32) + 0.5) / grid
        # Rays of a pinhole are sums of a row's part and a column's part.
        rows = self.directions(np.full_like(y, self.width / 2), y)
        # (In the middle row nothing leans.)
        columns = self.directions(x, np.full_like(x, self.height / 2)) - self.axes()[2]
        return np.asarray(rows[:, None] + columns[None], np.float32)
