"""Where an export goes, what it may replace, its pictures, and what it says it cannot hold."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.drawn import convoy, write_clip
from tests.exchange.conftest import block_of_the_page, write_result_of
from tests.report.conftest import report_of

from marchpast.errors import ExchangeError, OutputExistsError, ResultError
from marchpast.exchange import EXPORT_FILE, FORMATS, Format, convert
from marchpast.files import sha256_of
from marchpast.media import open_source
from marchpast.report import DETECTIONS_FILE, DetectionEntry, DetectionRow, SourceEntry


def test_an_existing_file_is_replaced_only_when_asked(result_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "boxes.csv"
    out.write_text("mine", "utf-8")
    with pytest.raises(OutputExistsError, match="--overwrite"):
        convert(result_folder, to="csv", out=out)
    assert out.read_text("utf-8") == "mine"
    convert(result_folder, to="csv", out=out, overwrite=True)
    assert out.read_text("utf-8").startswith("source,")


@pytest.mark.parametrize("name", ["notes.txt", "labels/mine.txt"])
def test_a_folder_with_other_things_is_never_replaced(
    name: str, result_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "yolo"
    convert(result_folder, to="yolo", out=out)
    (out / name).write_text("mine", "utf-8")
    for overwrite in (False, True):
        with pytest.raises(OutputExistsError):
            convert(result_folder, to="coco", out=out, overwrite=overwrite)
    assert (out / name).read_text("utf-8") == "mine"
    assert (out / "classes.txt").exists()


def test_an_earlier_export_is_replaced_whole(
    result_folder: Path, clip_result: Path, tmp_path: Path
) -> None:
    out = tmp_path / "yolo"
    convert(result_folder, to="yolo", out=out)
    convert(clip_result, to="yolo", out=out, overwrite=True)
    assert len(list((out / "labels").iterdir())) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["yolo"]


def test_a_failed_export_leaves_what_was_there(
    clip_result: Path, result_folder: Path, clip: Path, tmp_path: Path
) -> None:
    out = tmp_path / "coco"
    convert(clip_result, to="coco", out=out)
    before = (out / "annotations.json").read_bytes()
    with pytest.raises(ExchangeError):
        convert(result_folder, to="coco", out=out, footage=(clip,), overwrite=True)
    assert (out / "annotations.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["coco"]


def test_the_folder_says_what_it_was_made_from(result_folder: Path, tmp_path: Path) -> None:
    done = convert(result_folder, to="coco", out=tmp_path / "coco")
    content = json.loads((done.path / EXPORT_FILE).read_text("utf-8"))
    assert content["result_sha256"] == sha256_of(result_folder / "result.json")
    assert content["files"] == ["annotations.json"]
    assert content["left_out"] == list(done.left_out)


def test_frames_become_pictures_of_the_right_frames(
    clip_result: Path, clip: Path, tmp_path: Path
) -> None:
    renamed = tmp_path / "other name.mp4"
    renamed.write_bytes(clip.read_bytes())
    done = convert(clip_result, to="coco", out=tmp_path / "coco", footage=(tmp_path,))
    assert done.pictures == 3
    truth = {frame.index: frame.image for frame in open_source(clip).frames()}
    content = json.loads((done.path / "annotations.json").read_text("utf-8"))
    for image in content["images"]:
        written = cv2.imread(str(done.path / image["file_name"]))
        assert written is not None
        # Quality 95 moves a level by a few; the next frame is tens of levels away at the edges.
        ours, other = (
            float(np.abs(written.astype(int) - truth[index]).mean())
            for index in (image["frame_index"], image["frame_index"] + 2)
        )
        assert ours < other / 2


def test_a_sideways_picture_is_written_upright(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    stored = np.zeros((40, 60, 3), np.uint8)
    stored[:, :30] = 255
    _, packed = cv2.imencode(".jpg", stored)
    # EXIF orientation 6: the stored left side is shown on top.
    tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    exif = b"\xff\xe1" + (len(tiff) + 8).to_bytes(2, "big") + b"Exif\0\0" + tiff
    photo.write_bytes(packed.tobytes()[:2] + exif + packed.tobytes()[2:])
    source = open_source(photo)
    list(source.frames())
    entry = SourceEntry.from_report(source.report())
    assert (entry.width, entry.height) == (40, 60)
    row = DetectionRow(source="photo.jpg", frame_index=0, time_s=0.0, detections=())
    folder = write_result_of(tmp_path / "result", sources=[entry], rows=[row])
    plain = convert(folder, to="coco", out=tmp_path / "plain").path
    shown = json.loads((plain / "annotations.json").read_text("utf-8"))["images"][0]
    assert shown["file_name"] == "photo.jpg"
    full = convert(folder, to="coco", out=tmp_path / "full", footage=(photo,)).path
    shown = json.loads((full / "annotations.json").read_text("utf-8"))["images"][0]
    written = cv2.imread(str(full / shown["file_name"]), cv2.IMREAD_IGNORE_ORIENTATION)
    assert written is not None
    assert written.shape == (60, 40)
    assert written[:20].mean() > 240 > 20 > written[-20:].mean()


def test_copies_of_one_file_keep_their_frames_apart(clip: Path, tmp_path: Path) -> None:
    source = open_source(clip)
    list(source.frames())
    entry = SourceEntry.from_report(source.report())
    names = ("a/b.mp4", "a-b.mp4", "a b.mp4")
    folder = write_result_of(
        tmp_path / "result",
        sources=[entry.model_copy(update={"name": name}) for name in names],
        rows=[DetectionRow(source=n, frame_index=0, time_s=0.0, detections=()) for n in names],
    )
    done = convert(folder, to="yolo", out=tmp_path / "yolo", footage=(clip,))
    assert done.pictures == 3
    pictures = {path.stem for path in (done.path / "images").iterdir()}
    assert len(pictures) == 3
    assert {path.stem for path in (done.path / "labels").iterdir()} == pictures


def test_other_footage_is_refused(clip_result: Path, tmp_path: Path) -> None:
    other = write_clip(tmp_path / "convoy.mp4", convoy()[:2], seconds=1.0)
    with pytest.raises(ExchangeError, match=r"convoy\.mp4 is not among the 1 files given"):
        convert(clip_result, to="yolo", out=tmp_path / "yolo", footage=(other,))


def test_a_frame_that_the_footage_does_not_have_is_refused(clip: Path, tmp_path: Path) -> None:
    source = open_source(clip)
    list(source.frames())
    entry = SourceEntry.from_report(source.report())
    row = DetectionRow(source=clip.name, frame_index=99, time_s=3.96, detections=())
    folder = write_result_of(tmp_path / "result", sources=[entry], rows=[row])
    with pytest.raises(ExchangeError, match="frame 99"):
        convert(folder, to="coco", out=tmp_path / "coco", footage=(clip,))


def test_fiftyone_wants_footage_and_one_file_does_not(clip_result: Path, tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match="give the footage"):
        convert(clip_result, to="fiftyone", out=tmp_path / "fiftyone")
    with pytest.raises(ExchangeError, match="leave the footage out"):
        convert(clip_result, to="csv", out=tmp_path / "boxes.csv", footage=(tmp_path,))


def test_no_format_of_that_name(clip_result: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="coco, csv, fiftyone, megadetector, yolo, got 'voc'"):
        convert(clip_result, to="voc", out=tmp_path / "voc")  # type: ignore[arg-type]


def test_no_result(tmp_path: Path) -> None:
    with pytest.raises(ResultError):
        convert(tmp_path, to="csv", out=tmp_path / "boxes.csv")


@pytest.mark.parametrize("to", [name for name in FORMATS if name != "fiftyone"])
def test_what_is_lost_is_said(to: Format, result_folder: Path, tmp_path: Path) -> None:
    said = " | ".join(convert(result_folder, to=to, out=tmp_path / "out").left_out)
    assert "counts, count intervals, what was said of several sources and the comparison" in said
    assert "night.mp4 is truncated (ends early)" in said
    assert "conflicts, attributes" in said
    assert ("attributes, cautions, masses" in said) == (to != "csv")
    # MegaDetector's format has a place for failures.
    assert ("1 of the files given to the run failed" in said) == (to != "megadetector")


def test_boxes_without_a_sighting_are_said(clip_result: Path, tmp_path: Path) -> None:
    done = convert(clip_result, to="coco", out=tmp_path / "coco")
    assert any(row.startswith("1 box is of class 'unnamed'") for row in done.left_out)


def test_times_that_a_frame_rate_cannot_tell_are_said(tmp_path: Path) -> None:
    # Three frames, the last one late: the mean rate puts frame 1 half a second too late.
    source = SourceEntry.from_report(
        report_of("a.mp4", frames_decoded=3, frames_used=3, last_time_s=2.0)
    )
    rows = [
        DetectionRow(source="a.mp4", frame_index=n, time_s=time_s, detections=())
        for n, time_s in enumerate((0.0, 0.5, 2.0))
    ]
    folder = write_result_of(tmp_path / "result", sources=[source], rows=rows)
    done = convert(folder, to="megadetector", out=tmp_path / "boxes.json")
    assert "mean rate (1 a second)" in done.left_out[-1]
    assert "up to 0.500 s off" in done.left_out[-1]


def test_a_frame_rate_that_nothing_tells_is_said(odd_sources: Path, tmp_path: Path) -> None:
    done = convert(odd_sources, to="megadetector", out=tmp_path / "boxes.json")
    said = [row for row in done.left_out if "stands in" in row]
    assert said == ["short.mp4: nothing tells its frame rate; 1 a second stands in for it"]


def test_a_text_like_a_formula_is_no_formula(tmp_path: Path) -> None:
    source = SourceEntry.from_report(report_of("=1+1.mp4"))
    box = DetectionEntry(xyxy=(0, 0, 1, 1), confidence=0.5, node=None, track_id=None)
    row = DetectionRow(source="=1+1.mp4", frame_index=0, time_s=0.0, detections=(box,))
    folder = write_result_of(tmp_path / "result", sources=[source], rows=[row])
    out = convert(folder, to="csv", out=tmp_path / "boxes.csv").path
    assert out.read_text("utf-8").splitlines()[1].startswith("'=1+1.mp4,")


def test_a_row_of_an_unknown_source_is_refused(clip_result: Path, tmp_path: Path) -> None:
    folder = tmp_path / "result"
    folder.mkdir()
    (folder / "result.json").write_bytes((clip_result / "result.json").read_bytes())
    rows = (clip_result / DETECTIONS_FILE).read_text("utf-8").replace("convoy.mp4", "else.mp4")
    (folder / DETECTIONS_FILE).write_text(rows, "utf-8")
    with pytest.raises(ExchangeError, match=r"'else\.mp4', which is not among the sources"):
        convert(folder, to="csv", out=tmp_path / "boxes.csv")
    assert not (tmp_path / "boxes.csv").exists()


def test_the_page_shows_convert_rightly(
    clip_result: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "result").symlink_to(clip_result)
    monkeypatch.chdir(tmp_path)
    exec(block_of_the_page(0), {})
    assert (tmp_path / "coco-python" / "annotations.json").is_file()
    assert "not in COCO: counts, count intervals" in capsys.readouterr().out
