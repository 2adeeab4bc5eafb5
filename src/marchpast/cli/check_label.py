"""`marchpast check-label`: is a name that somebody gave a vehicle excluded by what is visible?"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command, add_models

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers
    from marchpast.identity import LabelCheck
    from marchpast.labelling import NamedVehicles
    from marchpast.records import Identity, SeenAttribute

_DESCRIPTION = """\
Say whether a name that somebody gave a vehicle is excluded by what is visible, possible, or
undecidable, why, and what to look at to decide. What you see of the vehicle yourself goes in
with --attribute and excludes for certain; the models exclude as often rightly as they state,
and only kinds that they learnt.
"""
_EXAMPLES = """\
what --attribute takes (leave out what cannot be seen; 5+ means five or more):
  drive=wheels, tracks
  axles=1 to 16          of the vehicle or tractor itself, on one side
  axle_groups=even, 1+2, 2+2, 1+2+1
                         how they are spaced; 2+2 is two pairs with a gap between them
  road_wheels=1 to 12    of a tracked vehicle, on one side
  units=1, 2             2: a tractor with its semitrailer, or an articulated carrier
  cab=bonnet, flat, half, none
                         half: a half-width cab; none: an armoured or boat-like hull
  turret=yes, no         an armoured housing that turns; a pack of tubes is none
  canisters=0 to 40      canisters, tubes or missiles on it, in full
  radar=yes, no
  overhang=long, short   of the body behind the last axle
  tarpaulin=yes, no      under one, a missing turret, radar or canister excludes nothing

examples:
  marchpast check-label crop.jpg "S-400"
      a picture: each vehicle found in it, or all of it where none is found
  marchpast check-label crop.jpg Iskander --attribute overhang=long --attribute axles=4
      the same, and what you see yourself
  marchpast check-label result "С-400" --sighting "convoy.mp4#3" --json
      one vehicle of a result that classify-frames wrote, as JSON

exit code 5 with --fail-on-difference when the name is excluded for every vehicle checked; see
`marchpast --help` for the others.
"""


def add_commands(commands: Subparsers) -> None:
    """Add `check-label`."""
    parser = add_command(
        commands,
        "check-label",
        _check,
        summary="say whether a name given to a vehicle is excluded by what is visible",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    parser.add_argument(
        "source", type=Path, metavar="CROP|RESULT",
        help="a picture, a video, a result folder, or its result.json",
    )  # fmt: skip
    parser.add_argument("label", metavar="NAME", help="what it was called, in any spelling")
    parser.add_argument(
        "--sighting", action="append", default=[], metavar="ID",
        help="only this vehicle, `<source>#<track>` as the report has it; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--attribute", action="append", default=[], metavar="NAME=VALUE",
        help="what you see of the vehicle, such as drive=tracks; listed below; may be repeated",
    )  # fmt: skip
    add_models(parser)
    parser.add_argument("--json", action="store_true", help="print the checks as JSON")
    parser.add_argument(
        "--fail-on-difference", action="store_true",
        help="exit with 5 when the name is excluded for every vehicle checked",
    )  # fmt: skip


def _check(arguments: argparse.Namespace) -> int:
    from marchpast.identity import check_label
    from marchpast.taxonomy import load_taxonomy

    taxonomy = load_taxonomy()
    seen = _seen(arguments.attribute)
    # A name that means nothing is told before the models run.
    taxonomy.find(arguments.label)
    vehicles = _vehicles(arguments)
    identities = _chosen(vehicles, arguments.sighting, has_attributes=bool(seen))
    checks = {
        id_: check_label(
            identity,
            arguments.label,
            taxonomy,
            seen=seen,
            learnt=vehicles.learnt,
            weakly_learnt=vehicles.weakly_learnt,
        )
        for id_, identity in identities.items()
    }
    if arguments.json:
        rows = [{"sighting": id_, **asdict(check)} for id_, check in checks.items()]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for id_, check in checks.items():
            _tell(id_, check, name=taxonomy.name(check.node))
    is_excluded = checks and all(check.verdict == "excluded" for check in checks.values())
    if arguments.fail_on_difference and is_excluded:
        return boundary.DIFFERENCES_FOUND
    return boundary.DONE


def _seen(given: list[str]) -> list[SeenAttribute]:
    from marchpast.identity import parse_attribute

    try:
        return [parse_attribute(text) for text in given]
    except ValueError as error:
        raise boundary.UsageError(f"{error}; marchpast check-label --help explains them") from error


def _vehicles(arguments: argparse.Namespace) -> NamedVehicles:
    from marchpast.errors import ResultError
    from marchpast.labelling import vehicles_of_footage, vehicles_of_result
    from marchpast.report import RESULT_FILE

    source = arguments.source
    folder = source.parent if source.name == RESULT_FILE else source
    if (folder / RESULT_FILE).is_file():
        return vehicles_of_result(folder, classifier=arguments.classifier)
    if source.is_dir():
        raise ResultError(
            f"{source}: a folder without {RESULT_FILE} is no result; name a picture or run "
            "classify-frames"
        )
    import cv2

    from marchpast.pipeline import Recognizer

    cv2.setNumThreads(1)
    recognizer = Recognizer.load(detector=arguments.detector, classifier=arguments.classifier)
    return vehicles_of_footage(source, recognizer)


def _chosen(
    vehicles: NamedVehicles, wanted: list[str], *, has_attributes: bool
) -> dict[str, Identity]:
    from marchpast.errors import SourceError

    known = vehicles.identities
    if not known:
        raise SourceError("no vehicle is in it, so there is nothing to check; give other footage")
    missing = [id_ for id_ in wanted if id_ not in known]
    if missing:
        shown = ", ".join(list(known)[:5])
        raise boundary.UsageError(f"no vehicle is called {missing[0]!r}; there are {shown}")
    chosen = {id_: known[id_] for id_ in (wanted or known)}
    if has_attributes and len(chosen) > 1:
        raise boundary.UsageError(
            f"--attribute is about one vehicle, and here are {len(chosen)} "
            f"({', '.join(list(chosen)[:5])}); name it with --sighting"
        )
    return chosen


def _tell(id_: str, check: LabelCheck, *, name: str) -> None:
    print(f"{id_}: {check.label} ({name}): {check.verdict}")
    rows = [("why", check.reason), ("look at", check.tell)]
    rows += [("conflict", text) for text in check.conflicts]
    for title, text in rows:
        if text:
            print(f"  {title}: {text}")
