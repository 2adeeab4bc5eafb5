"""The figures of README and docs are those of the committed benchmark results."""

from __future__ import annotations

import tomllib

from benchmarks import bars, figures
from marchpast.inference import bundled_models, load_card


def test_readme_and_page_are_as_generated() -> None:
    accuracy, speed, classifier = figures.read_results()
    rows = bars.bars(accuracy, speed, bars.held_out_open_set(classifier))
    text = figures.README.read_text("utf-8")
    assert figures.with_block(text, figures.readme_block(rows)) == text
    assert figures.PAGE.read_text("utf-8") == figures.page(accuracy, speed, rows)


def test_the_figures_are_of_the_shipped_models() -> None:
    accuracy, *_ = figures.read_results()
    shipped = {name: load_card(folder).sha256 for name, folder in bundled_models().items()}
    assert {row["name"]: row["sha256"] for row in accuracy["models"]} == shipped


def test_cards_are_plain_toml() -> None:
    for folder in bundled_models().values():
        content = tomllib.loads((folder / "card.toml").read_text("utf-8"))
        assert content["licence"] == "MIT"
        assert content["limits"]["text"]
