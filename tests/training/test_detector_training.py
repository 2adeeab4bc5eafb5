"""A tiny training on drawn vehicles: the loss falls, a vehicle is found, a stop costs nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("albumentations")

from pydantic import ValidationError  # noqa: E402

from marchpast.errors import OutputExistsError  # noqa: E402
from marchpast.training.datasets import LabelledBox, Picture  # noqa: E402
from marchpast.training.detector_batches import Batch, BatchSource  # noqa: E402
from marchpast.training.detector_config import DetectorConfig  # noqa: E402
from marchpast.training.detector_evaluate import TorchDetector, examine  # noqa: E402
from marchpast.training.detector_figures import figures  # noqa: E402
from marchpast.training.detector_loss import MILITARY  # noqa: E402
from marchpast.training.detector_mining import false_alarms  # noqa: E402
from marchpast.training.detector_model import DetectorNetwork  # noqa: E402
from marchpast.training.detector_train import DEFAULT_CONFIG, fit, load_trained  # noqa: E402

pytestmark = pytest.mark.train

SIDE = 64


def tiny_config(**changes: object) -> DetectorConfig:
    settings = DetectorConfig.load(DEFAULT_CONFIG).model_dump()
    settings |= {
        "epochs": 2,
        "samples_per_epoch": 8,
        "batch_size": 4,
        "sizes": [(SIDE, SIDE)],
        "late_epochs": 1,
        "late_sizes": [(SIDE, SIDE)],
        "warmup_steps": 2,
        "plain_epochs": 1,
        "mining_epochs": 1,
        "evaluation_size": (SIDE, SIDE),
    }
    return DetectorConfig.model_validate(settings | changes)


def pictures(folder: Path, count: int, *, seed: int) -> list[Picture]:
    """Grey noise; every other picture has one green block, the "military vehicle"."""
    generator = np.random.default_rng(seed)
    made = []
    for index in range(count):
        image = generator.integers(80, 120, (SIDE, SIDE, 3)).astype(np.uint8)
        boxes: tuple[LabelledBox, ...] = ()
        if index % 2 == 0:
            x, y = (int(value) for value in generator.integers(4, SIDE - 36, 2))
            width, height = (int(value) for value in generator.integers(20, 32, 2))
            image[y : y + height, x : x + width] = (30, 220, 30)
            box = (float(x), float(y), float(x + width), float(y + height))
            boxes = (LabelledBox(index, box, "tank", "high"),)
        path = folder / f"{seed}-{index}.png"
        cv2.imwrite(str(path), image)
        made.append(
            Picture(
                path=path,
                collection="drawn",
                event=str(index),
                split="train",
                source="drawn",
                width=SIDE,
                height=SIDE,
                boxes=boxes,
                civil_labelled=False,
                is_boxed=True,
            )
        )
    return made


def eager_network() -> DetectorNetwork:
    """A fresh network that a minute can teach: its statistics follow quickly."""
    torch.manual_seed(0)
    network = DetectorNetwork()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 0.2
    return network


@pytest.mark.slow
def test_the_loss_falls_and_new_vehicles_are_found(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    config = tiny_config(
        epochs=9,
        samples_per_epoch=192,
        batch_size=8,
        learning_rate=3e-3,
        backbone_factor=1.0,
        warmup_steps=10,
        average_decay=0.95,
        military_share=0.8,
        mosaic_share=0.0,
        formation_share=0.0,
        plain_epochs=9,
    )
    source = BatchSource(pictures(tmp_path, 24, seed=1), config=config)
    unseen = pictures(tmp_path, 24, seed=2)
    checkpoint = fit(
        eager_network(), source, config=config, validation=unseen[:2], run=tmp_path / "run"
    )
    lines = (tmp_path / "run" / "log.jsonl").read_text("utf-8").splitlines()
    losses = [json.loads(line)["loss"] for line in lines]
    assert len(losses) == 9
    assert losses[-1] < 0.65 * losses[0]
    examined = examine(unseen, TorchDetector(load_trained(checkpoint), long_side=SIDE))
    table = figures(examined, min_confidence=0.3)
    assert table["military"]["boxes"] == 12
    # Untrained it is below 0.02.
    assert table["military"]["ap50"] > 0.4


class Interrupted(BatchSource):
    """Stops as a killed process would: before the second epoch."""

    def batches(self, *, epoch: int, plain: bool) -> Iterator[Batch]:
        if epoch == 1:
            raise KeyboardInterrupt
        return super().batches(epoch=epoch, plain=plain)


def test_a_resumed_training_ends_where_an_uninterrupted_one_does(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    config = tiny_config()
    made = pictures(tmp_path, 6, seed=3)

    def start() -> DetectorNetwork:
        torch.manual_seed(1)
        return DetectorNetwork()

    common: dict[str, Any] = {"config": config, "validation": made[:2]}
    straight = fit(start(), BatchSource(made, config=config), run=tmp_path / "a", **common)
    with pytest.raises(KeyboardInterrupt):
        fit(start(), Interrupted(made, config=config), run=tmp_path / "b", **common)
    with pytest.raises(OutputExistsError, match="resume it"):
        fit(start(), BatchSource(made, config=config), run=tmp_path / "b", **common)
    resumed = fit(
        start(), BatchSource(made, config=config), run=tmp_path / "b", resume=True, **common
    )
    first, second = load_trained(straight).state_dict(), load_trained(resumed).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_an_epoch_shows_the_same_scenes_again_and_another_shows_others(tmp_path: Path) -> None:
    source = BatchSource(pictures(tmp_path, 6, seed=4), config=tiny_config())
    once = [images for images, _ in source.batches(epoch=0, plain=False)]
    again = [images for images, _ in source.batches(epoch=0, plain=False)]
    other = [images for images, _ in source.batches(epoch=1, plain=False)]
    assert len(once) == 2
    assert once[0].shape == (4, 3, SIDE, SIDE)
    assert all(torch.equal(a, b) for a, b in zip(once, again, strict=True))
    assert not torch.equal(once[0], other[0])


def test_the_last_epochs_have_sizes_of_their_own(tmp_path: Path) -> None:
    config = tiny_config(late_sizes=[(SIDE, 2 * SIDE)])
    source = BatchSource(pictures(tmp_path, 4, seed=8), config=config)
    shapes = [
        {tuple(images.shape[2:]) for images, _ in source.batches(epoch=epoch, plain=True)}
        for epoch in (0, 1)
    ]
    assert shapes == [{(SIDE, SIDE)}, {(SIDE, 2 * SIDE)}]


def test_half_of_the_views_have_military_vehicles(tmp_path: Path) -> None:
    config = tiny_config(samples_per_epoch=200, mosaic_share=0.0, formation_share=0.0)
    # One picture in six has a vehicle; half of the views must.
    made = pictures(tmp_path, 12, seed=5)
    few = [row for row in made if row.boxes][:2] + [row for row in made if not row.boxes]
    source = BatchSource(few, config=config)
    shown = [
        bool((target.class_id == MILITARY).any())
        for _, targets in source.batches(epoch=0, plain=True)
        for target in targets
    ]
    assert 0.38 < np.mean(shown) < 0.6


def test_pictures_that_raise_an_alarm_are_drawn_four_times_as_often(tmp_path: Path) -> None:
    config = tiny_config(
        samples_per_epoch=400, military_share=0.0, mosaic_share=0.0, formation_share=0.0
    )
    source = BatchSource(pictures(tmp_path, 8, seed=6), config=config)
    # Of the four pictures without vehicles one is painted blue and called hard.
    source.civil[2].image[:] = (250, 0, 0)
    source.draw_oftener([False, False, True, False])
    shown = [
        bool((image[0] - image[2]).max() > 120)
        for images, _ in source.batches(epoch=0, plain=True)
        for image in images
    ]
    assert 4 / 7 - 0.1 < np.mean(shown) < 4 / 7 + 0.1


def test_a_picture_is_hard_when_a_military_answer_is_confident(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = DetectorNetwork().eval()
    scenes = BatchSource(pictures(tmp_path, 4, seed=7), config=tiny_config()).civil
    assert false_alarms(network, scenes, size=(SIDE, SIDE)) == [False, False]
    for head in network.heads:
        torch.nn.init.constant_(head.output.bias[0], 3.0)
    assert false_alarms(network, scenes, size=(SIDE, SIDE)) == [True, True]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": [(100, 64)]}, "multiple of 32"),
        ({"epochs": 0}, "greater than or equal to 1"),
        ({"momentum": 0.9}, "Extra inputs are not permitted"),
    ],
)
def test_settings_out_of_range_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        tiny_config(**change)
