"""Bars, borders and captions around a picture, and what only looks like them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from marchpast.reuse import borders
from marchpast.reuse.borders import WHOLE, Rect, Stack, content_rects, frame_rect
from marchpast.reuse.regions import REGIONS, TILES, lookups, tiles


def content_rect(stack: Stack) -> Rect:
    """The innermost reading."""
    return content_rects(stack)[-1] if content_rects(stack) else WHOLE


def film(frames: int = 8, height: int = 180, width: int = 320, *, is_still: bool = False) -> Stack:
    """A textured picture that pans, with a little noise."""
    rng = np.random.default_rng(1)
    wide = cv2.resize(rng.normal(128, 55, (20, 80)).astype(np.float32), (width * 2, height))
    made = []
    for number in range(frames):
        left = 0 if is_still else 7 * number
        noisy = wide[:, left : left + width] + rng.normal(0, 3, (height, width))
        made.append(noisy.clip(0, 255).astype(np.uint8))
    return np.stack(made)


def framed(
    stack: Stack, top: int, bottom: int, left: int, right: int, level: int = 0, *, text: str = ""
) -> Stack:
    made = []
    for picture in stack:
        with_bars = cv2.copyMakeBorder(
            picture, top, bottom, left, right, cv2.BORDER_CONSTANT, value=[level]
        )
        cv2.putText(
            with_bars, text, (8, top // 2 + 6), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255 - level, 2
        )
        made.append(with_bars)
    return np.stack(made)


@pytest.mark.parametrize("level", [0, 255, 90])
@pytest.mark.parametrize(
    "bars", [(40, 40, 0, 0), (0, 0, 70, 70), (60, 0, 0, 0), (30, 50, 20, 20), (230, 230, 0, 0)]
)
def test_bars_are_found_to_the_line(bars: tuple[int, int, int, int], level: int) -> None:
    top, bottom, left, right = bars
    height, width = 180 + top + bottom, 320 + left + right
    x1, y1, x2, y2 = content_rect(framed(film(), *bars, level))
    # The line beside a bar goes with it: scaling may have mixed it.
    assert left <= x1 * width <= left + 2
    assert top <= y1 * height <= top + 2
    assert left + 318 <= x2 * width <= left + 320
    assert top + 178 <= y2 * height <= top + 180


def test_a_caption_on_a_bar_goes_with_it() -> None:
    x1, y1, x2, y2 = content_rect(framed(film(), 60, 0, 0, 0, 255, text="CONVOY NEAR THE BORDER"))
    assert (x1, x2, y2) == (0, 1, 1)
    assert 60 <= y1 * 240 <= 62


def test_bars_are_found_around_a_still_camera() -> None:
    x1, y1, x2, _ = content_rect(framed(film(is_still=True), 40, 40, 0, 0))
    assert 40 <= y1 * 260 <= 42
    assert (x1, x2) == (0, 1)


@pytest.mark.parametrize("is_still", [True, False])
def test_a_film_without_bars_is_left_whole(*, is_still: bool) -> None:
    assert content_rect(film(is_still=is_still)) == WHOLE


def test_a_night_sky_is_no_bar() -> None:
    stack = film(is_still=True)
    stack[:, :70] = 8
    # A skyline: the sky ends at another height in each part of the picture.
    for x in range(0, 320, 20):
        stack[:, 30 + (x * 7) % 40 :, x : x + 20] = np.maximum(
            stack[:, 30 + (x * 7) % 40 :, x : x + 20], 60
        )
    assert content_rect(stack) == WHOLE


@pytest.mark.parametrize("is_upright", [True, False])
def test_a_blurred_filling_is_taken_off(*, is_upright: bool) -> None:
    made = []
    for picture in film():
        filled = cv2.GaussianBlur(cv2.resize(picture, (320, 568)), (0, 0), 14)
        filled[194 : 194 + 180] = picture
        made.append(filled if is_upright else filled.T)
    x1, y1, x2, y2 = content_rect(np.stack(made))
    first, last = (y1, y2) if is_upright else (x1, x2)
    assert ((x1, x2) if is_upright else (y1, y2)) == (0, 1)
    assert 192 <= first * 568 <= 197
    assert 371 <= last * 568 <= 376


def test_a_flat_picture_and_too_few_frames_have_no_bars() -> None:
    assert content_rect(np.full((8, 90, 160), 30, np.uint8)) == WHOLE
    assert content_rect(framed(film(frames=2), 40, 40, 0, 0)) == WHOLE


@pytest.mark.parametrize("aspect", [0.3, 9 / 16, 0.8, 1.0, 4 / 3, 16 / 9, 2.39])
def test_tiles_lie_inside_and_are_symmetrical(aspect: float) -> None:
    placed = tiles(aspect)
    assert len(placed) <= TILES
    for (x1, y1, x2, y2), (other, _, end, _) in zip(placed, reversed(placed), strict=True):
        assert -1e-9 <= x1 < x2 <= 1 + 1e-9
        assert 0 <= y1 < y2 <= 1
        assert x1 == pytest.approx(1 - end)
        assert x2 == pytest.approx(1 - other)
    assert bool(placed) == (aspect >= 0.37)


@pytest.mark.parametrize("left", np.linspace(0, 16 / 9 - 9 / 16, 40))
def test_wherever_a_vertical_window_was_cut_a_part_of_it_meets_a_tile(left: float) -> None:
    wide, narrow = 16 / 9, 9 / 16
    archived = [part[0] * wide for part in tiles(wide)]
    asked = [left + part[0] * narrow for part, regions in lookups(narrow) if len(regions) > 1]
    off = min(abs(x - y) for x in archived for y in asked)
    # In widths of a tile; a hash bears a shift of 2 %.
    assert off / 0.37 < 0.025


@pytest.mark.parametrize("aspect", [0.3, 9 / 16, 1.0, 16 / 9])
def test_what_is_looked_up_is_symmetrical_and_may_equal_something(aspect: float) -> None:
    asked = lookups(aspect)
    assert asked[0] == ((0.0, 0.0, 1.0, 1.0), frozenset({0}))
    for (part, regions), (other, _) in zip(asked[1:], reversed(asked[1:]), strict=True):
        assert regions
        assert regions <= set(range(1, REGIONS))
        assert part[0] == pytest.approx(1 - other[2])


def test_a_caption_inside_of_a_border_is_read_both_ways() -> None:
    stack = film()
    stack[:, 150:] = 200
    outer, inner = content_rects(framed(stack, 40, 40, 0, 0))
    assert outer[3] * 260 == pytest.approx(220, abs=2)
    assert inner[3] * 260 == pytest.approx(190, abs=2)


@pytest.mark.parametrize("bars", [(40, 40, 0, 0), (0, 0, 60, 60), (60, 0, 0, 0), (0, 30, 0, 0)])
def test_bars_beside_the_picture_are_left_out_of_the_archive(
    bars: tuple[int, int, int, int],
) -> None:
    stack = framed(film(), *bars)
    assert frame_rect(content_rects(stack), aspect=stack.shape[2] / stack.shape[1]) != WHOLE


def test_a_caption_over_the_picture_is_not() -> None:
    stack = film()
    stack[:, 150:] = 200
    assert len(content_rects(stack)) == 1
    assert frame_rect(content_rects(stack), aspect=16 / 9) == WHOLE


def test_a_few_lines_are_no_bar_whatever_they_show() -> None:
    generator = np.random.default_rng(2)
    for lines in range(4, 40):
        stack = generator.integers(0, 256, (5, lines, 40), np.uint8)
        assert borders._soft_bars(stack) == (0, 0)
