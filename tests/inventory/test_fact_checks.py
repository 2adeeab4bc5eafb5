"""What the comparison says of published fact-checks, written down by hand.

Each row is what a classifier would have answered for the footage, as sets, all in one frame; the
announcement it is held against; and the verdicts. The cases and what was found about them are
public; where nobody announced anything for the place and time, the announcement is one that names
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from benchmarks.reconciling_oracle import made_inventory, made_sighting

from marchpast.inventory import Amount, Inventory, Overall, Verdict, load_inventory, reconcile
from marchpast.taxonomy import Taxonomy

NO_PROOF: Overall = "consistent, but does not prove it"
UNANNOUNCED = made_inventory({}, is_partial=True, id_="nothing known")
COASTAL_EXERCISE = made_inventory({"bastion_p": None, "bal": None}, id_="coastal exercise")


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        seen: How many of each set were in one frame; a set is joined by `|`.
        inventory: A bundled one by its id, or one made here.
        overall: The verdict on the whole.
        verdicts: Of some lines, by their nodes.
        reason: Part of the reason.
        probability: That a set holds the truth.
    """

    seen: Mapping[str, int]
    inventory: str | Inventory
    overall: Overall
    verdicts: Mapping[str, Verdict]
    reason: str = ""
    probability: float = 0.97


CASES = {
    # Eight vehicles on a night road, called S-400, Tor, artillery and Osa by four outlets.
    "vladivostok-2017, as checked": Row(
        {"osa": 8, "btr80": 1},
        "vladivostok-2017",
        NO_PROOF,
        {"osa": "covered", "s300_family": "not seen", "btr80": "cannot tell"},
        "may have moved for another reason",
    ),
    "vladivostok-2017, too dark to name": Row(
        {"osa|tor|s400": 8},
        "vladivostok-2017",
        "cannot tell",
        {"osa": "cannot tell", "osa|tor|s400": "cannot tell", "bal": "not seen"},
    ),
    "vladivostok-2017, as S-400": Row(
        {"s400": 8}, "vladivostok-2017", "cannot tell", {"s400": "cannot tell", "osa": "not seen"}
    ),
    "vladivostok-2017, as artillery": Row(
        {"artillery": 1},
        "vladivostok-2017",
        "cannot tell",
        {"artillery": "cannot tell", "bm21_grad": "cannot tell"},
    ),
    # "Seven Iskander launchers" that were Bastion, on a coastal exercise that was announced.
    "vyborg-2022, nothing known": Row(
        {"bal|bastion_p|iskander_m": 7},
        UNANNOUNCED,
        "cannot tell",
        {"bal|bastion_p|iskander_m": "cannot tell"},
    ),
    # Yars for the Moscow parade, at a crossing they pass nearly every year.
    "vyborg-kolchugino-2023": Row(
        {"yars": 1}, "moscow-2023", NO_PROOF, {"yars": "covered", "s400": "not seen"}
    ),
    "alabino-2024": Row({"yars": 3, "btr82a": 1}, "moscow-2024", NO_PROOF, {"yars": "covered"}),
    # The same clip a year later: no comparison can know how old footage is.
    "alabino-2024-reused-2025": Row(
        {"yars": 3}, "moscow-2025", "cannot tell", {"yars": "cannot tell", "t34_85": "not seen"}
    ),
    # Aircraft: nothing that the comparison is about.
    "tushino-2020-reused-2022": Row({}, UNANNOUNCED, "cannot tell", {}, "nothing to compare"),
    # Called an S-400; the tractor in front says S-300.
    "s400-failure-2020": Row(
        {"s300_family|s400": 1}, UNANNOUNCED, "cannot tell", {"s300_family|s400": "cannot tell"}
    ),
    "kazakhstan-tanks-2025": Row(
        {"t34_85": 3, "t72b3": 3},
        "moscow-2025",
        NO_PROOF,
        {"t34_85": "covered", "t72b3": "cannot tell"},
        "It says nothing about T-72B3",
    ),
}

