"""`classify-frames`: from footage to a report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_models

if TYPE_CHECKING:
    from marchpast.run import Outcome, Settings

_DESCRIPTION = """\
Name the military vehicles in pictures and video, say how sure the answer is, and
compare what was seen with an announced inventory.
"""

_EPILOG = """\
examples:
  classify-frames convoy.mp4 --out result
      follow the vehicles through a video; open result/report.html
  classify-frames convoy.mp4 --out result --inventory vladivostok-2017
      compare with what was announced for the parade in Vladivostok in 2017
  classify-frames photos/ clip.mov --out result --inventory announced.yaml --annotate
      a folder and a video together; write the pictures with boxes too
  classify-frames front.mp4 back.mp4 --out result --same-convoy front.mp4 back.mp4
      two clips of one convoy: its vehicles are not counted twice
  classify-frames convoy.mp4 --out result --references marchpast-references
      types without training pictures may be recognised by pictures of your own
  classify-frames night.mp4 --out result --stride 1
      look at every frame instead of five a second: slower, better with fast vehicles

DIR receives result.json, detections.jsonl, sightings.csv, crops/ and report.html;
`marchpast validate DIR` checks them, `marchpast schema` prints their format.

"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        argv: Arguments without the program's name; `None` takes those of the process.
    """
    arguments = build_parser().parse_args(argv)
    return boundary.guarded(
        lambda: _classify(arguments), debug=arguments.debug, quiet=arguments.quiet
    )


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; importing nothing heavy, so that `--help` is instant."""
    parser = argparse.ArgumentParser(
        prog="classify-frames",
        description=_DESCRIPTION,
        epilog=_EPILOG + boundary.EXIT_CODES_TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "sources", nargs="+", type=Path, metavar="SOURCE", help="picture, video, or folder of them"
    )
    _add_output_options(parser)
    _add_settings(parser)
    boundary.add_logging_options(parser)
    return parser


def _add_output_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="folder for the result"
    )
    group.add_argument("--overwrite", action="store_true", help="replace a result that is in DIR")
    group.add_argument(
        "--annotate", action="store_true", help="also write the footage with boxes and names"
    )
    group.add_argument(
        "--fail-on-difference",
        action="store_true",
        help="exit with 5 when the comparison finds the footage inconsistent",
    )


def _add_settings(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("settings")
    group.add_argument(
        "--inventory",
        metavar="FILE|NAME",
        help="what was announced: an inventory file, or the name of a bundled one",
    )
    group.add_argument(
        "--prior",
        metavar="PLACE",
        help="with --inventory: show beside the likeliest types by the picture alone how earlier "
        "bundled parades at PLACE would order them; no verdict depends on it",
    )
    group.add_argument(
        "--labels",
        metavar="NAME,NAME",
        default="",
        help="list only sightings answered as one of these or more exactly; any spelling",
    )
    group.add_argument(
        "--same-convoy",
        nargs="+",
        action="append",
        default=[],
        metavar="SOURCE",
        help="these sources show the same vehicles: the one with most counts; may be repeated",
    )
    group.add_argument(
        "--disjoint",
        nargs="+",
        action="append",
        default=[],
        metavar="SOURCE",
        help="no two of these sources show the same vehicle: they are added; may be repeated",
    )
    group.add_argument(
        "--language",
        choices=("en", "ru", "uk"),
        default="en",
        help="of the vehicles' names in the report (default: en)",
    )
    sampling = group.add_mutually_exclusive_group()
    sampling.add_argument(
        "--every",
        type=float,
        metavar="SECONDS",
        help="look at a frame every so many seconds of video (default: 0.2)",
    )
    sampling.add_argument(
        "--stride", type=int, metavar="N", help="look at every N-th frame of video"
    )
    group.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="auto takes a GPU where it works; cuda takes it or fails (default: auto)",
    )
    group.add_argument("--workers", type=int, metavar="N", help="detector threads (default: cores)")
    group.add_argument(
        "--long-side",
        type=int,
        metavar="PIXELS",
        help="longer side of the detector's input, a multiple of 32 (default: the model's); "
        "more finds smaller vehicles, slower",
    )
    group.add_argument(
        "--min-confidence",
        type=float,
        metavar="P",
        help="discard weaker detections (default: the model's)",
    )
    group.add_argument(
        "--references",
        type=Path,
        metavar="DIR",
        help="pictures of your own (marchpast references) by which types may be recognised",
    )
    add_models(group)


def _classify(arguments: argparse.Namespace) -> int:
    import cv2

    from marchpast.cli.progress import ProgressBar
    from marchpast.run import classify_frames

    # OpenCV's pool would compete with the detector threads for the same cores.
    cv2.setNumThreads(1)
    settings = _settings(arguments)
    with ProgressBar(is_quiet=arguments.quiet or arguments.debug) as progress:
        outcome = classify_frames(
            arguments.sources,
            out=arguments.out,
            settings=settings,
            overwrite=arguments.overwrite,
            annotate=arguments.annotate,
            progress=progress,
        )
    _tell(outcome)
    print(outcome.report)
    if outcome.failures:
        return boundary.INPUTS_FAILED
    if arguments.fail_on_difference and outcome.is_inconsistent:
        return boundary.DIFFERENCES_FOUND
    return boundary.DONE


def _settings(arguments: argparse.Namespace) -> Settings:
    from marchpast.run import Settings

    try:
        return Settings(
            inventory=arguments.inventory,
            prior=arguments.prior,
            labels=tuple(name.strip() for name in arguments.labels.split(",") if name.strip()),
            same_convoy=tuple(map(tuple, arguments.same_convoy)),
            disjoint=tuple(map(tuple, arguments.disjoint)),
            language=arguments.language,
            every=arguments.every,
            stride=arguments.stride,
            device=arguments.device,
            workers=arguments.workers,
            long_side=arguments.long_side,
            min_confidence=arguments.min_confidence,
            detector=arguments.detector,
            classifier=arguments.classifier,
            references=arguments.references,
        )
    except ValueError as error:
        raise boundary.UsageError(str(error)) from error


def _tell(outcome: Outcome) -> None:
    """Say on stderr what became of the inputs; the report says the rest."""
    for failure in outcome.failures:
        sys.stderr.write(f"failed: {failure}\n")
    for warning in outcome.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    sys.stderr.write(f"{outcome.summary}\n")


if __name__ == "__main__":
    sys.exit(main())
