"""What rendered pictures are worth: types are learnt from them alone and tried on their photos.

    python -m benchmarks.rendered --data FOLDER --rendered FOLDER \
        --fold rendered_a ALONE_A MIXED_A --fold rendered_b ALONE_B MIXED_B

A fold is a configuration that leaves the photos of some types out (`data.left_out`), a training
with photos alone, and, where there is one, a training with rendered pictures from the same weights:

    marchpast train classifier open_set_b --data FOLDER --run RUN_B
    marchpast train classifier rendered_control_b --data FOLDER --run ALONE_B \
        --weights RUN_B/network.pt
    marchpast train classifier rendered_b --data FOLDER --rendered FOLDER --run MIXED_B \
        --weights RUN_B/network.pt

and the same with a and c; RUN_B may stand for ALONE_B. Stopped at any time it goes on with the
types that are left.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.common import RESULTS, print_table, write_results
from benchmarks.rendered_folds import Crops, Fold, config_of, cut_all, read_fold, whole
from benchmarks.rendered_network import measure_network, other_types
from benchmarks.rendered_rows import measure_rows
from benchmarks.rendered_shares import events_of, photos_of
from marchpast.errors import ConfigError
from marchpast.evaluation.shares import shown
from marchpast.files import sha256_of
from marchpast.taxonomy import load_taxonomy
from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.classifier_train import epochs_of

OUT = RESULTS / "rendered.json"
FEWEST_PHOTOS = 20


def main() -> None:
    """Measure what is left of every fold, and write after every type."""
    arguments = _arguments()
    cv2.setNumThreads(1)
    results = kept_results(arguments.out)
    configs = {name: config_of(name) for name, *_ in arguments.fold}
    crops = None
    for name, alone, *rest in arguments.fold:
        mixed = Path(rest[0]) if rest else None
        made_of = _made_of(Path(alone), mixed, arguments)
        if not start_fold(results, name, made_of, left_out=configs[name].data.left_out):
            continue
        crops = crops or _cut(arguments, configs)
        fold = read_fold(
            Path(alone), mixed, config=configs[name], crops=crops, taxonomy=load_taxonomy()
        )
        measure(results, name, fold, arguments.out)
    write_results(arguments.out, results)
    _print(results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the collections")
    parser.add_argument("--rendered", type=Path, required=True, help="rendered pictures")
    parser.add_argument(
        "--fold",
        nargs="+",
        action="append",
        required=True,
        metavar=("CONFIG", "RUN"),
        help="one or two runs that left photos of types out; may be given several times",
    )
    parser.add_argument(
        "--untested",
        type=Path,
        help="JSON list of photos (origins) to leave out: those that a run saw under other labels",
    )
    parser.add_argument("--out", type=Path, default=OUT, help="where the figures go, JSON")
    return parser.parse_args()


def _made_of(alone: Path, mixed: Path | None, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what decides the figures of a fold."""
    untested = arguments.untested
    return {
        "photos_alone": {"sha256": sha256_of(alone / "network.pt"), "epochs": epochs_of(alone)},
        "mixed": mixed and {"sha256": sha256_of(mixed / "network.pt"), "epochs": epochs_of(mixed)},
        "rendered_sha256": sha256_of(arguments.rendered / "annotations.json"),
        "untested": len(json.loads(untested.read_text("utf-8"))) if untested else 0,
    }


def kept_results(path: Path) -> dict[str, Any]:
    """Return what an earlier call measured."""
    kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    empty: dict[str, Any] = {"folds": {}, "types": {}}
    return empty | {key: value for key, value in kept.items() if key != "conditions"}


def start_fold(
    results: dict[str, Any],
    name: str,
    made_of: Mapping[str, Any],
    *,
    left_out: Sequence[str],
) -> bool:
    """Forget what other networks or other pictures gave, and say whether anything is left to do."""
    old = results["folds"].get(name, {})
    if {key: old.get(key) for key in made_of} == dict(made_of):
        return not old["finished"]
    results["types"] = {node: row for node, row in results["types"].items() if row["fold"] != name}
    results["folds"][name] = {**made_of, "left_out": list(left_out), "finished": False}
    return True


def _cut(arguments: argparse.Namespace, configs: Mapping[str, ClassifierConfig]) -> Crops:
    """Cut the crops once: the folds differ in what they leave out and in nothing else."""
    first, *others = configs.values()
    for other in others:
        if whole(other) != whole(first):
            raise ConfigError(
                f"the folds {', '.join(configs)} differ in more than data.left_out; measure them "
                "with one call each"
            )
    untested = arguments.untested
    return cut_all(
        arguments.data,
        arguments.rendered,
        config=first,
        tried=[node for config in configs.values() for node in config.data.left_out],
        untested=json.loads(untested.read_text("utf-8")) if untested else (),
    )


def measure(results: dict[str, Any], name: str, fold: Fold, out: Path) -> None:
    """Measure the types of a fold that are left, and write after each."""
    taxonomy = load_taxonomy()
    entry = results["folds"][name]
    if fold.mixed is not None and "other_types" not in entry:
        entry["other_types"] = other_types(fold, fold.mixed, taxonomy=taxonomy)
    for node in fold.config.data.left_out:
        photos = photos_of(fold, node)
        drawn = fold.crops.of(node) & fold.crops.is_rendered
        if node in results["types"] or len(photos) < FEWEST_PHOTOS or not drawn.any():
            continue
        row: dict[str, Any] = {
            "fold": name,
            "photos": len(photos),
            "events": len(set(events_of(fold, photos))),
            "rendered": int(drawn.sum()),
            "one_row": measure_rows(fold, node, taxonomy=taxonomy),
        }
        if fold.mixed is not None and node in fold.mixed.space.labels:
            row |= measure_network(fold, fold.mixed, node, taxonomy=taxonomy)
        results["types"][node] = row
        results["mean"] = means(results["types"])
        write_results(out, results)
    entry["finished"] = True


def conditions_of(row: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return top-1 and top-3 of a type by what they were learnt from."""
    network = {key: row[key] for key in ("network", "network_all_labels") if key in row}
    return {**row["one_row"], **network}


def means(types: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the mean over types of every condition, and how many types have it.

    Photos alone are worth knowing beside rendered crops of the same types, so every mean of fewer
    types has `rendered` of these types beside it.
    """
    conditions: dict[str, list[tuple[Mapping[str, Any], Mapping[str, Any]]]] = {}
    for row in types.values():
        for name, shares in conditions_of(row).items():
            conditions.setdefault(name, []).append((shares, row["one_row"]["rendered"]))

    def mean(rows: Sequence[Mapping[str, Any]], key: str) -> float:
        return round(float(np.mean([row[key]["value"] for row in rows])), 4)

    return {
        name: {key: mean([shares for shares, _ in rows], key) for key in ("top_1", "top_3")}
        | {
            f"rendered_{key}": mean([beside for _, beside in rows], key)
            for key in ("top_1", "top_3")
        }
        | {"types": len(rows)}
        for name, rows in conditions.items()
    }


def _print(results: Mapping[str, Any]) -> None:
    rows = [
        (node, name, shown(shares["top_1"]), shown(shares["top_3"]))
        for node, row in results["types"].items()
        for name, shares in conditions_of(row).items()
    ]
    print_table("on photos", ("type", "learnt from", "top-1", "top-3"), rows)
    columns = ("learnt from", "top-1", "top-3", "rendered top-1", "rendered top-3", "types")
    print_table(
        "mean over types",
        columns,
        [(name, *row.values()) for name, row in results.get("mean", {}).items()],
    )


if __name__ == "__main__":
    main()
