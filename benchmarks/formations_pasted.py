"""Parades with known truth, pasted: real vehicles of the validation side on real ground.

The backgrounds are validation pictures with open ground, whose own small vehicles are covered
with the ground beside them. (On the civil validation pictures, jams and cars seen near, a small
formation looks like toys.) Which pictures have such ground, and which vehicles come away from
theirs cleanly, was looked up by eye; the two tables say it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from benchmarks.cutouts import Cutout, cut_out, set_down
from benchmarks.formation_truth import Formation, NoPlaceError, TruthRow
from marchpast import Sampling, open_source
from marchpast.evaluation.labelled import LabelledPicture
from marchpast.records import BgrImage, Box

SEED = 20260510
COUNT = 48
WIDTH, HEIGHT = 1280, 720

CUTOUTS = (
    17, 19, 20, 260, 396, 468, 469, 473, 495, 496, 639, 643, 646, 649, 744, 746, 801, 810, 846,
    848, 858, 861, 867, 910, 913, 976, 981, 985, 1110, 1176, 1180, 1731, 1737, 1741, 1743, 1752,
    1753, 1761, 1764,
)  # fmt: skip
"""Annotations of the collection `vehicles`: whole, seen from the ground, cleanly cut."""

GROUNDS = {
    "images/0106.webp": (0.42, 0.98),
    "images/0149.webp": (0.30, 0.78),
    "images/0369.webp": (0.40, 0.90),
    "images/0370.webp": (0.25, 0.90),
    "images/0375.webp": (0.30, 0.98),
    "images/0466.webp": (0.25, 0.95),
    "images/0741.webp": (0.45, 0.98),
    "images/0906.webp": (0.66, 0.98),
    "images/0959.webp": (0.25, 0.98),
    "images/1026.webp": (0.45, 0.98),
    "images/1027.webp": (0.40, 0.98),
    "images/1135.webp": (0.35, 0.95),
    "images/1788.webp": (0.50, 0.98),
}
"""Top and bottom of the open ground, as shares of the picture's height."""

_LAYOUTS = ("column", "rows", "square")
_LEAST_VISIBLE = 0.45
_LEAST_SIDE_PX = 24
_TRIES = 200
_COVER_MARGIN = 0.15
_SQUARE_PX = 4


def pasted_formations(pictures: Sequence[LabelledPicture]) -> Iterator[Formation]:
    """Yield `COUNT` pictures made of those given; fewer things to choose from where some lack.

    Args:
        pictures: The validation side.
    """
    named = {picture.name: picture for picture in pictures}
    grounds = [named[name] for name in GROUNDS if name in named]
    cutouts = _cutouts(pictures)
    if not grounds or len(cutouts) < len(_LAYOUTS):
        return
    bases = [_ground(picture) for picture in grounds]
    for index in range(COUNT):
        rng = np.random.default_rng([SEED, index])
        which = index % len(grounds)
        band = GROUNDS[grounds[which].name]
        layout = _LAYOUTS[index % len(_LAYOUTS)]
        yield _placed(bases[which], band, cutouts, layout, f"{index:03d}", grounds[which], rng)


def _cutouts(pictures: Sequence[LabelledPicture]) -> list[Cutout]:
    wanted = set(CUTOUTS)
    found: list[Cutout] = []
    for picture in pictures:
        boxes = [box for box in picture.boxes if box.id in wanted]
        if picture.collection != "vehicles" or not boxes:
            continue
        image = _decoded(picture)
        cut = [cut_out(image, box.xyxy, node=box.node) for box in boxes]
        found += [row for row in cut if row is not None]
    return found


def _decoded(picture: LabelledPicture) -> BgrImage:
    return next(open_source(picture.path).frames(Sampling())).image


def _ground(picture: LabelledPicture) -> BgrImage:
    """Return the picture at the size of the formations, its own vehicles covered."""
    image = _decoded(picture)
    if picture.is_boxed:
        for box in picture.boxes:
            if box.node != "civilian_vehicle":
                image = covered(image, box.xyxy, [other.xyxy for other in picture.boxes])
    scaled = cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.asarray(scaled, np.uint8)


