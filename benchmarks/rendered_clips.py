"""How vehicles are followed and counted in rendered clips, whose truth is exact.

    python -m benchmarks.rendered_clips                    # four clips of each kind
    python -m benchmarks.rendered_clips --each 1 --kinds night rail

The clips are rendered once into a folder that git does not see (one to three minutes each on a
free core; a stopped run goes on). With other models the same clips are only looked at again, which
takes a minute: delete the folder only after the renderer or a blueprint has changed. The clips
have five frames a second, because the whole flow looks at five of a second. A figure measured here
is no figure for photographs: it compares lights, places and ways of filming with each other.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.common import CACHE, RESULTS, made_cache, print_table, write_results
from marchpast import Recognizer, open_source
from marchpast.identity import UNKNOWN
from marchpast.pipeline import DEFAULT_SAMPLING, sightings
from marchpast.recognition import iou
from marchpast.records import Sighting
from marchpast.taxonomy import load_taxonomy

FOLDER = CACHE / "rendered_clips"
KINDS = ("convoy", "moving_car", "parade_pan", "rail", "night")
FIRST_SEED = 100
_SECONDS, _FPS, _SIZE = 6.0, Fraction(5), (640, 360)
_IOU = 0.5
_LEAST_VISIBLE = 0.5
"""Boxes of vehicles that are hidden more than this are neither asked for nor held against it."""
_LEAST_SIDE_PX = 32


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the flow made of one clip.

    Attributes:
        clip: Its name.
        kind: Of clip.
        place: Kind of place.
        light: Kind of light.
        clear: Military vehicles that are clear to see in some frame: the least right count.
        military: Military vehicles of which anything is seen: the most.
        counted: Sightings answered as military.
        boxes: Clear boxes of military and civil vehicles in the frames that were looked at.
        found: Of these, those with a followed box at an overlap of 0.5.
        switches: A vehicle goes on under another track than before.
        extra: Tracks that a vehicle was given beyond its first.
    """

    clip: str
    kind: str
    place: str
    light: str
    clear: int
    military: int
    counted: int
    boxes: int
    found: int
    switches: int
    extra: int

    @property
    def error(self) -> int:
        """How far the count lies outside what is right; negative is too few."""
        return self.counted - min(max(self.counted, self.clear), self.military)


