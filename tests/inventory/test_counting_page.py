import doctest
import json
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs" / "counting.md"


def test_every_example_on_the_page_holds() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert result.failed == 0
    assert result.attempted >= 10


def test_the_figures_on_the_page_are_those_measured() -> None:
    results = REPOSITORY / "benchmarks" / "results" / "counting.json"
    figures = json.loads(results.read_text("utf-8"))["figures"]
    names = {
        "all": "all",
        "of all military vehicles": "all military vehicles",
        "of types that were named": "named types",
        "… from 1 or 2 tracks, military": "1 to 2 tracks: military",
        "… from 3 to 5": "3 to 5 tracks: military",
        "… from 6 to 11": "6 to 11 tracks: military",
        "… from 12 and more": "12 tracks and more: military",
        "… camera turned back, military": "panned back: military",
        "… met by another column, military": "met: military",
    }
    page = PAGE.read_text("utf-8")
    for shown, name in names.items():
        row = figures[name]
        cells = [f"{row[key]:.3f}" for key in ("truth_above", "truth_below")]
        held = f"{row['held']['value']:.3f}"
        assert f"| {shown} | {row['held']['n']} | {held} | {cells[0]} | {cells[1]} |" in page
    assert all(row["bound_above_truth"] == 0 for row in figures.values())
