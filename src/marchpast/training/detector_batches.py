"""From labelled pictures to batches: what is drawn how often, and how it is shown."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from marchpast.records import FloatArray
from marchpast.training.datasets import Picture
from marchpast.training.detector_augment import Photometry
from marchpast.training.detector_config import DetectorConfig
from marchpast.training.detector_cutouts import cutouts_of
from marchpast.training.detector_formations import Material, draw_formation
from marchpast.training.detector_loss import CIVIL, MILITARY, Targets
from marchpast.training.detector_photos import is_for_detector, to_scene
from marchpast.training.detector_rendered import RenderedPicture, draw_weights, rendered_cutouts
from marchpast.training.detector_scenes import (
    Scene,
    log_uniform,
    mirrored,
    mosaic,
    shown_to_measure,
    view,
)

_LOGGER = logging.getLogger(__name__)
_CUTOUTS = 500
_CIVIL_CUTOUTS = 120
_RENDERED_CUTOUTS = 500

_BACKGROUND_ZOOMS = (1.0, 2.0)
_OPEN_GROUNDS = 0.6
_LITTLE = 0.12
_MOSAIC_COLUMNS = (2, 3, 4)
_MOSAIC_SHARES = (0.5, 0.3, 0.2)
_HARD_DRAWS = 4.0
"""How much oftener a picture is drawn that raised a false alarm."""

Batch = tuple[Tensor, list[Targets]]


class BatchSource:
    """Composes batches without end from pictures held in memory.

    Args:
        pictures: Of the training split; those the detector cannot use are skipped.
        config: Shares, sizes, batch size, seed.
        rendered: Rendered pictures, decoded when they are shown.

    Raises:
        SourceError: If a picture does not decode.
    """

    def __init__(
        self,
        pictures: Sequence[Picture],
        *,
        config: DetectorConfig,
        rendered: Sequence[RenderedPicture] = (),
    ) -> None:
        usable = [picture for picture in pictures if is_for_detector(picture)]
        scenes = [(picture, to_scene(picture)) for picture in usable]
        self._config = config
        self._military = [scene for _, scene in scenes if (scene.class_id == MILITARY).any()]
        civil = [
            (picture, scene) for picture, scene in scenes if not (scene.class_id == MILITARY).any()
        ]
        self._open = [scene for scene in self._military if _is_open(scene)]
        self._civil = [scene for _, scene in civil]
        self._civil_share = _share_by_source([picture.source for picture, _ in civil])
        self._draws = self._civil_share
        generator = np.random.default_rng(config.seed)
        self._rendered = rendered
        self._rendered_draws = draw_weights(rendered)
        self._material = Material(
            real=cutouts_of(self._military, _CUTOUTS, MILITARY, generator),
            rendered=rendered_cutouts(rendered, _RENDERED_CUTOUTS, generator),
            civil=cutouts_of(self._civil, _CIVIL_CUTOUTS, CIVIL, generator),
            scenery=self._civil,
        )
        _LOGGER.info(
            "%d pictures with military vehicles, %d without, %d rendered; cut out: %d military, "
            "%d rendered, %d civil",
            len(self._military),
            len(self._civil),
            len(rendered),
            len(self._material.real),
            len(self._material.rendered),
            len(self._material.civil),
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
        config = self._config
        draw = generator.random()
        has_cutouts = bool(self._material.real or self._material.rendered)
        if draw < config.formation_share and has_cutouts:
            background = self._background(size, generator)
            scene = draw_formation(background, self._material, generator)
        elif draw < config.formation_share + config.mosaic_share and not plain:
            scene = self._mosaic(size, generator)
        elif draw > 1.0 - config.rendered_share and self._rendered:
            picture = self._rendered[
                int(generator.choice(len(self._rendered), p=self._rendered_draws))
            ].scene()
            scene = shown_to_measure(picture, size, generator, zooms=(0.7, 1.8), fits_vehicle=0.3)
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
        return shown_to_measure(picture, size, generator, zooms=zooms, fits_vehicle=fits_vehicle)

    def _background(self, size: tuple[int, int], generator: np.random.Generator) -> Scene:
        """Show ground to set vehicles on: open country, or whatever a picture has."""
        if self._open and (not self._civil or generator.random() < _OPEN_GROUNDS):
            picture = self._open[int(generator.integers(len(self._open)))]
        elif self._civil:
            picture = self._civil[int(generator.choice(len(self._civil), p=self._draws))]
        else:
            picture = self._military[int(generator.integers(len(self._military)))]
        zoom = log_uniform(_BACKGROUND_ZOOMS, generator)
        return view(
            picture, size=size, zoom=zoom, stretch=1.0, generator=generator, keeps_vehicle=False
        )

    def _mosaic(self, size: tuple[int, int], generator: np.random.Generator) -> Scene:
        columns = int(generator.choice(_MOSAIC_COLUMNS, p=_MOSAIC_SHARES))
        heights = _parts(size[0], columns, generator)
        widths = _parts(size[1], columns, generator)
        tiles = [
            self._view((height, width), generator, zooms=(0.8, 2.5), fits_vehicle=0.3)
            for height in heights
            for width in widths
        ]
        return mosaic(tiles, columns=columns)


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


def _is_open(scene: Scene) -> bool:
    """Whether vehicles take little of a picture, so that others find ground to stand on."""
    height, width = scene.image.shape[:2]
    areas = (scene.xyxy[:, 2:] - scene.xyxy[:, :2]).prod(axis=1)
    return bool(areas.sum() < _LITTLE * height * width)


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
