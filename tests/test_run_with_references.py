"""A run that uses references: the answer, its flag, and what the result states of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.identity import Judge
from marchpast.inference import GallerySettings, Projection
from marchpast.media import open_source
from marchpast.pipeline import Recognizer
from marchpast.recognition import CropScores
from marchpast.records import BgrImage
from marchpast.references import Gallery, create_store
from marchpast.report import validate_result
from marchpast.run import Run
from marchpast.taxonomy import load_taxonomy
from tests.drawn import LABELS, ColourClassifier, ColourDetector, Vehicle, write_clip

SETTINGS = GallerySettings(
    file="gallery.npz", sha256="0" * 64, offset=4.0, distance=-40.0, group=0.0,
    prior=0.1, most=0.8, min_hint=0.3, measured="in this test",
)  # fmt: skip


class Unsure(ColourClassifier):
    """Tells an Osa; of anything else only that it is military. Embeds the mean colour."""

    def score(self, images: Sequence[BgrImage]) -> CropScores:
        logits = self.classify(images)
        is_osa = logits[:, LABELS.index("osa")] > 0
        military = [LABELS.index(label) for label in ("bm21_grad", "btr80", "osa")]
        logits[~is_osa] = 0.0
        logits[np.ix_(np.flatnonzero(~is_osa), np.array(military))] = 6.0
        means = [image.reshape(-1, 3).mean(axis=0) for image in images]
        return CropScores(logits, embedding=np.array(means, np.float32).reshape(-1, 3))


@pytest.fixture
def recognizer(tmp_path: Path) -> Recognizer:
    """Its store shows a Tor, in the colour of the drawn Grad, and an Osa."""
    store = create_store(tmp_path / "store")
    for node, colour in (("tor", (200, 0, 0)), ("bal", (0, 0, 200)), ("osa", (0, 200, 0))):
        cv2.imwrite(str(tmp_path / "p.png"), np.full((30, 50, 3), colour, np.uint8))
        store.add(node, tmp_path / "p.png", credit="me", licence="mine")
    projection = Projection(np.zeros(3, np.float32), np.eye(3, dtype=np.float32))
    gallery = Gallery.of(
        store, Unsure(), projection=projection, model_sha256="0" * 64, known=("osa",)
    )
    judge = Judge(
        load_taxonomy(),
        labels=LABELS,
        temperature=1.0,
        min_mass=0.8,
        gallery=SETTINGS,
        reference_types=gallery.types,
    )
    return Recognizer(
        ColourDetector(),
        Unsure(),
        judge,
        min_confidence=0.5,
        track_confidence=0.2,
        gallery=gallery,
    )


def test_the_answer_its_flag_and_the_hash_of_the_store(
    recognizer: Recognizer, tmp_path: Path
) -> None:
    vehicles = [Vehicle("osa", 10, 20, 40), Vehicle("bm21_grad", 30, 110, 50)]
    clip = write_clip(tmp_path / "pair.mp4", vehicles, seconds=1.0)
    with Run(tmp_path / "out", recognizer=recognizer) as run:
        list(run.sightings(open_source(clip)))
        run.save()
    assert validate_result(tmp_path / "out") == []
    result = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))
    rows = {row["node"]: row for row in result["sightings"]}
    assert set(rows) == {"osa", "military_vehicle"}
    assert rows["osa"]["flags"] == []
    row = rows["military_vehicle"]
    assert row["flags"] == [
        "your own reference pictures had a say in this answer: a hint, not training"
    ]
    assert "1 reference picture of yours points to" in row["reason"]
    assert row["candidates"][0]["node"] == "tor"
    assert row["candidates"][0]["probability"] == pytest.approx(0.8)
    settings = result["settings"]
    assert settings["references"] == "tor:1,bal:1"
    assert settings["references_not_used"] == "osa"
    assert recognizer.gallery is not None
    assert settings["references_sha256"] == recognizer.gallery.sha256
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "your own reference pictures had a say" in page


def test_without_references_a_result_says_nothing_of_them(
    recognizer: Recognizer, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "one.mp4", [Vehicle("bm21_grad", 30, 110, 50)], seconds=1.0)
    recognizer.gallery = None
    with Run(tmp_path / "out", recognizer=recognizer) as run:
        list(run.sightings(open_source(clip)))
        run.save()
    result = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))
    assert not any("reference" in key for key in result["settings"])
    assert [row["node"] for row in result["sightings"]] == ["military_vehicle"]
