"""Boxes and labels on a picture."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.records import BgrImage, Box, Level
from marchpast.report import LEVEL_COLOURS, draw_sightings, drawing
from marchpast.report.drawing import _Label, _Pen

LEVELS: tuple[Level, ...] = ("type", "family", "category", "class", "unknown")


def canvas(width: int = 640, height: int = 360) -> BgrImage:
    return np.full((height, width, 3), 128, np.uint8)


def placed(
    boxes: list[Box], texts: list[str], *, width: int = 640, height: int = 360
) -> list[_Label]:
    pen = _Pen.for_picture(height, width)
    labels: list[_Label] = []
    for box, text in zip(boxes, texts, strict=True):
        labels.append(drawing._place(text, box, labels, (height, width), pen))
    return labels


def test_the_picture_given_is_not_changed() -> None:
    image = canvas()
    drawn = draw_sightings(image, [(100, 100, 200, 160)], ["9K33 Osa 0.91"], ["type"])
    assert (image == 128).all()
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8


def test_nothing_to_draw_is_a_copy() -> None:
    image = canvas()
    drawn = draw_sightings(image, [], [], [])
    assert (drawn == image).all()
    assert not np.shares_memory(drawn, image)


@pytest.mark.parametrize("level", LEVELS)
def test_the_colour_says_the_level_on_all_four_sides(level: Level) -> None:
    drawn = draw_sightings(canvas(), [(100, 100, 200, 160)], ["x"], [level])
    for row, column in ((100, 180), (160, 150), (130, 100), (130, 200)):
        near = drawn[row - 1 : row + 2, column - 1 : column + 2].reshape(-1, 3)
        assert (near == LEVEL_COLOURS[level]).all(axis=1).any()


def test_the_box_is_where_it_was_said() -> None:
    drawn = draw_sightings(canvas(), [(100, 100, 200, 160)], [""], ["type"])
    rows, columns = np.nonzero((drawn != 128).any(axis=2))
    assert 96 <= columns.min() <= 100 <= 200 <= columns.max() <= 204
    assert 160 <= rows.max() <= 164
    assert (drawn[110:150, 110:190] == 128).all()


@given(
    st.lists(
        st.tuples(st.floats(-200, 900), st.floats(-200, 600), st.floats(0, 500), st.floats(0, 400)),
        max_size=8,
    ),
    st.text("ABCabc 0129.-", max_size=60),
)
@settings(max_examples=60, deadline=None)
def test_labels_stay_inside_the_picture(
    corners: list[tuple[float, float, float, float]], text: str
) -> None:
    boxes = [(x, y, x + w, y + h) for x, y, w, h in corners]
    for label in placed(boxes, [text] * len(boxes)):
        assert label.x >= 0
        assert label.y >= 0
        assert label.x + label.width <= 640
        assert label.y + label.height <= 360
    draw_sightings(canvas(), boxes, [text] * len(boxes), ["type"] * len(boxes))


def test_labels_give_way_to_each_other() -> None:
    boxes: list[Box] = [(100 + 12 * n, 120 + 5 * n, 300 + 12 * n, 220 + 5 * n) for n in range(4)]
    labels = placed(boxes, ["BTR 8x8 family 0.94"] * 4)
    for label, other in itertools.combinations(labels, 2):
        assert label.overlap(other) == 0


def test_a_label_stands_above_its_box_where_there_is_room() -> None:
    (label,) = placed([(100, 100, 200, 160)], ["Osa"])
    assert (label.x, label.y + label.height) == (100, 100)


def test_a_label_too_long_for_the_picture_is_cut_with_dots() -> None:
    (label,) = placed([(0, 0, 50, 50)], ["wheeled armoured personnel carrier 0.84"], width=150)
    assert label.text.endswith("...")
    assert label.width <= 150


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (8192, 40), (40, 4096)])
def test_any_picture_size_can_be_drawn_on(size: tuple[int, int]) -> None:
    drawn = draw_sightings(canvas(*size), [(0, 0, 5, 5)], ["Оса <9K33>"], ["type"])
    assert drawn.shape == (size[1], size[0], 3)


def test_lines_and_letters_grow_with_the_picture() -> None:
    small, large = _Pen.for_picture(360, 640), _Pen.for_picture(2160, 3840)
    assert large.line > 3 * small.line
    assert large.font_scale > 3 * small.font_scale


def test_columns_must_agree() -> None:
    with pytest.raises(ValueError, match="1 boxes, 0 labels and 1 levels"):
        draw_sightings(canvas(), [(0, 0, 1, 1)], [], ["type"])
