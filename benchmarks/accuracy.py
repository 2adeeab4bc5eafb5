"""How often the shipped models are right, on pictures with known labels.

    python -m benchmarks.accuracy --data FOLDER                 # validation split of the manifest
    python -m benchmarks.accuracy --pictures FOLDER             # every picture of one collection

A collection has COCO boxes (`annotations.json`) or a label table (`labels.csv`); see
`datasets/README.md`. Everything goes through the public API and the shipped ONNX files.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import RESULTS, print_table, share, shown, write_results
from marchpast import Frame, Identity, Recognizer, Sampling, Taxonomy, load_taxonomy, open_source
from marchpast.identity import NOT_A_VEHICLE, UNKNOWN
from marchpast.inference import ClassifierCard
from marchpast.pipeline import sightings
from marchpast.recognition import OnnxDetector, cut
from marchpast.records import Detections
from marchpast.training.datasets import LabelledBox, Picture, load_pictures, read_collection
from marchpast.training.metrics import PictureResult, box_figures, match

MILITARY = "military_vehicle"
CIVIL = "civilian_vehicle"
# Labels of the collections that are sets of nodes: where a right answer may lie.
SETS = {
    "mlrs_or_sam": ("mlrs", "air_defence", "missile_tel"),
    "light_vehicle": ("military_truck", "protected_truck"),
}
# Below every confidence that matters for a precision-recall curve: the network's own floor.
LOWEST_CONFIDENCE = 0.03
_TOP = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled box, and what was made of its pixels.

    Attributes:
        collection: Where it is from.
        truth: Its label: a node, or a key of `SETS`.
        identity: The answer, given the true box.
        top_types: The likeliest types, best first.
    """

    collection: str
    truth: str
    identity: Identity
    top_types: tuple[str, ...]


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--data", type=Path, help="folder of collections; the validation split")
    where.add_argument("--pictures", type=Path, help="one collection; every picture of it")
    parser.add_argument("--detector", default="detector", help="bundled name or model folder")
    parser.add_argument("--classifier", default="classifier", help="bundled name or model folder")
    parser.add_argument("--out", type=Path, default=RESULTS / "accuracy.json")
    arguments = parser.parse_args()
    pictures = (
        load_pictures(arguments.data, split="val")
        if arguments.data
        else list(read_collection(arguments.pictures.parent, arguments.pictures.name).values())
    )
    recognizer = Recognizer.load(detector=arguments.detector, classifier=arguments.classifier)
    results = measure(pictures, recognizer)
    _print(results)
    write_results(arguments.out, results)


def measure(pictures: Sequence[Picture], recognizer: Recognizer) -> dict[str, Any]:
    """Return every figure of a set of pictures."""
    taxonomy = load_taxonomy()
    boxed: list[PictureResult] = []
    judged: list[Judged] = []
    alarms: dict[str, list[int]] = defaultdict(list)
    for picture in pictures:
        frame = next(open_source(picture.path).frames(Sampling()))
        truth = [box for box in picture.boxes if box.node != CIVIL]
        if not truth:
            alarms[picture.source].append(_military_answers(picture, recognizer, taxonomy))
        elif picture.is_boxed:
            boxed.append(_detected(frame, truth, recognizer))
        judged += [_judge(frame, picture.collection, box, recognizer) for box in picture.boxes]
    return {
        "models": [
            {"name": card.name, "version": card.version, "sha256": card.sha256}
            for card, _ in recognizer.models
        ],
        "detector": _detector_figures(boxed, recognizer),
        "civil_pictures_with_a_military_answer": {
            source: share(sum(count > 0 for count in counts), len(counts))
            for source, counts in [
                ("all", [count for counts in alarms.values() for count in counts]),
                *sorted(alarms.items()),
            ]
        },
        "classifier_on_true_boxes": {
            name: _classifier_figures(rows, taxonomy, recognizer)
            for name, rows in _by_collection(judged).items()
        },
    }


def _detected(frame: Frame, truth: Sequence[LabelledBox], recognizer: Recognizer) -> PictureResult:
    detector = recognizer.detector
    assert isinstance(detector, OnnxDetector)
    found = detector.detect(frame.image, min_confidence=LOWEST_CONFIDENCE)
    military = _military(found, detector.labels)
    boxes = np.array([box.xyxy for box in truth], np.float32).reshape(-1, 4)
    return PictureResult(military.xyxy, military.confidence, boxes)


def _military(found: Detections, labels: Sequence[str]) -> Detections:
    return found.select(found.class_id == list(labels).index(MILITARY))


def _military_answers(picture: Picture, recognizer: Recognizer, taxonomy: Taxonomy) -> int:
    """Sightings answered as military in a picture without any, at the shipped thresholds."""
    nodes = [row.identity.node for row in sightings(open_source(picture.path), recognizer)]
    return sum(node != UNKNOWN and taxonomy.is_within(node, MILITARY) for node in nodes)


def _judge(frame: Frame, collection: str, box: LabelledBox, recognizer: Recognizer) -> Judged:
    x1, y1, x2, y2 = box.xyxy
    logits = recognizer.classifier.classify([cut(frame.image, box.xyxy)])
    identity = recognizer.judge.identify(logits, size_px=min(x2 - x1, y2 - y1), found_as=MILITARY)
    return Judged(collection, box.node, identity, tuple(row.node for row in identity.candidates))


