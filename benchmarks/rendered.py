"""What rendered pictures are worth: types are learnt from them alone and tried on their photos.

    python -m benchmarks.rendered --data FOLDER --rendered FOLDER \
        --fold rendered_a RUN_A --fold rendered_b RUN_B --fold rendered_c RUN_C \
        [--photos-only RUN --mixed RUN]

Each fold is a run whose configuration leaves the photos of some types out (`data.left_out`):

    marchpast train classifier open_set_a --data FOLDER --run RUN
    marchpast train classifier rendered_a --data FOLDER --rendered FOLDER --run RUN_A \
        --weights RUN/network.pt

and the same with b and c. With `--photos-only` and `--mixed`, two runs before and after rendered
pictures were mixed in, the types that have photos are compared too. Stopped at any time it goes on
with the types that are left.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import RESULTS, print_table, write_results
from benchmarks.rendered_folds import Fold, measure_type, read_fold
from marchpast.evaluation.intervals import share_of
from marchpast.evaluation.shares import shown
from marchpast.files import sha256_of
from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.classifier_config import ClassifierConfig, load_config
from marchpast.training.classifier_evaluate import evaluate
from marchpast.training.classifier_export import load_network
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_metrics import top_k_right
from marchpast.training.classifier_model import outputs_of
from marchpast.training.classifier_train import cut_split
from marchpast.training.config_file import find_config, read_config
from marchpast.training.run_folder import CONFIG_NAME

OUT = RESULTS / "rendered.json"
_FEWEST_PHOTOS = 10


def main() -> None:
    """Measure every fold and write the results."""
    arguments = _arguments()
    taxonomy = load_taxonomy()
    results = _kept(arguments.out)
    for name, run in arguments.fold:
        config = load_config(find_config(name))
        _measure_fold(results, name, Path(run), config, arguments, taxonomy)
    if arguments.photos_only and arguments.mixed:
        results["other_types"] = _other_types(
            arguments.photos_only, arguments.mixed, arguments.data, taxonomy
        )
    results["mean"] = means(results["types"])
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
        nargs=2,
        action="append",
        required=True,
        metavar=("CONFIG", "RUN"),
        help="a run that left the photos of types out; may be given several times",
    )
    parser.add_argument("--photos-only", type=Path, metavar="RUN", help="before the mixing")
    parser.add_argument("--mixed", type=Path, metavar="RUN", help="after the mixing")
    parser.add_argument("--out", type=Path, default=OUT, help="where the figures go, JSON")
    return parser.parse_args()


def _kept(path: Path) -> dict[str, Any]:
    """Return what an earlier call measured."""
    kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    empty: dict[str, Any] = {"folds": {}, "types": {}}
    return empty | {key: value for key, value in kept.items() if key != "conditions"}


def _measure_fold(
    results: dict[str, Any],
    name: str,
    run: Path,
    config: ClassifierConfig,
    arguments: argparse.Namespace,
    taxonomy: Taxonomy,
) -> None:
    """Measure what is left of a fold, and write after every type."""
    made_of = {
        "network_sha256": sha256_of(run / "network.pt"),
        "rendered_sha256": sha256_of(arguments.rendered / "annotations.json"),
    }
    if results["folds"].get(name) != made_of:
        results["types"] = {
            node: row for node, row in results["types"].items() if row["fold"] != name
        }
    results["folds"][name] = made_of
    left = [node for node in config.data.left_out if node not in results["types"]]
    if not left:
        return
    fold = read_fold(
        run, config=config, data=arguments.data, rendered=arguments.rendered, taxonomy=taxonomy
    )
    for node in left:
        if not _is_measurable(fold, node):
            continue
        results["types"][node] = {"fold": name, **measure_type(fold, node, taxonomy=taxonomy)}
        write_results(arguments.out, results)


def _is_measurable(fold: Fold, node: str) -> bool:
    has_rendered = (fold.of(node) & fold.is_rendered).any()
    photos = int((fold.of(node) & ~fold.is_rendered).sum())
    return bool(has_rendered) and node in fold.space.labels and photos >= _FEWEST_PHOTOS


def _other_types(photos_only: Path, mixed: Path, data: Path, taxonomy: Taxonomy) -> dict[str, Any]:
    """Top-1 and top-3 on validation photos of the types that both runs have as labels."""
    labels = [_labels(run) for run in (photos_only, mixed)]
    both = set(labels[0]) & set(labels[1])
    shares = {}
    for title, run in (("photos only", photos_only), ("mixed", mixed)):
        config = read_config(run / CONFIG_NAME, ClassifierConfig)
        crops = [crop for crop in cut_split(data, "val", config=config) if crop.node in both]
        space = LabelSpace(_labels(run), taxonomy)
        network = load_network(run, label_count=len(space))
        logits, _ = outputs_of(network, [crop.view(config.side) for crop in crops])
        found = evaluate(crops, logits, space, taxonomy=taxonomy)
        events = [crop.event for crop, keep in zip(crops, found.typed, strict=True) if keep]
        shares[title] = {
            name: share_of(
                top_k_right(
                    logits[found.typed].astype(np.float64),
                    found.allowed[found.typed],
                    k=k,
                    among=among,
                ).tolist(),
                events,
            )
            for name, k, among in (
                ("top_1", 1, np.ones(len(space), np.bool_)),
                ("top_3", 3, found.leaf_is_type),
            )
        }
    return shares


def _labels(run: Path) -> list[str]:
    labels: list[str] = json.loads((run / "labels.json").read_text("utf-8"))
    return labels


def means(types: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the mean over types of every condition that all of them have."""
    conditions: dict[str, list[Mapping[str, Any]]] = {"network": []}
    for row in types.values():
        conditions["network"].append(row["network"])
        for name, shares in row["one_row"].items():
            conditions.setdefault(name, []).append(shares)
    return {
        name: {
            key: round(float(np.mean([row[key]["value"] for row in rows])), 4)
            for key in ("top_1", "top_3")
        }
        | {"types": len(rows)}
        for name, rows in conditions.items()
        if rows
    }


def _print(results: Mapping[str, Any]) -> None:
    rows = []
    for node, row in results["types"].items():
        cells = {"network": row["network"], **row["one_row"]}
        rows += [
            (node, name, shown(shares["top_1"]), shown(shares["top_3"]))
            for name, shares in cells.items()
        ]
    means_rows = [(name, *row.values()) for name, row in results["mean"].items()]
    for title, shares in results.get("other_types", {}).items():
        rows.append(("types with photos", title, shown(shares["top_1"]), shown(shares["top_3"])))
    print_table("on photos", ("type", "learnt from", "top-1", "top-3"), rows)
    print_table("mean over types", ("learnt from", "top-1", "top-3", "types"), means_rows)


if __name__ == "__main__":
    main()
