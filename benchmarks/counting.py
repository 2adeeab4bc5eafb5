"""Do count intervals hold the truth? A thousand invented convoys whose number is known.

    python -m benchmarks.counting                  # 1,000 convoys, about a minute
    python -m benchmarks.counting --convoys 80

Footage and detector are invented (`benchmarks/convoys.py`), the tracker is the real one, and
names come with calibrated probabilities that go wrong together more or less within a convoy. The
figures the intervals rest on were measured elsewhere (`benchmarks/count_rates.py`); of these the
simulation shares only how often vehicles are missed: one measured picture's share a convoy. Held
against the truth are the interval of all military vehicles and that of every type that was named.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import RESULTS, print_table, write_results
from benchmarks.convoy_courses import SCENARIOS
from benchmarks.convoy_names import named
from benchmarks.convoy_tracks import followed
from benchmarks.convoys import SIZE, Convoy, film
from benchmarks.found import Outcome
from marchpast.evaluation.intervals import share_of
from marchpast.inventory import count_intervals
from marchpast.records import Sighting, Track
from marchpast.taxonomy import Taxonomy, load_taxonomy

LEVEL = 0.9
MILITARY = "military_vehicle"
FIRST_SEED = 20_000
"""What is ours (the prior, the kind of interval, how many vehicles a convoy has, how far names go
wrong together) was settled on seeds below 5000."""
_TELLING = 4
"""A picture with fewer vehicles says little about the share missed in it."""
_FEWEST_PICTURES = 10
_TRACKS = (3, 6, 12)


@dataclass(frozen=True, slots=True)
class Measured:
    """How vehicles are missed.

    Attributes:
        outcomes: What was found in each picture.
        misses: Of each size, up to which it reaches, and the two parameters fitted.
    """

    outcomes: tuple[Outcome, ...]
    misses: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """One interval and the truth.

    Attributes:
        scenario: How the convoy was filmed.
        node: What was counted.
        truth: How many there were.
        low: Of the interval.
        high: Of the interval.
        at_once: The lower bound.
        tracks: Sightings of the clip.
        found: Vehicles in the footage that have a track.
    """

    scenario: str
    node: str
    truth: int
    low: int
    high: int
    at_once: int
    tracks: int
    found: int

    @property
    def holds(self) -> bool:
        """Whether the truth is within."""
        return self.low <= self.truth <= self.high


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--convoys", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=RESULTS / "counting.json")
    arguments = parser.parse_args()
    held = list(measure(arguments.convoys, read_measured(RESULTS / "count_rates.json")))
    figures = counting_figures(held)
    columns = ("intervals", "held", "below", "above", "width", "truth", "bound too high")
    print_table(
        f"Count intervals at {LEVEL}",
        ("", *columns),
        [[name, *_row(row)] for name, row in figures.items()],
    )
    write_results(arguments.out, {"first_seed": FIRST_SEED, "level": LEVEL, "figures": figures})


def read_measured(path: Path) -> Measured:
    """Return what `benchmarks/count_rates.py` measured."""
    document = json.loads(path.read_text("utf-8"))
    rows = document["rates"]["misses"]
    return Measured(
        outcomes=tuple(Outcome(**row) for row in document["pictures"]),
        misses=tuple((row["up_to"], row["a"], row["b"]) for row in rows),
    )


def measure(convoys: int, measured: Measured, *, first_seed: int = FIRST_SEED) -> Iterator[Held]:
    """Film convoys, in turn in every way, and yield the intervals with the truth.

    Args:
        convoys: How many; one in which nothing was followed has no interval.
        measured: How vehicles are missed.
        first_seed: Of the first convoy.
    """
    taxonomy = load_taxonomy()
    scenarios = tuple(SCENARIOS)
    miss_rate = _drawn_from(measured)
    for number in range(convoys):
        seed = first_seed + number
        convoy = film(scenarios[number % len(scenarios)], seed=seed, miss_rate=miss_rate)
        tracks, owners = followed(convoy)
        if tracks:
            yield from _held(convoy, tracks, owners, taxonomy, np.random.default_rng([seed, 7]))


def _held(
    convoy: Convoy,
    tracks: Sequence[Track],
    owners: Sequence[int],
    taxonomy: Taxonomy,
    rng: np.random.Generator,
) -> Iterator[Held]:
    names = named(rng, vehicles=len(convoy.in_footage), owners=owners, taxonomy=taxonomy)
    sightings = [
        Sighting("clip.mp4", track, identity)
        for track, identity in zip(tracks, names.identities, strict=True)
    ]
    seen = set(owners)
    present = [
        (vehicle, node)
        for vehicle, node in enumerate(names.true_nodes)
        if convoy.in_footage[vehicle]
    ]
    for interval in count_intervals(sightings, taxonomy, level=LEVEL, sizes={"clip.mp4": SIZE}):
        if interval.node != MILITARY and interval.node not in names.named_types:
            continue
        right = [v for v, node in present if taxonomy.is_within(node, interval.node)]
        yield Held(
            scenario=convoy.scenario,
            node=interval.node,
            truth=len(right),
            low=interval.low,
            high=interval.high,
            at_once=interval.at_once,
            tracks=len(tracks),
            found=sum(vehicle in seen for vehicle in right),
        )


def _drawn_from(measured: Measured) -> Callable[[np.random.Generator, float], float]:
    """Return a draw of the share missed among vehicles of a size.

    That of a measured picture with several vehicles about as large; where there are too few of
    them, one of the distribution that was fitted to all pictures of the size.
    """
    sizes = np.array([row.size for row in measured.outcomes])
    truth = np.array([row.truth for row in measured.outcomes])
    missed = truth - np.array([row.found for row in measured.outcomes])

    def draw(rng: np.random.Generator, length: float) -> float:
        is_alike = np.abs(np.log(sizes / length)) < np.log(1.6)
        is_telling = is_alike & (truth >= _TELLING)
        if is_telling.sum() >= _FEWEST_PICTURES:
            return float(rng.choice(missed[is_telling] / truth[is_telling]))
        a, b = next((a, b) for up_to, a, b in measured.misses if length <= up_to)
        return float(rng.beta(a, b))

    return draw


def counting_figures(held: Sequence[Held]) -> dict[str, Any]:
    """Return the figures of all intervals, by what was counted and by scenario."""
    parts: dict[str, list[Held]] = {
        "all military vehicles": [row for row in held if row.node == MILITARY],
        "named types": [row for row in held if row.node != MILITARY],
    }
    for scenario in SCENARIOS:
        rows = [row for row in held if row.scenario == scenario]
        parts[f"{scenario}: military"] = [row for row in rows if row.node == MILITARY]
        parts[f"{scenario}: types"] = [row for row in rows if row.node != MILITARY]
    for fewest, most in pairwise((1, *_TRACKS, 10**6)):
        name = f"{fewest} to {most - 1} tracks" if most < 10**6 else f"{fewest} tracks and more"
        rows = [row for row in held if row.node == MILITARY and fewest <= row.tracks < most]
        parts[f"{name}: military"] = rows
    return {"all": _figures(held)} | {name: _figures(rows) for name, rows in parts.items() if rows}


def _figures(rows: Sequence[Held]) -> dict[str, Any]:
    numbers = [str(number) for number in range(len(rows))]
    return {
        "held": share_of([row.holds for row in rows], numbers),
        "truth_below": float(np.mean([row.truth < row.low for row in rows])),
        "truth_above": float(np.mean([row.truth > row.high for row in rows])),
        "median_width": float(np.median([row.high - row.low for row in rows])),
        "mean_truth": float(np.mean([row.truth for row in rows])),
        "mean_found": float(np.mean([row.found for row in rows])),
        "mean_at_once": float(np.mean([row.at_once for row in rows])),
        "bound_above_truth": sum(row.at_once > row.truth for row in rows),
    }


def _row(figures: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        figures["held"]["n"],
        figures["held"]["value"],
        figures["truth_below"],
        figures["truth_above"],
        figures["median_width"],
        figures["mean_truth"],
        figures["bound_above_truth"],
    )


if __name__ == "__main__":
    main()
