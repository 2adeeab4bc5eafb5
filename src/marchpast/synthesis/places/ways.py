"""What every place along a way needs: lanes, verges, and the parts put together."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.places.assembly import Assembly
from marchpast.synthesis.places.ground import Ground
from marchpast.synthesis.places.staging import BuiltPlace, CameraSpot, Lane, StagedPlace, Stand
from marchpast.synthesis.rendering import Lamp

LANE_HALF_M = 200.0


def lane_along(ground: Ground, across: float, speed_m_s: float, *, backwards: bool = False) -> Lane:
    """Return a lane at an offset from the way's middle line; driven towards -X, or backwards."""
    x = np.arange(-LANE_HALF_M, LANE_HALF_M + 1, 4.0)
    points = np.stack([x, ground.middle(x) + across, np.zeros_like(x)], axis=1).astype(np.float32)
    return Lane(points if backwards else points[::-1].copy(), speed_m_s)


def verge(
    rng: np.random.Generator, ground: Ground, low: float, high: float, count: int
) -> FloatArray:
    """Return `(count, 2)` places on both verges, thickest near the origin."""
    x = np.clip(rng.normal(scale=26, size=count), -80, 80)
    away = rng.uniform(low, high, count) * rng.choice([-1, 1], count)
    return np.stack([x, ground.middle(x) + away], axis=1)


def moved(rng: np.random.Generator) -> tuple[float, float]:
    """Return a random shift of the ground's noise, metres."""
    return float(rng.uniform(0, 200)), float(rng.uniform(0, 200))


def staged(
    name: str,
    ground: Ground,
    assembly: Assembly,
    lanes: tuple[Lane, ...],
    stands: tuple[Stand, ...],
    lamps: tuple[Lamp, ...],
    spots: tuple[CameraSpot, ...],
) -> StagedPlace:
    """Put a place together."""
    assembled = assembly.done()
    built = BuiltPlace(ground, assembled, assembled.things)
    return StagedPlace(name, built, lanes, stands, lamps, spots)
