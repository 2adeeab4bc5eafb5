"""The parades that come with the package, place by place."""

from __future__ import annotations

from marchpast.errors import InventoryError
from marchpast.inventory.announced import Inventory
from marchpast.inventory.priors import Prior, prior_of, refuse_circular
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


def prior_of_place(place: str, *, before: Inventory) -> Prior:
    """Return the prior that the earlier bundled parades of a place make.

    Args:
        place: As the inventories write it, in any letter case.
        before: The inventory under test: only parades of earlier years than its own take part.

    Raises:
        CircularPriorError: If one of them may be the event under test.
        InventoryError: If no bundled inventory is of that place, or none is early enough.

    >>> prior_of_place("Vladivostok", before=load_inventory("vladivostok-2017")).about
    'parades in Vladivostok before 2017: 2011, 2015, 2016'
    """
    known = series(place)
    year = (before.date or "")[:4]
    earlier = [each for each in known if each.date and (not year or each.date[:4] < year)]
    if not earlier:
        dates = ", ".join(each.date or "without a date" for each in known)
        raise InventoryError(
            f"no bundled parade in {known[0].place} is of an earlier year than inventory "
            f"{before.id!r} ({before.date}); known are {dates}; name another place, or none"
        )
    years = ", ".join((each.date or "")[:4] for each in earlier)
    when = f" before {year}" if year else ""
    prior = prior_of(earlier, about=f"parades in {known[0].place}{when}: {years}")
    refuse_circular(prior, before)
    return prior
