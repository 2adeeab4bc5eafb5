"""Are formations counted exactly? Drawn and pasted parades of 5 to 15 small vehicles.

    python -m benchmarks.formations                       # rendered ones only
    python -m benchmarks.formations --data FOLDER         # pasted ones too
    python -m benchmarks.formations --show FOLDER         # also write the pictures with boxes

Counted is what the whole flow answers as military in a picture: detector, veto and thresholds as
shipped. Rendered pictures (`formations_rendered.py`) are far from photos, and pasted ones
(`formations_pasted.py`) have seams; the two are reported apart.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.common import RESULTS, print_table, write_results
from benchmarks.formation_truth import Formation
from benchmarks.formations_pasted import pasted_formations
from benchmarks.formations_rendered import rendered_formations
from marchpast import Recognizer, Sighting, load_taxonomy, open_source, sightings
from marchpast.evaluation.box_scores import Found, match
from marchpast.evaluation.intervals import event_weights, figure, quantiles, share_of
from marchpast.evaluation.shares import shown
from marchpast.identity import UNKNOWN
from marchpast.records import BgrImage, FloatArray

_MILITARY = "military_vehicle"
_GREEN, _RED = (80, 220, 80), (60, 60, 255)

Look = Callable[[BgrImage], "Counted"]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What the flow says of one picture.

    Attributes:
        answered: `(N, 4)` boxes of the vehicles answered as military.
        detected: How many boxes the detector called military, before any answer.
    """

    answered: FloatArray
    detected: int


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A formation, what is true of it and what was made of it.

    Attributes:
        picture: Its image is not kept.
        layout: See `Formation`.
        place: See `Formation`.
        size: See `Formation`.
        least_visible: See `Formation`.
        truth: Number of vehicles.
        answered: Vehicles answered as military.
        detected: Before the answers.
        found: True vehicles with a box of their own at an overlap of 0.5.
    """

    picture: str
    layout: str
    place: str
    size: float
    least_visible: float
    truth: int
    answered: int
    detected: int
    found: int


def main() -> None:
    """Run this part of the accuracy benchmark alone."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder of collections, for the pasted ones")
    parser.add_argument("--detector", default="detector", help="bundled name or model folder")
    parser.add_argument("--classifier", default="classifier", help="bundled name or model folder")
    parser.add_argument("--show", type=Path, help="folder for the pictures with boxes")
    parser.add_argument("--out", type=Path, default=RESULTS / "formations.json")
    arguments = parser.parse_args()
    # Only here: to import this module must not take the training code.
    from marchpast.training.validation import read_validation

    cv2.setNumThreads(1)
    recognizer = Recognizer.load(detector=arguments.detector, classifier=arguments.classifier)
    kinds: dict[str, Iterable[Formation]] = {"rendered": rendered_formations()}
    if arguments.data:
        kinds["pasted"] = pasted_formations(read_validation(arguments.data))
    with tempfile.TemporaryDirectory() as folder:
        look = flow(recognizer, Path(folder))
        results = {
            name: formation_figures(judge(pictures, look, show=_shower(arguments.show, name)))
            for name, pictures in kinds.items()
        }
    print_formations(results)
    write_results(arguments.out, {"formations": results})