def _by_collection(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    groups: dict[str, list[Judged]] = {"all": list(judged)}
    for row in judged:
        groups.setdefault(row.collection, []).append(row)
    return groups


def _detector_figures(boxed: Sequence[PictureResult], recognizer: Recognizer) -> dict[str, Any]:
    figures = box_figures(boxed)
    kept = [
        PictureResult(
            row.xyxy[row.confidence >= recognizer.min_confidence],
            row.confidence[row.confidence >= recognizer.min_confidence],
            row.truth,
        )
        for row in boxed
    ]
    hits = [match(row, 0.5) for row in kept]
    return {
        "pictures": figures.pictures,
        "boxes": figures.boxes,
        "ap50": round(figures.ap50, 4),
        "ap50_95": round(figures.ap50_95, 4),
        "recall_at_1_false_box_a_picture": round(figures.recall_at_1, 4),
        "recall_at_0.1_false_boxes_a_picture": round(figures.recall_at_01, 4),
        "recall_at_min_confidence": share(int(sum(hit.sum() for hit in hits)), figures.boxes),
        "false_boxes_a_picture_at_min_confidence": round(
            sum(int((~hit).sum()) for hit in hits) / max(1, len(kept)), 4
        ),
    }


def _classifier_figures(
    rows: Sequence[Judged], taxonomy: Taxonomy, recognizer: Recognizer
) -> dict[str, Any]:
    known = _trained_types(recognizer)
    types = [row for row in rows if row.truth in known]
    military = [row for row in rows if row.truth != CIVIL]
    civil = [row for row in rows if row.truth == CIVIL]
    answered = [row for row in military if row.identity.node not in (UNKNOWN, NOT_A_VEHICLE)]
    outcomes = [(row.identity.level, _is_right(row, taxonomy)) for row in answered]
    checked = [(level, right) for level, right in outcomes if right is not None]
    levels = {
        level: share(sum(row.identity.level == level for row in military), len(military))
        for level in ("type", "family", "category", "class", "unknown")
    }
    per_level = {}
    for level in ("type", "family", "category", "class"):
        hits = [right for at, right in checked if at == level]
        per_level[level] = share(sum(hits), len(hits))
    return {
        "type_top_1": share(sum(row.truth == row.top_types[0] for row in types), len(types)),
        "type_top_3": share(sum(row.truth in row.top_types[:_TOP] for row in types), len(types)),
        "answers_right_at_any_level": share(sum(right for _, right in checked), len(checked)),
        "answers_that_the_label_cannot_check": share(len(outcomes) - len(checked), len(outcomes)),
        "answers_right_by_level": per_level,
        "answered_at_level": levels,
        "civil_called_military": share(
            sum(_is_military(row, taxonomy) for row in civil), len(civil)
        ),
        "military_called_civil_or_nothing": share(
            sum(row.identity.node in (CIVIL, NOT_A_VEHICLE) for row in military), len(military)
        ),
        "per_type_top_1": _per_type(types),
    }


def _trained_types(recognizer: Recognizer) -> set[str]:
    taxonomy = load_taxonomy()
    labels = [
        label
        for card, _ in recognizer.models
        if isinstance(card, ClassifierCard)
        for label in card.labels
    ]
    return {label for label in labels if label in taxonomy.types}


def _is_right(row: Judged, taxonomy: Taxonomy) -> bool | None:
    """Whether the answer is the truth or lies above it; `None` where the label cannot tell.

    An answer below a coarse label ("T-80" for a box labelled `tank`) may be right or wrong. It is
    left out, while a wrong branch under a coarse label counts: the figure errs on the low side.
    """
    answer = row.identity.node
    roots = SETS.get(row.truth, (row.truth,))
    if any(taxonomy.is_within(root, answer) for root in roots):
        return True
    return None if any(taxonomy.is_within(answer, root) for root in roots) else False


def _is_military(row: Judged, taxonomy: Taxonomy) -> bool:
    node = row.identity.node
    return node not in (UNKNOWN, NOT_A_VEHICLE) and taxonomy.is_within(node, MILITARY)


def _per_type(types: Sequence[Judged]) -> dict[str, Any]:
    by_type: dict[str, list[bool]] = defaultdict(list)
    for row in types:
        by_type[row.truth].append(row.truth == row.top_types[0])
    return {node: share(sum(hits), len(hits)) for node, hits in sorted(by_type.items())}


def _print(results: Mapping[str, Any]) -> None:
    detector = results["detector"]
    print_table(
        "Detector, military vehicles, class-agnostic",
        ("figure", "value"),
        [
            (name, shown(value) if isinstance(value, dict) else value)
            for name, value in detector.items()
        ],
    )
    print_table(
        "Civil pictures with a military answer, whole flow",
        ("source", "share"),
        [
            (source.split("@")[0], shown(entry))
            for source, entry in results["civil_pictures_with_a_military_answer"].items()
        ],
    )
    for name, figures in results["classifier_on_true_boxes"].items():
        rows = [(key, shown(entry)) for key, entry in figures.items() if "value" in entry]
        rows += [
            (f"{key}: {part}", shown(entry))
            for key in ("answers_right_by_level", "answered_at_level")
            for part, entry in figures[key].items()
        ]
        print_table(f"Classifier on true boxes: {name}", ("figure", "share"), rows)


if __name__ == "__main__":
    main()
