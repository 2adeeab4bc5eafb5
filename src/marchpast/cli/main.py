"""`marchpast`: what goes with results and with models, beside making a result."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from marchpast.cli import (
    boundary,
    calibrate,
    case,
    check_label,
    compare,
    evaluate,
    evidence,
    exchange,
    explain,
    inventory,
    label,
    references,
    reuse,
    review,
    split,
    synth,
    train,
    watch,
)
from marchpast.cli.commands import add_command

_EPILOG = """\
examples:

a result, and what to hold against it:
  marchpast validate result
      check a result folder against its format (marchpast schema prints it)
  marchpast lookup "SA-8 Gecko" "Панцирь-С1" 9A33BM3
      the vehicle that each of these names means
  marchpast check-label crop.jpg "S-400" --attribute drive=tracks
      whether a name that somebody gave a vehicle is excluded by what is visible
  marchpast compare crop.jpg --candidates osa tochka_u btr80 --out sheet.html
      the picture beside references of what it may show, tell by tell
  marchpast references add Bal photo.jpg --credit "A. Author" --licence "CC BY 4.0"
      pictures of your own, which point classify-frames --references to a type
  marchpast inventory draft announcement.txt --out parade.yaml
      the text of an announcement becomes a draft inventory
  marchpast archive add footage --date 2016-05-09
      keep what earlier footage looks like, to find it again
  marchpast reuse convoy.mp4
      whether its pictures are those of footage in your archive
  marchpast explain result --claim "..." --place ... --date 2017-04-16 --provenance "..."
      rival explanations of the footage, and what would tell them apart

the case and its evidence:
  marchpast page result --language ru
      render the page of a result again, with what lies beside it by now
  marchpast review apply result review.json
      keep what a person said on the page; marchpast review --help has more
  marchpast case new convoy.case --title "The convoy of April"
      one file for sources, results, notes and predictions
  marchpast watch due --case convoy.case
      the predictions that can be checked by now, to be scored
  marchpast evidence pack result --out package.zip
      the result, and the hash of everything it rests on, in one file that others can check

other programs:
  marchpast convert result --to coco --out coco
      the boxes of a result for another program: coco, csv, fiftyone, megadetector, yolo
  marchpast import auto-archiver archive.csv --out sources.json
      what auto-archiver kept, as sources with their ids and hashes

models, in this order; marchpast COMMAND --help has more on each:
  marchpast label result --out labels.html
      a page to confirm or correct what the models said of your own footage
  marchpast collect labels.json footage --out pictures/mine
      the label file it saved, and the footage, become a collection
  marchpast split pictures
      decide by event which pictures train and which validate
  marchpast train classifier classifier --data pictures --run runs/classifier
  marchpast export classifier --run runs/classifier --data pictures --out mine
  marchpast calibrate classifier --model mine --data pictures
  marchpast evaluate --pictures pictures/mine --classifier mine

rendered footage, of which everything is known; marchpast synth --help has more:
  marchpast synth clip convoy --out convoy.mp4
      a clip of vehicles, and its truth beside it

To make a result, see classify-frames --help.

"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand and return its exit code.

    Args:
        argv: Arguments without the program's name; `None` takes those of the process.
    """
    arguments = build_parser().parse_args(argv)
    return boundary.guarded(
        lambda: int(arguments.body(arguments)), debug=arguments.debug, quiet=arguments.quiet
    )


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; importing nothing heavy, so that `--help` is instant."""
    parser = argparse.ArgumentParser(
        prog="marchpast",
        description="Hold results against claims, keep the case; label, train and measure models.",
        epilog=_EPILOG + boundary.EXIT_CODES_TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    boundary.add_logging_options(parser)
    commands = parser.add_subparsers(
        required=True, metavar="COMMAND", title="commands", prog="marchpast"
    )
    add_command(commands, "schema", _schema, summary="print the JSON Schemas of a result's files")
    validate = add_command(
        commands, "validate", _validate, summary="check a result folder against its format"
    )
    validate.add_argument("folder", type=Path, metavar="DIR", help="folder that --out named")
    lookup = add_command(
        commands, "lookup", _lookup, summary="say which vehicle a name in any spelling means"
    )
    lookup.add_argument("names", nargs="+", metavar="NAME", help="any spelling, index or id")
    case.add_commands(commands)
    check_label.add_commands(commands)
    compare.add_commands(commands)
    inventory.add_commands(commands)
    label.add_commands(commands)
    references.add_commands(commands)
    reuse.add_commands(commands)
    review.add_commands(commands)
    split.add_commands(commands)
    train.add_commands(commands)
    calibrate.add_commands(commands)
    evaluate.add_commands(commands)
    evidence.add_commands(commands)
    exchange.add_commands(commands)
    explain.add_commands(commands)
    watch.add_commands(commands)
    synth.add_commands(commands)
    return parser


def _schema(_arguments: argparse.Namespace) -> int:
    from marchpast.report import json_schemas

    print(json.dumps(json_schemas(), indent=2))
    return boundary.DONE


def _validate(arguments: argparse.Namespace) -> int:
    from marchpast.report import validate_result

    problems = validate_result(arguments.folder)
    for problem in problems:
        print(problem)
    sys.stderr.write("valid\n" if not problems else f"{len(problems)} problems\n")
    return boundary.INPUTS_FAILED if problems else boundary.DONE


def _lookup(arguments: argparse.Namespace) -> int:
    from marchpast.taxonomy import load_taxonomy

    taxonomy = load_taxonomy()
    for name in arguments.names:
        node = taxonomy.find(name)
        print(f"{name}\t{node.id}\t{node.name}\t{taxonomy.level(node.id)}")
    return boundary.DONE


if __name__ == "__main__":
    sys.exit(main())