def flow(recognizer: Recognizer, folder: Path) -> Look:
    """Return the whole flow as a function of pixels; `folder` holds one picture at a time."""
    taxonomy = load_taxonomy()
    path = folder / "formation.png"

    def look(image: BgrImage) -> Counted:
        cv2.imwrite(str(path), image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        seen = list(sightings(open_source(path), recognizer))
        military = [
            row.track.xyxy[0]
            for row in seen
            if row.identity.node != UNKNOWN and taxonomy.is_within(row.identity.node, _MILITARY)
        ]
        return Counted(
            np.asarray(military, np.float32).reshape(-1, 4),
            sum(_found_as(row, recognizer) == _MILITARY for row in seen),
        )

    return look


def judge(
    pictures: Iterable[Formation],
    look: Look,
    *,
    show: Callable[[Formation, Counted], None] | None = None,
) -> list[Outcome]:
    """Count the vehicles of every picture and hold them against the truth."""
    outcomes = []
    for picture in pictures:
        counted = look(picture.image)
        if show is not None:
            show(picture, counted)
        truth = np.array([row.xyxy for row in picture.truth], np.float32)
        sure = np.ones(len(counted.answered), np.float32)
        found = match(Found(counted.answered, sure, truth, picture.place), 0.5)
        outcomes.append(
            Outcome(
                picture=picture.name,
                layout=picture.layout,
                place=picture.place,
                size=picture.size,
                least_visible=picture.least_visible,
                truth=len(picture.truth),
                answered=len(counted.answered),
                detected=counted.detected,
                found=int((found >= 0).sum()),
            )
        )
    return outcomes


def formation_figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the figures of one kind of formations, with the conditions apart."""
    if not outcomes:
        return {"pictures": 0}
    groups: dict[str, Callable[[Outcome], str]] = {
        "by_layout": lambda row: row.layout,
        "by_number": lambda row: _named(row.truth, (8, 12), ("5 to 7", "8 to 11", "12 to 15")),
        "by_size": lambda row: _named(
            100 * row.size, (5, 8), ("under 5 % of the width", "5 to 8 %", "over 8 %")
        ),
        "by_overlap": lambda row: (
            "none hidden by a fifth" if row.least_visible >= 0.8 else "some hidden by more"
        ),
    }
    return _figures(outcomes) | {
        name: {
            key: _figures([row for row in outcomes if of(row) == key])
            for key in sorted({of(row) for row in outcomes}, key=_natural)
        }
        for name, of in groups.items()
    }


def print_formations(results: Mapping[str, Any]) -> None:
    """Print the figures of every kind."""
    for kind, figures in results.items():
        if not figures["pictures"]:
            continue
        rows = [("all", *_row(figures))]
        for name, parts in figures.items():
            if name.startswith("by_"):
                rows += [(key, *_row(part)) for key, part in parts.items()]
        columns = ("formations", "exact", "exact before the veto", "error", "recall", "false")
        print_table(f"Formations, {kind}", columns, rows)


def _row(figures: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        shown(figures["exact_count"]),
        shown(figures["exact_count_before_the_veto"]),
        figures["mean_absolute_error"]["value"],
        figures["recall"]["value"],
        figures["false_a_picture"],
    )


def _figures(rows: Sequence[Outcome]) -> dict[str, Any]:
    places = [row.place for row in rows]
    weights = event_weights(places)
    errors = np.array([abs(row.answered - row.truth) for row in rows], np.float64)
    found = np.array([row.found for row in rows], np.float64)
    truth = np.array([row.truth for row in rows], np.float64)
    counts = {"events": len(set(places))}
    recall = quantiles((weights @ found) / np.maximum(weights @ truth, 1))
    error = quantiles((weights @ errors) / weights.sum(axis=1))
    return {
        "pictures": len(rows),
        "vehicles": int(truth.sum()),
        "exact_count": share_of([row.answered == row.truth for row in rows], places),
        "exact_count_before_the_veto": share_of(
            [row.detected == row.truth for row in rows], places
        ),
        "mean_absolute_error": figure(float(errors.mean()), error, n=len(rows), **counts),
        "recall": figure(float(found.sum() / truth.sum()), recall, n=int(truth.sum()), **counts),
        "false_a_picture": round(float(np.mean([row.answered - row.found for row in rows])), 4),
    }


def _found_as(row: Sighting, recognizer: Recognizer) -> str:
    return recognizer.detector.labels[row.track.class_id]


def _named(value: float, borders: Sequence[float], names: Sequence[str]) -> str:
    return names[int(np.searchsorted(borders, value, side="right"))]


def _natural(key: str) -> tuple[int, int, str]:
    """Sort `under` before numbers, numbers by value, `over` last."""
    first = key.split()[0]
    rank = {"under": 0, "over": 2}.get(first, 1)
    return rank, int(first) if first.isdigit() else 0, key


def _shower(folder: Path | None, kind: str) -> Callable[[Formation, Counted], None] | None:
    """Write each picture with the true boxes in green and the answered ones in red."""
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)

    def show(picture: Formation, counted: Counted) -> None:
        image = picture.image.copy()
        boxes = [(row.xyxy, _GREEN, 2) for row in picture.truth]
        boxes += [(tuple(box), _RED, 1) for box in counted.answered.tolist()]
        for (x1, y1, x2, y2), colour, width in boxes:
            corners = (round(x1), round(y1)), (round(x2), round(y2))
            cv2.rectangle(image, *corners, colour, width)
        cv2.imwrite(str(folder / f"{kind}_{Path(picture.name).stem}.png"), image)

    return show


if __name__ == "__main__":
    main()