def main() -> None:
    """Render what is missing, look at all of it, print and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=4, help="clips of a kind (default: 4)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--detector", default="detector", help="bundled name or model folder")
    parser.add_argument("--classifier", default="classifier", help="bundled name or model folder")
    parser.add_argument("--out", type=Path, default=RESULTS / "rendered_clips.json")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    recognizer = Recognizer.load(detector=arguments.detector, classifier=arguments.classifier)
    outcomes = []
    for kind in arguments.kinds:
        for seed in range(FIRST_SEED, FIRST_SEED + arguments.each):
            path = rendered(kind, seed)
            seen = list(sightings(open_source(path), recognizer))
            truth = json.loads(path.with_suffix(".truth.json").read_text("utf-8"))
            frames = [frame.index for frame in open_source(path).frames(DEFAULT_SAMPLING)]
            outcomes.append(judged(truth, seen, frames))
            print(outcomes[-1])
    figures = clip_figures(outcomes)
    columns = ("clips", "vehicles", "exact", "count_error", "found", "switches", "extra")
    rows = [[name, *(row[column] for column in columns)] for name, row in figures.items()]
    print_table("rendered clips", ("", *columns), rows)
    write_results(
        arguments.out,
        {
            "models": [{"name": card.name, "sha256": card.sha256} for card, _ in recognizer.models],
            "figures": figures,
            "clips": [asdict(outcome) for outcome in outcomes],
        },
    )


def rendered(kind: str, seed: int) -> Path:
    """Return the path of a clip, rendered first if it is not there."""
    path = FOLDER / f"{kind}-{seed}.mp4"
    truth = path.with_suffix(".truth.json")
    if not truth.is_file():
        if importlib.util.find_spec("embreex") is None:
            raise SystemExit("rendering needs the ray engine: pip install '.[synthesis]'")
        from marchpast.synthesis.clips import write_rendered_clip

        made_cache(FOLDER)
        print(f"rendering {path.name}")
        width, height = _SIZE
        write_rendered_clip(
            kind, path, seed=seed, seconds=_SECONDS, width=width, height=height, fps=_FPS,
            overwrite=True,
        )  # fmt: skip
    return path


def judged(truth: dict[str, Any], seen: Sequence[Sighting], frames: Sequence[int]) -> Outcome:
    """Hold the sightings of a clip against its truth (`marchpast-truth/1`).

    Args:
        truth: Of the clip.
        seen: What the flow answered.
        frames: Those that it looked at.
    """
    taxonomy = load_taxonomy()
    counted = sum(
        row.identity.node != UNKNOWN and taxonomy.is_within(row.identity.node, "military_vehicle")
        for row in seen
    )
    boxes: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for annotation in truth["annotations"]:
        boxes[annotation["image_id"]].append(annotation)
    followed: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for number, sighting in enumerate(seen):
        for frame, box in zip(sighting.track.frame_index, sighting.track.xyxy, strict=True):
            followed[int(frame)].append((number, box))
    asked = found = 0
    ids: dict[int, list[int]] = defaultdict(list)
    for frame in frames:
        for annotation, match in _paired(boxes[frame], followed[frame]):
            is_clear = _is_clear(annotation)
            asked += is_clear
            found += is_clear and match is not None
            if match is not None:
                ids[annotation["track_id"]].append(match)
    return Outcome(
        clip=truth["video"]["file_name"],
        kind=truth["kind"],
        place=truth["place"],
        light=truth["light"],
        clear=truth["count"]["clear_military"],
        military=truth["count"]["military"],
        counted=counted,
        boxes=asked,
        found=found,
        switches=sum(a != b for row in ids.values() for a, b in pairwise(row)),
        extra=sum(len(set(row)) - 1 for row in ids.values()),
    )


def _paired(
    boxes: Sequence[dict[str, Any]], followed: Sequence[tuple[int, Any]]
) -> list[tuple[dict[str, Any], int | None]]:
    """Give every true box the free followed box that overlaps it most, best pairs first."""
    if not boxes:
        return []
    truth = np.array([box["xyxy"] for box in boxes], np.float32)
    overlap = iou(truth, np.array([box for _, box in followed], np.float32).reshape(-1, 4))
    paired: dict[int, int] = {}
    for flat in np.argsort(-overlap, axis=None):
        row, column = divmod(int(flat), overlap.shape[1])
        if overlap[row, column] < _IOU:
            break
        if row not in paired and column not in paired.values():
            paired[row] = column
    return [
        (box, followed[paired[row]][0] if row in paired else None) for row, box in enumerate(boxes)
    ]


def _is_clear(annotation: dict[str, Any]) -> bool:
    x1, y1, x2, y2 = annotation["xyxy"]
    is_visible: bool = annotation["visible_fraction"] >= _LEAST_VISIBLE
    return is_visible and max(x2 - x1, y2 - y1) >= _LEAST_SIDE_PX


def clip_figures(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Any]]:
    """Return the figures of all clips, and of those of each kind, light and place.

    `vehicles` are the military ones that are clear to see; `exact` is the share of clips whose
    count lies between those and all of which anything is seen; `count_error` the mean of how far
    it lies outside; `found` the share of clear boxes that are followed.
    """
    parts: tuple[tuple[str, Callable[[Outcome], str]], ...] = (
        ("all", lambda _row: "all clips"),
        ("kind", lambda row: row.kind),
        ("light", lambda row: row.light),
        ("place", lambda row: row.place),
    )
    figures = {}
    for name, part in parts:
        for value in sorted({part(row) for row in outcomes}):
            rows = [row for row in outcomes if part(row) == value]
            figures[value if name == "all" else f"{name}: {value}"] = _figures(rows)
    return figures


def _figures(rows: Sequence[Outcome]) -> dict[str, Any]:
    boxes = sum(row.boxes for row in rows)
    return {
        "clips": len(rows),
        "vehicles": sum(row.clear for row in rows),
        "exact": sum(row.error == 0 for row in rows) / len(rows),
        "count_error": sum(abs(row.error) for row in rows) / len(rows),
        "found": sum(row.found for row in rows) / boxes if boxes else None,
        "switches": sum(row.switches for row in rows),
        "extra": sum(row.extra for row in rows),
    }


if __name__ == "__main__":
    main()
