"""Changes of colour, sharpness and coding: the only module that knows albumentations."""

from __future__ import annotations

from typing import cast

import albumentations as A  # noqa: N812 - the library's own convention
import cv2
import numpy as np

from marchpast.records import BgrImage

_AS_VIDEO = 0.22
_VIDEO_SCALES = (0.4, 1.0)
_VIDEO_NOISE = (0.0, 5.0)
_VIDEO_QUALITIES = (18, 60)


class Photometry:
    """Seeded changes that leave boxes where they are: light, colour, night, blur, coding.

    Args:
        seed: Same seed and same pictures, same changes.
        strength: 1.0 for training, less for the gentler end of a training.
    """

    def __init__(self, *, seed: int, strength: float = 1.0) -> None:
        self._generator = np.random.default_rng(seed)
        self._change = A.Compose(
            [
                A.RandomBrightnessContrast(0.25, 0.25, p=0.5 * strength),
                # Night and deep dusk: users bring both.
                A.RandomGamma((130, 260), p=0.08 * strength),
                A.HueSaturationValue(8, 40, 10, p=0.4 * strength),
                A.ToGray(p=0.08 * strength),
                A.OneOf(
                    [
                        A.MotionBlur((3, 9)),
                        A.GaussianBlur((3, 5)),
                        A.Downscale(
                            (0.35, 0.75),
                            interpolation_pair={
                                "downscale": cv2.INTER_AREA,
                                "upscale": cv2.INTER_LINEAR,
                            },
                        ),
                    ],
                    p=0.2 * strength,
                ),
                A.GaussNoise((0.02, 0.08), p=0.08 * strength),
                A.ImageCompression(quality_range=(25, 85), p=0.3 * strength),
            ],
            seed=seed,
        )

    def __call__(self, image: BgrImage) -> BgrImage:
        """Return a changed copy of an `(H, W, 3)` uint8 picture (BGR as well as RGB)."""
        changed = cast(BgrImage, self._change(image=image)["image"])
        # Not gentler at the end: much of what users bring is a frame of a poor video.
        if self._generator.random() < _AS_VIDEO:
            return as_video(changed, self._generator)
        return changed


def as_video(image: BgrImage, generator: np.random.Generator) -> BgrImage:
    """Return a picture as a frame of a small, noisy, strongly coded video that was blown up.

    Video codecs and JPEG share the cosine transform of blocks and the halved colour planes, so that
    JPEG at the small size stands in for them.

    Args:
        image: `(H, W, 3)` uint8 BGR.
        generator: Draws the size, the noise and the quality.
    """
    height, width = image.shape[:2]
    scale = generator.uniform(*_VIDEO_SCALES)
    size = (max(8, round(scale * width)), max(8, round(scale * height)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    noise = generator.standard_normal(small.shape[:2], np.float32)
    small += generator.uniform(*_VIDEO_NOISE) * noise[..., None]
    quality = int(generator.integers(*_VIDEO_QUALITIES))
    coded = cv2.imencode(
        ".jpg", np.clip(small, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )[1]
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    assert decoded is not None
    blown_up = cv2.resize(decoded, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(blown_up, np.uint8)
