import doctest
import re
from pathlib import Path

from marchpast.inventory import Amount, AnnouncedLine
from marchpast.inventory.reading import parse_inventory

PAGE = Path(__file__).parents[2] / "docs" / "inventories.md"


def test_every_example_on_the_page_holds() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert result.failed == 0
    assert result.attempted > 10


def test_the_file_on_the_page_is_an_inventory() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    inventory = parse_inventory(example.encode(), file="example")
    assert inventory.lines == (
        AnnouncedLine("osa", None),
        AnnouncedLine("btr_8x8", Amount(8, "about")),
    )
    assert inventory.total == Amount(50, "at_least")
