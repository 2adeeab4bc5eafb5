"""What the project adds to its collections' labels, and that it touches nobody else's."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from marchpast.errors import SourceError
from marchpast.records import BgrImage, Detections
from marchpast.taxonomy import load_taxonomy
from marchpast.training import amendments, boxes, datasets, negatives
from marchpast.training.datasets import LabelledBox, Picture, load_pictures, read_collection


def found(rows: list[tuple[float, ...]], *, class_id: int = 0) -> Detections:
    """Detections of one class from x1, y1, x2, y2, confidence."""
    table = np.array(rows, np.float32).reshape(-1, 5)
    return Detections(table[:, :4], table[:, 4], np.full(len(table), class_id, np.int64))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four photos of a label table, 100 x 60 pixels, and a collection with boxes."""
    photos = tmp_path / "data" / "clean" / "images"
    photos.mkdir(parents=True)
    rows = ["file_name,node,label_confidence,remark"]
    for name in ("boxed", "crowded", "plain", "odd"):
        cv2.imwrite(str(photos / f"{name}.png"), np.full((60, 100, 3), 90, np.uint8))
        rows.append(f"images/{name}.png,tor,high,")
    (tmp_path / "data" / "clean" / "labels.csv").write_text("\n".join(rows) + "\n", "utf-8")
    folder = tmp_path / "data" / "vehicles"
    (folder / "images").mkdir(parents=True)
    cv2.imwrite(str(folder / "images" / "1.png"), np.full((60, 100, 3), 90, np.uint8))
    content = {
        "images": [
            {"id": 1, "file_name": "images/1.png", "width": 100, "height": 60, "event": "parade"}
        ],
        "annotations": [
            {"id": 7, "image_id": 1, "category_id": 1, "bbox": [10, 10, 30, 20]},
            {"id": 8, "image_id": 1, "category_id": 1, "bbox": [60, 10, 30, 20]},
        ],
        "categories": [{"id": 1, "name": "afv"}],
    }
    (folder / "annotations.json").write_text(json.dumps(content), "utf-8")
    return tmp_path / "data"


