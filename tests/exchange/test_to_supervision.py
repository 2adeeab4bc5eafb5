"""Boxes for supervision, without that package: what is handed to it, and that it is missed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from marchpast.errors import ExchangeError
from marchpast.exchange import Categories, to_supervision
from marchpast.report import read_rows
from marchpast.taxonomy import Taxonomy


def test_the_columns_agree_with_the_row(
    clip_result: Path, taxonomy: Taxonomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept(**columns: Any) -> SimpleNamespace:
        return SimpleNamespace(**columns)

    monkeypatch.setitem(sys.modules, "supervision", SimpleNamespace(Detections=kept))
    categories = Categories(taxonomy)
    first, _, empty = (to_supervision(row, categories=categories) for row in read_rows(clip_result))
    assert first.xyxy.tolist() == [[10.0, 20.0, 58.5, 44.25], [0.0, 0.0, 320.0, 180.0]]
    assert first.xyxy.dtype == np.float32
    assert first.tracker_id.tolist() == [1, -1]
    assert [categories.rows[n].node for n in first.class_id] == ["osa", "unnamed"]
    assert first.data["class_name"].tolist() == ["9K33 Osa", "box without a name"]
    assert first.data["source"].tolist() == ["convoy.mp4", "convoy.mp4"]
    assert first.data["frame_index"].tolist() == [0, 0]
    assert first.data["time_s"].tolist() == [0.0, 0.0]
    assert empty.xyxy.shape == (0, 4)
    assert empty.class_id.shape == empty.confidence.shape == (0,)


def test_a_missing_package_is_named(
    clip_result: Path, taxonomy: Taxonomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "supervision", None)
    row = next(read_rows(clip_result))
    with pytest.raises(ExchangeError, match="pip install supervision"):
        to_supervision(row, categories=Categories(taxonomy))
