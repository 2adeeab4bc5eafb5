"""Paint, dirt and weather of vehicles in random pictures."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.pictures_cast import Actor
from marchpast.synthesis.rendering import Dress, Light, Scheme

_SCHEMES: tuple[Scheme, ...] = ("plain", "three_tone", "digital", "parade", "winter")
# Reflectances of military paints other than the blueprint's: faded green, olive, sand, dark, grey.
_BODIES = (
    (0.085, 0.098, 0.058), (0.110, 0.112, 0.070), (0.255, 0.215, 0.140), (0.040, 0.052, 0.030),
    (0.105, 0.110, 0.108), (0.052, 0.078, 0.042), (0.150, 0.140, 0.095),
)  # fmt: skip
_CIVIL = (
    (0.55, 0.55, 0.54), (0.40, 0.05, 0.04), (0.04, 0.10, 0.32), (0.48, 0.30, 0.05),
    (0.06, 0.22, 0.10), (0.30, 0.31, 0.32), (0.06, 0.06, 0.065), (0.42, 0.16, 0.04),
)  # fmt: skip


def dressed(rng: np.random.Generator, actor: Actor, place_name: str, light: Light) -> Dress:
    """Draw paint, dirt and weather for a vehicle."""
    blueprint = actor.model.vehicle.blueprint
    colours = dict(blueprint.colours)
    scheme: Scheme = blueprint.scheme
    if actor.civil:
        for name in ("civil", "civil_cab", "body", "canvas"):
            if name in colours or name.startswith("civil"):
                tone = np.asarray(_CIVIL[rng.integers(len(_CIVIL))]) * rng.uniform(0.7, 1.15)
                colours[name] = _rgb(tone)
    else:
        if rng.uniform() < 0.4:
            scheme = _SCHEMES[int(rng.choice(5, p=[0.42, 0.22, 0.16, 0.08, 0.12]))]
        if rng.uniform() < 0.55:
            body = np.asarray(_BODIES[rng.integers(len(_BODIES))]) * rng.uniform(0.8, 1.25)
            body = body * rng.uniform(0.93, 1.07, 3)
            colours |= {"body": _rgb(body), "canister": _rgb(body * rng.uniform(0.85, 1.15))}
            colours["rim"] = _rgb(body * rng.uniform(0.5, 0.95))
            colours["detail"] = _rgb(body * rng.uniform(0.4, 0.8))
    dirt = float(rng.beta(1.5, 2.0))
    if place_name == "square":
        dirt *= 0.35
    elif place_name in ("field", "forest_road"):
        dirt = 0.25 + 0.75 * dirt
    snow = light.snow_cover * float(rng.uniform(0, 1))
    return Dress(scheme, colours, dirt, light.wet, snow, int(rng.integers(1 << 31)))


def _rgb(values: FloatArray) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in np.clip(values, 0.01, 0.7))
    return red, green, blue
