"""Crops of a tiny folder of rendered pictures, drawn here in the form the renderer writes."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from marchpast.errors import ConfigError, SourceError, TaxonomyError
from marchpast.taxonomy import load_taxonomy
from marchpast.training.classifier_config import (
    ClassifierConfig,
    RenderedSettings,
    rendered_settings,
)
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_rendered import rendered_crops
from marchpast.training.classifier_sampling import labels_of, sampling_weights
from marchpast.training.config_file import find_config, read_config

NODES = ("bastion_p", "t80", "civilian_vehicle")
HEIGHT, WIDTH = 200, 320
# BGR; the ground is dark.
WHEELS = (0, 0, 0)
INKS = ((40, 200, 40), (200, 40, 40), (40, 200, 200))


def write_rendered(folder: Path, pictures: int, **changes: Any) -> None:
    """One vehicle of every kind in each picture; `changes` go to every Bastion's row."""
    (folder / "pictures").mkdir(parents=True)
    (folder / "masks").mkdir()
    images, annotations = [], []
    for number in range(pictures):
        image = np.full((HEIGHT, WIDTH, 3), 30, np.uint8)
        owners = np.zeros((HEIGHT, WIDTH), np.uint8)
        for place in range(len(NODES)):
            x, y = 10 + 105 * place, 20 + 10 * (number % 5)
            image[y : y + 60, x : x + 80] = INKS[place]
            image[y + 50 : y + 60, x : x + 80] = WHEELS
            owners[y : y + 60, x : x + 80] = place + 1
            row = {
                "id": 10 * number + place,
                "image_id": number,
                "category_id": place + 1,
                "bbox": [x, y, 80, 60],
                "track_id": place + 1,
                "visible_fraction": 1.0,
                "azimuth_deg": 90.0,
                "attributes": {"drive": "wheels", "axles": 4},
            }
            row |= changes if NODES[place] == "bastion_p" else {}
            row |= {"vehicle": f"civil_{number % 2}" if place == 2 else f"variant_{number % 2}"}
            annotations.append(row)
        name = f"pictures/{number:06d}.png"
        cv2.imwrite(str(folder / name), image)
        cv2.imwrite(str(folder / "masks" / f"{number:06d}.png"), owners)
        images.append(
            {"id": number, "file_name": name, "width": WIDTH, "height": HEIGHT, "light": "dusk"}
        )
    categories = [{"id": place, "name": node} for place, node in enumerate(NODES, start=1)]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(content), encoding="utf-8")


def crops_of(folder: Path, **settings: float) -> list[LabelledCrop]:
    return rendered_crops(
        folder,
        settings=RenderedSettings.model_validate({"share": 0.3, "backgrounds": 0.0} | settings),
        stored_side=64,
        taxonomy=load_taxonomy(),
        seed=3,
    )


def test_crops_carry_what_the_renderer_knows(tmp_path: Path) -> None:
    write_rendered(tmp_path, 2)
    crops = crops_of(tmp_path)
    assert len(crops) == 6
    bastion = next(crop for crop in crops if crop.node == "bastion_p")
    assert bastion.rendered is not None
    assert (bastion.rendered.kind, bastion.rendered.light) == ("bastion_p", "dusk")
    assert bastion.rendered.attributes["axles"] == 4
    assert bastion.rendered.is_side_seen
    assert (bastion.collection, bastion.source) == ("rendered", "rendered/dusk")
    assert bastion.view(8)[:6].reshape(-1, 3).mean(axis=0) == pytest.approx(INKS[0], abs=4)
    # The mask lies on the crop as the vehicle does.
    mask = bastion.rendered.mask
    assert mask is not None
    assert mask.shape == bastion.image.shape[:2]
    on = mask > 250
    pixels = bastion.image[on].astype(int)
    is_hull = np.abs(pixels - INKS[0]).max(axis=1) <= 40
    assert (is_hull | (pixels.max(axis=1) <= 40)).mean() > 0.95
    assert on.mean() == pytest.approx(64 * 48 / mask.size, abs=0.05)
    civil = [crop for crop in crops if crop.node == "civilian_vehicle"]
    assert {crop.rendered.kind for crop in civil if crop.rendered} == {"civil_0", "civil_1"}


def test_the_same_seed_gives_the_same_crops(tmp_path: Path) -> None:
    write_rendered(tmp_path, 4)
    first, second = crops_of(tmp_path, backgrounds=1.0), crops_of(tmp_path, backgrounds=1.0)
    assert [crop.origin for crop in first] == [crop.origin for crop in second]
    assert all((a.image == b.image).all() for a, b in zip(first, second, strict=True))
    free = [crop for crop in first if crop.node == "background"]
    assert free
    # Pieces without a vehicle show none, also where a vehicle was too hidden to be learnt.
    assert all(crop.view(8).max() < 40 for crop in free)


