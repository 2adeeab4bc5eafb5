"""Where a material lies on the ground: strips, plots, ruts, lines, joints, blots, furrows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.places.ground import Material, Noises


@dataclass(frozen=True, slots=True)
class Band:
    """A strip along the way, from `low` to `high` metres across; its edges fray by `ragged_m`."""

    material: Material
    low: float
    high: float
    ragged_m: float = 0.0
    opacity: float = 1.0

    def share(self, x: FloatArray, across: FloatArray, noises: Noises) -> FloatArray:
        """Return 1 inside the strip, falling off over the frayed edge."""
        frayed = across + self.ragged_m * (0.7 * noises.mid + 0.4 * noises.fine)
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        soft = max(0.02, 0.3 * self.ragged_m)
        inside = np.clip((half - np.abs(frayed - middle)) / soft + 0.5, 0, 1)
        return np.asarray(inside * self.opacity, np.float32)


@dataclass(frozen=True, slots=True)
class Plot:
    """A rectangle of ground: a yard, a platform, a crossing."""

    material: Material
    x: tuple[float, float]
    across: tuple[float, float]
    opacity: float = 1.0

    def share(self, x: FloatArray, across: FloatArray, noises: Noises) -> FloatArray:
        """Return the opacity inside the rectangle."""
        inside = (x > self.x[0]) & (x < self.x[1])
        inside &= (across > self.across[0]) & (across < self.across[1])
        return np.asarray(inside * self.opacity, np.float32)


@dataclass(frozen=True, slots=True)
class Ruts:
    """A pair of wheel tracks at `middle`, `gauge_m` apart, each `width_m` wide."""

    material: Material
    middle: float
    gauge_m: float = 2.2
    width_m: float = 0.55
    opacity: float = 0.8
    wander_m: float = 0.0

    def share(self, x: FloatArray, across: FloatArray, noises: Noises) -> FloatArray:
        """Return two soft stripes, broken by the noise."""
        wander = self.wander_m * (np.sin(x * 0.071 + self.middle) + 0.6 * np.sin(x * 0.023))
        off = np.abs(np.abs(across - self.middle - wander) - self.gauge_m / 2)
        stripe = np.exp(-((off / (0.5 * self.width_m)) ** 2))
        return np.asarray(stripe * np.clip(self.opacity + 0.25 * noises.mid, 0, 1), np.float32)


@dataclass(frozen=True, slots=True)
class Line:
    """A painted line along the way at `at`; dashed when `dash_m` is given as (paint, gap)."""

    material: Material
    at: float
    width_m: float = 0.12
    dash_m: tuple[float, float] | None = None
    wear: float = 0.3

    def share(self, x: FloatArray, across: FloatArray, noises: Noises) -> FloatArray:
        """Return the line, worn away in patches."""
        on = np.abs(across - self.at) < self.width_m / 2
        if self.dash_m is not None:
            on = on & (x % sum(self.dash_m) < self.dash_m[0])
        worn = np.clip(1 - self.wear * (0.8 + noises.mid + 0.6 * noises.fine), 0, 1)
        return np.asarray(on * worn, np.float32)


@dataclass(frozen=True, slots=True)
class Seams:
    """A grid of joints between slabs `step_m` long and wide, inside a strip across."""

    material: Material
    step_m: float
    width_m: float = 0.04
    low: float = -np.inf
    high: float = np.inf
    opacity: float = 0.7

    def share(self, x: FloatArray, across: FloatArray, noises: Noises) -> FloatArray:
        """Return the joints."""
        near = (x % self.step_m < self.width_m) | (across % self.step_m < self.width_m)
        inside = (across > self.low) & (across < self.high)
        return np.asarray((near & inside) * self.opacity, np.float32)


@dataclass(frozen=True, slots=True)
class Patches:
    """Blots where the slow noise exceeds `above`, inside a strip across."""

    material: Material
    above: float
    low: float = -np.inf
    high: float = np.inf
    opacity: float = 1.0
    uses_broad: bool = True

    def share(self, x: FloatArray, across: FloatArray, noises: Noises) -> FloatArray:
        """Return soft-edged blots."""
        field = noises.broad + 0.3 * noises.mid if self.uses_broad else noises.mid
        blot = np.clip((field - self.above) * 3.0, 0, 1)
        inside = (across > self.low) & (across < self.high)
        return np.asarray(blot * inside * self.opacity, np.float32)


@dataclass(frozen=True, slots=True)
class Spots:
    """Round blots scattered at random, at most one in every square of `cell_m`: craters, burns.

    Attributes:
        material: Of the blot.
        cell_m: Edge of the squares.
        radius_m: Of the largest blots.
        often: Share of the squares that have one.
    """

    material: Material
    cell_m: float
    radius_m: float
    often: float

    def share(self, x: FloatArray, across: FloatArray, noises: Noises) -> FloatArray:
        """Return blots with frayed edges."""
        column, row = np.floor(x / self.cell_m), np.floor(across / self.cell_m)
        tickets = [_hashed(column, row, salt) for salt in (1.0, 2.0, 3.0, 4.0)]
        radius = self.radius_m * (0.35 + 0.65 * tickets[2])
        margin = np.minimum(radius / self.cell_m, 0.5)
        middle_x = (column + margin + tickets[0] * (1 - 2 * margin)) * self.cell_m
        middle_y = (row + margin + tickets[1] * (1 - 2 * margin)) * self.cell_m
        away = np.hypot(x - middle_x, across - middle_y) / radius
        blot = np.clip((1 - away + 0.12 * noises.mid + 0.10 * noises.fine) * 4, 0, 1)
        return np.asarray(blot * (tickets[3] < self.often), np.float32)


@dataclass(frozen=True, slots=True)
class Furrows:
    """Ploughed or mown stripes along the way, `step_m` apart."""

    material: Material
    step_m: float
    opacity: float = 0.6
    low: float = -np.inf
    high: float = np.inf

    def share(self, x: FloatArray, across: FloatArray, noises: Noises) -> FloatArray:
        """Return soft stripes."""
        wave = 0.5 + 0.5 * np.cos((across + 0.04 * noises.broad) * (2 * np.pi / self.step_m))
        inside = (across > self.low) & (across < self.high)
        return np.asarray(wave * inside * self.opacity, np.float32)


def _hashed(column: FloatArray, row: FloatArray, salt: float) -> FloatArray:
    """Return a number in [0, 1) that looks random and depends on the square alone."""
    mixed = np.sin(column * 127.1 + row * 311.7 + salt * 74.7) * 43758.5453
    return np.asarray(mixed - np.floor(mixed), np.float32)
