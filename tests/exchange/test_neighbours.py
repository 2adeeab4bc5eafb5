"""The programs that exports are for read them, and archives that a real archiver wrote are read.

They live in an environment of their own (`make test-neighbours`); where one is not installed its
tests are skipped by its name.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.exchange import decoding
from tests.exchange.conftest import block_of_the_page

from marchpast.exchange import Categories, convert, import_auto_archiver, to_supervision
from marchpast.report import read_rows
from marchpast.taxonomy import Taxonomy

# Other people's code may warn; ours may not, and is tested for that elsewhere.
pytestmark = pytest.mark.filterwarnings("default")


def test_pycocotools_reads_coco(result_folder: Path, tmp_path: Path) -> None:
    coco = pytest.importorskip("pycocotools.coco", reason="pycocotools is not installed")
    cocoeval = pytest.importorskip("pycocotools.cocoeval")
    out = convert(result_folder, to="coco", out=tmp_path / "coco").path / "annotations.json"
    expected = decoding.of_result(result_folder, "xyxy", "node")
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco.COCO(str(out))
        predictions = truth.loadRes(json.loads(out.read_text("utf-8"))["annotations"])
        # Held against themselves, predictions are right: the numbers mean what COCO takes them for.
        measured = cocoeval.COCOeval(truth, predictions, "bbox")
        measured.evaluate()
        measured.accumulate()
        measured.summarize()
    assert len(truth.anns) == len(expected)
    assert [truth.cats[row["category_id"]]["name"] for row in truth.anns.values()] == [
        node for _, node in expected
    ]
    assert measured.stats[0] == 1.0


def test_megadetectors_validator_accepts_its_format(result_folder: Path, tmp_path: Path) -> None:
    name = "megadetector.postprocessing.validate_batch_results"
    validator = pytest.importorskip(name, reason="megadetector is not installed")
    out = convert(result_folder, to="megadetector", out=tmp_path / "boxes.json").path
    options = validator.ValidateBatchResultsOptions()
    options.raise_errors = True
    found = validator.validate_batch_results(str(out), options)["validation_results"]
    assert found["errors"] == found["warnings"] == []
    boxes = decoding.of_result(result_folder, "node")
    assert sum(found["detection_category_id_to_count"].values()) == len(boxes)


def test_megadetectors_validator_accepts_odd_sources(odd_sources: Path, tmp_path: Path) -> None:
    name = "megadetector.postprocessing.validate_batch_results"
    validator = pytest.importorskip(name, reason="megadetector is not installed")
    out = convert(odd_sources, to="megadetector", out=tmp_path / "boxes.json").path
    found = validator.validate_batch_results(str(out))["validation_results"]
    assert found["errors"] == found["warnings"] == []


def test_megadetectors_validator_can_refuse(result_folder: Path, tmp_path: Path) -> None:
    name = "megadetector.postprocessing.validate_batch_results"
    validator = pytest.importorskip(name, reason="megadetector is not installed")
    out = convert(result_folder, to="megadetector", out=tmp_path / "boxes.json").path
    content = json.loads(out.read_text("utf-8"))
    del content["images"][0]["frame_rate"]
    found = validator.validate_batch_results(content)["validation_results"]
    assert found["errors"]


def test_supervision_reads_coco_and_yolo(clip_result: Path, clip: Path, tmp_path: Path) -> None:
    supervision = pytest.importorskip("supervision", reason="supervision is not installed")
    coco = convert(clip_result, to="coco", out=tmp_path / "coco", footage=(clip,)).path
    yolo = convert(clip_result, to="yolo", out=tmp_path / "yolo", footage=(clip,)).path
    sets = (
        supervision.DetectionDataset.from_coco(str(coco), str(coco / "annotations.json")),
        supervision.DetectionDataset.from_yolo(
            str(yolo / "images"), str(yolo / "labels"), str(yolo / "data.yaml")
        ),
    )
    for found in sets:
        assert len(found) == 3
        rows = [
            (tuple(np.round(box.astype(float), 2)), found.classes[class_id])
            for _, _, detections in sorted(found, key=lambda row: str(row[0]))
            for box, class_id in zip(detections.xyxy, detections.class_id, strict=True)
        ]
        assert rows == decoding.of_result(clip_result, "xyxy", "node")


def test_supervision_takes_the_boxes_of_a_frame(clip_result: Path, taxonomy: Taxonomy) -> None:
    supervision = pytest.importorskip("supervision", reason="supervision is not installed")
    categories = Categories(taxonomy)
    frames = [to_supervision(row, categories=categories) for row in read_rows(clip_result)]
    assert [len(frame) for frame in frames] == [2, 1, 0]
    merged = supervision.Detections.merge(frames)
    followed = merged[merged.tracker_id == 1]
    assert followed.data["node"].tolist() == ["osa", "osa"]
    assert followed.data["frame_index"].tolist() == [0, 3]
    image = np.zeros((180, 320, 3), np.uint8)
    assert supervision.BoxAnnotator().annotate(image, frames[0]).any()


def test_the_page_shows_supervision_rightly(
    clip_result: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("supervision", reason="supervision is not installed")
    monkeypatch.chdir(clip_result.parent)
    exec(block_of_the_page(1), {})
    assert capsys.readouterr().out.count("convoy.mp4") == 3


def test_fiftyones_importer_reads_its_format(
    clip_result: Path, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIFTYONE_DO_NOT_TRACK", "true")
    # Its importer makes labels without the database that the rest of FiftyOne needs.
    name = "fiftyone.utils.data.importers"
    importers = pytest.importorskip(name, reason="fiftyone is not installed")
    out = convert(clip_result, to="fiftyone", out=tmp_path / "fiftyone", footage=(clip,)).path
    importer = importers.FiftyOneImageDetectionDatasetImporter(dataset_dir=str(out))
    rows = []
    with importer:
        assert len(importer) == 3
        for path, _, label in importer:
            image = cv2.imread(path)
            assert image is not None
            height, width = image.shape[:2]
            for found in label.detections:
                x, y, w, h = found.bounding_box
                box = (x * width, y * height, (x + w) * width, (y + h) * height)
                rows.append((tuple(round(v, 2) for v in box), found.confidence, found.label))
                assert found.frame_index in (0, 3)
    assert rows == decoding.of_result(clip_result, "xyxy", "confidence", "node")


def test_a_real_archive_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("auto_archiver.core", reason="auto-archiver is not installed")
    monkeypatch.chdir(tmp_path)
    stored = _archive_for_real(tmp_path)
    for place in (tmp_path / "db.csv", tmp_path / "local_archive"):
        sources = import_auto_archiver(place, base=tmp_path)
        item = sources.items[0]
        assert (item.url, item.title) == ("https://example.org/post/1", "Колонна & <co>")
        assert len(sources.items) == 1
        roles = {Path(row.path or "").name: (row.role, row.kind, row.check) for row in item.files}
        assert roles == {
            stored["media"]: ("media", "picture", "same"),
            stored["inner"]: ("derived", "picture", "same"),
            stored["shot"]: ("derived", "picture", "same"),
            stored["page"]: ("page", "other", "same"),
        }


def _archive_for_real(root: Path) -> dict[str, str]:
    """Let auto-archiver's own classes store, hash, format and note an item; names by role."""
    core = importlib.import_module("auto_archiver.core")

    def module(name: str, kind: str) -> Any:
        return getattr(importlib.import_module(f"auto_archiver.modules.{name}.{name}"), kind)

    def made(name: str, kind: str, **settings: Any) -> Any:
        # Their constructors read a configuration file; the settings are all that the methods use.
        made = object.__new__(module(name, kind))
        for setting, value in settings.items():
            setattr(made, setting, value)
        return made

    hashes = made("hash_enricher", "HashEnricher", algorithm="SHA-256", chunksize=1 << 20)

    class Factory:
        def get_module(self, name: str, config: object) -> Any:
            assert name == "hash_enricher"
            return hashes

    storage = made(
        "local_storage", "LocalStorage", path_generator="url", filename_generator="static",
        save_to="./local_archive", save_absolute=False, module_factory=Factory(),
        config={"steps": {"storages": ["local"]}},
    )  # fmt: skip
    (root / "tmp").mkdir()
    media, inner, shot = (core.Media(_picture(root / "tmp", level)) for level in (10, 60, 110))
    item = core.Metadata().set_url("https://example.org/post/1").set_title("Колонна & <co>")
    item.set_timestamp(datetime(2017, 4, 17, 8, 30, tzinfo=UTC))
    media.set("thumbnails", [inner.set("id", "thumbnail_0")])
    item.add_media(media, "video_0")
    item.add_media(shot, "screenshot")
    hashes.enrich(item)
    item.success("generic").store([storage])
    pages = made(
        "html_formatter",
        "HtmlFormatter",
        config={},
        tmp_dir=str(root / "tmp"),
        module_factory=Factory(),
    )
    pages.setup()
    page = pages.format(item)
    storage.store(page, item.get_url(), item)
    item.set_final_media(page)
    made("csv_db", "CSVDb", csv_file=str(root / "db.csv")).done(item)
    shutil.rmtree(root / "tmp")
    named = {"media": media, "inner": inner, "shot": shot, "page": page}
    return {role: os.path.basename(row.key) for role, row in named.items()}  # noqa: PTH119


def _picture(folder: Path, level: int) -> str:
    path = folder / f"{level}.png"
    cv2.imwrite(str(path), np.full((40, 60, 3), level, np.uint8))
    return str(path)
