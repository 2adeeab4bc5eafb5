"""Rendered pictures among the photos: read, cut out, drawn as often as asked."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("albumentations")

from marchpast.cli.main import main as marchpast
from marchpast.errors import SourceError
from marchpast.training.config_file import bundled_configs
from marchpast.training.datasets import Picture
from marchpast.training.detector_batches import BatchSource
from marchpast.training.detector_config import DetectorConfig
from marchpast.training.detector_loss import CIVIL, IGNORED, MILITARY
from marchpast.training.detector_rendered import draw_weights, read_rendered, rendered_cutouts
from marchpast.training.detector_train import DEFAULT_CONFIG

pytestmark = pytest.mark.train

SHIPPED = Path(__file__).resolve().parents[2] / "models" / "detector" / "model.onnx"
HEIGHT, WIDTH = 96, 128
GREEN = (40, 200, 40)
CATEGORIES = ("tank", "pantsir_s1", "civilian_vehicle", "military_vehicle")


def rendered_folder(folder: Path, pictures: list[list[dict[str, Any]]]) -> Path:
    """Write drawn pictures in the form of `marchpast synth pictures`: each vehicle a green block.

    Args:
        folder: Where.
        pictures: The vehicles of each: `node`, `bbox`, and what differs from the usual.
    """
    for name in ("pictures", "masks"):
        (folder / name).mkdir(parents=True)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, vehicles in enumerate(pictures, 1):
        image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        for track_id, row in enumerate(vehicles, 1):
            x, y, width, height = row["bbox"]
            image[y : y + height, x : x + width] = GREEN
            mask[y : y + height, x : x + width] = track_id
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": CATEGORIES.index(row["node"]) + 1,
                    "bbox": row["bbox"],
                    "track_id": track_id,
                    "visible_fraction": row.get("visible_fraction", 1.0),
                    "azimuth_deg": row.get("azimuth_deg", 90.0),
                    "elevation_deg": 10.0,
                }
                | ({"ignore": True} if row.get("ignore") else {})
            )
        name = f"{number:06d}"
        cv2.imwrite(str(folder / "pictures" / f"{name}.jpg"), image)
        cv2.imwrite(str(folder / "masks" / f"{name}.png"), mask)
        images.append(
            {
                "id": number,
                "file_name": f"pictures/{name}.jpg",
                "width": WIDTH,
                "height": HEIGHT,
                "light": "day",
            }
        )
    categories = [{"id": number, "name": name} for number, name in enumerate(CATEGORIES, 1)]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(content), "utf-8")
    return folder


def grey_photo(folder: Path) -> Picture:
    cv2.imwrite(str(folder / "grey.png"), np.full((HEIGHT, WIDTH, 3), 120, np.uint8))
    return Picture(
        path=folder / "grey.png",
        collection="drawn",
        event="grey",
        split="train",
        source="drawn",
        width=WIDTH,
        height=HEIGHT,
        boxes=(),
        civil_labelled=False,
        is_boxed=True,
    )


LARGE = {"node": "pantsir_s1", "bbox": [20, 20, 60, 40]}
FAR = {"node": "tank", "bbox": [90, 60, 20, 10], "ignore": True}
CAR = {"node": "civilian_vehicle", "bbox": [90, 10, 30, 20]}


def test_nodes_become_classes_and_what_is_flagged_is_not_judged(tmp_path: Path) -> None:
    rows = read_rendered(rendered_folder(tmp_path / "r", [[LARGE, FAR, CAR], []]))
    scene = rows[0].scene()
    assert scene.class_id.tolist() == [MILITARY, IGNORED, CIVIL]
    assert scene.xyxy[0].tolist() == [20.0, 20.0, 80.0, 60.0]
    assert scene.image.shape == (HEIGHT, WIDTH, 3)
    # Scenery has simple cars without boxes.
    assert scene.civil_unjudged.tolist() == [[0.0, 0.0, WIDTH, HEIGHT]]
    assert len(rows[1].scene().xyxy) == 0


def test_formations_are_drawn_oftener(tmp_path: Path) -> None:
    five = [{"node": "tank", "bbox": [4 + 24 * index, 40, 18, 12]} for index in range(5)]
    rows = read_rendered(rendered_folder(tmp_path / "r", [[LARGE], five, [CAR] * 5]))
    np.testing.assert_allclose(draw_weights(rows), [1 / 6, 4 / 6, 1 / 6])


def test_whole_military_vehicles_are_cut_out_with_their_exact_shapes(tmp_path: Path) -> None:
    hidden = {"node": "tank", "bbox": [2, 60, 40, 30], "visible_fraction": 0.5}
    folder = rendered_folder(tmp_path / "r", [[LARGE | {"azimuth_deg": 200.0}, hidden, FAR, CAR]])
    (cutout,) = rendered_cutouts(read_rendered(folder), 10, np.random.default_rng(0))
    assert cutout.alpha.shape == (40, 60)
    assert cutout.alpha.min() > 0.5
    assert (cutout.class_id, cutout.azimuth_deg) == (MILITARY, 200.0)
    np.testing.assert_allclose(cutout.image[20, 30], GREEN, atol=12)


def test_rendered_pictures_are_drawn_as_often_as_the_configuration_says(tmp_path: Path) -> None:
    settings = DetectorConfig.load(DEFAULT_CONFIG).model_dump() | {
        "epochs": 9,
        "samples_per_epoch": 200,
        "sizes": [(64, 64)],
        "late_epochs": 0,
        "military_share": 0.0,
        "mosaic_share": 0.0,
        "formation_share": 0.0,
        "rendered_share": 0.3,
    }
    config = DetectorConfig.model_validate(settings)
    rows = read_rendered(rendered_folder(tmp_path / "r", [[LARGE]]))
    source = BatchSource([grey_photo(tmp_path)], config=config, rendered=rows)
    shown = [
        bool((target.class_id == MILITARY).any())
        for _, targets in source.batches(epoch=0, plain=True)
        for target in targets
    ]
    assert 0.22 < np.mean(shown) < 0.38


def photo_folder(folder: Path) -> Path:
    """Write a collection of four events with a red vehicle in every other picture."""
    collection = folder / "drawn"
    collection.mkdir(parents=True)
    images, annotations = [], []
    for number in range(16):
        image = np.full((HEIGHT, WIDTH, 3), 60 + number, np.uint8)
        if number % 2 == 0:
            image[30:70, 20:90] = (30, 30, 220)
            box = {"id": number, "image_id": number, "category_id": 1, "bbox": [20, 30, 70, 40]}
            annotations.append(box)
        name = f"{100 * number}.png"
        cv2.imwrite(str(collection / name), image)
        row = {"id": number, "file_name": name, "width": WIDTH, "height": HEIGHT}
        images.append(row | {"event": f"event-{number // 4}"})
    content = {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 1, "name": "tank"}],
    }
    (collection / "annotations.json").write_text(json.dumps(content), "utf-8")
    assert marchpast(["split", str(folder)]) == 0
    return folder


def finishing_config(path: Path) -> Path:
    """The configuration of the shipped detector's last run, made tiny."""
    changes = {
        "epochs": 1,
        "samples_per_epoch": 16,
        "batch_size": 4,
        "sizes": [[64, 96]],
        "late_epochs": 0,
        "warmup_steps": 1,
        "evaluation_size": [64, 96],
        "rendered_share": 0.4,
    }
    settings = tomllib.loads(bundled_configs()["detector_finish"].read_text("utf-8")) | changes
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_model_goes_on_with_rendered_pictures_and_is_exported_with_their_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(photo_folder(tmp_path / "data"))]
    rendered = ["--rendered", str(rendered_folder(tmp_path / "rendered", [[LARGE, CAR]] * 3))]
    run, config = str(tmp_path / "run"), str(finishing_config(tmp_path / "tiny.toml"))
    start = ["train", "detector", config, *data, "--run", run, "--weights", str(SHIPPED)]
    assert marchpast(start) == 2
    assert "rendered_share = 0.4" in capsys.readouterr().err
    assert marchpast([*start, *rendered]) == 0
    out = tmp_path / "model"
    assert marchpast(["export", "detector", "--run", run, *data, *rendered, "--out", str(out)]) == 0
    card = tomllib.loads((out / "card.toml").read_text("utf-8"))
    assert card["training"]["rendered_pictures"] == 3
    assert card["training"]["rendered_boxes"] == 6
    assert "Apache-2.0" in card["started_from"]
    assert "--rendered RENDERED" in card["command"]


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda folder: (folder / "annotations.json").unlink(), "synth pictures"),
        (lambda folder: (folder / "annotations.json").write_text("{"), "cannot read the truth"),
        (lambda folder: (folder / "pictures/000001.jpg").unlink(), "is missing"),
        (
            lambda folder: (folder / "annotations.json").write_text(
                (folder / "annotations.json").read_text().replace("pantsir_s1", "airship")
            ),
            "'airship' is no military or civil vehicle",
        ),
    ],
)
def test_a_folder_that_cannot_be_learnt_from_is_refused(
    tmp_path: Path, harm: Any, message: str
) -> None:
    folder = rendered_folder(tmp_path / "r", [[LARGE]])
    harm(folder)
    with pytest.raises(SourceError, match=message):
        read_rendered(folder)
