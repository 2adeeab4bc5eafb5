"""People and parked cars, simple in shape: they hide what is behind them and give the scale."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.places.assembly import Assembly, Paint, tube, turned
from marchpast.synthesis.places.ground import Rgb

_SKIN = Paint((0.33, 0.20, 0.14))
_HAIR = Paint((0.03, 0.025, 0.02))
_CIVIL: tuple[Rgb, ...] = (
    (0.020, 0.022, 0.030), (0.025, 0.035, 0.065), (0.060, 0.058, 0.055), (0.33, 0.32, 0.30),
    (0.085, 0.065, 0.050), (0.030, 0.050, 0.048), (0.17, 0.13, 0.08), (0.14, 0.035, 0.035),
)  # fmt: skip
_FIELD: tuple[Rgb, ...] = ((0.085, 0.092, 0.055), (0.120, 0.115, 0.075), (0.050, 0.060, 0.038))
_CARS: tuple[Rgb, ...] = (
    (0.55, 0.55, 0.55), (0.30, 0.31, 0.32), (0.035, 0.036, 0.040), (0.42, 0.035, 0.030),
    (0.030, 0.060, 0.200), (0.10, 0.12, 0.11), (0.33, 0.27, 0.16), (0.05, 0.14, 0.09),
)  # fmt: skip
_GLASS = Paint((0.030, 0.034, 0.038))
_TYRE = Paint((0.025, 0.025, 0.026))
_LIGHT = Paint((0.45, 0.44, 0.42))
_RED = Paint((0.30, 0.02, 0.02))


def person(
    assembly: Assembly,
    rng: np.random.Generator,
    at: tuple[float, float, float],
    *,
    in_uniform: bool = False,
    heading_deg: float | None = None,
) -> None:
    """Stand a person up as an item: 1.5 to 1.95 m tall, standing or in mid-step."""
    assembly.begin()
    tall = float(np.clip(rng.normal(1.73, 0.09), 1.5, 1.95))
    heading = float(rng.uniform(0, 360)) if heading_deg is None else heading_deg
    coats = _FIELD if in_uniform else _CIVIL
    coat = Paint(coats[rng.integers(len(coats))], "rough")
    legs = coat if in_uniform else Paint(_CIVIL[rng.integers(3)], "rough")
    step = 0.0 if rng.uniform() < 0.5 else float(rng.uniform(0.1, 0.28))
    raised = rng.uniform() < 0.15
    bodies: list[tuple[FloatArray, Paint]] = []
    for side in (-1, 1):
        foot, hip = (side * step, 0.065 * side, 0.0), (0.0, 0.055 * side, 0.49)
        bodies.append((tube(foot, hip, (0.035, 0.058), sides=6), legs))
        hand = (0.25, 0.16 * side, 0.95) if raised else (-0.6 * side * step, 0.165 * side, 0.46)
        shoulder = (0.0, 0.125 * side, 0.80)
        bodies.append((tube(hand, shoulder, (0.022, 0.036), sides=5), coat))
    trunk = tube((0, 0, 0.46), (0, 0, 0.82), (0.078, 0.092), sides=8)
    trunk[..., 1] *= 1.4
    bodies.append((trunk, coat))
    bodies.append((tube((0, 0, 0.82), (0, 0, 0.85), (0.092, 0.03), sides=8), coat))
    bodies.append((tube((0, 0, 0.84), (0, 0, 0.93), (0.050, 0.062), sides=8), _SKIN))
    cap = coat if in_uniform or rng.uniform() < 0.4 else _HAIR
    bodies.append((tube((0, 0, 0.93), (0, 0, 0.97), (0.066, 0.062), sides=8), cap))
    bodies.append((tube((0, 0, 0.97), (0, 0, 1.0), (0.062, 0.005), sides=8), cap))
    for faces, paint in bodies:
        assembly.add(turned(faces * tall, heading) + np.asarray(at), paint)


def parked_car(
    assembly: Assembly,
    rng: np.random.Generator,
    at: tuple[float, float],
    heading_deg: float,
) -> None:
    """Stand a civil car or van as an item, its middle at a place."""
    assembly.begin()
    is_van = rng.uniform() < 0.25
    long, wide = float(rng.uniform(3.9, 4.8)), float(rng.uniform(1.66, 1.86))
    body = Paint(_CARS[rng.integers(len(_CARS))])
    if is_van:
        long, high = long + 0.7, float(rng.uniform(1.95, 2.4))
        lower = [(0.0, 0.35), (0.0, 0.95), (0.18, 1.15), (1.0, 1.2), (1.0, 0.35)]
        upper = [(0.16, 1.12), (0.30, high / 1.05), (1.0, high), (1.0, 1.12)]
        panes = [(0.17, 1.20), (0.30, high - 0.25), (0.48, high - 0.25), (0.48, 1.20)]
    else:
        high = float(rng.uniform(1.40, 1.72))
        tail = float(rng.uniform(0.80, 0.99))
        lower = [(0.0, 0.30), (0.0, 0.66), (0.24, 0.86), (1.0, 0.90), (1.0, 0.32)]
        upper = [(0.22, 0.84), (0.40, high - 0.02), (tail - 0.14, high), (tail, 0.86)]
        panes = [
            (0.27, 0.92),
            (0.415, high - 0.1),
            (tail - 0.155, high - 0.08),
            (tail - 0.04, 0.92),
        ]
    shell = [
        (_drawn(lower, long, wide / 2), body),
        (_drawn(upper, long, 0.43 * wide), body),
        (_drawn(panes, long, 0.43 * wide + 0.012), _GLASS),
        (_front_pane(upper, long, 0.38 * wide), _GLASS),
    ]
    shell += _wheels_and_lamps(long, wide)
    for faces, paint in shell:
        middle = np.array([-long / 2, 0, 0])
        assembly.add(turned(faces + middle, heading_deg) + np.array([*at, 0.0]), paint)


def _wheels_and_lamps(long: float, wide: float) -> list[tuple[FloatArray, Paint]]:
    """Return what is the same on every car, in the car's own axes: nose at x 0."""
    parts: list[tuple[FloatArray, Paint]] = []
    for side in (-1, 1):
        out = np.array([0.0, side * 0.01, 0.0])
        for share in (0.19, 0.80):
            axle = np.array([share * long, side * wide * 0.40, 0.31])
            rim = np.array([share * long, side * (wide / 2 + 0.01), 0.31])
            parts.append((tube(axle, rim, (0.31, 0.31), sides=12), _TYRE))
            parts.append((tube(rim, rim + out, (0.31, 0.0), sides=12), _TYRE))
            parts.append((tube(rim, rim + 2 * out, (0.19, 0.0), sides=8), _LIGHT))
        for x, ahead, paint in ((-0.01, -0.005, _LIGHT), (long, 0.015, _RED)):
            glass = np.array([x, side * 0.36 * wide, 0.66])
            tip = glass + np.array([ahead, 0.0, 0.0])
            parts.append((tube(glass, tip, (0.10, 0.0), sides=6), paint))
    return parts


def _drawn(profile: list[tuple[float, float]], long: float, half: float) -> FloatArray:
    """Return a convex side view (x as share of the length, z metres) drawn out to both sides."""
    points = np.array([[x * long, 0.0, z] for x, z in profile])
    aside = np.array([0.0, half, 0.0])
    one, other = points - aside, points + aside
    following, beyond = np.roll(one, -1, axis=0), np.roll(other, -1, axis=0)
    skin = [np.stack([one, following, beyond], 1), np.stack([one, beyond, other], 1)]
    for ring in (one, other):
        fan = np.stack([np.repeat(ring[:1], len(ring) - 2, 0), ring[1:-1], ring[2:]], axis=1)
        skin.append(fan)
    return np.concatenate(skin)


def _front_pane(profile: list[tuple[float, float]], long: float, half: float) -> FloatArray:
    """Return the windscreen: a quad just outside the first slope of the cabin."""
    (x0, z0), (x1, z1) = profile[0], profile[1]
    low = np.array([x0 * long - 0.015, 0, z0 + 0.05])
    high = np.array([x1 * long - 0.015, 0, z1 - 0.06])
    side = np.array([0, half, 0])
    return np.array([[low - side, low + side, high + side], [low - side, high + side, high - side]])
