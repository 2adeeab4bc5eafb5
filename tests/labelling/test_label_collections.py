"""From decisions to a collection that training reads back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.drawn import COLOURS, convoy, write_clip
from tests.labelling.conftest import Decide

from marchpast.errors import LabelError, OutputExistsError
from marchpast.labelling import LabelCrop, read_labels, to_coco
from marchpast.taxonomy import load_taxonomy
from marchpast.training.datasets import read_collection


def collected(path: Path, footage: Path, out: Path) -> Path:
    return to_coco(read_labels(path, load_taxonomy()), sources=[footage], out=out)


def test_training_reads_what_a_person_decided(
    crops: list[LabelCrop], decide: Decide, clip: Path, tmp_path: Path
) -> None:
    suggested = [crop.suggested for crop in crops]
    assert sorted(map(str, suggested)) == ["bm21_grad", "civilian_vehicle", "osa", "osa"]
    osa, other = [crop for crop in crops if crop.suggested == "osa"]
    lorry = next(crop for crop in crops if crop.suggested == "civilian_vehicle")
    grad = next(crop for crop in crops if crop.suggested == "bm21_grad")
    path = decide(
        {
            osa.id: ("confirmed", "osa"),
            other.id: ("corrected", "sam_short"),
            lorry.id: ("confirmed", "civilian_vehicle"),
            grad.id: ("unsure", None),
        }
    )
    renamed = Path(shutil.copy(clip, tmp_path / "renamed.bin"))
    collected(path, renamed, tmp_path / "data" / "parade")
    pictures = read_collection(tmp_path / "data", "parade")
    boxes = {box.node: (picture, box) for picture in pictures.values() for box in picture.boxes}
    assert sorted(boxes) == ["civilian_vehicle", "osa", "sam_short"]
    for node, crop, colour in (
        ("osa", osa, "osa"),
        ("sam_short", other, "osa"),
        ("civilian_vehicle", lorry, "civilian_vehicle"),
    ):
        picture, box = boxes[node]
        assert box.xyxy == pytest.approx(crop.xyxy, abs=0.02)
        assert box.label_confidence == "high"
        x1, y1, x2, y2 = (round(value) for value in box.xyxy)
        pixels = np.asarray(cv2.imread(str(picture.path)))[y1:y2, x1:x2].reshape(-1, 3)
        assert np.abs(np.median(pixels, axis=0) - COLOURS[colour]).max() < 25
    for picture in pictures.values():
        assert picture.is_boxed
        assert not picture.all_boxed
        assert picture.source == "convoy.mp4"
        assert picture.event.startswith("convoy.mp4 ")


def test_one_frame_is_one_picture(
    crops: list[LabelCrop], decide: Decide, clip: Path, tmp_path: Path
) -> None:
    path = decide({crop.id: ("confirmed", crop.suggested) for crop in crops})
    content = json.loads(collected(path, clip, tmp_path / "parade").read_text("utf-8"))
    frames = {crop.frame_index for crop in crops}
    assert len(content["images"]) == len(frames)
    assert len(content["annotations"]) == len(crops)
    assert {row["name"] for row in content["categories"]} == {
        "osa",
        "bm21_grad",
        "civilian_vehicle",
    }


def test_the_same_decisions_give_the_same_bytes(
    crops: list[LabelCrop], decide: Decide, clip: Path, tmp_path: Path
) -> None:
    path = decide({crops[0].id: ("confirmed", crops[0].suggested)})
    first, second = (collected(path, clip, tmp_path / name) for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_other_footage_is_refused(crops: list[LabelCrop], decide: Decide, tmp_path: Path) -> None:
    path = decide({crops[0].id: ("confirmed", crops[0].suggested)})
    other = write_clip(tmp_path / "convoy.mp4", convoy()[:1], seconds=0.4)
    with pytest.raises(LabelError, match=r"convoy\.mp4 is not among the 1 files"):
        collected(path, other, tmp_path / "parade")
    assert not (tmp_path / "parade" / "annotations.json").exists()


def test_undecided_labels_give_no_collection(decide: Decide, clip: Path, tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="no label names a vehicle"):
        collected(decide({}), clip, tmp_path / "parade")


def test_a_collection_is_not_replaced(
    crops: list[LabelCrop], decide: Decide, clip: Path, tmp_path: Path
) -> None:
    path = decide({crops[0].id: ("confirmed", crops[0].suggested)})
    collected(path, clip, tmp_path / "parade")
    with pytest.raises(OutputExistsError):
        collected(path, clip, tmp_path / "parade")