def covered(image: BgrImage, xyxy: Box, others: Sequence[Box]) -> BgrImage:
    """Cover a vehicle with the ground beside it, blended in its gradients (Pérez et al. 2003).

    Args:
        image: `(H, W, 3)` uint8 BGR.
        xyxy: Of the vehicle.
        others: Boxes that the ground is not taken from.
    """
    height, width = image.shape[:2]
    margin_x = _COVER_MARGIN * (xyxy[2] - xyxy[0]) + _SQUARE_PX
    margin_y = _COVER_MARGIN * (xyxy[3] - xyxy[1]) + _SQUARE_PX
    x1, x2 = max(1, int(xyxy[0] - margin_x)), min(width - 1, int(xyxy[2] + margin_x))
    y1, y2 = max(1, int(xyxy[1] - margin_y)), min(height - 1, int(xyxy[3] + margin_y))
    span = x2 - x1
    starts = sorted(range(1, width - 1 - span, max(1, span // 4)), key=lambda x: abs(x - x1))
    for start in starts:
        piece = (float(start), float(y1), float(start + span), float(y2))
        if not any(_touch(piece, other) for other in others):
            patch = image[y1:y2, start : start + span]
            mask = np.full(patch.shape[:2], 255, np.uint8)
            middle = ((x1 + x2) // 2, (y1 + y2) // 2)
            blended = cv2.seamlessClone(patch, image, mask, middle, cv2.NORMAL_CLONE)
            return np.asarray(blended, np.uint8)
    return image


def _touch(box: Box, other: Box) -> bool:
    return min(box[2], other[2]) > max(box[0], other[0]) and min(box[3], other[3]) > max(
        box[1], other[1]
    )


def _placed(
    base: BgrImage,
    band: tuple[float, float],
    cutouts: Sequence[Cutout],
    layout: str,
    name: str,
    ground: LabelledPicture,
    rng: np.random.Generator,
) -> Formation:
    """Draw formations until one stands wholly in the picture with every vehicle to be seen."""
    for _ in range(_TRIES):
        places, kinds = _drawn(layout, band, len(cutouts), rng)
        chosen = [cutouts[kind] for kind in kinds]
        if not _all_inside(places):
            continue
        image, rows = set_down(base, chosen, places)
        if min(share for _, share in rows) > _LEAST_VISIBLE:
            truth = tuple(
                TruthRow(box, share, cutout.node)
                for (box, share), cutout in zip(rows, chosen, strict=True)
            )
            return Formation(_published(image), name, layout, ground.name, truth)
    raise NoPlaceError(f"{layout} on {ground.name}: no formation fits in {_TRIES} tries")


def _drawn(
    layout: str, band: tuple[float, float], kinds: int, rng: np.random.Generator
) -> tuple[list[tuple[float, float, float]], list[int]]:
    """Draw middle x, bottom y and length (px) of 5 to 15 vehicles, and which cutout each is.

    Places are those of a grid on flat ground: size and spacing shrink alike with distance, from
    the bottom of the open ground to its top.
    """
    count = int(rng.integers(5, 16))
    abreast = {"column": 1, "rows": 2, "square": int(rng.integers(3, 5))}[layout]
    ranks = -(-count // abreast)
    near = float(rng.uniform(0.045, 0.11)) * WIDTH
    shrink = float(rng.uniform(0.45, 0.8))
    x, y = float(rng.uniform(0.05, 0.95)), float(rng.uniform(0.0, 1.0))
    slope = float(rng.uniform(-0.12, 0.12)) if layout == "column" else 0.0
    pitch = float(rng.uniform(1.15, 1.5))
    lane = float(rng.uniform(0.55, 0.8))
    places, types = [], []
    few = rng.permutation(kinds)[: int(rng.integers(2, 6))]
    for index in range(count):
        rank, file = divmod(index, abreast)
        depth = y + (rank - (ranks - 1) / 2) * slope + file * lane * near / HEIGHT * 1.6
        size = near * (shrink + (1 - shrink) * np.clip(depth, 0, 1))
        shift = (rank - (ranks - 1) / 2 + 0.5 * (layout == "rows") * file) * pitch * size
        bottom = (band[0] + np.clip(depth, -0.1, 1.1) * (band[1] - band[0])) * HEIGHT
        jitter = rng.normal(0, 0.04, 2) * size
        side = size * float(rng.uniform(0.93, 1.07))
        places.append((x * WIDTH + shift + jitter[0], float(bottom + 0.4 * jitter[1]), side))
        types.append(int(few[rank % len(few)] if layout == "square" else rng.choice(few)))
    return places, types


def _all_inside(places: Sequence[tuple[float, float, float]]) -> bool:
    return all(
        0.52 * side < x < WIDTH - 0.52 * side
        and 0.6 * side < bottom < HEIGHT - 2
        and side >= _LEAST_SIDE_PX
        for x, bottom, side in places
    )


def _published(image: BgrImage) -> BgrImage:
    """Return the picture as a small camera and a web site leave it: soft, with JPEG's marks."""
    soft = cv2.GaussianBlur(image, (0, 0), 0.5)
    _, encoded = cv2.imencode(".jpg", soft, [cv2.IMWRITE_JPEG_QUALITY, 88])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
