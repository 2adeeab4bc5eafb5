"""What people said of a result becomes labels that `read_labels` and a collection take."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.drawn import recognizer

from marchpast.errors import LabelError
from marchpast.labelling import labels_of_review, read_labels, to_coco, write_labels
from marchpast.media import open_source
from marchpast.report import EditEntry, Review, load_result, result_sha256
from marchpast.run import Run
from marchpast.taxonomy import load_taxonomy


@pytest.fixture(scope="module")
def folder(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reviewed") / "result"
    with Run(folder, recognizer=recognizer()) as run:
        list(run.sightings(open_source(clip)))
        run.save()
    return folder


def write(folder: Path, rows: list[tuple[int, str, str]]) -> None:
    """Write decisions as `(sighting, node or decision, reviewer)`."""
    result = load_result(folder)
    edits = []
    for number, said, reviewer in rows:
        entry, source = result.sightings[number], result.sources[0]
        is_name = said not in ("unsure", "no_vehicle")
        edits.append(
            EditEntry(
                sighting=entry.id,
                source=entry.source,
                source_sha256=source.sha256,
                kind=source.kind,
                frame_index=entry.best.frame_index,
                time_s=entry.best.time_s,
                xyxy=entry.best.xyxy,
                suggested=entry.node,
                probability=entry.probability,
                reviewer=reviewer,
                decision=("confirmed" if said == entry.node else "corrected") if is_name else said,  # type: ignore[arg-type]
                node=said if is_name else None,
                note="",
                blind=False,
                time="2026-11-23T07:00:00Z",
            )
        )
    review = Review(result_sha256=result_sha256(result), edits=tuple(edits))
    (folder / "review.json").write_text(review.model_dump_json(), "utf-8")


def test_decisions_become_labels_and_a_collection(folder: Path, clip: Path, tmp_path: Path) -> None:
    taxonomy, result = load_taxonomy(), load_result(folder)
    answered = result.sightings[0].node
    write(folder, [(0, answered, "Ann"), (1, "tor", "Ann"), (2, "no_vehicle", "Ann")])
    found = labels_of_review(folder, taxonomy=taxonomy)
    path = write_labels(found.labels, out=tmp_path / "labels.json", title="Reviewed")
    labels = read_labels(path, taxonomy)
    assert [(label.status, label.node, label.reviewer) for label in labels] == [
        ("confirmed", answered, "Ann"),
        ("corrected", "tor", "Ann"),
        ("no_vehicle", None, "Ann"),
        ("unreviewed", None, ""),
    ]
    assert to_coco(labels, sources=[clip], out=tmp_path / "mine").is_file()


def test_where_people_differ_there_is_no_name(folder: Path) -> None:
    taxonomy = load_taxonomy()
    write(folder, [(0, "osa", "Ann"), (0, "tor", "Bo"), (1, "tor", "Ann"), (1, "tor", "Bo")])
    found = labels_of_review(folder, taxonomy=taxonomy)
    assert found.differing == (load_result(folder).sightings[0].id,)
    assert [label.status for label in found.labels][:2] == ["unsure", "corrected"]
    assert found.labels[1].reviewer == "Ann, Bo"
    one = labels_of_review(folder, taxonomy=taxonomy, reviewer="Bo")
    assert (one.labels[0].node, one.differing) == ("tor", ())


def test_without_a_review_there_are_no_labels(folder: Path) -> None:
    write(folder, [(0, "osa", "Ann")])
    with pytest.raises(LabelError, match="no edit is by 'Bo'"):
        labels_of_review(folder, taxonomy=load_taxonomy(), reviewer="Bo")
    (folder / "review.json").unlink()
    with pytest.raises(LabelError, match=r"has no review\.json"):
        labels_of_review(folder, taxonomy=load_taxonomy())
