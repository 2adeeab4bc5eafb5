"""What a telephone camera does to light: blur, bloom, tone, sharpening, noise; and a shaky hand."""

from __future__ import annotations

import cv2
import numpy as np

from marchpast.records import BgrImage
from marchpast.synthesis.building.mesh import FloatArray


def shake(frames: int, fps: float, *, seed: int, pan_px: float) -> FloatArray:
    """Return `(frames, 2)` float32 offsets of the view in pixels: a slow pan and a shaky hand.

    The hand is a sum of sines between 0.3 and 4 Hz whose strength falls with frequency; no offset
    leaves `[-pan_px / 2 - 12, pan_px / 2 + 12]`.
    """
    rng = np.random.default_rng(seed)
    time_s = np.arange(frames) / fps
    eased = 0.5 - 0.5 * np.cos(np.pi * np.clip(time_s / max(time_s[-1], 1e-6), 0, 1))
    path = np.zeros((frames, 2))
    path[:, 0] = pan_px * (0.5 - eased)
    for axis in range(2):
        for frequency in (0.31, 0.57, 1.1, 1.9, 3.7):
            strength = 2.6 / (1 + 1.6 * frequency)
            phase = rng.uniform(0, 2 * np.pi)
            path[:, axis] += strength * np.sin(2 * np.pi * frequency * time_s + phase)
    return path.astype(np.float32)


def motion_blurred(image: FloatArray, motion_px: tuple[float, float]) -> FloatArray:
    """Return a float image smeared evenly along the way it moves while the shutter is open."""
    length = float(np.hypot(*motion_px))
    if length < 0.5:
        return image
    reach = int(np.ceil(length / 2)) + 1
    size = 2 * reach + 1
    kernel = np.zeros((size, size), np.float32)
    steps = max(8, int(4 * length))
    for share in (np.arange(steps) + 0.5) / steps - 0.5:
        x, y = reach + share * motion_px[0], reach + share * motion_px[1]
        left, top = int(x), int(y)
        for column, row in ((left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1)):
            kernel[row, column] += (1 - abs(x - column)) * (1 - abs(y - row))
    kernel /= kernel.sum()
    blurred = cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred, np.float32)


def developed(radiance: FloatArray, *, exposure: float, rng: np.random.Generator) -> BgrImage:
    """Return the picture a small camera makes of `(H, W, 3)` linear RGB radiance.

    Steps: lens blur and a faint bloom round the lamps, vignette, white balance, filmic tone
    curve (Narkowicz 2015), the sharpening of telephones, noise that grows with brightness and is
    partly coloured, 8 bits.
    """
    light = cv2.GaussianBlur(radiance, (0, 0), 0.52)
    bright = np.clip(light - 1.6, 0, 8)
    small = cv2.resize(bright, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    halo = cv2.GaussianBlur(small, (0, 0), 1.3) * 0.22 + cv2.GaussianBlur(small, (0, 0), 6) * 0.16
    light = light + cv2.resize(halo, (light.shape[1], light.shape[0]))
    light *= exposure * _vignette(light.shape[0], light.shape[1])[..., None]
    light *= np.array([1.01, 1.0, 1.0], np.float32)
    toned = np.clip(light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14), 0, 1)
    encoded = toned ** np.float32(1 / 2.2)
    # Telephones deepen shadows and lift lights: a smooth step mixed in.
    encoded += 0.18 * (encoded * encoded * (3 - 2 * encoded) - encoded)
    soft = cv2.GaussianBlur(encoded, (0, 0), 1.1)
    encoded = encoded + 0.5 * (encoded - soft)
    shape = encoded.shape
    grain = rng.standard_normal((shape[0], shape[1], 1), np.float32) * 0.009
    tint = rng.standard_normal((shape[0] // 2, shape[1] // 2, 3), np.float32) * 0.007
    noise = grain + cv2.resize(tint, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    encoded = encoded + noise * (0.6 + 0.7 * np.sqrt(np.clip(1 - encoded, 0, 1)))
    pixels = np.clip(encoded * 255 + 0.5, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(pixels[..., ::-1])


def _vignette(height: int, width: int) -> FloatArray:
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    return (1 - 0.13 * (x**2 + 0.5 * y**2)).astype(np.float32)
