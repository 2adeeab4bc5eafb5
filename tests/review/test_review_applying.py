"""Edits beside a result: kept, merged, matched to another run, never lost."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.review.conftest import MakeEdit

from marchpast.errors import ReviewError
from marchpast.report import (
    REVIEW_FILE,
    EditEntry,
    Result,
    match_edits,
    read_review,
    rebuild_page,
    result_sha256,
    validate_result,
)
from marchpast.report.reviewed import result_text
from marchpast.review import apply_review
from marchpast.taxonomy import Taxonomy

WriteReview = Callable[..., Path]


def kept(folder: Path, taxonomy: Taxonomy) -> list[EditEntry]:
    return list(read_review(folder / REVIEW_FILE, taxonomy).edits)


def test_the_hash_is_that_of_the_file(folder: Path, result: Result) -> None:
    content = (folder / "result.json").read_bytes()
    assert result_sha256(result) == hashlib.sha256(content).hexdigest()
    assert result_text(result).encode() == content


def test_edits_are_kept_and_shown_and_the_result_is_untouched(
    folder: Path, edit: MakeEdit, write_review: WriteReview, taxonomy: Taxonomy
) -> None:
    before = (folder / "result.json").read_bytes()
    edits = [
        edit(0, "osa"),
        edit(1, "tor", note="tracks <b>seen</b>", blind=True),
        edit(3, "no_vehicle"),
    ]
    applied = apply_review(folder, write_review(*edits))
    assert (applied.taken, applied.older, applied.matched, applied.unmatched) == (3, 0, 3, ())
    assert sorted(kept(folder, taxonomy), key=lambda e: e.sighting) == sorted(
        edits, key=lambda e: e.sighting
    )
    assert (folder / "result.json").read_bytes() == before
    assert validate_result(folder) == []
    page = (folder / "report.html").read_text("utf-8")
    assert 'agrees with the model: <bdi lang="en">9K33 Osa</bdi>' in page
    assert 'says: <bdi lang="en">Tor-M1/M2</bdi> <span class="blind-mark">blind</span>' in page
    assert "tracks &lt;b&gt;seen&lt;/b&gt;" in page
    assert "3 sightings of 7 were looked at by a person" in page
    assert page == (rebuild_page(folder)).read_text("utf-8")


def test_the_page_of_a_folder_without_attachments_stays_as_it_was(folder: Path) -> None:
    before = (folder / "report.html").read_bytes()
    assert rebuild_page(folder).read_bytes() == before
    assert rebuild_page(folder, language="ru").read_bytes() != before


def test_of_one_persons_edits_the_later_counts(
    folder: Path, edit: MakeEdit, write_review: WriteReview, taxonomy: Taxonomy
) -> None:
    first = [edit(0, "osa", minute=5), edit(1, "unsure", minute=5)]
    apply_review(folder, write_review(*first))
    second = [edit(0, "tor", minute=4), edit(1, "osa", minute=6)]
    applied = apply_review(folder, write_review(*second))
    assert (applied.taken, applied.older) == (1, 1)
    assert kept(folder, taxonomy) == [first[0], second[1]]


def test_people_stay_beside_each_other_and_may_differ(
    folder: Path, edit: MakeEdit, write_review: WriteReview, taxonomy: Taxonomy
) -> None:
    apply_review(folder, write_review(edit(0, "osa")))
    apply_review(folder, write_review(edit(0, "tor", reviewer="Bo")))
    assert [row.reviewer for row in kept(folder, taxonomy)] == ["Ann", "Bo"]
    assert "The reviewers differ." in (folder / "report.html").read_text("utf-8")


def test_what_was_taken_back_is_gone(
    folder: Path, edit: MakeEdit, write_review: WriteReview, taxonomy: Taxonomy
) -> None:
    apply_review(folder, write_review(edit(0, "osa"), edit(1, "osa")))
    apply_review(folder, write_review(edit(0, None, minute=9)))
    assert [row.sighting for row in kept(folder, taxonomy)] == [edit(1, "osa").sighting]


def test_a_review_of_other_footage_is_refused(
    folder: Path, edit: MakeEdit, write_review: WriteReview
) -> None:
    other = edit(0, "osa", source_sha256="0" * 64)
    with pytest.raises(ReviewError, match="is of other footage"):
        apply_review(folder, write_review(other))
    assert not (folder / REVIEW_FILE).exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"node": "t_99", "decision": "corrected"}, "'t_99' is not in this version's taxonomy"),
        ({"node": None}, "does not go with node None"),
        ({"decision": "corrected"}, "confirmed means that they are the same"),
        ({"decision": "sure"}, "edits.0.decision"),
        ({"reviewer": " "}, "edits.0.reviewer"),
        ({"time": "yesterday"}, "edits.0.time"),
        ({"blind": 1}, "edits.0.blind"),
        ({"xyxy": [9, 0, 1, 1]}, "a box is x1, y1, x2, y2"),
        ({"more": 1}, "edits.0.more"),
    ],
)
def test_a_malformed_review_is_refused(
    folder: Path,
    edit: MakeEdit,
    write_review: WriteReview,
    taxonomy: Taxonomy,
    change: dict[str, object],
    words: str,
) -> None:
    path = write_review(edit(0, "osa"))
    content = json.loads(path.read_text("utf-8"))
    content["edits"][0] |= change
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ReviewError) as caught:
        apply_review(folder, path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    shutil.copyfile(path, folder / REVIEW_FILE)
    assert any(line.startswith("review.json") for line in validate_result(folder))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\xfe", b'{"format": "other"}'])
def test_no_review_at_all_is_refused(tmp_path: Path, taxonomy: Taxonomy, content: bytes) -> None:
    path = tmp_path / "review.json"
    path.write_bytes(content)
    with pytest.raises(ReviewError, match="no review"):
        read_review(path, taxonomy)
    with pytest.raises(ReviewError, match="cannot be read"):
        read_review(tmp_path / "missing.json", taxonomy)


def rewritten(folder: Path, result: Result, *, shift: float, renumber: int) -> Result:
    """The same footage in another run: other track numbers, other best looks, moved boxes."""
    rows = [json.loads(line) for line in (folder / "detections.jsonl").read_text().splitlines()]
    for row in rows:
        for detection in row["detections"]:
            detection["xyxy"][0] += shift
            detection["xyxy"][2] += shift
            if detection["track_id"] is not None:
                detection["track_id"] += renumber
    text = "\n".join(json.dumps(row) for row in rows) + "\n"
    (folder / "detections.jsonl").write_text(text, "utf-8")
    sightings = tuple(
        entry.model_copy(
            update={
                "track_id": entry.track_id + renumber,
                "id": f"{entry.source}#{entry.track_id + renumber}",
                "best": entry.best.model_copy(
                    update={
                        "frame_index": entry.best.frame_index + 2,
                        "xyxy": tuple(side + 8.0 for side in entry.best.xyxy),
                    }
                ),
            }
        )
        for entry in result.sightings
    )
    return result.model_copy(update={"sightings": sightings})


def test_edits_follow_their_vehicles_into_another_run(
    folder: Path, result: Result, edit: MakeEdit
) -> None:
    edits = tuple(edit(number, "osa") for number in range(7))
    again = rewritten(folder, result, shift=6.0, renumber=30)
    matched = match_edits(edits, again, folder=folder)
    assert matched.unmatched == ()
    old = {entry.id: number for number, entry in enumerate(result.sightings)}
    for number, entry in enumerate(again.sightings):
        (found,) = matched.by_sighting[entry.id]
        assert old[found.sighting] == number


def test_edits_of_vehicles_that_are_gone_are_kept_and_listed(
    folder: Path, result: Result, edit: MakeEdit, taxonomy: Taxonomy, write_review: WriteReview
) -> None:
    edits = tuple(edit(number, "osa") for number in range(7))
    apply_review(folder, write_review(*edits))
    again = rewritten(folder, result, shift=400.0, renumber=0)
    matched = match_edits(edits, again, folder=folder)
    assert matched.unmatched == edits
    (folder / "result.json").write_text(result_text(again), "utf-8")
    rebuild_page(folder)
    page = (folder / "report.html").read_text("utf-8")
    assert "Edits that fit no sighting of this result" in page
    # Nothing new is said, and still nothing is lost.
    applied = apply_review(folder, write_review())
    assert len(applied.unmatched) == 7
    assert len(kept(folder, taxonomy)) == 7


def test_one_track_takes_one_edit_of_a_person(folder: Path, result: Result, edit: MakeEdit) -> None:
    near = edit(6, "osa", xyxy=(50.0, 100.0, 146.0, 160.0))
    nearer = edit(6, "tor", xyxy=(40.0, 100.0, 136.0, 160.0))
    other = edit(6, "tor", reviewer="Bo")
    matched = match_edits((near, nearer, other), result, folder=folder)
    (id_,) = matched.by_sighting
    assert id_ == result.sightings[6].id
    assert matched.by_sighting[id_] == (nearer, other)
    assert matched.unmatched == (near,)


def test_detections_are_read_only_where_they_are_needed(
    folder: Path, result: Result, edit: MakeEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "detections.jsonl").unlink()
    assert match_edits((edit(0, "osa"),), result, folder=folder).unmatched == ()
    foreign = edit(0, "osa", source_sha256="0" * 64)
    assert match_edits((foreign,), result, folder=folder).unmatched == (foreign,)
