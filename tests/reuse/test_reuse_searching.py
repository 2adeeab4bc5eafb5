"""From a file to sentences: what was done to a clip is found and told, and no more is said."""

from __future__ import annotations

import datetime
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.reuse.conftest import write_film

from marchpast.errors import OutputExistsError, ResultError, SourceError
from marchpast.records import BgrImage
from marchpast.reuse import (
    Archive,
    Reuse,
    add_to_archive,
    attach_search,
    check_attachable,
    load_reuse,
    search_archive,
    write_search,
)


def vertical(image: BgrImage) -> BgrImage:
    return np.ascontiguousarray(image[:, 110:191])


def mirrored(image: BgrImage) -> BgrImage:
    return np.ascontiguousarray(image[:, ::-1])


def framed(image: BgrImage) -> BgrImage:
    return np.asarray(cv2.copyMakeBorder(image, 40, 60, 0, 0, cv2.BORDER_CONSTANT), np.uint8)


def captioned(image: BgrImage) -> BgrImage:
    done = image.copy()
    done[118:] = (30, 30, 160)
    cv2.putText(done, "CONVOY", (10, 138), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 2)
    return done


CHANGES: dict[str, tuple[Callable[[BgrImage], BgrImage], float]] = {
    "as it is": (np.asarray, 1.0),
    "mirrored": (mirrored, 1.0),
    "vertical": (vertical, 1.0),
    "framed": (framed, 1.0),
    "captioned": (captioned, 1.0),
    "fast": (np.asarray, 1.25),
    "slow": (np.asarray, 0.8),
    "mirrored and vertical": (lambda image: vertical(mirrored(image)), 1.0),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_sub_clip_is_found_and_the_change_is_told(
    name: str, archive: Path, tmp_path: Path
) -> None:
    change, speed = CHANGES[name]
    clip = write_film(
        tmp_path / "clip.mp4", place=1, cars=10, first_s=2.0, length_s=4, speed=speed, change=change
    )
    (match,) = search_archive(clip, archive).entry.matches
    assert match.file == "reuse_footage/alpha.mp4"
    assert match.verdict == "same_footage"
    middle = (match.clip_from_s + match.clip_to_s) / 2
    at = match.file_from_s + (middle - match.clip_from_s) * match.speed
    assert at == pytest.approx(2 + speed * middle, abs=0.3)
    assert match.speed == pytest.approx(speed, abs=0.06)
    assert match.is_mirrored == ("mirrored" in name)
    assert match.is_cropped == ("vertical" in name)
    assert match.borders_removed == (name == "framed")
    assert match.covered == (("bottom",) if name == "captioned" else ())
    assert match.is_time_certain
    words = match.sentence
    assert ("mirrored" in words) == match.is_mirrored
    assert ("cropped to" in words) == match.is_cropped
    assert ("times its speed" in words) == (speed != 1)
    if name == "vertical":
        assert match.part[0] == pytest.approx(110 / 256, abs=0.02)
        assert match.part[2] == pytest.approx(191 / 256, abs=0.02)


def test_other_footage_has_no_match_and_nothing_more_is_said(archive: Path, tmp_path: Path) -> None:
    clip = write_film(tmp_path / "other.mp4", place=77, cars=78, length_s=4)
    entry = search_archive(clip, archive).entry
    assert entry.matches == entry.alike == ()
    assert entry.statement == (
        "No match in 23.8 seconds of your archive (3 files).",
        "That nothing matches does not make a clip new.",
    )


def test_the_same_view_on_another_day_is_no_match(archive: Path, tmp_path: Path) -> None:
    clip = write_film(tmp_path / "day.mp4", place=3, cars=31, pan=0.0, length_s=5)
    entry = search_archive(clip, archive).entry
    assert entry.matches == ()
    assert {match.verdict for match in entry.alike} <= {"moves_differ"}
    assert entry.statement[0].startswith("No match in ")
    # And the same camera at the same moment is one.
    clip = write_film(tmp_path / "cut.mp4", place=3, cars=30, pan=0.0, first_s=2, length_s=4)
    (match,) = search_archive(clip, archive).entry.matches
    assert match.file_from_s - match.clip_from_s == pytest.approx(2, abs=0.3)


def test_a_view_in_which_nothing_moves_is_no_match(tmp_path: Path) -> None:
    def empty(image: BgrImage) -> BgrImage:
        rough = np.random.default_rng(8).normal(128, 50, (20, 36, 3)).astype(np.float32)
        wide = cv2.resize(rough, (256, 144), interpolation=cv2.INTER_CUBIC)
        return np.asarray(wide.clip(0, 255), np.uint8)

    folder = tmp_path / "cctv"
    folder.mkdir()
    write_film(folder / "night.mp4", place=1, cars=1, change=empty)
    add_to_archive([folder], tmp_path / "a.sqlite")
    clip = write_film(tmp_path / "clip.mp4", place=1, cars=1, length_s=4, change=empty)
    entry = search_archive(clip, tmp_path / "a.sqlite").entry
    assert entry.matches == ()
    assert [match.verdict for match in entry.alike] == ["nothing_moves"]
    assert "hardly anything moves" in entry.alike[0].sentence


def test_the_clip_itself_is_passed_over(archive: Path, footage: Path) -> None:
    entry = search_archive(footage / "beta.mp4", archive).entry
    assert entry.same_file == "reuse_footage/beta.mp4"
    assert entry.matches == ()
    assert entry.statement[0] == "No match in 15.8 seconds of your archive (2 files)."
    assert "This very file is in your archive" in entry.statement[1]


def test_an_archive_of_the_clip_alone_is_not_said_to_be_searched(
    footage: Path, tmp_path: Path
) -> None:
    add_to_archive([footage / "alpha.mp4"], tmp_path / "a.sqlite")
    entry = search_archive(footage / "alpha.mp4", tmp_path / "a.sqlite").entry
    assert entry.statement[0] == "Your archive holds no other footage."
    assert not any("No match" in words for words in entry.statement)


def test_a_plain_clip_says_that_it_cannot_be_compared(archive: Path, tmp_path: Path) -> None:
    clip = write_film(
        tmp_path / "dark.mp4", place=1, cars=1, length_s=3, change=lambda image: image * 0
    )
    entry = search_archive(clip, archive).entry
    assert (entry.frames_used, entry.frames_usable) == (38, 0)
    assert "38 of the 38 frames looked at are too dark or too plain" in entry.statement[1]


def test_a_picture_is_refused(archive: Path, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "photo.png"), np.zeros((90, 160, 3), np.uint8))
    with pytest.raises(SourceError, match="is a picture"):
        search_archive(tmp_path / "photo.png", archive)


