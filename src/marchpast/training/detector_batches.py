"""From labelled pictures to batches: what is drawn how often, and how it is shown."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import torch
from torch import Tensor

from marchpast.errors import SourceError
from marchpast.records import BgrImage, FloatArray
from marchpast.training.datasets import CIVIL_NODE, Picture
from marchpast.training.detector_augment import Photometry
from marchpast.training.detector_config import DetectorConfig
from marchpast.training.detector_formations import cutouts_of, formation
from marchpast.training.detector_loss import CIVIL, MILITARY, Targets
from marchpast.training.detector_scenes import Scene, mirrored, mosaic, view

_LOGGER = logging.getLogger(__name__)
_LONGEST_SIDE = 1024
_CUTOUTS = 500
_CIVIL_CUTOUTS = 120
_CIVIL_IN_FORMATION = 0.1
_UNCUT_FORMATIONS = 0.2
"""Share of formations that are pasted with the whole of their boxes, as other people paste."""

_VEHICLE_SHARES = (0.035, 1.0)
"""How much of the picture's longer side a vehicle takes in a view made to its measure."""

_ZOOMS = (0.5, 3.5)
_HARD_DRAWS = 4.0
"""How much oftener a picture is drawn that raised a false alarm."""

Batch = tuple[Tensor, list[Targets]]


def to_scene(picture: Picture) -> Scene:
    """Decode a picture; boxes that are only "the whole picture" are left out.

    Raises:
        SourceError: If it does not decode.
    """
    image = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
    if image is None:
        raise SourceError(f"{picture.path}: the picture does not decode; restore it")
    scale = min(1.0, _LONGEST_SIDE / max(image.shape[:2]))
    if scale < 1.0:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    pixels = np.asarray(image, np.uint8)
    boxes = picture.boxes if picture.is_boxed else ()
    return Scene(
        pixels,
        np.array([box.xyxy for box in boxes], np.float32).reshape(-1, 4) * np.float32(scale),
        np.array([CIVIL if box.node == CIVIL_NODE else MILITARY for box in boxes], np.int64),
        _civil_unjudged(picture, pixels),
    )


def is_for_detector(picture: Picture) -> bool:
    """Whether the truth about military boxes is complete: all boxed, or none there."""
    if all(box.node == CIVIL_NODE for box in picture.boxes):
        return True
    return picture.is_boxed and picture.all_boxed


