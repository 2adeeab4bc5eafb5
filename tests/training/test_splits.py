"""Splits by event: neighbours stay together, guards are kept, rare labels train."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.errors import OutputExistsError, SourceError
from marchpast.training import placing, splits
from marchpast.training.datasets import (
    SPLITS_FILE,
    LabelledBox,
    Picture,
    load_pictures,
    read_collection,
)


def numbered(numbers: range | list[int], node: str = "tank") -> dict[str, Picture]:
    box = LabelledBox(None, (0, 0, 1, 1), node, "coarse")
    return {
        f"images/{number:04d}.webp": Picture(
            Path(f"{number:04d}.webp"), "vehicles", "", "train", "s", 8, 8, (box,), False, True
        )
        for number in numbers
    }


def test_neighbours_on_different_sides_are_separated_by_a_guard() -> None:
    placed = placing.split_by_blocks(numbered(range(240)))
    sides = [placed[name][1] for name in sorted(placed)]
    assert {"train", "val", "unused"} == set(sides)
    for left, right in pairwise(sides):
        assert {left, right} != {"train", "val"}
    share = sides.count("val") / len(sides)
    assert 0.15 < share < 0.25


def test_a_gap_in_the_numbers_ends_an_event() -> None:
    placed = placing.split_by_blocks(numbered([1, 2, 3, 50, 51, 52]))
    assert placed["images/0003.webp"][0] != placed["images/0050.webp"][0]


def test_a_label_too_rare_for_both_sides_trains() -> None:
    pictures = numbered(range(100)) | numbered(range(200, 203), node="malka")
    placed = placing.split_by_blocks(pictures)
    assert {placed[f"images/{number:04d}.webp"][1] for number in range(200, 203)} == {"train"}


def test_the_same_pictures_give_the_same_split() -> None:
    pictures = numbered(range(80))
    assert placing.split_by_blocks(pictures) == placing.split_by_blocks(pictures)


def test_named_events_stay_whole() -> None:
    pictures = {
        name: replace(picture, event=f"clip-{index % 7}")
        for index, (name, picture) in enumerate(numbered(range(70)).items())
    }
    placed = placing.split_by_events(pictures)
    sides = {
        event: {side for name, (at, side) in placed.items() if at == event}
        for event in (f"clip-{index}" for index in range(7))
    }
    assert all(len(side) == 1 for side in sides.values())
    assert sum(side == "val" for _, side in placed.values()) in (10, 20)
    assert {event for event, _ in placed.values()} == set(sides)


def test_of_few_events_two_validate_and_every_label_still_trains() -> None:
    pictures = {
        name: replace(picture, event=f"clip-{index % 4}")
        for index, (name, picture) in enumerate(numbered(range(8)).items())
    }
    sides = dict(placing.split_by_events(pictures).values())
    assert sorted(sides.values()) == ["train", "train", "val", "val"]
    lonely = numbered([90], node="malka")
    pictures |= {name: replace(row, event="clip-9") for name, row in lonely.items()}
    assert placing.split_by_events(pictures)["images/0090.webp"] == ("clip-9", "train")


def test_an_event_is_named_when_it_is_not_the_picture_itself() -> None:
    pictures = {name: replace(row, event=name) for name, row in numbered(range(3)).items()}
    assert not placing.names_events(pictures)
    first = next(iter(pictures))
    assert placing.names_events(pictures | {first: replace(pictures[first], event="clip")})


def test_no_event_of_the_committed_manifest_is_on_both_sides() -> None:
    manifest = json.loads(SPLITS_FILE.read_text("utf-8"))
    assert manifest["format"] == splits.FORMAT
    for collection, placed in manifest["collections"].items():
        side_of: dict[str, str] = {}
        for event, side in placed.values():
            if side != "unused":
                assert side_of.setdefault(event, side) == side, (collection, event)


@pytest.fixture
def data_root(tmp_path: Path) -> Path:
    """One tiny collection of every form."""
    picture = np.zeros((20, 30, 3), np.uint8)
    coco = tmp_path / "vehicles"
    (coco / "images").mkdir(parents=True)
    cv2.imwrite(str(coco / "images" / "0001.png"), picture)
    annotations = {
        "images": [{"id": 1, "file_name": "images/0001.png", "width": 30, "height": 20}],
        "categories": [{"id": 7, "name": "osa"}],
        "annotations": [
            {
                "id": 5,
                "image_id": 1,
                "category_id": 7,
                "bbox": [2, 3, 10, 4],
                "attributes": {"label_confidence": "high"},
            }
        ],
    }
    (coco / "annotations.json").write_text(json.dumps(annotations))
    table = tmp_path / "clean"
    (table / "images").mkdir(parents=True)
    cv2.imwrite(str(table / "images" / "who__tor.png"), picture)
    (table / "labels.csv").write_text(
        "file_name,node,label_confidence,remark\nimages/who__tor.png,tor,high,\n"
    )
    for kind in ("bus", "scenes"):
        (tmp_path / "civil" / kind).mkdir(parents=True)
        cv2.imwrite(str(tmp_path / "civil" / kind / "1.png"), picture)
    return tmp_path


def test_every_form_of_collection_is_read(data_root: Path) -> None:
    boxed = read_collection(data_root, "vehicles")["images/0001.png"]
    assert boxed.boxes == (LabelledBox(5, (2, 3, 12, 7), "osa", "high"),)
    assert (boxed.is_boxed, boxed.civil_labelled) == (True, False)
    clean = read_collection(data_root, "clean")["images/who__tor.png"]
    assert clean.source == "who"
    assert clean.boxes == (LabelledBox(None, (0, 0, 30, 20), "tor", "high"),)
    civil = read_collection(data_root, "civil")
    assert [box.node for box in civil["bus/1.png"].boxes] == ["civilian_vehicle"]
    assert civil["scenes/1.png"].boxes == ()


def test_the_manifest_decides_and_absent_collections_are_skipped(
    data_root: Path, tmp_path: Path
) -> None:
    manifest = {
        "collections": {
            "vehicles": {"images/0001.png": ["e1", "val"]},
            "clean": {"images/who__tor.png": ["e2", "train"]},
            "elsewhere": {"x.png": ["e3", "val"]},
        }
    }
    file = tmp_path / "splits.json"
    file.write_text(json.dumps(manifest))
    (picture,) = load_pictures(data_root, split="val", splits_file=file)
    assert (picture.event, picture.split) == ("e1", "val")


def test_a_manifest_that_names_a_lost_picture_is_an_error(data_root: Path, tmp_path: Path) -> None:
    file = tmp_path / "splits.json"
    file.write_text(json.dumps({"collections": {"vehicles": {"images/9.png": ["e", "val"]}}}))
    with pytest.raises(SourceError, match=r"no picture 'images/9.png'"):
        load_pictures(data_root, split="val", splits_file=file)


def write_events(data: Path, collection: str, *, events: int) -> None:
    """A collection of boxes that names the event of every picture, ten pictures each."""
    folder = data / collection
    folder.mkdir(parents=True)
    numbers = range(10 * events)
    content = {
        "images": [
            {"id": n, "file_name": f"{n}.png", "width": 9, "height": 9, "event": f"e{n // 10}"}
            for n in numbers
        ],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "bbox": [1, 1, 5, 5]} for n in numbers
        ],
        "categories": [{"id": 1, "name": "osa"}],
    }
    (folder / "annotations.json").write_text(json.dumps(content))


def test_a_data_folder_of_ones_own_gets_a_split_of_its_own(tmp_path: Path) -> None:
    write_events(tmp_path, "mine", events=10)
    (tmp_path / "weights").mkdir()
    with pytest.raises(SourceError, match="0 events train and 0 validate"):
        splits.check_splits(tmp_path)
    manifest = splits.make_splits(tmp_path, out=tmp_path / "splits.json")
    assert list(manifest) == ["mine"]
    splits.check_splits(tmp_path)
    val = load_pictures(tmp_path, split="val")
    train = load_pictures(tmp_path, split="train")
    assert (len(train), len(val)) == (80, 20)
    assert {picture.event for picture in train}.isdisjoint(picture.event for picture in val)
    with pytest.raises(OutputExistsError, match="--overwrite"):
        splits.make_splits(tmp_path, out=tmp_path / "splits.json")


def test_a_split_that_measures_nothing_is_refused(tmp_path: Path) -> None:
    write_events(tmp_path, "mine", events=1)
    with pytest.raises(SourceError, match="1 events train and 0 validate"):
        splits.make_splits(tmp_path, out=tmp_path / "splits.json")
    assert not (tmp_path / "splits.json").exists()
    with pytest.raises(SourceError, match="no collection in this folder"):
        splits.make_splits(tmp_path / "mine", out=tmp_path / "splits.json")


def test_a_folder_of_no_known_form_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()
    with pytest.raises(SourceError, match=r"expected annotations.json"):
        read_collection(tmp_path, "odd")
