"""What a format holds comes back as it was: box for box, to a hundredth of a pixel."""

from __future__ import annotations

import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from tests.exchange import decoding
from tests.exchange.conftest import write_result_of
from tests.report.conftest import report_of

from marchpast.exchange import FORMATS, Format, convert
from marchpast.report import (
    DetectionEntry,
    DetectionRow,
    SourceEntry,
    load_result,
    read_rows,
)
from marchpast.taxonomy import load_taxonomy

ALL = ("source", "frame", "time", "xyxy", "confidence", "node", "track")


def out_of(folder: Path, to: Format) -> Path:
    return folder / {"csv": "boxes.csv", "megadetector": "boxes.json"}.get(to, to)


def export(folder: Path, to: Format, out: Path, footage: tuple[Path, ...] = ()) -> Path:
    return convert(folder, to=to, out=out_of(out, to), footage=footage).path


def test_coco_holds_every_box(result_folder: Path, tmp_path: Path) -> None:
    out = export(result_folder, "coco", tmp_path)
    assert decoding.of_coco(out / "annotations.json") == decoding.of_result(result_folder, *ALL)


def test_coco_lists_every_frame_that_was_looked_at(clip_result: Path, tmp_path: Path) -> None:
    out = export(clip_result, "coco", tmp_path)
    images = json.loads((out / "annotations.json").read_text("utf-8"))["images"]
    assert [(row["frame_index"], row["width"], row["height"]) for row in images] == [
        (0, 320, 180),
        (3, 320, 180),
        (6, 320, 180),
    ]
    assert [row["time_s"] for row in images] == [0.0, 0.12, 0.24]


def test_coco_numbers_its_classes_by_the_taxonomy(
    result_folder: Path, clip_result: Path, tmp_path: Path
) -> None:
    contents = [
        json.loads((export(folder, "coco", tmp_path / str(n)) / "annotations.json").read_bytes())
        for n, folder in enumerate((result_folder, clip_result))
    ]
    assert contents[0]["categories"] == contents[1]["categories"]
    names = [row["name"] for row in contents[0]["categories"]]
    assert names == [*load_taxonomy().nodes, "unknown", "background", "unnamed"]
    assert contents[0]["categories"][0]["id"] == 1


def test_megadetector_holds_boxes_names_and_frames(result_folder: Path, tmp_path: Path) -> None:
    out = export(result_folder, "megadetector", tmp_path)
    expected = decoding.of_result(result_folder, "source", "frame", "xyxy", "confidence", "node")
    assert sorted(decoding.of_megadetector(out, result_folder)) == sorted(expected)


def test_megadetector_says_which_frames_and_what_failed(
    result_folder: Path, tmp_path: Path
) -> None:
    out = export(result_folder, "megadetector", tmp_path)
    images = {row["file"]: row for row in json.loads(out.read_text("utf-8"))["images"]}
    for source in load_result(result_folder).sources:
        looked_at = [row.frame_index for row in read_rows(result_folder, source=source.name)]
        if source.kind == "video":
            assert images[source.name]["frames_processed"] == looked_at
            # 50 frames from 0 to 1.96 s.
            assert images[source.name]["frame_rate"] == 25.0
        else:
            assert "frame_rate" not in images[source.name]
    failed = images["bad.mp4"]
    assert failed["detections"] is None
    assert failed["failure"] == "no frames"


def test_megadetector_wants_a_rate_of_whatever_is_called_a_video(
    odd_sources: Path, tmp_path: Path
) -> None:
    out = export(odd_sources, "megadetector", tmp_path)
    images = {row["file"]: row for row in json.loads(out.read_text("utf-8"))["images"]}
    rates = {name: row["frame_rate"] for name, row in images.items()}
    assert rates == {"still.mov": 1.0, "short.mp4": 1.0, "footage": 25.0}
    assert [row["detections"][0]["frame_number"] for row in images.values()] == [0, 0, 0]


