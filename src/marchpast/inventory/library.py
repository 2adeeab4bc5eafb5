"""The parades that come with the package, place by place."""

from __future__ import annotations

from marchpast.errors import InventoryError
from marchpast.inventory.announced import Inventory
from marchpast.inventory.reading import bundled_inventories, load_inventory


def series(place: str) -> tuple[Inventory, ...]:
    """Return the bundled inventories of one place, by date; those without a date come last.

    Args:
        place: As the inventories write it, in any letter case.

    Raises:
        InventoryError: If no bundled inventory is of that place; the message lists the places.

    >>> [inventory.date for inventory in series("Sevastopol")]
    ['2015-05-09', '2022-05-09']
    """
    inventories = [load_inventory(name) for name in bundled_inventories()]
    of_place = [each for each in inventories if each.place.casefold() == place.casefold()]
    if not of_place:
        places = ", ".join(sorted({each.place for each in inventories}))
        raise InventoryError(f"no bundled inventory is of {place[:80]!r}; there are {places}")
    return tuple(sorted(of_place, key=lambda each: each.date or "9999"))
