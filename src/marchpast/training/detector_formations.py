"""Parades made of pictures of single vehicles: cut out, set on another picture's ground.

Training pictures mostly show one large vehicle; users bring a dozen small ones in a row (cut and
paste: Dwibedi et al., arXiv:1708.01642; Ghiasi et al., arXiv:2012.07177). Other things are pasted
in the same way and called nothing, so that seams and shadows give no vehicle away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marchpast.training.detector_cutouts import Cutout
from marchpast.training.detector_layouts import Layout, Place, draw_places
from marchpast.training.detector_loss import IGNORED
from marchpast.training.detector_painting import PasteLight, box_at, lies_on, paint, set_down
from marchpast.training.detector_scenes import Scene

_LAYOUTS: tuple[Layout, ...] = ("column", "rows", "parade", "parked", "scattered")
_LAYOUT_SHARES = (0.24, 0.18, 0.2, 0.16, 0.22)
_MOST_SCATTERED = 4
_MOST_ABREAST = 20
_MOST_KINDS = 5

_RENDERED = 0.35
"""Share of formations of rendered vehicles, where there are any."""

_CIVIL = 0.08
_UNCUT = 0.12
"""Share of formations that are pasted with the whole of their boxes, as other people paste."""

_DECOYED = 0.4
_MOST_DECOYS = 4


@dataclass(frozen=True, slots=True)
class Material:
    """What formations are made of.

    Attributes:
        real: Military vehicles cut out of photos.
        rendered: Military vehicles cut out of rendered pictures; may be empty.
        civil: Civil vehicles cut out of photos; may be empty.
        scenery: Pictures without military vehicles, for decoys; may be empty.
    """

    real: Sequence[Cutout]
    rendered: Sequence[Cutout]
    civil: Sequence[Cutout]
    scenery: Sequence[Scene]


def draw_formation(background: Scene, material: Material, generator: np.random.Generator) -> Scene:
    """Set one to twenty vehicles on a picture, as parades, columns and car parks stand.

    Args:
        background: Where they are set; its own boxes stay.
        material: At least one of `real` and `rendered` is not empty.
        generator: Chooses everything.
    """
    layout = _LAYOUTS[int(generator.choice(len(_LAYOUTS), p=_LAYOUT_SHARES))]
    most = _MOST_SCATTERED if layout == "scattered" else _MOST_ABREAST
    count = int(generator.integers(1 if layout == "scattered" else 4, most + 1))
    size = (background.image.shape[0], background.image.shape[1])
    places = draw_places(layout, count, size, generator)
    light = PasteLight(
        gain=generator.uniform(0.75, 1.25),
        towards_ground=generator.uniform(0.0, 0.7),
        shadow=generator.uniform(0.0, 0.55),
        sharpness=generator.uniform(0.45, 1.0),
    )
    chosen = _chosen(layout, places, material, generator)
    if material.scenery and generator.random() < _DECOYED:
        background = _with_decoys(background, chosen, material.scenery, light, generator)
    return set_down(background, chosen, places, light=light, generator=generator)


def _chosen(
    layout: Layout, places: Sequence[Place], material: Material, generator: np.random.Generator
) -> list[Cutout]:
    """Choose a vehicle for every place: of one pool, seen alike, few types or one, all one way."""
    is_rendered = bool(material.rendered) and (not material.real or generator.random() < _RENDERED)
    pool = material.rendered if is_rendered else material.real
    first = pool[int(generator.integers(len(pool)))]
    fitting = [cutout for cutout in pool if cutout.is_seen_like(first)]
    # A parade shows one type many times; a convoy mixes.
    kinds = 1 if generator.random() < 0.3 else int(generator.integers(2, _MOST_KINDS + 1))
    few = [first] + [fitting[int(generator.integers(len(fitting)))] for _ in range(kinds - 1)]
    if generator.random() < _UNCUT:
        few = [cutout.uncut() for cutout in few]
    if generator.random() < 0.5:
        few = [cutout.mirrored() for cutout in few]
    chosen = []
    for place in places:
        which = place.rank if layout == "parade" else int(generator.integers(len(few)))
        cutout = few[which % len(few)]
        if material.civil and generator.random() < _CIVIL:
            cutout = material.civil[int(generator.integers(len(material.civil)))]
        elif layout == "scattered" and generator.random() < 0.5:
            cutout = cutout.mirrored()
        chosen.append(cutout)
    return chosen


def _with_decoys(
    background: Scene,
    shapes: Sequence[Cutout],
    scenery: Sequence[Scene],
    light: PasteLight,
    generator: np.random.Generator,
) -> Scene:
    """Paste pieces of other pictures, in the shapes of vehicles, that are no vehicles."""
    image = background.image.copy()
    owner = np.zeros(image.shape[:2], np.int64)
    count = int(generator.integers(1, _MOST_DECOYS + 1))
    size = (image.shape[0], image.shape[1])
    for place in draw_places("scattered", count, size, generator):
        shape = shapes[int(generator.integers(len(shapes)))]
        source = scenery[int(generator.integers(len(scenery)))].image
        height, width = shape.alpha.shape
        if source.shape[0] <= height or source.shape[1] <= width:
            continue
        top = int(generator.integers(source.shape[0] - height))
        left = int(generator.integers(source.shape[1] - width))
        piece = source[top : top + height, left : left + width]
        decoy = Cutout(piece, shape.alpha, IGNORED)
        box = box_at(decoy, place)
        if not lies_on(box, background.xyxy):
            paint(image, owner, decoy, box, light, gain=light.gain, number=1)
    return Scene(image, background.xyxy, background.class_id, background.civil_unjudged)
