"""How sure a network is of attributes: known scales are found again in what they made."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest

from marchpast.inference import Model
from marchpast.taxonomy import load_taxonomy
from marchpast.training.attribute_calibration import Scales, attribute_scales
from marchpast.training.attributes import AXLES
from marchpast.training.classifier_crops import LabelledCrop

TAXONOMY = load_taxonomy()
NAMES = ("tracks", *AXLES)
SIDE = 4
OF_AXLES = {"tigr": 0, "bm21_grad": 1, "btr82a": 2, "topol_m": 3}


class DrawnModel:
    """Tells the log-odds that are drawn into a crop: 40 grey levels for one, from 128."""

    def __init__(self, names: tuple[str, ...] = NAMES, outputs: str = "attributes") -> None:
        self.card = SimpleNamespace(
            outputs=SimpleNamespace(names=("logits", outputs), attributes=names),
            input=SimpleNamespace(size=(SIDE, SIDE)),
        )

    def run(self, batch: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.float32]]:
        flat = batch.reshape(len(batch), -1).astype(np.float64)
        odds = (flat[:, : len(NAMES)] - 128) / 40
        return [np.zeros((len(batch), 3), np.float32), (1 / (1 + np.exp(-odds))).astype(np.float32)]


def crop(node: str, odds: npt.NDArray[np.float64]) -> LabelledCrop:
    image = np.zeros(SIDE * SIDE * 3, np.uint8)
    image[: len(odds)] = np.clip(np.round(128 + 40 * odds), 0, 255)
    return LabelledCrop(
        image=image.reshape(SIDE, SIDE, 3),
        xyxy=(0.0, 0.0, float(SIDE), float(SIDE)),
        size_px=float(SIDE),
        node=node,
        is_exact=True,
        is_loose=False,
        collection="drawn",
        event="drawn/1",
        source="drawn",
        origin="drawn",
    )


def drives(count: int, *, slope: float, offset: float) -> list[LabelledCrop]:
    """Tanks and lorries, as often as the scaled odds say."""
    generator = np.random.default_rng(5)
    odds = generator.uniform(-2, 2, count)
    on_tracks = generator.random(count) < 1 / (1 + np.exp(-(slope * odds + offset)))
    silent = np.zeros(len(AXLES))
    return [
        crop("tank" if is_tracked else "military_truck", np.concatenate([[value], silent]))
        for value, is_tracked in zip(odds, on_tracks, strict=True)
    ]


def counts(count: int, *, slope: float) -> list[LabelledCrop]:
    """Wheeled vehicles with 2, 3, 4 and 8 axles, as often as a softmax of the scaled odds says."""
    generator = np.random.default_rng(6)
    odds = generator.uniform(-1.5, 1.5, (count, len(AXLES)))
    shares = np.exp(slope * odds)
    shares /= shares.sum(axis=1, keepdims=True)
    nodes = list(OF_AXLES)
    return [
        crop(nodes[generator.choice(4, p=share)], np.concatenate([[-2.0], row]))
        for row, share in zip(odds, shares, strict=True)
    ]


def scales_of(crops: list[LabelledCrop], model: DrawnModel | None = None, **how: Any) -> Scales:
    return attribute_scales(cast(Model, model or DrawnModel()), crops, TAXONOMY, **how)


def test_the_scale_of_the_drive_is_found_again() -> None:
    scale = scales_of(drives(1500, slope=2.5, offset=-0.8))["drive"]
    assert scale["slope"] == pytest.approx(2.5, abs=0.3)
    assert scale["offset"] == pytest.approx(-0.8, abs=0.2)


def test_the_slope_of_the_counts_is_found_again() -> None:
    scale = scales_of(counts(1200, slope=1.7))["axles"]
    assert scale["slope"] == pytest.approx(1.7, abs=0.25)
    assert scale["offset"] == 0.0


def test_labels_that_do_not_tell_are_left_out() -> None:
    crops = drives(400, slope=2.5, offset=-0.8)
    silent = [crop(node, np.full(5, 2.0)) for node in ("afv", "civilian_vehicle", "s300_family")]
    assert scales_of(crops + 40 * silent) == scales_of(crops)


def test_a_drive_told_the_wrong_way_round_is_not_told() -> None:
    assert "drive" not in scales_of(drives(400, slope=-2.0, offset=0.0))


def test_few_crops_leave_what_was() -> None:
    before = {"drive": {"slope": 9.0, "offset": 1.0}, "axles": {"slope": 9.0, "offset": 0.0}}
    assert scales_of([], before=before) == before
    few = drives(25, slope=2.5, offset=0.0)
    assert scales_of(few, before=before) == before
    assert scales_of(few) == {}
    enough = scales_of(drives(400, slope=2.5, offset=0.0), before=before)
    assert enough["drive"] != before["drive"]
    assert enough["axles"] == before["axles"]


def test_what_the_network_does_not_tell_gets_no_scale() -> None:
    crops = drives(200, slope=2.5, offset=0.0) + counts(200, slope=1.7)
    assert scales_of(crops, DrawnModel(outputs="novelty")) == {}
    assert set(scales_of(crops, DrawnModel(names=("tracks",)))) == {"drive"}
    assert set(scales_of(crops)) == {"drive", "axles"}
