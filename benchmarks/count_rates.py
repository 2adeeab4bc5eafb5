"""Measure what count intervals rest on, and write it into the package.

    python -m benchmarks.count_rates --data FOLDER      # the project's validation pictures

Four figures: how many vehicles are missed, by their size, on validation pictures and in the
formations of `benchmarks/formations.py`; how often a track goes on with a vehicle that another
track lost, in the worlds of `benchmarks/tracking.py`; and how far wrong names go together within
one event. The outcome of every picture is kept in `benchmarks/results/count_rates.json`, since
`benchmarks/counting.py` draws from it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.common import RESULTS, write_results
from benchmarks.formations import flow, judge
from benchmarks.formations_pasted import pasted_formations
from benchmarks.formations_rendered import rendered_formations
from benchmarks.found import Outcome
from benchmarks.shared_names import shared_names
from benchmarks.tracking import FIRST_SEED, MAX_LOST_S, MIN_CONFIDENCE, TRACK_CONFIDENCE, WORLDS
from benchmarks.worlds import World, make_world
from marchpast import Recognizer
from marchpast.evaluation.box_scores import Found, match
from marchpast.evaluation.labelled import LabelledPicture
from marchpast.evaluation.looking import Looked, look_at
from marchpast.files import write_text
from marchpast.inventory import count_rates as package
from marchpast.inventory.reappearing import readings_of
from marchpast.recognition import Tracker
from marchpast.records import Crop, Track
from marchpast.taxonomy import load_taxonomy

_SIZES = (0.1, 0.3, 1.0)
_SEEDS = 5
_COMMAND = "python -m benchmarks.count_rates --data FOLDER"


def main() -> None:
    """Measure everything and write both files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the collections")
    parser.add_argument("--detector", default="detector", help="bundled name or model folder")
    parser.add_argument("--classifier", default="classifier", help="bundled name or model folder")
    parser.add_argument("--out", type=Path, default=RESULTS / "count_rates.json")
    parser.add_argument(
        "--rates", type=Path, default=Path(package.__file__).with_name(package.FILE)
    )
    arguments = parser.parse_args()
    # Only here: to import this module must not take the training code.
    from marchpast.training.validation import read_validation

    cv2.setNumThreads(1)
    recognizer = Recognizer.load(detector=arguments.detector, classifier=arguments.classifier)
    pictures = read_validation(arguments.data)
    looked, named = look_at([row for row in pictures if row.has_military], recognizer)
    outcomes = [*_photos(looked, recognizer), *_formations(pictures, recognizer)]
    rates = {
        "misses": [
            miss_rate([row for row in outcomes if low < row.size <= up_to], up_to)
            for low, up_to in zip((0.0, *_SIZES), _SIZES, strict=False)
        ],
        **tracking_rates(),
        "shared_names": shared_names(named, recognizer.classifier.labels, load_taxonomy()),
    }
    write_text(arguments.rates, as_toml(rates, recognizer))
    print(f"written: {arguments.rates}")
    write_results(
        arguments.out, {"rates": rates, "pictures": [asdict(outcome) for outcome in outcomes]}
    )


def _photos(looked: Sequence[Looked], recognizer: Recognizer) -> Iterator[Outcome]:
    for row in looked:
        if not row.is_measurable or not len(row.found.truth):
            continue
        sure = row.found.confidence >= recognizer.min_confidence
        seen = Found(row.found.xyxy[sure], row.found.confidence[sure], row.found.truth, "")
        sides = (row.found.truth[:, 2:] - row.found.truth[:, :2]).max(axis=1)
        yield Outcome(
            "photo",
            float(np.median(sides)) / row.longest_px,
            len(row.found.truth),
            int((match(seen, 0.5) >= 0).sum()),
        )


def _formations(pictures: Sequence[LabelledPicture], recognizer: Recognizer) -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        look = flow(recognizer, Path(folder))
        for kind, formations in (
            ("rendered formation", rendered_formations()),
            ("pasted formation", pasted_formations(pictures)),
        ):
            for row in judge(formations, look):
                yield Outcome(kind, row.size, row.truth, row.found)


def miss_rate(outcomes: Sequence[Outcome], up_to: float) -> dict[str, float]:
    """Return how often vehicles of one size are missed.

    Args:
        outcomes: Of pictures whose vehicles are of one size.
        up_to: The size they reach.
    """
    pairs = [(row.truth - row.found, row.found) for row in outcomes]
    return {
        "up_to": up_to,
        **fitted(pairs),
        "vehicles": sum(row.truth for row in outcomes),
        "pictures": len(outcomes),
    }


