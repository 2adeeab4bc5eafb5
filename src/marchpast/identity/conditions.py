"""Under which conditions a vehicle was seen, as far as its pixels tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import cv2
import numpy as np

from marchpast.records import BgrImage

Condition = Literal["usual", "far", "dark", "few_photos"]
CONDITIONS: tuple[Condition, ...] = ("usual", "far", "dark", "few_photos")
"""`far`: few pixels; `dark`: a dark crop; `few_photos`: what the network takes it for was learnt
from few photos or none; `usual`: none of these."""


def brightness(images: Sequence[BgrImage]) -> float:
    """Return how bright crops are: the median of their grey levels' medians, 0 to 255.

    A lamp or a white sky in a night picture moves a mean; it does not move a median.

    Args:
        images: `(h, w, 3)` uint8 BGR each, at least one.
    """
    greys = [cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) for image in images]
    return float(np.median([np.median(grey) for grey in greys]))


def conditions_of(
    *,
    size_px: float,
    brightness: float | None,
    has_few_photos: bool,
    far_below_px: float,
    dark_below: float,
) -> tuple[Condition, ...]:
    """Return the conditions that apply, `("usual",)` where none does.

    Args:
        size_px: Shorter side of the largest box, source pixels.
        brightness: As `brightness` measures it; `None` where it is not known.
        has_few_photos: Whether the likeliest type was learnt from few photos or none.
        far_below_px: A smaller side is far.
        dark_below: A darker crop is dark.

    >>> conditions_of(
    ...     size_px=40, brightness=30.0, has_few_photos=False, far_below_px=96, dark_below=64
    ... )
    ('far', 'dark')
    """
    found: list[Condition] = []
    if size_px < far_below_px:
        found.append("far")
    if brightness is not None and brightness < dark_below:
        found.append("dark")
    if has_few_photos:
        found.append("few_photos")
    return tuple(found) or ("usual",)


def penalty_under(conditions: Sequence[Condition], penalties: Mapping[Condition, float]) -> float:
    """Return the penalty of the widest set among those of the conditions and of the usual one."""
    return min(penalties["usual"], *(penalties[name] for name in conditions))
