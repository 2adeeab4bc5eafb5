"""The page: what is in it, that nothing from outside becomes markup, and what it saves."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import html.parser
import json
import re
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.drawn import recognizer
from tests.labelling.conftest import data_of

from marchpast.errors import LabelError, ResultError, TaxonomyError
from marchpast.labelling import LabelCrop, crops_of_result, read_labels, write_label_page
from marchpast.media import open_source
from marchpast.run import Run
from marchpast.taxonomy import load_taxonomy

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\u2028%SCRIPT%"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Tags(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_every_crop_is_on_the_page(crops: list[LabelCrop], page: Path) -> None:
    rows = data_of(page)["crops"]
    assert [row["id"] for row in rows] == [crop.id for crop in crops]
    for row, crop in zip(rows, crops, strict=True):
        assert row["suggested"] == crop.suggested
        head, _, content = row["uri"].partition(",")
        assert head == "data:image/jpeg;base64"
        shown = cv2.imdecode(np.frombuffer(base64.b64decode(content), np.uint8), cv2.IMREAD_COLOR)
        assert shown is not None
        assert shown.shape == crop.image.shape
        assert np.abs(shown.mean((0, 1)) - crop.image.mean((0, 1))).max() < 4


def test_large_crops_are_reduced_and_keep_their_shape(
    crops: list[LabelCrop], tmp_path: Path
) -> None:
    large = dataclasses.replace(crops[0], image=np.zeros((400, 1600, 3), np.uint8))
    page = write_label_page(
        [large], taxonomy=load_taxonomy(), out=tmp_path / "page.html", title="Large"
    )
    (row,) = data_of(page)["crops"]
    assert (row["width"], row["height"]) == (640, 160)


def test_every_spelling_can_be_searched(page: Path) -> None:
    nodes = {node["id"]: node for node in data_of(page)["nodes"]}
    assert set(nodes) == set(load_taxonomy().nodes)
    assert {"osa", "sa8gecko", "9k33"} <= set(nodes["osa"]["keys"])


def test_the_page_reaches_for_nothing(page: Path) -> None:
    text = page.read_text("utf-8")
    tags = Tags(text).tags
    policy = next(a["content"] for tag, a in tags if a.get("http-equiv"))
    script = re.findall(r"<script>(.*?)</script>", text, re.S)
    assert len(script) == 1
    style = re.findall(r"<style>(.*?)</style>", text, re.S)
    assert len(style) == 1
    inside, look = (
        base64.b64encode(hashlib.sha256(part[0].encode()).digest()).decode()
        for part in (script, style)
    )
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{look}'; "
        f"script-src 'sha256-{inside}'; base-uri 'none'; form-action 'none'"
    )
    assert not [tag for tag, _ in tags if tag in {"link", "iframe", "a", "form", "object"}]
    assert not re.search(r"(?i)https?://|//[a-z]+\.[a-z]", re.sub(r"data:image/[^\"]*", "", text))


def test_names_from_outside_stay_text(crops: list[LabelCrop], tmp_path: Path) -> None:
    crop = dataclasses.replace(crops[0], id=f"{NASTY}#1", source=NASTY, reason=NASTY)
    page = write_label_page(
        [crop], taxonomy=load_taxonomy(), out=tmp_path / "page.html", title=NASTY
    )
    tags = Tags(page.read_text("utf-8")).tags
    plain = write_label_page(
        [crops[0]], taxonomy=load_taxonomy(), out=tmp_path / "plain.html", title="Plain"
    )
    assert [tag for tag, _ in tags] == [tag for tag, _ in Tags(plain.read_text("utf-8")).tags]
    assert data_of(page)["title"] == NASTY
    assert data_of(page)["crops"][0]["source"] == NASTY


def test_the_same_crops_give_the_same_bytes(crops: list[LabelCrop], tmp_path: Path) -> None:
    pages = [
        write_label_page(
            crops, taxonomy=load_taxonomy(), out=tmp_path / name, title="Twice"
        ).read_bytes()
        for name in ("one.html", "two.html")
    ]
    assert pages[0] == pages[1]


def test_other_crops_have_their_own_memory(crops: list[LabelCrop], tmp_path: Path) -> None:
    moved = dataclasses.replace(crops[0], frame_index=crops[0].frame_index + 1)
    keys = {
        data_of(
            write_label_page(rows, taxonomy=load_taxonomy(), out=tmp_path / "p.html", title="Keys")
        )["key"]
        for rows in ([crops[0]], [moved], crops)
    }
    assert len(keys) == 3


def test_pages_that_cannot_be_decided_are_refused(crops: list[LabelCrop], tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    with pytest.raises(LabelError, match="no vehicle to label"):
        write_label_page([], taxonomy=load_taxonomy(), out=out, title="Empty")
    with pytest.raises(LabelError, match="2 crops are called"):
        write_label_page([crops[0]] * 2, taxonomy=load_taxonomy(), out=out, title="Twice")
    odd = dataclasses.replace(crops[0], suggested="t_99")
    with pytest.raises(TaxonomyError, match="no node 't_99'"):
        write_label_page([odd], taxonomy=load_taxonomy(), out=out, title="Odd")
    assert not out.exists()


def test_a_result_gives_the_same_crops(clip: Path, crops: list[LabelCrop], tmp_path: Path) -> None:
    with Run(tmp_path / "result", recognizer=recognizer()) as run:
        list(run.sightings(open_source(clip)))
        run.save()
    read = {crop.id: crop for crop in crops_of_result(tmp_path / "result")}
    assert sorted(read) == sorted(crop.id for crop in crops)
    for crop in crops:
        twin = read[crop.id]
        for name in ("source_sha256", "kind", "frame_index", "suggested", "frame_width"):
            assert getattr(twin, name) == getattr(crop, name)
        assert twin.xyxy == pytest.approx(crop.xyxy, abs=0.02)
        assert np.abs(twin.image.astype(int) - crop.image).mean() < 4


def test_a_folder_without_a_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError):
        crops_of_result(tmp_path)


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium to press keys in")
def test_keys_decide_and_the_saved_file_is_read(
    crops: list[LabelCrop], page: Path, tmp_path: Path
) -> None:
    """Press keys in a real browser: confirm, correct by a typed name, unsure, no vehicle, undo."""
    driver = """
      const press = (key) => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      const type = (text) => { const box = document.getElementById("search");
        press("/"); box.value = text; box.dispatchEvent(new Event("input")); press("Enter"); };
      let saved = null;
      URL.createObjectURL = (blob) => { saved = blob; return "data:,"; };
      HTMLAnchorElement.prototype.click = function () {};
      const name = document.getElementById("reviewer");
      name.value = "B. Reader"; name.dispatchEvent(new Event("input"));
      document.querySelector(".cell").focus();
      press("y"); type("SA-15 Gauntlet"); press("u"); press("x"); press("z"); press("u");
      press("Home"); press("z"); press("s");
      saved.text().then((text) => { document.documentElement.replaceChildren();
        const out = document.createElement("pre"); out.id = "saved"; out.textContent = text;
        document.documentElement.append(out); });
    """
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text("utf-8"))
    driven = tmp_path / "driven.html"
    driven.write_text(text.replace("</body>", f"<script>{driver}</script></body>"), "utf-8")
    done = subprocess.run(
        [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=4000",
            "--dump-dom",
            driven.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = re.search(r'<pre id="saved">(.*?)</pre>', done.stdout, re.S)
    assert found, done.stdout[-500:]
    saved = tmp_path / "labels.json"
    saved.write_text(html.unescape(found[1]), "utf-8")
    labels = read_labels(saved, load_taxonomy())
    assert [label.id for label in labels] == [crop.id for crop in crops]
    assert [(label.status, label.node) for label in labels] == [
        ("confirmed", crops[0].suggested),
        ("corrected", "tor"),
        ("unsure", None),
        ("unreviewed", None),
    ]
    assert labels[0].reviewer == "B. Reader"
    assert json.loads(saved.read_text("utf-8"))["title"] == "Drawn convoy"
