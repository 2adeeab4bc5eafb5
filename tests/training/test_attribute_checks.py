"""Which attributes are shipped, from answers and labels set by hand."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from marchpast.errors import SourceError
from marchpast.taxonomy import load_taxonomy
from marchpast.training.attribute_checks import SeenCrop, check_rows, read_seen_crops, shipped_of
from marchpast.training.attributes import (
    ATTRIBUTES,
    AXLES,
    NO,
    OPEN_VALUE,
    SHIPPED,
    YES,
    AttributeHead,
    crop_values,
)
from marchpast.training.classifier_crops import LabelledCrop, RenderedTruth

NAMES = ("tracks", *AXLES)
# One direction an attribute: what is projected is what is told.
HEAD = AttributeHead(
    NAMES, 8 * np.eye(len(NAMES), dtype=np.float32), np.zeros(len(NAMES), np.float32)
)
VIEW = np.zeros((4, 4, 3), np.uint8)


def told(name: str) -> np.ndarray:
    return np.where(np.array(NAMES) == name, 1.0, -1.0).astype(np.float32)


def test_drive_and_axles_are_counted() -> None:
    crops = [SeenCrop(VIEW, "tracks", None)] * 60 + [SeenCrop(VIEW, "wheels", 4)] * 40
    projected = np.stack([told("tracks")] * 60 + [told("axles_4")] * 35 + [told("axles_3")] * 5)
    rows = {row["attribute"]: row for row in check_rows(HEAD, projected, crops)}
    assert (rows["tracks"]["right"], rows["tracks"]["n"], rows["tracks"]["with"]) == (100, 100, 60)
    assert (rows["axle_count"]["right"], rows["axle_count"]["n"]) == (35, 40)
    assert shipped_of(list(rows.values())) == NAMES


@pytest.mark.parametrize(
    ("wrong_drives", "wrong_counts", "expected"),
    [(0, 10, ("tracks",)), (4, 0, tuple(AXLES)), (4, 10, ())],
)
def test_what_fails_its_bar_is_not_shipped(
    wrong_drives: int, wrong_counts: int, expected: tuple[str, ...]
) -> None:
    crops = [SeenCrop(VIEW, "tracks", None)] * 60 + [SeenCrop(VIEW, "wheels", 2)] * 40
    answers = [told("tracks")] * (60 - wrong_drives) + [told("axles_2")] * wrong_drives
    answers += [told("axles_3")] * wrong_counts + [told("axles_2")] * (40 - wrong_counts)
    assert shipped_of(check_rows(HEAD, np.stack(answers), crops)) == expected


def test_few_labels_prove_nothing_and_none_change_nothing() -> None:
    crops = [SeenCrop(VIEW, "wheels", 3)] * 10
    rows = check_rows(HEAD, np.stack([told("axles_3")] * 10), crops)
    assert [row["right"] for row in rows] == [10, 10]
    assert shipped_of(rows) == ()
    assert check_rows(HEAD, np.zeros((0, len(NAMES)), np.float32), []) == []
    assert shipped_of([]) == SHIPPED


def _crop(node: str, attributes: dict[str, Any] | None, *, side: bool = True) -> LabelledCrop:
    truth = None if attributes is None else RenderedTruth(node, "day", attributes, side)
    place = ((0.0, 0.0, 4.0, 4.0), 4.0, node, False, False)
    return LabelledCrop(VIEW, *place, "rendered", "e", "s", "o", rendered=truth)


def test_the_renderer_knows_axles_where_a_side_is_seen() -> None:
    truth = {"drive": "wheels", "axles": 3}
    crops = [
        _crop("kamaz_truck", None),
        _crop("kamaz_truck", truth),
        _crop("kamaz_truck", truth, side=False),
        _crop("t80", {"drive": "tracks", "axles": None}),
    ]
    values = crop_values(load_taxonomy(), crops)
    three, tracks = ATTRIBUTES.index("axles_3"), ATTRIBUTES.index("tracks")
    assert values[:, three].tolist() == [OPEN_VALUE, YES, OPEN_VALUE, OPEN_VALUE]
    four = values[:, ATTRIBUTES.index("axles_4")].tolist()
    assert four == [OPEN_VALUE, NO, OPEN_VALUE, OPEN_VALUE]
    assert values[:, tracks].tolist() == [NO, NO, NO, YES]


def test_the_label_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "clean" / "images" / "osa").mkdir(parents=True)
    image = np.full((40, 60, 3), 10, np.uint8)
    image[10:30, 20:50] = 200
    cv2.imwrite(str(tmp_path / "clean" / "images" / "osa" / "a.png"), image)
    row: dict[str, Any] = {
        "collection": "clean",
        "file_name": "a.png",
        "bbox": [20.0, 10.0, 30.0, 20.0],
    }
    row |= {"drive": "wheels", "axles": 4, "side_visible": True}
    hidden = row | {"side_visible": False}
    absent = row | {"collection": "vehicles"}
    labels = tmp_path / "labels.json"
    content = {"format": "marchpast-attributes/1", "crops": [row, hidden, absent]}
    labels.write_text(json.dumps(content), encoding="utf-8")
    crops = read_seen_crops(tmp_path, side=8, labels=labels)
    assert [crop.axles for crop in crops] == [4, None]
    assert (crops[0].view == 200).all()
    assert read_seen_crops(tmp_path, side=8, labels=tmp_path / "none.json") == []
    labels.write_text(json.dumps(content | {"format": "other"}), encoding="utf-8")
    with pytest.raises(SourceError, match="expected"):
        read_seen_crops(tmp_path, side=8, labels=labels)
