"""Reconciliation against every assignment written out."""

import dataclasses

import numpy as np
import pytest
from benchmarks.reconciling import agreement, as_truth, invented_taxonomy, large_run
from benchmarks.reconciling_oracle import made_inventory, made_sighting, oracle, random_case

from marchpast.inventory import Amount, reconcile
from marchpast.taxonomy import load_taxonomy


def test_a_thousand_random_cases_agree_with_every_assignment_written_out() -> None:
    counts = agreement(1000, load_taxonomy())
    assert counts["agree"] == counts["cases"] == 1000
    # and they are of the sorts that matter
    assert counts["contradict the announcement"] > 100
    assert counts["have a line with room for choice"] > 100
    assert counts["exceed several lines together"] > 5


def test_the_oracle_by_hand() -> None:
    taxonomy = load_taxonomy()
    case = dataclasses.replace(
        random_case(np.random.default_rng(0), taxonomy),
        sightings=(
            made_sighting(["osa", "tor"], [1], track_id=1),
            made_sighting(["osa"], [1, 2], track_id=2),
            made_sighting(["s400"], [2], track_id=3),
            made_sighting(["tor"], [3], track_id=4),
        ),
        inventory=made_inventory({"osa": Amount(1, "exact"), "tor": None}),
    )
    truth = oracle(case, taxonomy)
    # Frame 1 holds two vehicles, one of them an Osa for certain, and there is room for one Osa: the
    # other is a Tor. The fourth track may be the same Tor or another. Nobody announced an S-400.
    assert (truth.least, truth.most) == ((1, 1), (1, 2))
    assert (truth.left_over, truth.is_over_total) == (1, False)
    assert as_truth(reconcile(case.sightings, case.inventory, taxonomy)) == truth


@pytest.mark.parametrize("is_partial", [True, False])
def test_large_runs_are_the_same_in_any_order(is_partial: bool) -> None:
    taxonomy = invented_taxonomy()
    run = large_run(np.random.default_rng(1), taxonomy, clips=8, together=5, number=80)
    lines = {node: Amount(i % 3, "exact") for i, node in enumerate(taxonomy.types[:60])}
    inventory = made_inventory(lines, total=Amount(6, "exact"), is_partial=is_partial)
    assert reconcile(run, inventory, taxonomy) == reconcile(run[::-1], inventory, taxonomy)
