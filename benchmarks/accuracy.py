"""How often the shipped models are right, on pictures with known labels.

    python -m benchmarks.accuracy --data FOLDER                 # the project's validation pictures
    python -m benchmarks.accuracy --pictures FOLDER             # pictures of your own

A folder of your own has COCO boxes (`annotations.json`) or a label table (`labels.csv`); see
`datasets/README.md`. Everything goes through the public API and the
shipped ONNX files; nothing of the training code is needed but for `--data`, whose manifest it
reads.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2

from benchmarks.common import RESULTS, print_table, write_results
from benchmarks.formations import flow, formation_figures, judge, print_formations
from benchmarks.formations_pasted import pasted_formations
from benchmarks.formations_rendered import rendered_formations
from marchpast import MarchpastError, Recognizer
from marchpast.evaluation.labelled import LabelledPicture, read_folder
from marchpast.evaluation.measuring import measure, tables


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--data", type=Path, help="folder of collections; the validation side")
    where.add_argument("--pictures", type=Path, help="folder of your own; every picture of it")
    parser.add_argument("--detector", default="detector", help="bundled name or model folder")
    parser.add_argument("--classifier", default="classifier", help="bundled name or model folder")
    parser.add_argument("--out", type=Path, help="JSON to write, by default benchmarks/results/…")
    arguments = parser.parse_args()
    # Only here: to import this module must not take the training code.
    from marchpast.training.validation import read_validation

    cv2.setNumThreads(1)
    try:
        pictures = (
            read_validation(arguments.data) if arguments.data else read_folder(arguments.pictures)
        )
        recognizer = Recognizer.load(detector=arguments.detector, classifier=arguments.classifier)
        results = measure(pictures, recognizer)
        if arguments.data:
            results["formations"] = measure_formations(pictures, recognizer)
    except MarchpastError as error:
        parser.exit(1, f"error: {error}\n")
    print_results(results)
    # A stranger's pictures must not replace the figures that the project publishes.
    name = "accuracy.json" if arguments.data else "accuracy_own_pictures.json"
    write_results(arguments.out or RESULTS / name, results)


def measure_formations(
    pictures: Sequence[LabelledPicture], recognizer: Recognizer
) -> dict[str, Any]:
    """Return the figures of rendered and of pasted formations."""
    with tempfile.TemporaryDirectory() as folder:
        look = flow(recognizer, Path(folder))
        return {
            "rendered": formation_figures(judge(rendered_formations(), look)),
            "pasted": formation_figures(judge(pasted_formations(pictures), look)),
        }


def print_results(results: Mapping[str, Any]) -> None:
    """Print every figure that was measured."""
    for title, rows in tables(results):
        print_table(title, ("figure", "value"), rows)
    print_formations(results.get("formations", {}))


if __name__ == "__main__":
    main()
