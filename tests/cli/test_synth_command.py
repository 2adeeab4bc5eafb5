"""`marchpast synth`: help, refusals, and what goes to which stream."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast import references
from marchpast.cli.main import build_parser, main

Run = Callable[..., tuple[int, str, str]]

needs_rays = pytest.mark.skipif(
    importlib.util.find_spec("embreex") is None, reason="the ray engine of the synthesis room"
)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = main(["synth", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (found,) = (
        action.choices for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    )  # fmt: skip
    return dict(found)


@pytest.mark.parametrize("name", ["pictures", "clip", "references", "preview"])
def test_every_option_says_what_it_does_and_examples_are_shown(name: str) -> None:
    parser = below(below(build_parser())["synth"])[name]
    for action in parser._actions:
        assert action.help, action.dest
    assert f"marchpast synth {name}" in parser.format_help()


def test_the_kinds_of_the_help_are_those_that_can_be_made() -> None:
    pytest.importorskip("embreex", reason="the ray engine of the synthesis room")
    from marchpast.cli.synth import CLIP_KINDS
    from marchpast.synthesis.clips import CLIP_KINDS as MADE

    assert CLIP_KINDS == MADE


def test_the_choices_of_pictures_are_those_of_the_renderer() -> None:
    pytest.importorskip("embreex", reason="the ray engine of the synthesis room")
    from marchpast.cli.synth import LIGHTS, PICTURE_KINDS
    from marchpast.synthesis.sampling import KINDS, LIGHT_SHARES

    assert tuple(KINDS) == PICTURE_KINDS
    assert tuple(LIGHT_SHARES) == LIGHTS


def test_without_the_ray_engine_it_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    code, out, err = run("preview", "osa", "--out", tmp_path / "a.png")
    assert (code, out) == (2, "")
    assert "pip install 'marchpast[synthesis]'" in err


@needs_rays
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pictures", "--count", "0", "--out", "x"], "--count is at least 1, got 0"),
        (["clip", "rail", "--out", "x.mp4", "--seconds", "900"], "--seconds lies within 1 and 60"),
        (["preview", "maus", "--out", "x.png"], "no blueprint maus; these can be built: "),
        (["references", "--out", "x", "--types", "osa", "raft"], "no blueprint raft"),
    ],
)
def test_impossible_wishes_are_refused(run: Run, arguments: list[str], words: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in err


@needs_rays
def test_nothing_is_overwritten_unasked(run: Run, tmp_path: Path) -> None:
    for name in ("a.png", "a.mp4", "b.truth.json"):
        (tmp_path / name).write_bytes(b"mine")
    for arguments in (
        ["preview", "osa", "--out", tmp_path / "a.png"],
        ["clip", "convoy", "--out", tmp_path / "a.mp4"],
        ["clip", "convoy", "--out", tmp_path / "b.mp4"],
    ):
        code, _, err = run(*arguments)
        assert code == 2
        assert "exists; replace it (--overwrite)" in err
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"mine"}


@needs_rays
def test_a_preview_is_drawn_and_its_path_printed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "osa.png"
    code, out, _ = run("preview", "osa", "--out", path)
    assert (code, out) == (0, f"{path}\n")
    image = cv2.imread(str(path))
    assert image is not None
    assert image.shape[1] == 4 * 420
    # The table is dark on light paper below the views; red marks a dimension that is off.
    table = image[580:].astype(int)
    assert np.median(table) > 240
    assert not ((table[..., 2] > 150) & (table[..., 1] < 60)).any()


@needs_rays
def test_reference_sheets_are_made_once_and_can_be_loaded(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("references", "--out", tmp_path, "--types", "osa")
    assert (code, out) == (0, f"{tmp_path / 'index.json'}\n")
    drawn = (tmp_path / "osa.webp").read_bytes()
    (sheet,) = references.load("osa", tmp_path)
    assert [view.image.shape for view in sheet.views] == [(220, 320, 3)] * 8
    # Every view fills its picture: the vehicle differs from the backdrop across the middle.
    for view in sheet.views:
        middle = view.image[90:150].astype(int)
        assert (np.abs(middle - view.image[0, 0]).sum(axis=2) > 90).any(axis=0).mean() > 0.35
    (tmp_path / "osa.webp").write_bytes(drawn + b"\0")
    run("references", "--out", tmp_path, "--types", "osa")
    assert (tmp_path / "osa.webp").read_bytes() == drawn + b"\0", "it was there and is kept"
