"""`marchpast explain`: rival explanations of a result's footage, none of them preferred lightly."""

from __future__ import annotations

import argparse
import datetime
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers
    from marchpast.explaining import Finding

_DESCRIPTION = """\
Hold rival explanations of the footage (a parade move, an exercise, a rotation or repair, a
deployment, old footage, another place, something else) against what is known of it: the
comparison with an announcement that the result holds, the season, earlier years at the place,
re-used footage, and what you found out yourself. Each gets a range of probability; where ranges
overlap none is preferred. Place and date are what you say: nothing here finds them.

Writes explanations.json into the result folder and shows it on the report page.
"""
_EXAMPLES = """\
what --found takes, each with a text that says what was found, by whom, and where to check it:
  date_confirmed, date_contradicted     when it was filmed; contradicted: a copy is older
  place_confirmed, place_contradicted   where it was filmed
  other_angle                           a second recording of the same column, by somebody else
  parade_announced                      an authority says that this movement is for a parade
  exercise_announced                    an exercise there and then was announced
  rotation_announced                    an exchange, a delivery or a repair was reported
  deployment_announced                  a deployment to that area was announced or shown
  seen_at_parade, seen_going_back, seen_staying
                                        what became of the same pieces

explanations, for --start and --announcement-of:
  parade_move, exercise, rotation_repair, deployment, old_footage, another_place, something_else

examples:
  marchpast explain result --claim "mass mobilisation" --place Vladivostok --date 2017-04-16 \\
      --provenance "posted by a driver on 16 April 2017; downloaded from the post"
  marchpast explain result ... --found "date_contradicted=same clip posted 27 Feb 2024, URL"
  marchpast explain result ... --start deployment=2 --json
      start from a weight of your own, and print the assessment as JSON
"""


def add_commands(commands: Subparsers) -> None:
    """Add `explain`."""
    parser = add_command(
        commands,
        "explain",
        _explain,
        summary="weigh rival explanations of a result's footage",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    parser.add_argument("result", type=Path, metavar="RESULT", help="a result folder")
    parser.add_argument("--claim", required=True, metavar="TEXT", help="what was said of it")
    parser.add_argument("--place", required=True, metavar="TEXT", help="where it is said to be")
    parser.add_argument(
        "--date", required=True, type=day, metavar="DATE", help="when it is said to be, YYYY-MM-DD"
    )
    parser.add_argument(
        "--provenance", default="", metavar="TEXT",
        help="who published it, when, and where the file came from; no assessment without it",
    )  # fmt: skip
    parser.add_argument(
        "--found", action="append", default=[], metavar="KIND=TEXT",
        help="what you found out yourself; the kinds are below; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--announcement-of", default="parade_move", metavar="EXPLANATION",
        help="what the inventory of the result announces (default: parade_move)",
    )  # fmt: skip
    parser.add_argument(
        "--start", action="append", default=[], metavar="EXPLANATION=WEIGHT",
        help="weight before any evidence, 1 where none is given; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--spread", type=float, metavar="FACTOR",
        help="how far the weights before any evidence may be off either way (default: 2)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the assessment as JSON")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write it here, not beside the result"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there")


def day(text: str) -> datetime.date:
    """Return the day that an option names, for argparse."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day is YYYY-MM-DD, got {text[:40]!r}") from None


def _explain(arguments: argparse.Namespace) -> int:
    from marchpast.errors import OutputExistsError
    from marchpast.explaining import EXPLANATIONS_FILE, START_SPREAD, described
    from marchpast.files import write_text
    from marchpast.report import explain, rebuild_page

    beside: Path = arguments.result / EXPLANATIONS_FILE
    out: Path = arguments.out or beside
    if out.exists() and not arguments.overwrite:
        raise OutputExistsError(f"{out} exists; replace it (--overwrite) or name another (--out)")
    explanations = explain(
        arguments.result,
        claim=arguments.claim,
        place=arguments.place,
        date=arguments.date,
        provenance=arguments.provenance,
        announcement_of=arguments.announcement_of,
        findings=[_finding(text) for text in arguments.found],
        start=dict(map(_weight, arguments.start)),
        spread=START_SPREAD if arguments.spread is None else arguments.spread,
    )
    write_text(out, explanations.to_json())
    if out == beside:
        rebuild_page(arguments.result)
    if arguments.json:
        print(explanations.to_json(), end="")
    else:
        for line in described(explanations):
            print(_wrapped(line))
    sys.stderr.write(f"wrote {out}\n")
    return boundary.DONE


def _wrapped(line: str) -> str:
    """Return a line folded for reading, what follows indented a little more than its start."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(
        line, 100, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _finding(text: str) -> Finding:
    from marchpast.explaining import Finding

    kind, is_given, found = text.partition("=")
    if not is_given:
        raise boundary.UsageError(f"--found takes KIND=TEXT, got {text[:80]!r}")
    return Finding(kind.strip(), found)


def _weight(text: str) -> tuple[str, float]:
    explanation, _, weight = text.partition("=")
    try:
        return explanation.strip(), float(weight)
    except ValueError:
        raise boundary.UsageError(
            f"--start takes EXPLANATION=WEIGHT with a positive number, got {text[:80]!r}"
        ) from None
