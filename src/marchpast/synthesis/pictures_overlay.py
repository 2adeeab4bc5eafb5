"""What publishers and flight software write over pictures: dates, banners, sights, logos.

Published footage is full of it, so training pictures have some too; the truth is not changed, as
the vehicle is still there behind it.
"""

from __future__ import annotations

import cv2
import numpy as np

from marchpast.records import BgrImage

_SHARES = {"none": 0.80, "date": 0.09, "banner": 0.04, "logo": 0.07}
_SIGHTED = 0.35
_FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_PLAIN)
_INKS = ((255, 255, 255), (90, 255, 90), (60, 220, 255), (40, 40, 40))
_LETTERS = "ABCDEFGHIKLMNOPRSTUVXYZ"


def overlaid(
    image: BgrImage, rng: np.random.Generator, *, from_drone: bool
) -> tuple[BgrImage, str]:
    """Return the picture, perhaps with something written over it, and what that is.

    Args:
        image: `(H, W, 3)` BGR uint8; not changed.
        rng: Draws what, where and in which colours.
        from_drone: Then a sight with figures may be in the middle.
    """
    kind = str(rng.choice(list(_SHARES), p=list(_SHARES.values())))
    if from_drone and rng.uniform() < _SIGHTED:
        kind = "sight"
    if kind == "none":
        return image, kind
    drawn = image.copy()
    {"date": _date, "banner": _banner, "logo": _logo, "sight": _sight}[kind](drawn, rng)
    return drawn, kind


def _date(image: BgrImage, rng: np.random.Generator) -> None:
    day, month, year = rng.integers(1, 29), rng.integers(1, 13), rng.integers(2008, 2027)
    joint = str(rng.choice([".", "/", "-"]))
    text = joint.join((f"{day:02d}", f"{month:02d}", str(year)))
    if rng.uniform() < 0.4:
        text += f" {rng.integers(24):02d}:{rng.integers(60):02d}:{rng.integers(60):02d}"
    _write(image, rng, text, float(rng.uniform(0.4, 1.0)))


def _banner(image: BgrImage, rng: np.random.Generator) -> None:
    """Draw a bar across the lower part with words on it."""
    height, width = image.shape[:2]
    top = int(height * rng.uniform(0.78, 0.90))
    bottom = min(height, top + int(height * rng.uniform(0.06, 0.12)))
    colour = rng.integers(0, 256, 3)
    bar = image[top:bottom].astype(np.float32)
    share = float(rng.uniform(0.6, 1.0))
    image[top:bottom] = (bar + (colour - bar) * share).astype(np.uint8)
    size = 0.5 * (bottom - top) / 22
    ink = (255, 255, 255) if colour.mean() < 140 else (0, 0, 0)
    place = (int(width * 0.04), bottom - int(0.28 * (bottom - top)))
    cv2.putText(image, _words(rng), place, _FONTS[0], size, ink, 1, cv2.LINE_AA)


def _logo(image: BgrImage, rng: np.random.Generator) -> None:
    """Draw a disc with letters in a corner, half transparent."""
    height, width = image.shape[:2]
    radius = int(min(height, width) * rng.uniform(0.04, 0.09))
    x = int(rng.choice([1.4 * radius, width - 1.4 * radius]))
    y = int(rng.choice([1.4 * radius, height - 1.4 * radius]))
    over = image.copy()
    ink = tuple(int(value) for value in rng.integers(0, 256, 3))
    cv2.circle(over, (x, y), radius, ink, -1, cv2.LINE_AA)
    size, letters = radius / 30, _word(rng, 3)
    place = (x - int(0.75 * radius), y + int(0.25 * radius))
    cv2.putText(over, letters, place, _FONTS[1], size, (255, 255, 255), 1, cv2.LINE_AA)
    share = float(rng.uniform(0.4, 1.0))
    image[:] = cv2.addWeighted(over, share, image, 1 - share, 0)


def _sight(image: BgrImage, rng: np.random.Generator) -> None:
    """Draw a cross or brackets in the middle and flight figures along the edges."""
    height, width = image.shape[:2]
    x, y, arm = width // 2, height // 2, int(height * rng.uniform(0.03, 0.09))
    ink = _INKS[int(rng.integers(len(_INKS)))]
    gap = arm // 3
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        start = (x + gap * dx, y + gap * dy)
        cv2.line(image, start, (x + arm * dx, y + arm * dy), ink, 1, cv2.LINE_AA)
    if rng.uniform() < 0.5:
        cv2.rectangle(image, (x - 2 * arm, y - 2 * arm), (x + 2 * arm, y + 2 * arm), ink, 1)
    for _ in range(int(rng.integers(1, 6))):
        figure = f"{rng.uniform(0, 999):.{rng.integers(0, 3)}f}"
        place = (
            int(rng.choice([0.02, 0.45, 0.85]) * width),
            int(rng.choice([0.07, 0.95]) * height),
        )
        cv2.putText(image, figure, place, _FONTS[2], height / 380, ink, 1, cv2.LINE_AA)


def _write(image: BgrImage, rng: np.random.Generator, text: str, size: float) -> None:
    """Write into a corner: white with a dark rim, or black."""
    font = _FONTS[int(rng.integers(len(_FONTS)))]
    (wide, high), _ = cv2.getTextSize(text, font, size, 1)
    height, width = image.shape[:2]
    x = int(rng.choice([8, max(8, width - wide - 8)]))
    y = int(rng.choice([high + 8, height - 8]))
    if rng.uniform() < 0.75:
        cv2.putText(image, text, (x, y), font, size, (0, 0, 0), 3, cv2.LINE_AA)
        cv2.putText(image, text, (x, y), font, size, (255, 255, 255), 1, cv2.LINE_AA)
    else:
        cv2.putText(image, text, (x, y), font, size, (0, 0, 0), 2, cv2.LINE_AA)


def _words(rng: np.random.Generator) -> str:
    return " ".join(_word(rng, int(rng.integers(2, 10))) for _ in range(int(rng.integers(2, 6))))


def _word(rng: np.random.Generator, length: int) -> str:
    return "".join(_LETTERS[i] for i in rng.integers(len(_LETTERS), size=length))