OTHERS = {
    # Announced 125; three independent counts found 47 to 51. A shortfall is nothing footage shows.
    "moscow 2023, what was counted": Row(
        {"t34_85": 1, "yars": 3, "btr82a": 1, "bumerang": 3, "tigr": 6},
        "moscow-2023",
        NO_PROOF,
        {"yars": "covered", "tigr": "covered", "iskander_m": "not seen", "s400": "not seen"},
    ),
    "moscow 2023, 51 in one frame": Row({"tigr": 51}, "moscow-2023", NO_PROOF, {"tigr": "covered"}),
    "moscow 2023, 140 in one frame": Row(
        {"tigr": 140}, "moscow-2023", "inconsistent", {"tigr": "covered"}, "125 announced in all"
    ),
    "moscow 2024, 61 in one frame": Row({"tigr": 61}, "moscow-2024", NO_PROOF, {"tigr": "covered"}),
    "moscow 2024, 90 in one frame": Row(
        {"tigr": 90}, "moscow-2024", "inconsistent", {"tigr": "covered"}, "75 announced in all"
    ),
    "moscow 2026, which announced nothing": Row(
        {"yars": 3, "btr82a": 1},
        "moscow-2026",
        "explains nothing",
        {"yars": "not announced", "btr82a": "not announced"},
        "nor does this say what does",
    ),
    "vladivostok 2017, only Osa": Row(
        {"osa": 8},
        "vladivostok-2017",
        NO_PROOF,
        {"osa": "covered", "bal": "not seen", "pantsir_s1": "not seen"},
    ),
    "vladivostok 2017, more than 50": Row(
        {"osa": 70}, "vladivostok-2017", NO_PROOF, {"osa": "covered"}
    ),
    "vyborg kind, a set that holds the announced type": Row(
        {"bastion_p|iskander_m": 7},
        COASTAL_EXERCISE,
        "cannot tell",
        {"bastion_p": "cannot tell", "bastion_p|iskander_m": "cannot tell"},
    ),
    "vyborg kind, Bastion called Iskander": Row(
        {"iskander_m": 7},
        COASTAL_EXERCISE,
        "inconsistent",
        {"iskander_m": "not announced", "bastion_p": "not seen"},
        "If the names are right",
    ),
    "a surplus type, on a complete list": Row(
        {"osa": 2, "tos1a": 1},
        made_inventory({"osa": None}),
        "inconsistent",
        {"osa": "covered", "tos1a": "not announced"},
    ),
    "a type seen more often than an exact count allows": Row(
        {"osa": 9},
        made_inventory({"osa": Amount(8, "exact")}, is_partial=True),
        "inconsistent",
        {"osa": "surplus"},
        "9 seen at once, announced 8",
    ),
    "the same, with names that do not carry it": Row(
        {"osa": 9},
        made_inventory({"osa": Amount(8, "exact")}, is_partial=True),
        "cannot tell",
        {"osa": "cannot tell"},
        "less probable than 0.9",
        probability=0.9,
    ),
}


def test_every_case_of_the_library_has_a_row() -> None:
    assert {name.split(",")[0] for name in CASES} == {
        "vladivostok-2017",
        "vyborg-2022",
        "vyborg-kolchugino-2023",
        "alabino-2024",
        "alabino-2024-reused-2025",
        "tushino-2020-reused-2022",
        "s400-failure-2020",
        "kazakhstan-tanks-2025",
    }


@pytest.mark.parametrize("row", [*CASES.values(), *OTHERS.values()], ids=[*CASES, *OTHERS])
def test_what_the_comparison_says(row: Row, taxonomy: Taxonomy) -> None:
    names = [nodes.split("|") for nodes, number in row.seen.items() for _ in range(number)]
    sightings = [
        made_sighting(nodes, [10], track_id=i + 1, probability=row.probability)
        for i, nodes in enumerate(names)
    ]
    inventory = load_inventory(row.inventory) if isinstance(row.inventory, str) else row.inventory
    comparison = reconcile(sightings, inventory, taxonomy)
    assert comparison.overall == row.overall
    found = {"|".join(line.nodes): line.verdict for line in comparison.lines}
    assert {nodes: found[nodes] for nodes in row.verdicts} == row.verdicts
    assert row.reason in comparison.reason


def test_the_tell_is_given_where_a_lookalike_would_explain_it(taxonomy: Taxonomy) -> None:
    comparison = reconcile([made_sighting(["iskander_m"], [1])], COASTAL_EXERCISE, taxonomy)
    (line,) = [line for line in comparison.lines if line.verdict == "not announced"]
    assert line.reason.endswith("taken for K-300P Bastion-P or 3K60 Bal, which are announced")
