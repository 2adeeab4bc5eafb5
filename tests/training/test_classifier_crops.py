"""Crops are cut where the boxes are, and backgrounds where no box is."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.errors import SourceError
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_cutting import cut_crops
from marchpast.training.datasets import LabelledBox, Picture

WIDTH, HEIGHT = 400, 300


def _picture(
    folder: Path, boxes: tuple[LabelledBox, ...], *, is_boxed: bool = True, civil: bool = False
) -> Picture:
    """A black picture whose vehicles are white."""
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for box in boxes:
        x1, y1, x2, y2 = (round(value) for value in box.xyxy)
        image[y1:y2, x1:x2] = 255
    path = folder / f"{len(list(folder.iterdir()))}.png"
    cv2.imwrite(str(path), image)
    return Picture(
        path=path,
        collection="vehicles",
        event="block-1",
        split="train",
        source="drawn",
        width=WIDTH,
        height=HEIGHT,
        boxes=boxes,
        civil_labelled=civil,
        is_boxed=is_boxed,
    )


def _cut(
    pictures: list[Picture], *, backgrounds: float = 0.0, side: int = 288
) -> list[LabelledCrop]:
    return cut_crops(
        pictures,
        exact_collections=("tank_types",),
        stored_side=side,
        backgrounds=backgrounds,
        generator=np.random.default_rng(3),
    )


@pytest.mark.parametrize("side", [288, 60])
@pytest.mark.parametrize("xyxy", [(100.0, 80.0, 220.0, 140.0), (0.0, 0.0, 50.0, 300.0)])
def test_a_view_holds_the_box_and_nothing_else(
    tmp_path: Path, xyxy: tuple[float, float, float, float], side: int
) -> None:
    crop = _cut([_picture(tmp_path, (LabelledBox(7, xyxy, "t80", "high"),))], side=side)[0]
    view = crop.view(32)
    assert view.shape == (32, 32, 3)
    # Reducing the stored region may mix one line of the surroundings in.
    assert view[2:-2, 2:-2].min() == 255
    assert crop.image.min() == 0
    assert crop.size_px == min(xyxy[2] - xyxy[0], xyxy[3] - xyxy[1])
    assert crop.origin.endswith("#7")


def test_tiny_boxes_are_left_out(tmp_path: Path) -> None:
    box = LabelledBox(1, (10.0, 10.0, 60.0, 17.0), "t80", "high")
    assert _cut([_picture(tmp_path, (box,))]) == []


def test_backgrounds_avoid_the_boxes(tmp_path: Path) -> None:
    box = LabelledBox(1, (150.0, 100.0, 260.0, 200.0), "t80", "high")
    crops = _cut([_picture(tmp_path, (box,)) for _ in range(10)], backgrounds=4.0)
    free = [crop for crop in crops if crop.node == "background"]
    assert len(free) > 15
    # Only vehicles are white, so a piece away from them is black.
    assert max(crop.view(16).max() for crop in free) == 0


@pytest.mark.parametrize(("civil", "node"), [(True, "background"), (False, "no_military")])
def test_civil_scenes_give_what_is_certain(tmp_path: Path, *, civil: bool, node: str) -> None:
    crops = _cut([_picture(tmp_path, (), civil=civil)] * 5, backgrounds=3.0)
    assert {crop.node for crop in crops} == {node}


def test_false_finds_are_cut_but_not_pieces_of_vehicles(tmp_path: Path) -> None:
    folder = tmp_path / "vehicles"
    folder.mkdir()
    box = LabelledBox(1, (150.0, 100.0, 260.0, 200.0), "t80", "high")
    picture = _picture(folder, (box,))
    key = f"vehicles/{picture.path.name}"
    found = [(10.0, 10.0, 60.0, 50.0, 0.4), (160.0, 110.0, 190.0, 140.0, 0.9)]
    crops = cut_crops(
        [picture],
        exact_collections=(),
        stored_side=288,
        backgrounds=0.0,
        generator=np.random.default_rng(3),
        negatives={key: found},
    )
    assert [(crop.node, crop.is_mined) for crop in crops] == [("t80", False), ("no_military", True)]
    assert crops[1].view(16).max() == 0


def test_one_vehicle_photos_give_no_background(tmp_path: Path) -> None:
    whole = LabelledBox(None, (0.0, 0.0, WIDTH, HEIGHT), "t80", "high")
    crops = _cut([_picture(tmp_path, (whole,), is_boxed=False)], backgrounds=9.0)
    assert [(crop.node, crop.is_loose) for crop in crops] == [("t80", True)]


def test_a_damaged_picture_is_refused(tmp_path: Path) -> None:
    picture = _picture(tmp_path, ())
    picture.path.write_bytes(b"not a picture")
    with pytest.raises(SourceError, match=picture.path.name):
        _cut([picture])