class BatchSource:
    """Composes batches without end from pictures held in memory.

    Args:
        pictures: Of the training split; those the detector cannot use are skipped.
        config: Shares, sizes, batch size, seed.
    """

    def __init__(self, pictures: Sequence[Picture], *, config: DetectorConfig) -> None:
        usable = [picture for picture in pictures if is_for_detector(picture)]
        scenes = [(picture, to_scene(picture)) for picture in usable]
        self._config = config
        self._military = [scene for _, scene in scenes if (scene.class_id == MILITARY).any()]
        civil = [
            (picture, scene) for picture, scene in scenes if not (scene.class_id == MILITARY).any()
        ]
        self._civil = [scene for _, scene in civil]
        self._civil_share = _share_by_source([picture.source for picture, _ in civil])
        self._draws = self._civil_share
        generator = np.random.default_rng(config.seed)
        self._cutouts = cutouts_of(self._military, _CUTOUTS, MILITARY, generator)
        self._civil_cutouts = cutouts_of(self._civil, _CIVIL_CUTOUTS, CIVIL, generator)
        _LOGGER.info(
            "%d pictures with military vehicles, %d without, %d + %d cutouts",
            len(self._military),
            len(self._civil),
            len(self._cutouts),
            len(self._civil_cutouts),
        )

    def batches(self, *, epoch: int, plain: bool) -> Iterator[Batch]:
        """Yield the batches of one epoch; the same epoch yields the same batches.

        Args:
            epoch: 0-based, seeds what is drawn.
            plain: Without mosaics and with gentler colours.
        """
        seed = self._config.seed + 1000 * epoch
        generator = np.random.default_rng(seed)
        is_late = epoch >= self._config.epochs - self._config.late_epochs
        sizes = self._config.late_sizes if is_late else self._config.sizes
        photometry = Photometry(seed=seed, strength=0.5 if plain else 1.0)
        for _ in range(self._config.samples_per_epoch // self._config.batch_size):
            size = sizes[int(generator.integers(len(sizes)))]
            scenes = [
                self._scene(size, generator, plain=plain) for _ in range(self._config.batch_size)
            ]
            yield to_batch([_recoloured(scene, photometry) for scene in scenes])

    @property
    def civil(self) -> Sequence[Scene]:
        """The pictures without military vehicles."""
        return self._civil

    def draw_oftener(self, hard: Sequence[bool]) -> None:
        """Draw some of the pictures without military vehicles more often from now on.

        Args:
            hard: One for each of `civil`; the others go back to their usual share.
        """
        draws = self._civil_share * np.where(np.asarray(hard, bool), _HARD_DRAWS, 1.0)
        self._draws = draws / draws.sum()

    def _scene(
        self, size: tuple[int, int], generator: np.random.Generator, *, plain: bool
    ) -> Scene:
        draw = generator.random()
        config = self._config
        if draw < config.formation_share and self._cutouts:
            scene = self._formation(size, generator)
        elif draw < config.formation_share + config.mosaic_share and not plain:
            scene = self._mosaic(size, generator)
        else:
            scene = self._view(size, generator, zooms=(0.5, 1.8), fits_vehicle=0.5)
        return mirrored(scene) if generator.random() < 0.5 else scene

    def _view(
        self,
        size: tuple[int, int],
        generator: np.random.Generator,
        *,
        zooms: tuple[float, float],
        fits_vehicle: float = 0.0,
    ) -> Scene:
        """Show one picture; some are zoomed so that a vehicle takes a drawn share of the view."""
        if self._civil and generator.random() >= self._config.military_share:
            picture = self._civil[int(generator.choice(len(self._civil), p=self._draws))]
        else:
            picture = self._military[int(generator.integers(len(self._military)))]
        if len(picture.xyxy) and generator.random() < fits_vehicle:
            zoom = _zoom_to_measure(picture, size, generator)
        else:
            zoom = _log_uniform(zooms, generator)
        stretch = float(np.exp(generator.normal(0.0, 0.08)))
        return view(picture, size=size, zoom=zoom, stretch=stretch, generator=generator)

    def _mosaic(self, size: tuple[int, int], generator: np.random.Generator) -> Scene:
        columns = 2 if generator.random() < 0.6 else 3
        heights = _parts(size[0], columns, generator)
        widths = _parts(size[1], columns, generator)
        tiles = [
            self._view((height, width), generator, zooms=(0.8, 2.5), fits_vehicle=0.3)
            for height in heights
            for width in widths
        ]
        return mosaic(tiles, columns=columns)

    def _formation(self, size: tuple[int, int], generator: np.random.Generator) -> Scene:
        background = self._view(size, generator, zooms=(0.9, 2.5))
        count = int(generator.integers(4, 17))
        # A parade shows one type many times; a convoy mixes.
        kinds = 1 if generator.random() < 0.4 else count
        chosen = [self._cutouts[int(generator.integers(len(self._cutouts)))]]
        for index in range(1, count):
            if self._civil_cutouts and generator.random() < _CIVIL_IN_FORMATION:
                pool = self._civil_cutouts
                chosen.append(pool[int(generator.integers(len(pool)))])
            elif index < kinds:
                chosen.append(self._cutouts[int(generator.integers(len(self._cutouts)))])
            else:
                chosen.append(chosen[0])
        if generator.random() < _UNCUT_FORMATIONS:
            chosen = [cutout.uncut() for cutout in chosen]
        return formation(background, chosen, generator=generator)


def to_batch(scenes: Sequence[Scene]) -> Batch:
    """Stack scenes of one size into `(N, 3, H, W)` float32 BGR in 0..255 and their truth."""
    stacked = np.stack([scene.image for scene in scenes])
    images = torch.from_numpy(stacked).permute(0, 3, 1, 2).float()
    targets = [
        Targets(
            torch.from_numpy(scene.xyxy),
            torch.from_numpy(scene.class_id),
            torch.from_numpy(scene.civil_unjudged),
        )
        for scene in scenes
    ]
    return images.contiguous(memory_format=torch.channels_last), targets


def _recoloured(scene: Scene, photometry: Photometry) -> Scene:
    return Scene(photometry(scene.image), scene.xyxy, scene.class_id, scene.civil_unjudged)


def _civil_unjudged(picture: Picture, image: BgrImage) -> FloatArray:
    """The whole of a street picture without boxes.

    Pictures of military vehicles count as labelled: civil vehicles are rare in them, and
    where nothing said otherwise the network learnt to call whole such pictures civil.
    """
    if picture.civil_labelled or any(box.node != CIVIL_NODE for box in picture.boxes):
        return np.zeros((0, 4), np.float32)
    return np.array([[0, 0, image.shape[1], image.shape[0]]], np.float32)


def _zoom_to_measure(
    picture: Scene, size: tuple[int, int], generator: np.random.Generator
) -> float:
    """Choose how closely to look so that one vehicle's longer side is a drawn share of the view."""
    height, width = picture.image.shape[:2]
    box = picture.xyxy[int(generator.integers(len(picture.xyxy)))]
    fitted = min(size[0] / height, size[1] / width)
    share = float((box[2:] - box[:2]).max()) * fitted / max(size)
    wanted = _log_uniform(_VEHICLE_SHARES, generator)
    return float(np.clip(wanted / max(share, 1e-3), *_ZOOMS))


def _log_uniform(bounds: tuple[float, float], generator: np.random.Generator) -> float:
    return float(np.exp(generator.uniform(*np.log(bounds))))


def _share_by_source(sources: Sequence[str]) -> FloatArray:
    """Draw a source as often as the square root of its size: none drowns the others."""
    counts = Counter(sources)
    weight = np.array([counts[source] ** -0.5 for source in sources])
    return (weight / weight.sum()).astype(np.float64) if len(weight) else weight


def _parts(length: int, count: int, generator: np.random.Generator) -> list[int]:
    """Cut a length into `count` parts, none less than half of an equal share."""
    shares = generator.uniform(0.5, 1.5, count)
    ends = np.round(np.cumsum(shares) / shares.sum() * length).astype(int)
    return [int(part) for part in np.diff(ends, prepend=0)]
