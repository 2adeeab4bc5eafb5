"""Every text colour of the page against every ground it stands on, light, dark and printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from marchpast.report import html

STYLE = (Path(html.__file__).parent / "templates" / "report.css").read_text("utf-8")
THEMES = [
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
]
PAIRS = [
    *((ink, ground) for ink in ("ink", "soft", "link") for ground in ("paper", "wash")),
    *((hue, ground) for hue in ("green", "blue", "amber", "plum", "grey") for ground in ("paper",)),
    *((ink, ground) for ink in ("ink", "soft") for ground in ("blue-wash", "green-wash")),
    *((("paper", "ink"), ("paper", "grey"), ("link", "green-wash"))),
    *((hue, f"{hue}-wash") for hue in ("green", "blue", "amber", "plum", "grey")),
]


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour: str, other: str) -> float:
    dark, light = sorted((luminance(colour), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_that_of_the_standard() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_there_are_three_complete_themes() -> None:
    assert len(THEMES) == 3
    assert THEMES[0].keys() == THEMES[1].keys() == THEMES[2].keys()


@pytest.mark.parametrize("theme", [0, 1, 2])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_reaches_level_aa(theme: int, ink: str, ground: str) -> None:
    assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1, 2])
def test_bars_stand_out_from_the_page(theme: int) -> None:
    assert contrast(THEMES[theme]["bar"], THEMES[theme]["paper"]) >= 3.0
    assert contrast(THEMES[theme]["bar"], THEMES[theme]["track"]) >= 3.0
