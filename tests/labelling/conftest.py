"""A drawn clip whose vehicles a person is asked about, and the page that asks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.drawn import convoy, recognizer, write_clip

from marchpast.labelling import LabelCrop, crops_of_pictures, write_label_page
from marchpast.media import open_source
from marchpast.taxonomy import load_taxonomy

SAVED = (
    *("id", "source", "source_sha256", "kind", "frame_index", "time_s"),
    *("xyxy", "frame_width", "frame_height", "suggested", "mass"),
)
"""What the page copies from a crop into its label."""

Decide = Callable[[Mapping[str, tuple[str, str | None]]], Path]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("drawn") / "convoy.mp4", convoy())


@pytest.fixture(scope="session")
def crops(clip: Path) -> list[LabelCrop]:
    """Two Osa, a Grad, a lorry, in the order in which their tracks end."""
    return list(crops_of_pictures([open_source(clip)], recognizer()))


@pytest.fixture(scope="session")
def page(crops: list[LabelCrop], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("page") / "labels.html"
    return write_label_page(crops, taxonomy=load_taxonomy(), out=out, title="Drawn convoy")


def data_of(page: Path) -> dict[str, Any]:
    """The data block, read as a browser reads it: up to the first end tag."""
    found = re.search(
        r'<script type="application/json" id="data">(.*?)</script', page.read_text("utf-8"), re.S
    )
    assert found
    content: dict[str, Any] = json.loads(found[1])
    return content


@pytest.fixture
def decide(page: Path, tmp_path: Path) -> Decide:
    """Save a label file as the page does, with decisions by crop id."""

    def save(decisions: Mapping[str, tuple[str, str | None]]) -> Path:
        data = data_of(page)
        labels = []
        for crop in data["crops"]:
            status, node = decisions.get(crop["id"], ("unreviewed", None))
            labels.append({key: crop[key] for key in SAVED} | {"status": status, "node": node})
        file = {
            "format": data["format"],
            "title": data["title"],
            "reviewer": "A. Reader",
            "labels": labels,
        }
        path = tmp_path / "labels.json"
        path.write_text(json.dumps(file), "utf-8")
        return path

    return save
