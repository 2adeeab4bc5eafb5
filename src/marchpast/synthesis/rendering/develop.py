"""From an exposure to the picture that a camera would have stored."""

from __future__ import annotations

import cv2
import numpy as np

from marchpast.records import BgrImage
from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.rendering.lens import Lens
from marchpast.synthesis.rendering.renderer import Exposure

_KEY = 0.27
"""What the metering makes of the mean of the picture, before the tone curve."""


def metered(exposure: Exposure, lens: Lens) -> float:
    """Return the factor on the light that the camera's metering chooses.

    The mean is a power mean between the arithmetic and the geometric one, so that a lamp or a
    patch of sky does not blacken the rest. Clips meter once and hand the factor to
    :func:`develop`, so that the brightness does not flicker.
    """
    luminance = exposure.radiance @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    small = cv2.resize(luminance, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    # The middle counts twice.
    weight = 1 + _hump(*small.shape)
    mean = float(((np.maximum(small, 0) ** 0.4) * weight).sum() / weight.sum()) ** 2.5
    # A camera does not bring night up to day: it stops short by the square root of its gain.
    gain = _KEY / max(mean, 1e-7)
    if gain > 1.0:
        gain = gain**0.8
    return float(min(gain, lens.most_gain) * lens.exposure)


def develop(
    exposure: Exposure,
    lens: Lens,
    rng: np.random.Generator,
    camera_motion_px: tuple[float, float] = (0.0, 0.0),
    *,
    gain: float | None = None,
) -> BgrImage:
    """Return the `(H, W, 3)` uint8 BGR picture that a camera makes of an exposure.

    Steps: smear of the vehicles and of the whole picture while the shutter is open, lens blur
    and bloom, vignette, white balance, filmic tone curve (Narkowicz 2015), sharpening, noise
    that grows with the gain, 8 bits, JPEG.

    Args:
        exposure: From :func:`.render`; not changed.
        lens: The camera.
        rng: Draws the noise.
        camera_motion_px: How fast the whole picture moves, `(x, y)` pixels a second, where the
            camera turns or drives.
        gain: Factor on the light; `None` meters the picture.
    """
    gain = metered(exposure, lens) if gain is None else gain
    shutter_s = min(lens.shutter_s * max(1.0, gain) ** 0.6, 1 / 40)
    light = _smeared(exposure, shutter_s, camera_motion_px)
    light = _through_glass(light, lens, gain)
    toned = np.clip(light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14), 0, 1)
    encoded = np.asarray(toned ** np.float32(1 / 2.2), np.float32)
    encoded += lens.contrast * (encoded * encoded * (3 - 2 * encoded) - encoded)
    grey = encoded.mean(axis=2, keepdims=True)
    encoded = grey + np.float32(lens.saturation) * (encoded - grey)
    encoded = encoded + _noise(encoded, lens, gain, rng)
    if lens.soften_px > 0.2:
        encoded = cv2.GaussianBlur(encoded, (0, 0), lens.soften_px)
    soft = cv2.GaussianBlur(encoded, (0, 0), 1.1 + 0.5 * lens.soften_px)
    encoded = encoded + lens.sharpen * (encoded - soft)
    pixels = np.clip(encoded * 255 + 0.5, 0, 255).astype(np.uint8)
    picture = np.ascontiguousarray(pixels[..., ::-1])
    if lens.jpeg_quality is None:
        return picture
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, lens.jpeg_quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


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
    return np.asarray(cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)


def _smeared(
    exposure: Exposure, shutter_s: float, camera_motion_px: tuple[float, float]
) -> FloatArray:
    """Smear every vehicle along its own way, then the whole picture along the camera's."""
    light = exposure.radiance
    height, width = light.shape[:2]
    limit = 0.04 * width
    for track_id, speed in exposure.motion.items():
        way = _limited((speed[0] * shutter_s, speed[1] * shutter_s), limit)
        if np.hypot(*way) < 0.5:
            continue
        samples = (exposure.owner == track_id).astype(np.float32)
        cover = cv2.resize(samples, (width, height), interpolation=cv2.INTER_AREA)
        if not cover.any():
            continue
        light = _smear_one(light, cover, way)
    whole = (camera_motion_px[0] * shutter_s, camera_motion_px[1] * shutter_s)
    return motion_blurred(light, _limited(whole, limit))


def _smear_one(light: FloatArray, cover: FloatArray, way: tuple[float, float]) -> FloatArray:
    """Smear what a cover owns and lay it over the rest, filled up behind it from around."""
    inside = cover > 0.999
    # What is behind the smeared edge is taken from the nearest pixels that are not the vehicle's.
    rest = (1 - cover)[..., None]
    reach = max(3.0, float(np.hypot(*way)))
    around = cv2.GaussianBlur(np.dstack([light * rest, rest]), (0, 0), reach)
    behind = around[..., :3] / np.maximum(around[..., 3:], 1e-4)
    behind = np.where(inside[..., None] | (cover[..., None] > 0), behind, light)
    own = np.where(cover[..., None] > 0, light, 0) * cover[..., None]
    moved = motion_blurred(own, way)
    share = motion_blurred(cover, way)[..., None]
    return np.asarray(behind * (1 - share) + moved, np.float32)


def _limited(way: tuple[float, float], limit: float) -> tuple[float, float]:
    length = float(np.hypot(*way))
    factor = min(1.0, limit / length) if length else 1.0
    return way[0] * factor, way[1] * factor


def _through_glass(light: FloatArray, lens: Lens, gain: float) -> FloatArray:
    """Return light on the sensor: blur, bloom, vignette, white balance, gain."""
    height, width = light.shape[:2]
    light = cv2.GaussianBlur(light, (0, 0), lens.blur_px) * np.float32(gain)
    bright = np.minimum(np.clip(light - 1.5, 0, None), 80.0)
    small = cv2.resize(bright, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    near, far = max(width / 300, 0.8), max(width / 60, 2.5)
    halo = cv2.GaussianBlur(small, (0, 0), near) + 1.2 * cv2.GaussianBlur(small, (0, 0), far)
    light = light + np.float32(lens.bloom) * cv2.resize(halo, (width, height))
    light *= (1 - lens.vignette * (1 - _hump(height, width)))[..., None]
    return np.asarray(light * np.asarray(lens.white, np.float32), np.float32)


def _noise(encoded: FloatArray, lens: Lens, gain: float, rng: np.random.Generator) -> FloatArray:
    """Return the sensor's noise: stronger with gain and in the shadows, partly coloured."""
    height, width = encoded.shape[:2]
    deviation = lens.noise * min(max(gain, 0.7) ** 0.27, 2.6)
    grain = rng.standard_normal((height, width, 1), np.float32) * deviation
    half = (-(-height // 2), -(-width // 2), 3)
    tint = rng.standard_normal(half, np.float32) * (0.8 * deviation)
    noise = grain + cv2.resize(tint, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(noise * (0.6 + 0.7 * np.sqrt(np.clip(1 - encoded, 0, 1))), np.float32)


def _hump(height: int, width: int) -> FloatArray:
    """Return `(height, width)` float32, 1 in the middle and 0 in the corners."""
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    return (1 - (x**2 + y**2) / 2).astype(np.float32)
