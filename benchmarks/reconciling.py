"""Reconciliation held against every assignment written out, and how long a large one takes.

    python -m benchmarks.reconciling                   # 10,000 random small cases, then the speed
    python -m benchmarks.reconciling --cases 500

The cases and the oracle are in `benchmarks/reconciling_oracle.py`. The speed is of 1,000 sightings
against 200 lines of an invented tree, in three kinds of footage.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.common import RESULTS, print_table, write_results
from benchmarks.reconciling_oracle import Truth, made_inventory, made_sighting, oracle, random_case
from marchpast.inventory import Amount, Comparison, reconcile
from marchpast.records import Sighting
from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.taxonomy.nodes import Node

SIGHTINGS, LINES = 1000, 200
_FAMILIES, _EACH = 20, 12
_REPEATS = 5


def as_truth(comparison: Comparison) -> Truth:
    """Return what a comparison says, as the oracle says it."""
    announced = [line for line in comparison.lines if line.announced is not None]
    return Truth(
        least=tuple(line.covered_least or 0 for line in announced),
        most=tuple(line.covered_most or 0 for line in announced),
        left_over=comparison.left_over,
        is_over_total=any("in all" in words for words in comparison.because),
    )


def agreement(cases: int, taxonomy: Taxonomy) -> Counter[str]:
    """Compare random cases; return how many agree, and of how many sorts they were.

    The names of every case are certain, so what the names say is what the comparison says.
    """
    counts: Counter[str] = Counter()
    for seed in range(cases):
        case = random_case(np.random.default_rng(seed), taxonomy)
        truth = oracle(case, taxonomy)
        comparison = reconcile(case.sightings, case.inventory, taxonomy)
        contradicts = truth.left_over > 0 or truth.is_over_total
        is_right = as_truth(comparison) == truth
        counts["cases"] += 1
        counts["agree"] += is_right and contradicts == (comparison.overall == "inconsistent")
        counts["contradict the announcement"] += contradicts
        counts["have a line with room for choice"] += truth.least != truth.most
        counts["exceed several lines together"] += any(
            line.verdict == "surplus" and len(line.nodes) > 1 for line in comparison.lines
        )
    return counts


def invented_taxonomy() -> Taxonomy:
    """Return a tree of 20 families with 12 types each."""
    families = [f"family_{i}" for i in range(_FAMILIES)]
    types = [(f"type_{i}x{j}", family) for i, family in enumerate(families) for j in range(_EACH)]
    return Taxonomy(
        [
            _node("vehicle", None),
            _node("military_vehicle", "vehicle"),
            _node("civilian_vehicle", "vehicle"),
            *(_node(family, "military_vehicle") for family in families),
            *(_node(type_, family, is_type=True) for type_, family in types),
        ]
    )


def _node(id_: str, parent: str | None, *, is_type: bool = False) -> Node:
    return Node(id_, parent, name=id_, name_ru=id_, level="type" if is_type else "family")


def large_run(
    rng: np.random.Generator,
    taxonomy: Taxonomy,
    *,
    clips: int,
    together: int,
    number: int = SIGHTINGS,
) -> list[Sighting]:
    """Return sightings of convoys: each vehicle in 100 frames, `together` of them at a time."""
    sightings = []
    each = number // clips
    for clip in range(clips):
        for i in range(each):
            first = i * 100 // together
            frames = [f for f in range(first, first + 100) if rng.random() < 0.9] or [first]
            sightings.append(
                made_sighting(
                    _large_set(rng, taxonomy),
                    frames,
                    source=f"clip {clip:03d}.mp4",
                    track_id=i + 1,
                    probability=0.95,
                )
            )
    return sightings


def _large_set(rng: np.random.Generator, taxonomy: Taxonomy) -> list[str]:
    if rng.random() < 0.1:
        return [f"family_{rng.integers(_FAMILIES)}"]
    types = rng.permutation(len(taxonomy.types))[: rng.choice([1, 1, 1, 2, 3])]
    return [taxonomy.types[i] for i in sorted(types.tolist())]


def seconds(sightings: Sequence[Sighting], taxonomy: Taxonomy, *, is_partial: bool) -> float:
    """Return the median time of comparing them with 200 lines, half of them with a number.

    Processor time of the one thread, so that other work on the machine does not count.
    """
    lines = {
        node: Amount(i % 5, "exact") if i % 2 else None
        for i, node in enumerate(taxonomy.types[:LINES])
    }
    inventory = made_inventory(lines, total=Amount(500, "exact"), is_partial=is_partial)
    taken = []
    for _ in range(_REPEATS):
        start = time.process_time()
        reconcile(sightings, inventory, taxonomy)
        taken.append(time.process_time() - start)
    return float(np.median(taken))


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cases", type=int, default=10_000, metavar="N")
    parser.add_argument("--out", type=Path, default=RESULTS / "reconciling.json")
    arguments = parser.parse_args()
    counts = agreement(arguments.cases, load_taxonomy())
    print_table(
        "Random small cases against every assignment written out",
        ["what", "cases"],
        [[what, number] for what, number in counts.items()],
    )
    taxonomy = invented_taxonomy()
    speed = {}
    for name, clips, together in (
        ("40 clips of 25, 8 together", 40, 8),
        ("4 clips of 250, 20 together", 4, 20),
        ("one clip of 1,000, 60 together", 1, 60),
    ):
        run = large_run(np.random.default_rng(0), taxonomy, clips=clips, together=together)
        for is_partial in (True, False):
            kind = "partial list" if is_partial else "complete list"
            speed[f"{name}, {kind}"] = seconds(run, taxonomy, is_partial=is_partial)
    print_table(
        f"{SIGHTINGS} sightings against {LINES} lines, processor seconds (median of {_REPEATS})",
        ["footage", "seconds"],
        [[name, value] for name, value in speed.items()],
    )
    write_results(arguments.out, {"agreement": dict(counts), "seconds of processor time": speed})


if __name__ == "__main__":
    main()
