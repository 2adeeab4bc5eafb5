"""Writing pictures: resumed to the same bytes, refusing to spoil a folder, truth that agrees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("embreex", reason="pictures are rendered with the ray engine")

from marchpast.errors import BlueprintError, OutputExistsError
from marchpast.synthesis import pictures, sampling
from marchpast.synthesis.pictures import Settings, write_pictures
from marchpast.synthesis.pictures_coco import decoded_mask


def drawn(settings: Settings, number: int) -> tuple[np.ndarray, dict[str, Any], list[Any]]:
    """A picture of noise that depends on seed and number alone."""
    rng = np.random.default_rng([settings.seed, number])
    image = rng.integers(0, 255, (8, 12, 3), np.uint8)
    name = f"pictures/{number:06d}.jpg"
    item = {"node": "osa", "bbox": [0, 0, 2, 2], "ignore": False}
    return image, {"image": {"id": number, "file_name": name}, "annotations": [item]}, []


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "picture", drawn)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.usefixtures("quick")
def test_a_stopped_run_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    write_pictures(whole, count=6, seed=3)
    write_pictures(broken, count=3, seed=3)
    # As if killed while it wrote the second record: half a line, and a half-written file.
    journal = broken / "pictures.jsonl"
    lines = journal.read_text("utf-8").splitlines(keepends=True)
    journal.write_text("".join(lines[:2]) + lines[2][:40], "utf-8")
    (broken / "annotations.json").unlink()
    (broken / "pictures" / ".000002.jpg.x.part").write_bytes(b"half")
    write_pictures(broken, count=6, seed=3, resume=True)
    assert files(broken) == files(whole)


@pytest.mark.usefixtures("quick")
def test_what_is_there_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pictures(tmp_path / "out", count=2, seed=3)
    made: list[int] = []

    def counted(settings: Settings, number: int) -> tuple[np.ndarray, dict[str, Any], list[Any]]:
        made.append(number)
        return drawn(settings, number)

    monkeypatch.setattr(pictures, "picture", counted)
    write_pictures(tmp_path / "out", count=4, seed=3, resume=True)
    assert made == [3, 4]


@pytest.mark.usefixtures("quick")
def test_a_folder_with_anything_in_it_is_refused(tmp_path: Path) -> None:
    write_pictures(tmp_path / "out", count=1, seed=3)
    with pytest.raises(OutputExistsError, match="not empty; go on with it with --resume"):
        write_pictures(tmp_path / "out", count=1, seed=3)
    with pytest.raises(OutputExistsError, match="other settings"):
        write_pictures(tmp_path / "out", count=1, seed=4, resume=True)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("mine", "utf-8")
    with pytest.raises(OutputExistsError, match=r"has no pictures\.jsonl"):
        write_pictures(tmp_path / "letters", count=1, seed=3, resume=True)


@pytest.mark.usefixtures("quick")
def test_an_empty_folder_may_be_resumed(tmp_path: Path) -> None:
    assert write_pictures(tmp_path / "new", count=1, seed=3, resume=True).is_file()


def test_bad_arguments_are_named(tmp_path: Path) -> None:
    with pytest.raises(BlueprintError, match="no blueprints zeppelin; known: "):
        write_pictures(tmp_path / "a", count=1, seed=0, types=["zeppelin"])
    with pytest.raises(ValueError, match="kinds are of single, group"):
        write_pictures(tmp_path / "a", count=1, seed=0, kinds=["portrait"])
    with pytest.raises(ValueError, match="lights are of day, overcast"):
        write_pictures(tmp_path / "a", count=1, seed=0, lights=["noon"])
    with pytest.raises(ValueError, match="at least 1, got 0 and 1"):
        write_pictures(tmp_path / "a", count=0, seed=0)
    assert not (tmp_path / "a").exists()


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small real pictures of one civil type."""
    folder = tmp_path_factory.mktemp("rendered") / "set"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "SIZES", {(160, 96): 1.0})
        pictures._cast_of.cache_clear()
        write_pictures(
            folder, count=2, seed=8, types=["civil_lorry"], kinds=["civil"], lights=["dusk", "rain"]
        )
    return folder


def test_masks_boxes_and_runs_agree(rendered: Path) -> None:
    document = json.loads((rendered / "annotations.json").read_text("utf-8"))
    assert [image["id"] for image in document["images"]] == [1, 2]
    names = {category["id"]: category["name"] for category in document["categories"]}
    assert set(names.values()) == {"civilian_vehicle"}
    assert document["annotations"]
    for item in document["annotations"]:
        owners = cv2.imread(
            str(rendered / "masks" / f"{item['image_id']:06d}.png"), cv2.IMREAD_UNCHANGED
        )
        mask = decoded_mask(item["segmentation"])
        assert owners is not None
        # A pixel of which two vehicles own half each is in both masks.
        assert mask[owners == item["track_id"]].all()
        assert (owners[mask] > 0).all()
        assert (owners[mask] != item["track_id"]).sum() <= 0.03 * mask.sum()
        assert item["area"] == int(mask.sum())
        rows, columns = np.nonzero(mask)
        x, y, width, height = item["bbox"]
        if len(rows):
            assert x - 0.5 <= columns.min() and columns.max() + 1 <= x + width + 0.5
            assert y - 0.5 <= rows.min() and rows.max() + 1 <= y + height + 0.5
        assert item["ignore"] == (item["visible_fraction"] < 0.15 or min(width, height) < 8)
        assert item["vehicle"] == "civil_lorry"
        assert item["attributes"]["drive"] == "wheels"


def test_the_vehicle_differs_from_the_place_behind_it(rendered: Path) -> None:
    document = json.loads((rendered / "annotations.json").read_text("utf-8"))
    for image in document["images"]:
        assert image["light"] in ("dusk", "rain")
        picture = cv2.imread(str(rendered / image["file_name"]))
        assert picture is not None and picture.shape == (96, 160, 3)
        assert picture.std() > 8


def test_the_same_settings_give_the_same_picture(rendered: Path) -> None:
    settings = Settings(8, ("civil_lorry",), ("civil",), ("dusk", "rain"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "SIZES", {(160, 96): 1.0})
        pictures._cast_of.cache_clear()
        image, record, _ = pictures.picture(settings, 2)
    journal = (rendered / "pictures.jsonl").read_text("utf-8").splitlines()
    assert json.loads(journal[2]) == json.loads(json.dumps(record))
    stored = (rendered / "pictures" / "000002.jpg").read_bytes()
    assert pictures._encoded(image, ".jpg") == stored


@pytest.mark.slow
def test_two_workers_write_the_same_bytes_as_one(tmp_path: Path) -> None:
    for workers in (1, 2):
        write_pictures(
            tmp_path / str(workers), count=2, seed=9, types=["civil_lorry"], kinds=["civil"],
            workers=workers,
        )  # fmt: skip
    assert files(tmp_path / "1") == files(tmp_path / "2")
