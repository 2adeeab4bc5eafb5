"""Tracks, wagons and the overhead line of a railway along X; each is an item."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.places.assembly import Assembly, Paint
from marchpast.synthesis.places.buildings import gable
from marchpast.synthesis.places.furniture import wires
from marchpast.synthesis.places.materials import CONCRETE_PAINT, STEEL_PAINT, colour_of


def box_wagon(assembly: Assembly, rng: np.random.Generator, x: float, y: float) -> None:
    """Add a goods wagon, 14 m long, on a track along X: covered, open or a tank."""
    assembly.begin()
    colour = colour_of(rng, ((0.16, 0.055, 0.035), (0.10, 0.12, 0.10), (0.13, 0.13, 0.14)))
    kind = rng.choice(["covered", "open", "tank"])
    _bogies(assembly, x, y)
    assembly.box((x, x + 13.9), (y - 1.4, y + 1.4), (1.05, 1.3), STEEL_PAINT, tint=0.5)
    if kind == "tank":
        assembly.rod(
            (x + 0.8, y, 2.75), (x + 13.1, y, 2.75), (1.45, 1.45), Paint(colour, "rough"), sides=18
        )
        for end, lip in ((x + 0.8, -0.35), (x + 13.1, 0.35)):
            assembly.rod(
                (end, y, 2.75), (end + lip, y, 2.75), (1.45, 0.3), Paint(colour, "rough"), sides=18
            )
        return
    high = 4.2 if kind == "covered" else 3.4
    assembly.box((x + 0.1, x + 13.8), (y - 1.42, y + 1.42), (1.3, high), Paint(colour, "ribbed"))
    if kind == "covered":
        gable(
            assembly,
            (x, x + 13.9),
            (y - 1.5, y + 1.5),
            high,
            0.45,
            Paint((0.15, 0.15, 0.15), "roof"),
            Paint(colour, "ribbed"),
            eaves_m=0.1,
        )


def flat_wagon(
    assembly: Assembly, rng: np.random.Generator, x: float, y: float, *, long: float = 13.4
) -> float:
    """Add a flat wagon from `x` on along a track at `y` and return the height of its deck."""
    assembly.begin()
    deck = 1.31
    _bogies(assembly, x, y, long=long)
    paint = Paint(colour_of(rng, ((0.13, 0.06, 0.04), (0.10, 0.10, 0.10))), "rough")
    for side in (-1, 1):
        edge = (y + side * 1.40 - 0.09, y + side * 1.40 + 0.09)
        assembly.box((x, x + long), edge, (0.85, deck - 0.02), paint)
    assembly.box((x, x + long), (y - 0.3, y + 0.3), (0.75, deck - 0.05), paint, tint=0.7)
    assembly.box(
        (x, x + long),
        (y - 1.44, y + 1.44),
        (deck - 0.07, deck),
        Paint((0.17, 0.135, 0.10), "planks"),
    )
    for end in (x - 0.6, x + long + 0.05):
        for buffer in (-0.87, 0.87):
            assembly.rod(
                (end, y + buffer, 1.05),
                (end + 0.55, y + buffer, 1.05),
                (0.14, 0.10),
                STEEL_PAINT,
                sides=8,
            )
    return deck


def _bogies(assembly: Assembly, x: float, y: float, *, long: float = 13.9) -> None:
    rust = Paint((0.075, 0.055, 0.045), "rough")
    for middle in (x + 2.2, x + long - 2.2):
        for side in (-1, 1):
            frame = (y + side * 0.95 - 0.1, y + side * 0.95 + 0.1)
            assembly.box((middle - 1.3, middle + 1.3), frame, (0.45, 0.75), rust, tint=0.7)
            for axle in (middle - 0.925, middle + 0.925):
                hub = np.array([axle, y + side * 0.76, 0.65])
                out = np.array([0, side * 0.13, 0])
                assembly.rod(hub, hub + out, (0.475, 0.46), rust, sides=14)
                assembly.rod(hub + out, hub + 1.1 * out, (0.46, 0.0), rust, sides=14)


def track(assembly: Assembly, y: float, *, x: tuple[float, float] = (-260.0, 260.0)) -> None:
    """Add rails (1520 mm gauge) and sleepers; far sleepers are left to the ballast's colour."""
    assembly.begin()
    rail = Paint((0.11, 0.085, 0.070), "rough")
    for side in (-1, 1):
        middle = y + side * 0.795
        assembly.box(x, (middle - 0.07, middle + 0.07), (0.0, 0.03), rail, tint=0.8)
        assembly.box(x, (middle - 0.036, middle + 0.036), (0.02, 0.175), rail)
        assembly.box(x, (middle - 0.03, middle + 0.03), (0.17, 0.182), Paint((0.36, 0.35, 0.34)))
    sleeper = Paint((0.20, 0.19, 0.175), "rough")
    spots = np.arange(max(x[0], -80.0), min(x[1], 80.0), 0.55)
    assembly.boxes(
        np.stack([spots, np.full_like(spots, y), np.zeros_like(spots)], axis=1),
        (0.26, 2.7, 0.09),
        sleeper,
    )


def catenary(
    assembly: Assembly, y: tuple[float, float], *, step_m: float = 55.0, high: float = 7.6
) -> None:
    """Add portals over the tracks, and the contact and carrying wires."""
    spots = np.arange(-220.0, 221.0, step_m) + 17.0
    for x in spots:
        assembly.begin()
        for edge in y:
            assembly.rod((x, edge, 0), (x, edge, high + 0.8), (0.19, 0.14), CONCRETE_PAINT, sides=7)
        for up in (high, high + 0.6):
            assembly.rod((x, y[0], up), (x, y[1], up), (0.05, 0.05), STEEL_PAINT, sides=4)
    for middle in np.arange(y[0] + 2.6, y[1] - 1.5, 5.3):
        ends = np.array([[x, middle, high - 0.5] for x in spots])
        wires(assembly, ends, sag_m=1.1)
        wires(assembly, ends - [0, 0, 1.3], sag_m=0.05)
