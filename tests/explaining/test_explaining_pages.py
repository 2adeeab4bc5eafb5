import doctest
from pathlib import Path

import pytest

from marchpast.cli.main import build_parser
from marchpast.explaining import load_cases, load_table

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("page", "least"), [("explaining.md", 12), ("cases.md", 25)])
def test_every_example_on_the_page_holds(page: str, least: int) -> None:
    result = doctest.testfile(str(DOCS / page), module_relative=False, encoding="utf-8")
    assert result.failed == 0
    assert result.attempted >= least


def test_every_case_is_on_the_page_with_what_cannot_be_said() -> None:
    page = (DOCS / "cases.md").read_text("utf-8")
    for case in load_cases().values():
        assert f'cases["{case.id}"]' in page
    assert page.count("\nCannot say: ") == len(load_cases())


def test_the_page_names_every_explanation() -> None:
    page = (DOCS / "explaining.md").read_text("utf-8")
    for rival in load_table().rivals:
        assert f"| {rival.name} |" in page


def test_the_help_lists_every_explanation_and_every_finding(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["explain", "--help"])
    text = capsys.readouterr().out
    for id_ in (*load_table().findings, *(rival.id for rival in load_table().rivals)):
        assert id_ in text, id_
