"""A result of two drawn clips, and edits of its sightings as the page exports them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.report.conftest import build_run

from marchpast.report import REVIEW_FORMAT, EditEntry, Result, load_result, result_sha256
from marchpast.taxonomy import Taxonomy, load_taxonomy

MakeEdit = Callable[..., EditEntry]


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture
def folder(tmp_path: Path, taxonomy: Taxonomy) -> Path:
    build_run(tmp_path / "result", taxonomy=taxonomy)
    return tmp_path / "result"


@pytest.fixture
def result(folder: Path) -> Result:
    return load_result(folder)


@pytest.fixture
def edit(result: Result) -> MakeEdit:
    """An edit of the n-th sighting: `edit(0, "osa", reviewer="Ann") -> EditEntry`.

    A name is confirmed or corrected, `unsure` and `no_vehicle` are themselves, `None` is no
    decision; changes replace any field.
    """
    sources = {source.name: source for source in result.sources}

    def make(
        number: int, said: str | None, *, reviewer: str = "Ann", minute: int = 0, **changes: Any
    ) -> EditEntry:
        entry = result.sightings[number]
        source = sources[entry.source]
        node = None if said in ("unsure", "no_vehicle", None) else said
        decision = said if node is None else "confirmed" if node == entry.node else "corrected"
        fields: dict[str, Any] = {
            "sighting": entry.id,
            "source": entry.source,
            "source_sha256": source.sha256,
            "kind": source.kind,
            "frame_index": entry.best.frame_index,
            "time_s": entry.best.time_s,
            "xyxy": entry.best.xyxy,
            "suggested": entry.node,
            "probability": entry.probability,
            "reviewer": reviewer,
            "decision": decision,
            "node": node,
            "note": "",
            "blind": False,
            "time": f"2026-11-23T07:{minute:02d}:00Z",
        }
        return EditEntry(**(fields | changes))

    return make


@pytest.fixture
def write_review(result: Result, tmp_path: Path) -> Callable[..., Path]:
    """Write edits as the page exports them: `write_review(edit, ..., name="a.json") -> Path`."""

    def write(*edits: EditEntry, name: str = "exported.json") -> Path:
        content = {
            "format": REVIEW_FORMAT,
            "result_sha256": result_sha256(result),
            "edits": [edit.model_dump(mode="json") for edit in edits],
        }
        (tmp_path / name).write_text(json.dumps(content), "utf-8")
        return tmp_path / name

    return write