@pytest.fixture
def committed(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for the committed manifest and amendments."""
    folder = data.parent / "datasets"
    folder.mkdir()
    names = {f"images/{name}.png": [name, "train"] for name in ("boxed", "crowded", "plain", "odd")}
    content: dict[str, Any] = {"clean": names, "vehicles": {"images/1.png": ["parade", "train"]}}
    (folder / "splits.json").write_text(json.dumps({"collections": content}), "utf-8")
    (folder / "boxes.json").write_text(
        json.dumps(
            {
                "format": "marchpast-boxes/1",
                "collections": {
                    "clean": {
                        "images/boxed.png": [10, 5, 80, 50],
                        "images/crowded.png": [-3, 5, 40, 70],
                    }
                },
                "not_all_boxed": {"clean": ["images/crowded.png"]},
                "excluded": {"clean": {"images/odd.png": "an aircraft"}},
            }
        ),
        "utf-8",
    )
    (folder / "label_corrections.json").write_text(
        json.dumps(
            {
                "format": "marchpast-label-corrections/1",
                "vehicles": {"7": {"node": "bmp2", "why": "long thin gun"}},
                "clean": {"images/boxed.png": {"node": "osa", "why": "three axles"}},
            }
        ),
        "utf-8",
    )
    monkeypatch.setattr(datasets, "SPLITS_FILE", folder / "splits.json")
    for function, file in (
        (amendments.read_boxes, "boxes.json"),
        (amendments.read_corrections, "label_corrections.json"),
    ):
        monkeypatch.setattr(
            datasets, function.__name__, functools.partial(function, path=folder / file)
        )
    return folder


def test_photos_of_a_label_table_get_their_boxes(data: Path, committed: Path) -> None:
    pictures = {picture.path.stem: picture for picture in load_pictures(data, split="train")}
    assert sorted(pictures) == ["1", "boxed", "crowded", "plain"]
    states = {name: (row.is_boxed, row.all_boxed) for name, row in pictures.items()}
    assert states == {
        "boxed": (True, True),
        "crowded": (True, False),
        "plain": (False, False),
        "1": (True, True),
    }
    assert pictures["boxed"].boxes[0].xyxy == (10, 5, 80, 50)
    assert pictures["crowded"].boxes[0].xyxy == (0, 5, 40, 60)
    assert pictures["plain"].boxes[0].xyxy == (0, 0, 100, 60)


def test_labels_that_were_read_again_win(data: Path, committed: Path) -> None:
    pictures = {picture.path.stem: picture for picture in load_pictures(data, split="train")}
    assert [box.node for box in pictures["1"].boxes] == ["bmp2", "afv"]
    assert [box.node for box in pictures["boxed"].boxes] == ["osa"]
    assert [box.node for box in pictures["crowded"].boxes] == ["tor"]


def test_a_folder_with_a_manifest_of_its_own_is_taken_as_it_is(data: Path, committed: Path) -> None:
    own = json.loads((committed / "splits.json").read_text("utf-8"))
    (data / "splits.json").write_text(json.dumps(own), "utf-8")
    pictures = {picture.path.stem: picture for picture in load_pictures(data, split="train")}
    assert sorted(pictures) == ["1", "boxed", "crowded", "odd", "plain"]
    assert not any(pictures[name].is_boxed for name in ("boxed", "crowded", "odd", "plain"))
    assert [box.node for box in pictures["1"].boxes] == ["afv", "afv"]


def test_events_are_read_from_the_labels(data: Path) -> None:
    assert [row.event for row in read_collection(data, "vehicles").values()] == ["parade"]


@pytest.mark.parametrize("box", [[5, 5, 5, 9], [9, 5, 3, 9]])
def test_a_box_without_area_is_refused(tmp_path: Path, box: list[int]) -> None:
    path = tmp_path / "boxes.json"
    content = {"format": "marchpast-boxes/1", "collections": {"clean": {"a.png": box}}}
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(SourceError, match=r"clean/a\.png must be"):
        amendments.read_boxes("clean", path=path)


def test_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.json"
    path.write_text('{"format": "marchpast-boxes/9"}', "utf-8")
    for read in (amendments.read_boxes, amendments.read_corrections):
        with pytest.raises(SourceError, match="expected format"):
            read("clean", path=path)
    with pytest.raises(SourceError, match="expected format"):
        negatives.load_negatives(path=path)


def test_the_guess_is_the_box_on_which_looks_agree() -> None:
    looks = [
        found([(10, 10, 90, 50, 0.6), (40, 20, 60, 30, 0.9)]),
        found([(12, 10, 92, 50, 0.7)]),
        found([(11, 12, 91, 52, 0.5), (200, 200, 300, 300, 0.8)]),
    ]
    assert boxes.guess_box(looks) == [11, 10, 91, 50]
    assert boxes.guess_box([found([]), found([])]) is None


def test_a_second_run_keeps_what_a_person_did() -> None:
    old = {
        "collections": {"clean": {"a": [1, 2, 3, 4], "b": [5, 6, 7, 8]}},
        "by_hand": {"clean": ["a", "gone"]},
        "not_all_boxed": {"clean": ["b"]},
        "excluded": {"clean": {"c": "an aircraft"}},
    }
    guessed = {"clean": {"a": [9.0, 9, 10, 10], "b": [9.0, 9, 11, 11], "c": [1.0, 1, 2, 2]}}
    guessed["clean"]["gone"] = [3.0, 3, 4, 4]
    new = json.loads(boxes.to_json(guessed, old, detector_sha256="0" * 64))
    assert new["collections"] == {"clean": {"a": [1, 2, 3, 4], "b": [9, 9, 11, 11]}}
    assert {key: new[key] for key in ("by_hand", "not_all_boxed", "excluded")} == {
        key: old[key] for key in ("by_hand", "not_all_boxed", "excluded")
    }


class SameEverywhere:
    """Sees the same in every picture."""

    labels = ("military_vehicle", "civilian_vehicle")

    def __init__(self, detections: Detections) -> None:
        self._detections = detections

    def detect(self, image: BgrImage) -> Detections:
        return self._detections


def picture(data: Path, *rows: tuple[float, float, float, float], **how: bool) -> Picture:
    return Picture(
        path=data / "vehicles" / "images" / "1.png",
        collection="vehicles",
        event="parade",
        split="train",
        source="vehicles",
        width=100,
        height=60,
        boxes=tuple(LabelledBox(None, row, "tank", "high") for row in rows),
        civil_labelled=False,
        is_boxed=how.get("is_boxed", True),
        all_boxed=how.get("all_boxed", True),
    )


def test_only_what_lies_off_every_vehicle_is_a_negative(data: Path) -> None:
    labelled = (10.0, 10.0, 40.0, 30.0)
    away, part, around, tiny = (
        (60.0, 10.0, 90.0, 30.0, 0.5),
        (15.0, 12.0, 30.0, 28.0, 0.6),
        (0.0, 0.0, 100.0, 60.0, 0.7),
        (60.0, 40.0, 68.0, 48.0, 0.8),
    )
    detector = SameEverywhere(found([away, part, around, tiny]))

    def of(one: Picture) -> Any:
        return negatives.find_negatives([one], detector, data_root=data)

    assert of(picture(data, labelled)) == {"vehicles": {"images/1.png": [pytest.approx(away)]}}
    assert len(of(picture(data))["vehicles"]["images/1.png"]) == 3
    assert of(picture(data, labelled, all_boxed=False)) == {}
    civil = SameEverywhere(found([away], class_id=1))
    assert negatives.find_negatives([picture(data)], civil, data_root=data) == {}


def test_negatives_are_read_back_without_what_was_excluded(tmp_path: Path) -> None:
    rows = {"a.png": [(1.0, 2.0, 30.0, 40.0, 0.5)], "b.png": [(1.0, 2.0, 30.0, 40.0, 0.4)]}
    path = tmp_path / "negatives.json"
    excluded = {"vehicles": {"b.png": "a vehicle without a label"}}
    text = negatives.to_json({"vehicles": rows}, excluded, detector_sha256="0" * 64)
    path.write_text(text, "utf-8")
    assert negatives.load_negatives(path=path) == {"vehicles/a.png": rows["a.png"]}
    assert json.loads(text)["excluded"] == excluded
    assert negatives.load_negatives(path=tmp_path / "none.json") == {}


def test_the_committed_amendments_fit_the_manifest_and_the_taxonomy() -> None:
    manifest = json.loads(datasets.SPLITS_FILE.read_text("utf-8"))["collections"]
    content = json.loads(amendments.CORRECTIONS_FILE.read_text("utf-8"))
    confirmed = content.pop("confirmed")
    assert content.pop("format") == amendments.CORRECTIONS_FORMAT
    nodes = {*load_taxonomy().nodes, "light_vehicle", "mlrs_or_sam"}
    for collection, rows in content.items():
        assert {row["node"] for row in rows.values()} <= nodes
        assert not set(rows) & set(confirmed.get(collection, ()))
        if collection != "vehicles":
            assert set(rows) <= set(manifest[collection])
    for collection in manifest:
        added = amendments.read_boxes(collection)
        known = set(manifest[collection])
        assert set(added.boxes) | set(added.excluded) | added.not_all_boxed <= known
        assert not set(added.boxes) & set(added.excluded)


def test_the_committed_negatives_are_of_training_pictures() -> None:
    manifest = json.loads(datasets.SPLITS_FILE.read_text("utf-8"))["collections"]
    rows = negatives.load_negatives()
    assert len(rows) > 500
    for name, found_there in rows.items():
        collection, _, file = name.partition("/")
        assert manifest[collection][file][1] == "train"
        for x1, y1, x2, y2, confidence in found_there:
            assert x1 < x2
            assert y1 < y2
            assert negatives.MIN_CONFIDENCE <= confidence <= 1