def fitted(pairs: Sequence[tuple[int, int]]) -> dict[str, float]:
    """Return the likeliest beta distribution of a share, from how often it was and was not so."""
    grid = np.geomspace(0.02, 50, 81)
    a, b = np.meshgrid(grid, grid, indexing="ij")
    likelihood = np.zeros(a.shape)
    for hits, others in pairs:
        likelihood += _log_beta_binomial(hits, others, a, b)
    best = np.unravel_index(int(likelihood.argmax()), a.shape)
    mean = sum(hits for hits, _ in pairs) / max(1, sum(map(sum, pairs)))
    return {
        "a": round(float(a[best]), 3),
        "b": round(float(b[best]), 3),
        "mean": round(mean, 4),
    }


def _log_beta_binomial(
    hits: int, others: int, a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the logarithm of the likelihood, without the factor that no parameter changes."""
    total = np.zeros(a.shape)
    for step in range(hits):
        total += np.log(a + step)
    for step in range(others):
        total += np.log(b + step)
    for step in range(hits + others):
        total -= np.log(a + b + step)
    return total


def tracking_rates() -> dict[str, dict[str, float]]:
    """Return how often a later track shows a vehicle of an earlier one, in invented worlds."""
    counts = [
        Counter(_repeated(make_world(seed=seed, **settings)))
        for settings in WORLDS.values()
        for seed in range(FIRST_SEED, FIRST_SEED + _SEEDS)
    ]
    again, new = (sum(row["interrupted", kind] for row in counts) for kind in (True, False))
    others = [(row["other", True], row["other", False]) for row in counts]
    return {
        "interrupted": {"share": round(again / (again + new), 4), "tracks": again + new},
        "other": fitted(others) | {"tracks": sum(map(sum, others)), "clips": len(others)},
    }


def _repeated(world: World) -> Iterator[tuple[str, bool]]:
    """Yield what is read of every later track of a world, and whether it is a vehicle again."""
    tracker = Tracker(
        track_confidence=TRACK_CONFIDENCE,
        min_confidence=MIN_CONFIDENCE,
        max_lost_s=MAX_LOST_S,
        follows_camera=False,
    )
    for frame, detections in world.frames(drawn=False):
        tracker.update(frame, detections)
    tracker.finish()
    ended = sorted((h for h in tracker.ended() if h.track_id), key=lambda h: float(h.time_s[0]))
    crop = Crop(0, 0.0, (0.0, 0.0, 1.0, 1.0), np.zeros((1, 1, 3), np.uint8), 1.0)
    tracks = [
        Track(h.track_id, 0, h.frame_index, h.time_s, h.xyxy, h.confidence, (crop,)) for h in ended
    ]
    seen: set[int] = set()
    for history, reading in zip(ended, readings_of(tracks, size=world.size), strict=True):
        shown = Counter(
            int(world.observations[frame].vehicle[row])
            for frame, row in zip(history.frame_index, history.row, strict=True)
        )
        owner = shown.most_common(1)[0][0]
        if reading != "first":
            yield reading, owner in seen
        if owner >= 0:
            seen.add(owner)


def as_toml(rates: Mapping[str, Any], recognizer: Recognizer) -> str:
    """Return the file that the package reads."""
    models = ", ".join(
        f"{card.name} {card.version} ({card.sha256[:12]})" for card, _ in recognizer.models
    )
    lines = [
        "# What was measured of the shipped models, for count intervals. Written by",
        f"#     {_COMMAND}",
        f"# with {models}.",
        "#",
        "# misses: share of military vehicles that are not found, by the longer side of a vehicle",
        "#   as a share of the picture's; a beta distribution over pictures. On validation photos",
        "#   and formations, rendered and pasted: a clip gives more looks, but what is missed in",
        "#   one is mostly missed in the next.",
        "# interrupted, other: share of later tracks that show a vehicle seen before, in invented",
        "#   worlds (benchmarks/tracking.py).",
        "# shared_names: how far wrong names within one event go together.",
    ]
    for row in rates["misses"]:
        lines += ["", "[[misses]]", *(f"{key} = {value}" for key, value in row.items())]
    for name in ("interrupted", "other", "shared_names"):
        lines += ["", f"[{name}]", *(f"{key} = {value}" for key, value in rates[name].items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
