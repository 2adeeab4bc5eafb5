"""The sky that the camera sees: the light's own, with clouds and haze."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.rendering.grain import Grain
from marchpast.synthesis.rendering.light import Light


def clouds(light: Light, grain: Grain, seed: int, unit: FloatArray) -> FloatArray:
    """Return the sky `(N, 3)` in `(N, 3)` unit directions: clouds, flattened towards the horizon.

    Args:
        light: The cloudless sky, how much cloud and how thick the air.
        grain: The shape of the clouds.
        seed: Moves them.
        unit: Directions.
    """
    shift = (seed * 37) % 101
    height = np.maximum(unit[:, 2], 0.02) + 0.12
    u, v = unit[:, 0] / height * 30 + shift, unit[:, 1] / height * 30 + 2 * shift
    cloud = grain.at(u, v, tile_m=150.0) + 0.5 * grain.at(u, v, tile_m=57.0)
    contrast = light.cloud * np.clip(unit[:, 2] * 6, 0, 1)
    sky = light.sky(unit)
    if light.name in ("day", "dusk"):
        # White clouds before a clear sky: more of them where the noise is high.
        cover = (np.clip(cloud - 0.2, 0, 1.2) * np.minimum(contrast * 5, 0.9))[:, None]
        white = np.asarray(light.horizon, np.float32) * np.float32(1.12)
        sky = sky + (white - sky) * np.clip(cover, 0, 0.95)
    else:
        sky = sky * np.clip(1 + contrast * cloud, 0.3, 2)[:, None]
    far = np.exp(-np.clip(unit[:, 2], 0, 1) * 14)[:, None]
    thick = min(1.0, 0.5 + 40 * light.haze_per_m)
    return np.asarray(sky + (np.asarray(light.haze) - sky) * thick * far, np.float32)
