import dataclasses

import pytest

from marchpast.errors import CircularPriorError, InventoryError
from marchpast.inventory import (
    bundled_inventories,
    described,
    load_inventory,
    prior_of_place,
    series,
    summary,
)
from marchpast.taxonomy import Taxonomy

# Announced, reported, counted: the table a person reads off the sources.
TOTALS = {
    "khabarovsk-2013": ("-", "-", ()),
    "khabarovsk-2016": ("about 90", "-", ()),
    "khabarovsk-2017": ("about 87", "-", ()),
    "khabarovsk-2020": ("-", "at least 160", ()),
    "khabarovsk-2021": ("about 160", "-", ()),
    "khabarovsk-2024": ("-", "about 90", ()),
    "moscow-2014": ("151", "-", ()),
    "moscow-2015": ("194", "-", ()),
    "moscow-2016": ("-", "135", ()),
    "moscow-2017": ("114", "-", ()),
    "moscow-2018": ("at least 120", "-", ()),
    "moscow-2019": ("at least 130", "132", ()),
    "moscow-2020": ("234", "-", ("216",)),
    "moscow-2021": ("at least 190", "-", ("197",)),
    "moscow-2022": ("131", "-", ("about 102",)),
    "moscow-2023": ("125", "-", ("51", "47", "at least 50")),
    "moscow-2024": ("75", "-", ("60", "61", "at least 60")),
    "moscow-2025": ("-", "-", ()),
    "moscow-2026": ("0", "-", ()),
    "sevastopol-2015": ("at least 40", "-", ()),
    "sevastopol-2022": ("40", "-", ()),
    "vladivostok-2011": ("-", "-", ()),
    "vladivostok-2014-or-2013": ("at least 30", "-", ()),
    "vladivostok-2015": ("-", "43", ()),
    "vladivostok-2016": ("-", "49", ()),
    "vladivostok-2017": ("at least 50", "-", ()),
    "vladivostok-2018": ("-", "-", ()),
    "vladivostok-2019": ("-", "53", ()),
    "vladivostok-2020": ("-", "57", ()),
    "vladivostok-2021": ("-", "60", ()),
    "yuzhno-sakhalinsk-2021": ("-", "-", ()),
}


def test_the_library_is_what_the_table_says() -> None:
    assert bundled_inventories() == tuple(sorted(TOTALS))


@pytest.mark.parametrize("name", TOTALS)
def test_announced_reported_and_counted_are_kept_apart(name: str) -> None:
    inventory = load_inventory(name)
    counted = tuple(str(count.total) for count in inventory.counted if count.total)
    said = (str(inventory.total or "-"), str(inventory.reported.total or "-"), counted)
    assert said == TOTALS[name]


@pytest.mark.parametrize("name", TOTALS)
def test_a_bundled_inventory_is_whole(name: str) -> None:
    inventory = load_inventory(name)
    assert inventory.id == name
    assert inventory.sources
    assert inventory.confidence is not None
    assert not inventory.is_draft
    assert inventory.is_partial != inventory.announces_nothing
    # No source gives a number by kind for an announcement.
    assert [line for line in inventory.lines if line.amount] == []
    if inventory.date:
        assert name.endswith(inventory.date[:4])
    assert all(source.url.count("...") == 0 for source in inventory.sources)


def test_moscow_2023_has_what_was_counted_by_kind() -> None:
    (by_kind,) = [count for count in load_inventory("moscow-2023").counted if count.lines]
    numbers = {line.node: str(line.amount) for line in by_kind.lines}
    assert numbers == {
        "t34_85": "1",
        "yars": "3",
        "btr82a": "1",
        "bumerang": "3",
        "tigr": "at least 6",
        "vpk_ural": "6",
    }


def test_a_series_is_of_one_place_by_date() -> None:
    dates = [inventory.date for inventory in series("VLADIVOSTOK")]
    assert dates[-1] is None
    assert dates[:-1] == sorted(filter(None, dates))
    assert [inventory.id for inventory in series("Sevastopol")] == [
        "sevastopol-2015",
        "sevastopol-2022",
    ]
    with pytest.raises(InventoryError, match=r"is of 'Moskau'; there are Khabarovsk, Moscow, Seva"):
        series("Moskau")


def test_the_s_400_follows_the_s_300_in_vladivostok() -> None:
    """The order that the fact file calls a dated prior; it holds for every dated year."""
    named = {
        inventory.date: {"s300_family", "s400"} & {line.node for line in inventory.lines}
        for inventory in series("Vladivostok")
        if inventory.date
    }
    assert all("s400" not in nodes for date, nodes in named.items() if date < "2019")
    assert all(nodes == {"s400"} for date, nodes in named.items() if date >= "2019")


@pytest.mark.parametrize("name", TOTALS)
def test_every_inventory_can_be_described(name: str, taxonomy: Taxonomy) -> None:
    inventory = load_inventory(name)
    lines = list(described(inventory, taxonomy=taxonomy))
    assert lines[0].startswith(f"{name}: {inventory.place}, ")
    assert all("\n" not in line for line in lines)
    for source in inventory.sources:
        assert any(source.url in line for line in lines)
    assert summary(inventory)[0] == name


def test_the_summary_says_which_statement_a_total_is_from() -> None:
    said = [summary(load_inventory(f"moscow-{year}"))[3] for year in (2016, 2019, 2025, 2026)]
    assert said == ["reported 135", "announced at least 130", "no total", "announced 0"]


def test_a_place_gives_a_prior_of_earlier_years_alone() -> None:
    prior = prior_of_place("MOSCOW", before=load_inventory("moscow-2023"))
    years = [(origin.date or "")[:4] for origin in prior.origins]
    assert years == [str(year) for year in range(2014, 2023)]
    elsewhere = prior_of_place("Khabarovsk", before=load_inventory("vladivostok-2017"))
    assert [origin.id for origin in elsewhere.origins] == ["khabarovsk-2013", "khabarovsk-2016"]


def test_a_place_without_earlier_parades_gives_none() -> None:
    with pytest.raises(InventoryError, match="no bundled parade in Moscow is of an earlier year"):
        prior_of_place("Moscow", before=load_inventory("moscow-2014"))
    with pytest.raises(InventoryError, match="no bundled inventory is of 'Perm'"):
        prior_of_place("Perm", before=load_inventory("moscow-2014"))


def test_an_undated_announcement_of_the_place_is_refused() -> None:
    undated = dataclasses.replace(load_inventory("moscow-2023"), date=None, id="x", sha256="0" * 64)
    with pytest.raises(CircularPriorError, match="no date to tell them apart"):
        prior_of_place("Moscow", before=undated)
