"""Changes of colour, sharpness and coding: the only module that knows albumentations."""

from __future__ import annotations

from typing import cast

import albumentations as A  # noqa: N812 - the library's own convention
import cv2

from marchpast.records import BgrImage


class Photometry:
    """Seeded changes that leave boxes where they are: light, colour, night, blur, coding.

    Args:
        seed: Same seed and same pictures, same changes.
        strength: 1.0 for training, less for the gentler end of a training.
    """

    def __init__(self, *, seed: int, strength: float = 1.0) -> None:
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
        return cast(BgrImage, self._change(image=image)["image"])
