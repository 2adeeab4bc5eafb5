"""What is done to a stretch of a film before it is published again, one by one and in pairs."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Final

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from benchmarks.reuse_films import FPS, Film, frame_at
from marchpast.media import Sampling
from marchpast.records import BgrImage, Frame
from marchpast.reuse import LOOKUP_EVERY_S

NONE: Final = "none"
SINGLES: Final = (
    "mirrored", "vertical crop", "caption", "borders", "speed", "re-encoded", "brightness",
)  # fmt: skip
PAIRS: Final = tuple(" + ".join(pair) for pair in combinations(SINGLES, 2))
BEYOND: Final = ("zoomed 5 %", "zoomed 15 %", "blurred sides", "rotated 2 degrees", "backwards")
"""Nobody promised these; measured to say what the search does not find."""
Images = list[BgrImage]


@dataclass(frozen=True, slots=True)
class Cut:
    """A sub-clip to be made.

    Attributes:
        film: What it is cut from.
        first_s: Its first moment in the film.
        length_s: How long it plays.
        alteration: A single one, or two joined by `+`.
        seed: Of the alterations' own chances.
    """

    film: Film
    first_s: float
    length_s: float
    alteration: str
    seed: int

    @property
    def speed(self) -> float:
        """Film seconds a clip second."""
        if "speed" not in self.alteration:
            return 1.0
        return float(np.random.default_rng((self.seed, 1)).uniform(0.8, 1.25))


def frames_of(cut: Cut) -> list[Frame]:
    """Return the frames of a sub-clip that a search looks at, as it would sample the file.

    Only those are drawn: of a clip of 25 frames a second the ones that the search's sampling
    takes. Re-encoding is of these frames alone, as a video of eight frames a second.
    """
    is_taken = Sampling(every_s=LOOKUP_EVERY_S).chooser()
    times = [n / FPS for n in range(round(cut.length_s * FPS)) if is_taken(n, n / FPS)]
    images = [frame_at(cut.film, cut.first_s + time_s * cut.speed) for time_s in times]
    return altered(images, times, cut.alteration, cut.seed)


def altered(images: Images, times: Sequence[float], alteration: str, seed: int) -> list[Frame]:
    """Return frames after an alteration; of `speed` and `none` nothing is left to do here.

    Args:
        images: Of the clip.
        times: Of each, seconds.
        alteration: A single one, or two joined by `+`.
        seed: Of its chances.
    """
    steps = [name for name in alteration.split(" + ") if name in _STEPS]
    # As an editor would: first the picture, then what is laid over it, then the file.
    for name in sorted(steps, key=list(_STEPS).index):
        images = _STEPS[name](images, np.random.default_rng((seed, 2, len(name))))
    return [
        Frame(number, float(time_s), image)
        for number, (time_s, image) in enumerate(zip(times, images, strict=True))
    ]


def _mirrored(images: Images, _rng: np.random.Generator) -> Images:
    return [np.ascontiguousarray(image[:, ::-1]) for image in images]


def _vertical(images: Images, rng: np.random.Generator) -> Images:
    """Cut a window of 9:16 out, in half of the clips the middle, else anywhere."""
    height, width = images[0].shape[:2]
    broad = round(height * 9 / 16)
    left = (width - broad) // 2 if rng.random() < 0.5 else int(rng.integers(0, width - broad))
    return [np.ascontiguousarray(image[:, left : left + broad]) for image in images]


def _caption(images: Images, rng: np.random.Generator) -> Images:
    """Lay a bar with text over the lower 12 to 22 % or the upper 8 to 14 %."""
    height, width = images[0].shape[:2]
    is_low = rng.random() < 0.75
    tall = int(height * (rng.uniform(0.12, 0.22) if is_low else rng.uniform(0.08, 0.14)))
    top = height - tall if is_low else 0
    shade = tuple(int(v) for v in rng.integers(0, 255, 3))
    share = float(rng.choice([1.0, 0.75]))
    text = "".join(rng.choice(list("ABCDEFGHIKLMNOPRSTUVWXYZ    "), 40))
    done = []
    for image in images:
        bar = np.full((tall, width, 3), shade, np.uint8)
        cv2.putText(bar, text, (6, int(tall * 0.7)), cv2.FONT_HERSHEY_SIMPLEX, tall / 45,
                    (255, 255, 255), 1 + tall // 30, cv2.LINE_AA)  # fmt: skip
        copy = image.copy()
        under = copy[top : top + tall]
        copy[top : top + tall] = cv2.addWeighted(bar, share, under, 1 - share, 0)
        done.append(copy)
    return done


def _borders(images: Images, rng: np.random.Generator) -> Images:
    """Put bars above and below, at the sides, or all around; some with a caption on them."""
    height, width = images[0].shape[:2]
    shade = [int(v) for v in rng.choice([(0, 0, 0), (255, 255, 255), (40, 20, 120)])]
    kind = rng.integers(0, 3)
    up = 0 if kind == 1 else int(height * rng.uniform(0.06, 0.5))
    side = 0 if kind == 0 else int(width * rng.uniform(0.05, 0.35))
    low = up if rng.random() < 0.5 else up // 2
    done = []
    for image in images:
        framed = cv2.copyMakeBorder(image, up, low, side, side, cv2.BORDER_CONSTANT, value=shade)
        if up > 30:
            ink = (255, 255, 255) if sum(shade) < 400 else (0, 0, 0)
            cv2.putText(framed, "CONVOY NEAR THE BORDER", (8, up // 2 + 6),
                        cv2.FONT_HERSHEY_SIMPLEX, width / 700, ink, 1, cv2.LINE_AA)  # fmt: skip
        done.append(np.asarray(framed, np.uint8))
    return done


def _brightness(images: Images, rng: np.random.Generator) -> Images:
    gain, shift, gamma = rng.uniform(0.6, 1.4), rng.uniform(-35, 35), rng.uniform(0.7, 1.4)
    levels = 255 * (np.arange(256) / 255) ** gamma * gain + shift
    table = np.clip(levels, 0, 255).astype(np.uint8)
    return [np.asarray(cv2.LUT(image, table), np.uint8) for image in images]


def _re_encoded(images: Images, rng: np.random.Generator) -> Images:
    """Return the frames after a small, coarse H.264: two thirds of the size, CRF 36 to 42."""
    height, width = images[0].shape[:2]
    size = (max(32, width * 2 // 3 // 2 * 2), max(32, height * 2 // 3 // 2 * 2))
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        options = {"preset": "veryfast", "crf": str(int(rng.integers(36, 43))), "threads": "1"}
        stream = container.add_stream("libx264", rate=Fraction(8), options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for image in images:
            small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
            container.mux(stream.encode(VideoFrame.from_ndarray(small, format="bgr24")))
        container.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer, "r") as coded:
        decoded = coded.decode(video=0)
        return [np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in decoded]


def _zoomed(share: float) -> Callable[[Images, np.random.Generator], Images]:
    def zoom(images: Images, _rng: np.random.Generator) -> Images:
        height, width = images[0].shape[:2]
        x, y = round(width * share / 2), round(height * share / 2)
        return [np.ascontiguousarray(image[y : height - y, x : width - x]) for image in images]

    return zoom


def _blurred_sides(images: Images, _rng: np.random.Generator) -> Images:
    """Put the frame in the middle of a vertical one, filled with a blurred copy of itself."""
    height, width = images[0].shape[:2]
    tall = width * 16 // 9
    done = []
    for image in images:
        x = (width - round(height * 9 / 16)) // 2
        filled = cv2.resize(image[:, x : width - x], (width, tall))
        filled = cv2.GaussianBlur(filled, (0, 0), 12)
        top = (tall - height) // 2
        filled[top : top + height] = image
        done.append(np.asarray(filled, np.uint8))
    return done


def _rotated(images: Images, _rng: np.random.Generator) -> Images:
    height, width = images[0].shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 2.0, 1.07)
    return [np.asarray(cv2.warpAffine(image, turn, (width, height)), np.uint8) for image in images]


def _backwards(images: Images, _rng: np.random.Generator) -> Images:
    return images[::-1]


_STEPS: Final[dict[str, Callable[[Images, np.random.Generator], Images]]] = {
    "backwards": _backwards,
    "mirrored": _mirrored,
    "zoomed 5 %": _zoomed(0.05),
    "zoomed 15 %": _zoomed(0.15),
    "rotated 2 degrees": _rotated,
    "vertical crop": _vertical,
    "brightness": _brightness,
    "caption": _caption,
    "borders": _borders,
    "blurred sides": _blurred_sides,
    "re-encoded": _re_encoded,
}