def test_yolo_holds_boxes_and_names(clip_result: Path, clip: Path, tmp_path: Path) -> None:
    out = export(clip_result, "yolo", tmp_path, (clip,))
    digest = load_result(clip_result).sources[0].sha256[:10]
    stems = [(f"convoy-{digest}-{n:06d}", clip.name, n, (320, 180)) for n in (0, 3, 6)]
    expected = decoding.of_result(clip_result, "source", "frame", "xyxy", "node")
    assert decoding.of_yolo(out, stems) == expected
    assert sorted(path.stem for path in (out / "labels").iterdir()) == [row[0] for row in stems]


def test_the_table_holds_every_box(result_folder: Path, tmp_path: Path) -> None:
    out = export(result_folder, "csv", tmp_path)
    assert decoding.of_table(out) == decoding.of_result(result_folder, *ALL)


def test_fiftyone_holds_every_box(clip_result: Path, clip: Path, tmp_path: Path) -> None:
    out = export(clip_result, "fiftyone", tmp_path, (clip,))
    labels = out / "labels.json"
    assert decoding.of_fiftyone(labels, clip_result) == decoding.of_result(clip_result, *ALL)
    content = json.loads(labels.read_text("utf-8"))
    assert set(content["labels"]) == {path.stem for path in (out / "data").iterdir()}


@pytest.mark.parametrize("to", FORMATS)
def test_the_same_result_gives_the_same_bytes(
    to: Format, clip_result: Path, clip: Path, tmp_path: Path
) -> None:
    footage = () if to in ("csv", "megadetector") else (clip,)
    contents = []
    for number in ("1", "2"):
        out = export(clip_result, to, tmp_path / number, footage)
        paths = sorted(out.rglob("*.*")) if out.is_dir() else [out]
        contents.append([path.read_bytes() for path in paths])
    assert contents[0] == contents[1]


@st.composite
def frames(draw: st.DrawFn) -> tuple[int, int, list[list[DetectionEntry]]]:
    """A size of picture and the boxes of some frames in it."""
    width, height = draw(st.integers(1, 65_535)), draw(st.integers(1, 65_535))

    def box() -> DetectionEntry:
        xs = sorted(draw(st.floats(0, width, allow_nan=False)) for _ in range(2))
        ys = sorted(draw(st.floats(0, height, allow_nan=False)) for _ in range(2))
        confidence = draw(st.floats(0, 1))
        return DetectionEntry(
            xyxy=(xs[0], ys[0], xs[1], ys[1]), confidence=confidence, node=None, track_id=None
        )

    counts = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    return width, height, [[box() for _ in range(count)] for count in counts]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(world=frames())
def test_any_box_of_any_size_comes_back(
    world: tuple[int, int, list[list[DetectionEntry]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    width, height, boxes = world
    source = SourceEntry.from_report(
        report_of("a.mp4", sha256="ab" * 32, width=width, height=height)
    )
    rows = [
        DetectionRow(source="a.mp4", frame_index=n, time_s=n / 25, detections=tuple(found))
        for n, found in enumerate(boxes)
    ]
    folder = write_result_of(tmp_path / "result", sources=[source], rows=rows)
    everything = decoding.of_result(folder, *ALL)
    outs = {
        to: convert(folder, to=to, out=out_of(tmp_path, to), overwrite=True).path
        for to in ("coco", "megadetector", "csv", "yolo")
    }
    assert decoding.of_coco(outs["coco"] / "annotations.json") == everything
    assert decoding.of_table(outs["csv"]) == everything
    frame_boxes = [(row[0], row[1], row[3], row[4], row[5]) for row in everything]
    assert decoding.of_megadetector(outs["megadetector"], folder) == frame_boxes
    stems = [(f"a-{'ab' * 5}-{n:06d}", "a.mp4", n, (width, height)) for n in range(len(boxes))]
    found = decoding.of_yolo(outs["yolo"], stems)
    assert found == [(row[0], row[1], row[3], row[5]) for row in everything]