def test_no_sentence_calls_anything_original(archive: Path, tmp_path: Path) -> None:
    clip = write_film(tmp_path / "clip.mp4", place=2, cars=20, first_s=1, length_s=4)
    found = search_archive(clip, archive)
    page = write_search(found, tmp_path / "out").read_text("utf-8")
    text = page + (tmp_path / "out" / "reuse.json").read_text("utf-8")
    assert not re.search("original|authentic|genuine|fake", text, re.IGNORECASE)
    assert "data:image/jpeg;base64," in page
    assert "http" not in page.replace("http-equiv", "")
    with pytest.raises(OutputExistsError):
        write_search(found, tmp_path / "out")


def test_a_sheet_shows_frames_beside_frames(archive: Path, tmp_path: Path) -> None:
    clip = write_film(
        tmp_path / "clip.mp4", place=1, cars=10, first_s=2, length_s=4, change=vertical
    )
    sheet = search_archive(clip, archive).sheet(0)
    cell = 216 + 24
    # Six rows; the clip, the same part, the whole.
    assert sheet.shape[0] == 30 + 6 * cell + 10
    for row in range(6):
        top = 30 + row * cell
        ours = sheet[top : top + 216, 10 : 10 + 121].astype(np.float32)
        left = 10 + max(121, len_of("clip")) + 10
        theirs = sheet[top : top + 216, left : left + 121].astype(np.float32)
        assert np.corrcoef(ours.reshape(-1), theirs.reshape(-1))[0, 1] > 0.8