@pytest.mark.parametrize(
    "change",
    [{"ignore": True}, {"visible_fraction": 0.2}, {"bbox": [10, 20, 80, 12]}],
)
def test_what_cannot_be_seen_is_not_learnt(tmp_path: Path, change: dict[str, Any]) -> None:
    write_rendered(tmp_path, 1, **change)
    assert {crop.node for crop in crops_of(tmp_path)} == {"t80", "civilian_vehicle"}


def test_what_fog_hides_is_not_learnt(tmp_path: Path) -> None:
    write_rendered(tmp_path, 1)
    path = tmp_path / "pictures" / "000000.png"
    image = cv2.imread(str(path))
    assert image is not None
    cv2.imwrite(str(path), (200 + image // 40).astype(np.uint8))
    assert crops_of(tmp_path) == []


def test_a_covered_vehicle_teaches_no_type(tmp_path: Path) -> None:
    write_rendered(tmp_path, 8, covered=True)
    crops = crops_of(tmp_path)
    nodes = [crop.node for crop in crops]
    assert (nodes.count("military_vehicle"), nodes.count("bastion_p")) == (8, 0)
    assert {crop.rendered.kind for crop in crops if crop.rendered} >= {"bastion_p"}
    config = read_config(find_config("classifier_rendered"), ClassifierConfig)
    labels = labels_of(crops, config=config, taxonomy=load_taxonomy())
    assert labels == ("civilian_vehicle", "t80", "background")


def test_every_kind_is_drawn_alike_and_has_its_share(tmp_path: Path) -> None:
    write_rendered(tmp_path, 6)
    rendered = crops_of(tmp_path, per_type=4, backgrounds=0.5)
    photos = [replace(crop, rendered=None) for crop in rendered if crop.node == "t80"]
    config = read_config(find_config("classifier_rendered"), ClassifierConfig)
    weights = sampling_weights([*photos, *rendered], config=config)
    assert config.data.rendered is not None
    assert weights[len(photos) :].sum() == pytest.approx(config.data.rendered.share)
    by_kind: Counter[str] = Counter()
    for crop, weight in zip(rendered, weights[len(photos) :], strict=True):
        by_kind[crop.rendered.kind if crop.rendered else ""] += weight
    assert len(by_kind) == 5
    assert list(by_kind.values()) == pytest.approx([config.data.rendered.share / 5] * 5)
    assert sampling_weights(photos, config=config).sum() == pytest.approx(1.0)


def test_common_types_are_capped(tmp_path: Path) -> None:
    write_rendered(tmp_path, 6)
    nodes = [crop.node for crop in crops_of(tmp_path, per_type=2)]
    assert nodes.count("t80") == nodes.count("bastion_p") == 2
    # Two civil blueprints, each of which has its cap.
    assert nodes.count("civilian_vehicle") == 4


def test_from_the_front_no_side_is_seen(tmp_path: Path) -> None:
    write_rendered(tmp_path, 1, azimuth_deg=170.0)
    bastion = next(crop for crop in crops_of(tmp_path) if crop.node == "bastion_p")
    assert bastion.rendered is not None
    assert not bastion.rendered.is_side_seen


def test_damaged_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="synth pictures"):
        crops_of(tmp_path)
    write_rendered(tmp_path / "a", 1)
    (tmp_path / "a" / "pictures" / "000000.png").write_bytes(b"nothing")
    with pytest.raises(SourceError, match="does not decode"):
        crops_of(tmp_path / "a")
    path = tmp_path / "b" / "annotations.json"
    write_rendered(tmp_path / "b", 1)
    path.write_text(path.read_text().replace("t80", "t8O"))
    with pytest.raises(TaxonomyError):
        crops_of(tmp_path / "b")
    path.write_text("{")
    with pytest.raises(SourceError, match="not JSON"):
        crops_of(tmp_path / "b")
    path.write_text('{"images": [], "annotations": [], "categories": []}')
    with pytest.raises(SourceError, match="no vehicle"):
        crops_of(tmp_path / "b")


def test_folder_and_configuration_must_agree(tmp_path: Path) -> None:
    plain = read_config(find_config("classifier"), ClassifierConfig)
    mixed = read_config(find_config("classifier_rendered"), ClassifierConfig)
    assert rendered_settings(plain, None) is None
    settings = rendered_settings(mixed, tmp_path)
    assert settings is not None
    assert 0.25 <= settings.share <= 0.4
    with pytest.raises(ConfigError, match="--rendered"):
        rendered_settings(mixed, None)
    with pytest.raises(ConfigError, match="photos alone"):
        rendered_settings(plain, tmp_path)
