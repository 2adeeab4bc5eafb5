"""Pictures of one's own: a drawn world with exact models, and folders that are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from benchmarks.accuracy import print_results
from tests.drawn import Vehicle, draw
from tests.evaluation.toy import recognizer

from marchpast import load_taxonomy
from marchpast.errors import LabelError
from marchpast.evaluation import measure
from marchpast.evaluation.labelled import read_folder
from marchpast.evaluation.names import Names

KINDS = ("osa", "bm21_grad", "btr80", "civilian_vehicle")


def write_coco(folder: Path, *, wrong: dict[int, str] | None = None) -> Path:
    """Draw twelve pictures with two vehicles each; `wrong` labels some pictures' first falsely."""
    folder.mkdir()
    content: dict[str, Any] = {"images": [], "annotations": [], "categories": []}
    content["categories"] = [{"id": i, "name": name} for i, name in enumerate((*KINDS, "tank"))]
    for index in range(12):
        vehicles = [
            Vehicle(KINDS[index % 4], 20, 30, 0),
            Vehicle(KINDS[(index + 1) % 4], 200, 110, 0),
        ]
        name = f"{index}.png"
        cv2.imwrite(str(folder / name), draw(vehicles, 0.0))
        content["images"].append(
            {"id": index, "file_name": name, "width": 320, "height": 180, "event": str(index // 3)}
        )
        for position, vehicle in enumerate(vehicles):
            label = (wrong or {}).get(index, vehicle.kind) if position == 0 else vehicle.kind
            content["annotations"].append(
                {
                    "image_id": index,
                    "category_id": [*KINDS, "tank"].index(label),
                    "bbox": [vehicle.x, vehicle.y, vehicle.width, vehicle.height],
                }
            )
    (folder / "annotations.json").write_text(json.dumps(content), "utf-8")
    return folder


def test_exact_models_are_exactly_right(tmp_path: Path) -> None:
    results = measure(read_folder(write_coco(tmp_path / "drawn")), recognizer())
    detector = results["detector"]
    assert (detector["ap50"]["value"], detector["ap50_95"]["value"]) == (1.0, 1.0)
    assert detector["recall_at_0.1_false"]["all_pictures"]["value"] == 1.0
    naming = results["classifier_on_true_boxes"]["all"]
    assert naming["types_with_10_training_crops"]["top_1"]["value"] == 1.0
    assert naming["types_with_10_training_crops"]["top_1"]["n"] == 18
    assert naming["types_with_10_training_crops"]["top_1"]["events"] == 4
    assert naming["coarse"]["category_top_1"]["value"] == 1.0
    assert naming["answers"]["right_at_any_level"]["value"] == 1.0
    assert naming["answers"]["type_level_of_listed_types"]["value"] == 1.0
    assert naming["civil_called_military"]["value"] == 0.0
    assert "drawn" in results["classifier_on_true_boxes"]
    print_results(results)


def test_false_labels_lower_the_figures(tmp_path: Path) -> None:
    folder = write_coco(tmp_path / "drawn", wrong={0: "btr80", 4: "tank"})
    naming = measure(read_folder(folder), recognizer())["classifier_on_true_boxes"]["all"]
    assert naming["types_with_10_training_crops"]["top_1"]["value"] == round(16 / 17, 4)
    # An Osa labelled `tank` is wrong; one labelled `btr80` as well.
    assert naming["answers"]["right_at_any_level"]["value"] == round(16 / 18, 4)


def test_alarms_are_counted_on_pictures_without_vehicles(tmp_path: Path) -> None:
    folder = tmp_path / "civil"
    folder.mkdir()
    scenes: list[list[Vehicle]] = [[], [Vehicle("osa", 20, 30, 0)], [], []]
    for index, scene in enumerate(scenes):
        cv2.imwrite(str(folder / f"{index}.png"), draw(scene, 0.0))
    rows = "".join(f"{index}.png,\n" for index in range(4))
    (folder / "labels.csv").write_text("file_name,node\n" + rows, "utf-8")
    results = measure(read_folder(folder), recognizer())
    assert results["civil_pictures"]["all"]["value"] == 0.25
    assert results["civil_pictures"]["by_source"]["civil"]["n"] == 4
    assert "detector" not in results


def test_a_label_table_gives_the_whole_picture(tmp_path: Path) -> None:
    folder = tmp_path / "table"
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), np.full((60, 80, 3), (0, 200, 0), np.uint8))
    (folder / "labels.csv").write_text("file_name,node\na.png,osa\n", "utf-8")
    naming = measure(read_folder(folder), recognizer())["classifier_on_true_boxes"]["table"]
    assert naming["all_listed_types"]["top_1"]["value"] == 1.0
    assert naming["all_listed_types"]["top_1_in_found_box"]["n"] == 1


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("annotations.json", "{", "not COCO"),
        ("annotations.json", '{"images": []}', "not COCO"),
        ("labels.csv", "a,b\n", "columns file_name and node"),
        ("labels.csv", "file_name,node\nx.png,osaa\n", "nearest: 'osa'"),
        ("labels.csv", "file_name,node\nx.png,osa\n", "is not there"),
        ("labels.csv", "file_name,node\n", "no picture"),
    ],
)
def test_a_wrong_folder_is_told_in_one_line(
    tmp_path: Path, name: str, content: str, says: str
) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(LabelError, match=says) as caught:
        read_folder(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_missing_folder_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="no such folder"):
        read_folder(tmp_path / "none")
    with pytest.raises(LabelError, match="neither annotations"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("annotation", "says"),
    [
        ({"image_id": 1, "category_id": 1, "bbox": [0, 0, 0, 5]}, "sides above 0"),
        ({"image_id": 1, "category_id": 1, "bbox": "abc"}, "four numbers"),
        ({"image_id": 1, "category_id": 9, "bbox": [0, 0, 5, 5]}, "category_id 9"),
        ({"image_id": 7, "category_id": 1, "bbox": [0, 0, 5, 5]}, "image 7"),
        ({"image_id": 1, "category_id": 2, "bbox": [0, 0, 5, 5]}, "no node 'pantsir'"),
    ],
)
def test_a_wrong_annotation_is_named(
    tmp_path: Path, annotation: dict[str, object], says: str
) -> None:
    content = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "categories": [{"id": 1, "name": "osa"}, {"id": 2, "name": "pantsir"}],
        "annotations": [annotation],
    }
    (tmp_path / "annotations.json").write_text(json.dumps(content), "utf-8")
    with pytest.raises(LabelError, match=says):
        read_folder(tmp_path)


def test_categories_and_groups_of_the_tree() -> None:
    names = Names(recognizer(), load_taxonomy())
    assert names.category("osa") == "air_defence"
    assert names.group("t80") == "tank"
    assert names.group("btr80") == "other armoured vehicle"
    assert names.group("bm21_grad") == "rocket or missile"
    assert names.category("military_vehicle") == "military_vehicle"


def test_nothing_of_torch_is_imported() -> None:
    import subprocess
    import sys

    code = (
        "import sys, benchmarks.accuracy; "
        "sys.exit(any(name.startswith(('torch', 'marchpast.training')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