def len_of(words: str) -> int:
    return int(cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)[0][0]) + 8


def test_reuse_json_is_read_back_and_strict(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "result"
    folder.mkdir()
    assert load_reuse(folder) is None
    clip = write_film(tmp_path / "clip.mp4", place=1, cars=10, first_s=2, length_s=4)
    found = search_archive(clip, archive, name="footage/clip.mp4")
    attach_search(found, folder, result_sha256="a" * 64)
    reuse = load_reuse(folder)
    assert reuse is not None
    assert reuse.result_sha256 == "a" * 64
    assert reuse.archive.files == 3
    (entry,) = reuse.clips
    assert entry.source == "footage/clip.mp4"
    picture = entry.matches[0].picture
    assert picture is not None
    assert re.fullmatch(r"[a-z0-9][a-z0-9_/-]*\.jpg", picture)
    assert (folder / picture).read_bytes()[:2] == b"\xff\xd8"
    path = folder / "reuse.json"
    assert Reuse.model_validate_json(path.read_bytes()) == reuse
    path.write_text(path.read_text("utf-8").replace('"files": 3', '"files": "3"'))
    with pytest.raises(ResultError, match="not of the format"):
        load_reuse(folder)


def test_searches_of_several_sources_stand_side_by_side(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "result"
    folder.mkdir()
    opened = Archive(archive)
    for name, place in (("b", 1), ("a", 2)):
        clip = write_film(tmp_path / f"{name}.mp4", place=place, cars=10 * place, length_s=4)
        attach_search(search_archive(clip, opened), folder, result_sha256="a" * 64)
    reuse = load_reuse(folder)
    assert reuse is not None
    assert [clip.source for clip in reuse.clips] == ["a.mp4", "b.mp4"]
    sha256 = reuse.clips[0].sha256
    for changed in ({"clip_sha256": sha256}, {"result_sha256": "b" * 64}):
        arguments = {"clip_sha256": "c" * 64, "result_sha256": "a" * 64} | changed
        with pytest.raises(OutputExistsError):
            check_attachable(folder, opened, overwrite=False, **arguments)
        check_attachable(folder, opened, overwrite=True, **arguments)
    check_attachable(folder, opened, clip_sha256="c" * 64, result_sha256="a" * 64, overwrite=False)


def test_a_date_that_the_user_gave_is_told(footage: Path, tmp_path: Path) -> None:
    shutil.copy(footage / "alpha.mp4", tmp_path / "alpha.mp4")
    path = tmp_path / "a.sqlite"
    add_to_archive([tmp_path / "alpha.mp4"], path, date=datetime.date(2016, 5, 9))
    clip = write_film(tmp_path / "clip.mp4", place=1, cars=10, first_s=2, length_s=4)
    (match,) = search_archive(clip, path).entry.matches
    assert match.file_date == datetime.date(2016, 5, 9)
    assert "alpha.mp4 (which you dated 2016-05-09)" in match.sentence


@pytest.mark.parametrize("frames", [1, 2, 7])
def test_clips_and_files_of_a_few_frames_match_nothing(
    frames: int, archive: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "short"
    folder.mkdir()
    clip = write_film(folder / "short.mp4", place=1, cars=10, length_s=(frames - 0.5) / 12.5)
    assert search_archive(clip, archive).entry.matches == ()
    add_to_archive([folder], tmp_path / "a.sqlite")
    long = write_film(tmp_path / "long.mp4", place=1, cars=10, length_s=4)
    assert search_archive(long, tmp_path / "a.sqlite").entry.matches == ()


def test_an_archive_without_files_is_searched_without_a_word_of_hours(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    add_to_archive([tmp_path / "empty"], tmp_path / "a.sqlite")
    clip = write_film(tmp_path / "clip.mp4", place=1, cars=10, length_s=3)
    found = search_archive(clip, tmp_path / "a.sqlite")
    assert found.entry.statement == ("Your archive holds no other footage.",)
    assert "0 files" in write_search(found, tmp_path / "out").read_text("utf-8")
