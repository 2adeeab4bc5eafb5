"""`marchpast page` and `marchpast review`: what they print, and how they end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.drawn import convoy, recognizer, write_clip

from marchpast.cli import boundary
from marchpast.cli.main import main
from marchpast.labelling import read_labels
from marchpast.media import open_source
from marchpast.report import REVIEW_FORMAT, load_result, result_sha256
from marchpast.run import Run
from marchpast.taxonomy import load_taxonomy

WriteReview = Callable[..., Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("reviewed")
    clip = write_clip(root / "convoy.mp4", convoy())
    with Run(root / "result", recognizer=recognizer()) as run:
        list(run.sightings(open_source(clip)))
        run.save()
    return root / "result"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "result"))


@pytest.fixture
def write_review(folder: Path, tmp_path: Path) -> WriteReview:
    """Write what one person said: `write_review("Ann", ["osa", "unsure"], shift=0) -> Path`."""
    result = load_result(folder)

    def write(reviewer: str, said: list[str], *, shift: int = 0) -> Path:
        edits = []
        for entry, word in zip(result.sightings, said, strict=False):
            node = None if word in ("unsure", "no_vehicle") else word
            kind = "confirmed" if node == entry.node else "corrected"
            edits.append(
                {
                    "sighting": entry.id,
                    "source": entry.source,
                    "source_sha256": result.sources[0].sha256,
                    "kind": "video",
                    "frame_index": entry.best.frame_index,
                    "time_s": entry.best.time_s,
                    "xyxy": [side + shift for side in entry.best.xyxy],
                    "suggested": entry.node,
                    "probability": entry.probability,
                    "reviewer": reviewer,
                    "decision": word if node is None else kind,
                    "node": node,
                    "note": "",
                    "blind": False,
                    "time": "2026-11-23T07:00:00Z",
                }
            )
        path = tmp_path / f"{reviewer}.json"
        content = {
            "format": REVIEW_FORMAT,
            "result_sha256": result_sha256(result),
            "edits": edits,
        }
        path.write_text(json.dumps(content), "utf-8")
        return path

    return write


def test_the_page_is_rendered_in_another_language(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["page", str(folder), "--language", "ru"]) == boundary.DONE
    page = folder / "report.html"
    assert capsys.readouterr().out == f"{page}\n"
    assert '<bdi lang="ru">9К33 «Оса»</bdi>' in page.read_text("utf-8")


def test_edits_are_applied_compared_and_made_labels(
    folder: Path, write_review: WriteReview, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [entry.node for entry in load_result(folder).sightings]
    for path in (
        write_review("Ann", answers),
        write_review("Bo", ["tor", *answers[1:3], "no_vehicle"]),
    ):
        assert main(["review", "apply", str(folder), str(path)]) == boundary.DONE
    told = capsys.readouterr()
    assert told.out.splitlines()[-1] == str(folder / "review.json")
    assert "4 edits taken; 8 in all fit a sighting" in told.err

    assert main(["review", "agreement", str(folder)]) == boundary.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Ann and Bo: 4 vehicles decided by both"
    assert "0 of 4 decided blind by both" in lines[2]
    assert lines[3].startswith("as named: kappa 0.")
    assert lines[3].endswith("2 of 4 alike")
    assert any(line.split("\t")[1:] == ["osa", "tor"] for line in lines)

    out = tmp_path / "labels.json"
    assert main(["review", "labels", str(folder), "--out", str(out)]) == boundary.DONE
    told = capsys.readouterr()
    assert "2 of 4 labels name a vehicle" in told.err
    assert told.err.count("reviewers differ, so no label") == 2
    assert sum(label.is_named for label in read_labels(out, load_taxonomy())) == 2
    assert main(["review", "labels", str(folder), "--out", str(out)]) == boundary.USAGE


def test_what_fits_nothing_is_listed_and_kept(
    folder: Path, write_review: WriteReview, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_review("Ann", ["osa"], shift=500)
    assert main(["review", "apply", str(folder), str(path)]) == boundary.INPUTS_FAILED
    assert "kept, but fits no sighting: convoy.mp4 at" in capsys.readouterr().err
    assert len(json.loads((folder / "review.json").read_text("utf-8"))["edits"]) == 1


def test_undefined_agreement_is_said(
    folder: Path, write_review: WriteReview, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(write_review(name, ["osa", "osa"])) for name in ("Ann", "Bo")]
    assert main(["review", "agreement", str(folder), *files]) == boundary.DONE
    out = capsys.readouterr().out
    assert out.count("kappa is not defined: both gave one and the same answer") == 3
    assert main(["review", "agreement", str(folder), *files, "--blind-only"]) == boundary.DONE
    assert "kappa is not defined: there is nothing that both decided" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (["page", "{tmp}"], boundary.INPUTS_FAILED, "cannot be read"),
        (["review", "apply", "{folder}", "{tmp}/none.json"], boundary.USAGE, "cannot be read"),
        (["review", "agreement", "{folder}"], boundary.USAGE, "missing; give review files"),
        (["review", "labels", "{folder}", "--out", "{tmp}/l.json"], boundary.USAGE, "has no"),
    ],
)
def test_bad_input_is_one_line(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    code: int,
    words: str,
) -> None:
    filled = [part.format(tmp=tmp_path, folder=folder) for part in command]
    assert main(filled) == code
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert words in err
