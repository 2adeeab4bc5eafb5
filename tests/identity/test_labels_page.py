"""The examples of the page on names that others gave."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "checking-labels.md"


def test_every_example_on_the_page_holds() -> None:
    result = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8"
    )
    assert (result.failed, result.attempted) == (0, 13)
