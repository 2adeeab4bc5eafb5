"""Figures of references: shares that know events, and what counts as harm."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("efficientnet_lite_pytorch", reason="needs the train extra")

from benchmarks.gallery_answers import Answered
from benchmarks.gallery_figures import by_type, figures_of, mean_share, share_right
from benchmarks.gallery_page import gallery_section

ROW = Answered(
    photo=("a", 0), event="e0", node="tor", count=5, part="referenced", weight=0.01,
    is_nearest=True, is_first=True, is_in_three=True, pointed=(True,), stated=0.6, before=True,
    after=True, is_less_exact=False, set_before=False, set_after=True,
)  # fmt: skip
OTHER = replace(
    ROW, node="tank", part="other military", weight=0.1, is_nearest=False, is_first=False,
    is_in_three=False, pointed=(), stated=0.0, set_before=True,
)  # fmt: skip


def rows() -> list[Answered]:
    """Ten photos of a type, eight pointed to rightly; twenty others, one of them falsely."""
    types = [
        replace(ROW, photo=("a", n), event=f"e{n // 2}", pointed=(n < 8,), is_first=n < 8)
        for n in range(10)
    ]
    others = [replace(OTHER, photo=("a", 10 + n), event=f"o{n}") for n in range(20)]
    others[0] = replace(
        others[0], pointed=(False,), stated=0.4, is_less_exact=True, set_after=False
    )
    return types + others


def test_shares_are_of_photos() -> None:
    found = figures_of(rows())
    assert found["types"] == 1
    assert found["referenced"]["first_candidate"]["value"] == 0.8
    assert found["referenced"]["pointed_to_rightly"]["n"] == 10
    assert found["referenced"]["set_holds_before"]["value"] == 0.0
    assert found["other_military"]["pointed_falsely"]["value"] == 0.05
    assert found["other_military"]["right_answer_made_less_exact"]["value"] == 0.05
    assert found["other_military"]["right_answer_made_wrong"]["value"] == 0.0
    assert found["other_military"]["set_holds_after"]["value"] == 0.95
    assert found["civil"]["pointed_falsely"]["value"] is None
    low, high = found["referenced"]["first_candidate"]["interval_95"]
    assert low < 0.8 < high


def test_where_they_point_is_weighed() -> None:
    # 0.08 of the weight is right, 0.02 of the type and 0.1 of the others is wrong.
    assert share_right(rows())["value"] == pytest.approx(0.08 / 0.2, abs=1e-4)
    assert figures_of(rows())["stated_of_pointed"]["value"] == pytest.approx(0.5, abs=1e-4)


def test_a_photo_in_several_trials_counts_once() -> None:
    twice = [ROW, replace(ROW, is_first=False), replace(ROW, photo=("a", 1))]
    assert mean_share(twice, lambda row: row.is_first)["value"] == 0.75
    assert mean_share(twice, lambda row: row.is_first)["n"] == 2


def test_what_a_label_cannot_tell_is_left_out() -> None:
    unsure = [ROW, replace(ROW, photo=("a", 1), before=None, pointed=(None,))]
    assert mean_share(unsure, lambda row: row.before)["n"] == 1
    assert share_right(unsure)["n"] == 1


def test_the_section_shows_every_figure() -> None:
    left_out = {"5": figures_of(rows())}
    section = gallery_section(
        {"left_out": left_out, "left_out_by_type": {"5": by_type(rows())},
         "shipped": {"foreign_tanks": left_out, "types_without_label": {}}}
    )  # fmt: skip
    assert "| the references point to its type | 0.800" in section
    assert "| `tor` | 0.800" in section
    assert section.count("where they point, they are right") == 2
