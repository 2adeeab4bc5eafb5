"""The benchmark of re-used footage: its films, its alterations, its plan and its shares."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from benchmarks.reuse import Row, films, planned, reuse_figures
from benchmarks.reuse_alterations import BEYOND, NONE, PAIRS, SINGLES, Cut, altered, frames_of
from benchmarks.reuse_films import HEIGHT, WIDTH, Film, frame_at
from benchmarks.reuse_page import reuse_section

from marchpast.records import BgrImage
from marchpast.reuse import Archive

FILM = Film(3, 30, "held", 1)


def images(count: int = 6) -> list[BgrImage]:
    return [frame_at(FILM, number / 5) for number in range(count)]


def test_a_film_is_a_function_of_time() -> None:
    assert np.array_equal(frame_at(FILM, 2.0), frame_at(FILM, 2.01))
    assert not np.array_equal(frame_at(FILM, 2.0), frame_at(FILM, 2.04))
    assert frame_at(FILM, 0).shape == (HEIGHT, WIDTH, 3)


def test_films_of_a_fixed_camera_differ_in_what_drives_alone() -> None:
    one, other, *_ = films()
    assert (one.place, one.camera, one.view) == (other.place, other.camera, other.view)
    left, right = (frame_at(film, 4.0).astype(int) for film in (one, other))
    # Above the road both are the same but for noise, on it they are not.
    assert np.abs(left[:60] - right[:60]).mean() < 5
    assert np.abs(left[110:170] - right[110:170]).mean() > 8


def test_each_alteration_does_what_its_name_says() -> None:
    plain, times = images(), [number / 5 for number in range(6)]

    def done(name: str) -> list[BgrImage]:
        return [frame.image for frame in altered(plain, times, name, 4)]

    assert all(np.array_equal(a, b[:, ::-1]) for a, b in zip(done("mirrored"), plain, strict=True))
    assert done("vertical crop")[0].shape == (HEIGHT, round(HEIGHT * 9 / 16), 3)
    captioned, band = done("caption")[0], slice(round(0.15 * HEIGHT), round(0.75 * HEIGHT))
    assert np.array_equal(captioned[band], plain[0][band])
    assert not np.array_equal(captioned, plain[0])
    framed = done("borders")[0]
    assert framed.shape[0] > HEIGHT or framed.shape[1] > WIDTH
    assert done("re-encoded")[0].shape == (144, 256, 3)
    assert abs(int(done("brightness")[0].mean()) - int(plain[0].mean())) > 3
    assert np.array_equal(done("backwards")[0], plain[-1])
    for name in BEYOND:
        assert len(done(name)) == 6


def test_speed_passes_more_of_the_film() -> None:
    cut = Cut(FILM, 2.0, 3.0, "speed", 8)
    frames = frames_of(cut)
    last = frames[-1]
    assert cut.speed != 1
    assert np.array_equal(last.image, frame_at(FILM, 2.0 + cut.speed * last.time_s))


def test_the_plan_is_what_was_asked_for() -> None:
    plan = planned()
    sets = Counter(kind for kind, *_ in plan)
    assert (sets["altered"], sets["unrelated"]) == (1000, 1000)
    names = Counter(name for kind, name, *_ in plan if kind == "altered")
    assert set(names) == {NONE, *SINGLES, *PAIRS}
    assert min(names.values()) >= 20
    assert all(3 <= cut.length_s <= 10 for *_, cut in plan)
    known = set(films())
    assert len(known) == 200
    assert all((cut.film in known) == (kind != "unrelated") for kind, _, _, cut in plan)


def row(kind: str, name: str, *, is_found: bool, false: int = 0) -> Row:
    return {"set": kind, "name": name, "is_found": is_found, "false": false}


@pytest.fixture
def figures() -> dict[str, Any]:
    rows = [row("altered", "mirrored", is_found=True) for _ in range(3)]
    rows += [row("altered", "mirrored", is_found=False)]
    rows += [row("altered", PAIRS[0], is_found=True, false=1)]
    rows += [row("unrelated", "same camera", is_found=False, false=n == 0) for n in range(10)]
    rows += [row("beyond", BEYOND[0], is_found=False)]
    archive = cast("Archive", SimpleNamespace(files=range(7), hours=1.5))
    return reuse_figures(rows, archive)


def test_shares_are_counted(figures: dict[str, Any]) -> None:
    assert figures["altered"]["mirrored"]["value"] == 0.75
    assert figures["altered"]["all single"]["n"] == 4
    assert figures["altered"]["all pairs"]["value"] == 1
    assert figures["unrelated"]["all"]["value"] == 0.1
    assert figures["unrelated"]["an altered clip also matched elsewhere"]["value"] == 0.2
    measured = figures["measured"]
    assert (measured["unrelated_clips"], measured["false_matches"]) == (10, 1)
    assert measured["upper_95"] == pytest.approx(0.404, abs=0.001)


def test_the_page_shows_them(figures: dict[str, Any]) -> None:
    page = reuse_section(figures, None)
    assert "| mirrored | 0.750  [0.30, 0.95]  n=4 |" in page
    assert "| same camera | 0.100" in page
    assert f"| {BEYOND[0]} | 0.000" in page
