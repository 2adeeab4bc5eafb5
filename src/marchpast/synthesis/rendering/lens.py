"""What a camera does to light: lens, shutter, sensor, processing; five kinds of cameras."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LENSES = ("press", "phone", "dashcam", "drone", "cctv")
"""Every kind of camera that :func:`lens` can make."""


@dataclass(frozen=True, slots=True)
class Lens:
    """A camera behind its pinhole.

    Attributes:
        kind: One of `LENSES`.
        exposure: Factor on what the camera's own metering chooses.
        most_gain: What the metering may brighten at most; what is darker stays dark.
        blur_px: Deviation of the lens blur.
        shutter_s: How long the shutter is open in light of day; longer in the dark.
        readout_s: From the first row to the last of a rolling shutter; 0: all at once.
        noise: Deviation of the sensor's noise in light of day, of full scale 1.
        jpeg_quality: 1 to 100, or `None`: not compressed.
        sharpen: Strength of the sharpening.
        vignette: Loss of light in the corners.
        bloom: Share of a bright spot's light that the glass scatters around it.
        contrast: Strength of the S-shaped tone curve.
        saturation: 1 keeps the colours.
        white: Factors on red, green and blue.
        soften_px: What small sensors and heavy compression smear, a second blur after the tones.
    """

    kind: str = "press"
    exposure: float = 1.0
    most_gain: float = 250.0
    blur_px: float = 0.5
    shutter_s: float = 1 / 250
    readout_s: float = 0.0
    noise: float = 0.004
    jpeg_quality: int | None = 90
    sharpen: float = 0.4
    vignette: float = 0.10
    bloom: float = 0.02
    contrast: float = 0.18
    saturation: float = 1.0
    white: tuple[float, float, float] = (1.01, 1.0, 1.0)
    soften_px: float = 0.0


@dataclass(frozen=True, slots=True)
class _Kind:
    """Ranges that one kind of camera is drawn from."""

    blur_px: tuple[float, float]
    shutter_s: tuple[float, float]
    readout_s: tuple[float, float]
    noise: tuple[float, float]
    quality: tuple[int, int]
    sharpen: tuple[float, float]
    vignette: tuple[float, float]
    bloom: tuple[float, float]
    saturation: tuple[float, float]
    soften_px: tuple[float, float]


# Ranges by the author's judgement of published footage, not measured.
_KINDS = {
    "press": _Kind((0.35, 0.6), (1 / 1000, 1 / 200), (0, 0), (0.001, 0.005), (80, 96),
                   (0.2, 0.6), (0.03, 0.2), (0.01, 0.025), (0.85, 1.15), (0, 0.2)),
    "phone": _Kind((0.45, 0.85), (1 / 500, 1 / 60), (0.012, 0.028), (0.002, 0.010), (55, 90),
                   (0.4, 1.0), (0.05, 0.25), (0.015, 0.05), (0.95, 1.3), (0, 0.6)),
    "dashcam": _Kind((0.6, 1.2), (1 / 250, 1 / 30), (0.015, 0.033), (0.003, 0.014), (30, 75),
                     (0.3, 1.1), (0.1, 0.4), (0.03, 0.09), (0.75, 1.1), (0.2, 1.0)),
    "drone": _Kind((0.4, 0.8), (1 / 1000, 1 / 120), (0.010, 0.025), (0.002, 0.008), (50, 90),
                   (0.3, 0.9), (0.03, 0.2), (0.01, 0.03), (0.85, 1.15), (0, 0.5)),
    "cctv": _Kind((0.7, 1.4), (1 / 120, 1 / 25), (0, 0.02), (0.004, 0.018), (22, 65),
                  (0.0, 0.9), (0.05, 0.35), (0.02, 0.08), (0.5, 1.0), (0.3, 1.3)),
}  # fmt: skip


def lens(kind: str, rng: np.random.Generator) -> Lens:
    """Return a camera of a kind, varied within it.

    Args:
        kind: One of `LENSES`.
        rng: Draws the variation.

    Raises:
        ValueError: If there is no such kind.
    """
    if kind not in _KINDS:
        raise ValueError(f"no lens {kind!r}; the known ones are: {', '.join(LENSES)}")
    ranges = _KINDS[kind]
    warm = float(rng.normal(0, 0.03))
    low, high = ranges.shutter_s
    return Lens(
        kind=kind,
        exposure=float(np.exp(rng.normal(0, 0.17))),
        most_gain=float(np.exp(rng.uniform(np.log(60), np.log(300)))),
        blur_px=float(rng.uniform(*ranges.blur_px)),
        shutter_s=float(np.exp(rng.uniform(np.log(low), np.log(high)))),
        readout_s=float(rng.uniform(*ranges.readout_s)),
        noise=float(rng.uniform(*ranges.noise)),
        jpeg_quality=int(rng.integers(ranges.quality[0], ranges.quality[1] + 1)),
        sharpen=float(rng.uniform(*ranges.sharpen)),
        vignette=float(rng.uniform(*ranges.vignette)),
        bloom=float(rng.uniform(*ranges.bloom)),
        contrast=float(rng.uniform(0.05, 0.35)),
        saturation=float(rng.uniform(*ranges.saturation)),
        white=(1 + warm, 1.0, 1 - warm),
        soften_px=float(rng.uniform(*ranges.soften_px)),
    )
