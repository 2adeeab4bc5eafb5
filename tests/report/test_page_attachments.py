"""What lies beside a result on its page: shown when it is of this result, escaped, checked."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.explaining import Explanations, Facts, SeenKind, assess, write_explanations
from marchpast.report import (
    EditEntry,
    Result,
    Review,
    load_result,
    rebuild_page,
    result_sha256,
    validate_result,
)
from marchpast.report.text import printable
from marchpast.reuse import (
    ArchiveEntry,
    ClipEntry,
    MatchEntry,
    MeasuredEntry,
    Reuse,
)
from marchpast.reuse.document import write_reuse
from marchpast.taxonomy import Taxonomy
from tests.report.conftest import NASTY, build_run
from tests.report.test_report_page import Page, page_of


@pytest.fixture
def folder(tmp_path: Path, taxonomy: Taxonomy) -> Path:
    build_run(tmp_path, taxonomy=taxonomy)
    return tmp_path


def explained(result: Result, *, text: str = "mass mobilisation") -> Explanations:
    facts = Facts(
        claim=text,
        place=f"{text} x",
        date=datetime.date(2017, 4, 16),
        provenance=f"{text} y",
        seen=(SeenKind(("osa",), 8),),
    )
    return assess(facts).model_copy(update={"result_sha256": result_sha256(result)})


def reused(result: Result, *, text: str = "old.mp4") -> Reuse:
    match = MatchEntry(
        file=text,
        file_sha256="1" * 64,
        file_date=datetime.date(2016, 5, 9),
        verdict="same_footage",
        sentence=f"{text} shows the same.",
        clip_from_s=1.0,
        clip_to_s=4.0,
        file_from_s=61.0,
        file_to_s=64.0,
        speed=1.0,
        speed_from=0.98,
        speed_to=1.02,
        is_mirrored=True,
        is_cropped=False,
        part=(0.0, 0.0, 1.0, 1.0),
        borders_removed=False,
        covered=("bottom",),
        frames_compared=6,
        frames_alike=6,
        looks=0.97,
        moves=0.8,
        is_time_certain=True,
        picture="reuse/one.jpg",
    )
    away = match.model_copy(update={"verdict": "nothing_moves", "picture": "../../x.jpg"})
    clip = ClipEntry(
        source=text,
        sha256="2" * 64,
        seconds=10.0,
        frames_used=20,
        frames_usable=18,
        same_file=None,
        statement=(f"One match: {text}.",),
        matches=(match,),
        alike=(away,),
    )
    return Reuse(
        marchpast_version="0",
        result_sha256=result_sha256(result),
        archive=ArchiveEntry(name=text, files=3, hours=1.5, sha256="3" * 64),
        clips=(clip,),
        measured=MeasuredEntry(
            sentence=f"Measured: {text}.",
            unrelated_clips=10,
            false_matches=0,
            upper_95=0.3,
            hours=1.0,
        ),
        cannot_find=(f"Not {text}.",),
    )


def reviewed(result: Result, *, text: str = "Ann") -> Review:
    entry, source = result.sightings[0], result.sources[0]
    edit = EditEntry(
        sighting=entry.id,
        source=entry.source,
        source_sha256=source.sha256,
        kind="video",
        frame_index=entry.best.frame_index,
        time_s=entry.best.time_s,
        xyxy=entry.best.xyxy,
        suggested=entry.node,
        probability=entry.probability,
        reviewer=(text[:150] + "x"),
        decision="corrected",
        node="tor",
        note=f"{text} n",
        blind=True,
        time="2026-11-23T07:00:00Z",
    )
    gone = edit.model_copy(update={"source_sha256": "4" * 64, "note": f"{text} g"})
    return Review(result_sha256=result_sha256(result), edits=(edit, gone))


def attach(folder: Path, *, text: str = "plain") -> None:
    result = load_result(folder)
    write_explanations(folder, explained(result, text=text))
    (folder / "reuse").mkdir(exist_ok=True)
    cv2.imwrite(str(folder / "reuse" / "one.jpg"), np.full((90, 320, 3), 90, np.uint8))
    write_reuse(folder, reused(result, text=text))
    (folder / "review.json").write_text(reviewed(result, text=text).model_dump_json(), "utf-8")
    (folder / "sheets").mkdir(exist_ok=True)
    stem = Path(result.sightings[0].best.crop).stem
    for name in (f"{stem}.html", "osa.html", "bad name.html", "other.png"):
        head = f'<meta name="marchpast-result" content="{result_sha256(result)}">'
        (folder / "sheets" / name).write_text(head, "utf-8")


def test_every_attachment_has_its_place(folder: Path) -> None:
    bare = page_of(folder)
    attach(folder)
    assert validate_result(folder) == []
    rebuild_page(folder)
    page = page_of(folder)
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert {"explanations", "reuse", "sheets", "reviews"} <= ids
    assert not {"explanations", "reuse", "sheets", "reviews"} & {
        attributes.get("id") for _, attributes in bare.elements
    }
    explanations = explained(load_result(folder))
    assert explanations.verdict in page.text
    for row in explanations.explanations:
        assert row.name in page.text
        assert row.means in page.text
    for caution in explanations.cautions:
        assert caution in page.text
    for item in explanations.evidence:
        assert item.strength_source in page.text
    assert "stands-out" not in {attributes.get("class") for _, attributes in page.elements}
    assert "One match: plain." in page.text
    assert "here 0:01.0 to 0:04.0, there 1:01.0 to 1:04.0" in page.text
    assert "Measured: plain." in page.text
    assert "original" not in page.text.lower()
    links = [str(link["href"]) for link in page.all("a") if not str(link["href"]).startswith("#")]
    stem = Path(load_result(folder).sightings[0].best.crop).stem
    assert sorted(links) == ["sheets/osa.html", *2 * [f"sheets/{stem}.html"]]
    pictures = [i for i in page.all("img") if str(i["alt"]).startswith("Frames of this clip")]
    assert len(pictures) == 1


def test_what_is_of_another_result_is_named_and_not_shown(folder: Path) -> None:
    attach(folder)
    for name in ("explanations.json", "reuse.json"):
        content = json.loads((folder / name).read_text("utf-8"))
        content["result_sha256"] = "0" * 64
        (folder / name).write_text(json.dumps(content), "utf-8")
    (folder / "sheets" / "osa.html").write_text("of an earlier run", "utf-8")
    rebuild_page(folder)
    page = page_of(folder)
    old = "explanations.json, reuse.json, sheets/osa.html"
    assert f"made for another result: {old}. Make them anew." in page.text
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert not {"explanations", "reuse"} & ids
    assert "reviews" in ids


@pytest.mark.parametrize("name", ["explanations.json", "reuse.json", "review.json"])
def test_a_malformed_attachment_is_a_problem_of_the_folder(folder: Path, name: str) -> None:
    (folder / name).write_text('{"format": "other"}', "utf-8")
    (problem,) = validate_result(folder)
    assert problem.startswith(f"{name}:")


def test_nothing_from_outside_becomes_markup(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    attach(folder)
    plain = Page(rebuild_page(folder).read_text("utf-8"))
    shape = [(tag, tuple(sorted(attributes))) for tag, attributes in plain.elements]
    for text in NASTY[::4]:
        if not printable(text).strip():
            continue
        attach(folder, text=text.encode("utf-8", "backslashreplace").decode())
        content = rebuild_page(folder).read_text("utf-8")
        page = Page(content)
        assert [(tag, tuple(sorted(a))) for tag, a in page.elements] == shape, text
        assert page.comments == []
        assert printable(content.replace("\n", " ")) == content.replace("\n", " "), text


def test_the_text_of_a_card_is_small_enough_for_four_hundred(folder: Path) -> None:
    """With pictures of at most 7 MB in all, what 400 cards say must fit into the other 3."""
    attach(folder)
    text = rebuild_page(folder).read_text("utf-8")
    cards = text[text.index("<article") : text.rindex("</article>")]
    without = len("".join(part.split('"', 1)[-1] for part in cards.split("data:image/jpeg")))
    assert without / 7 * 400 < 1_600_000
