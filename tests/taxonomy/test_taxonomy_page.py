import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "taxonomy.md"


def test_every_example_on_the_page_holds() -> None:
    result = doctest.testfile(
        str(PAGE),
        module_relative=False,
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE,
        encoding="utf-8",
    )
    assert (result.failed, result.attempted) == (0, 23)
