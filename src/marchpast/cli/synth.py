"""`marchpast synth`: rendered pictures, clips and reference sheets, with their truth."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command
from marchpast.cli.synth_common import (
    add_overwrite,
    add_seed,
    add_types,
    chosen,
    require_ray_engine,
)
from marchpast.cli.synth_sheets import add_preview, add_references

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers

PICTURE_KINDS = ("single", "group", "formation", "civil")
LIGHTS = ("day", "overcast", "dusk", "snow", "haze", "rain", "night")
CLIP_KINDS = ("convoy", "moving_car", "parade_pan", "rail", "night")
SIZES = {"640x360": (640, 360), "1280x720": (1280, 720)}

_DESCRIPTION = """\
Make pictures and clips of vehicles whose every label is known, because each pixel is
computed from a model of the vehicle, the place and the light. Needs no photographs and
no graphics card.
"""
_EXAMPLES = """\
examples:
  marchpast synth preview osa --out osa.png
      the vehicle from eight sides, its dimensions beside the published ones
  marchpast synth pictures --out pictures/rendered --count 500 --seed 1
      a training collection: COCO boxes, masks, attributes
  marchpast synth clip night --out night.mp4 --seed 7
      a clip, and night.truth.json beside it
  marchpast synth references --out sheets
      eight views of every vehicle, with an index
"""
_PICTURES_DESCRIPTION = """\
Render pictures of vehicles in random places, lights and views, with annotations.json
(COCO: boxes, masks, type, attributes, pose, light), which `marchpast split` takes as a
collection. The same seed gives the same pictures.
"""
_PICTURES_EXAMPLES = """\
examples:
  marchpast synth pictures --out pictures/rendered --count 500 --seed 1
  marchpast synth pictures --out pictures/rendered --count 800 --seed 1 --resume
      go on after an interruption, or add 300 to the 500 above
  marchpast synth pictures --out pictures/coast --count 200 --seed 2 --types bal bastion_p
  marchpast synth pictures --out pictures/columns --count 200 --seed 3 --kinds formation \
      --lights night dusk
      only many vehicles together, and only in the dark
"""
_CLIP_DESCRIPTION = """\
Render a video and its truth: for every frame boxes, masks, tracks, how much of each vehicle
is visible, and how many vehicles there are. Place, light and vehicles follow from the seed.

kinds:
  convoy      a column passes a camera on the pavement or roadside
  moving_car  a column filmed from a car that drives the other way
  parade_pan  a camera turns over vehicles on a parade square
  rail        a train of flat wagons with vehicles, some under tarpaulins
  night       a column with headlights under street lamps
"""
_CLIP_EXAMPLES = """\
examples:
  marchpast synth clip convoy --out convoy.mp4 --seed 3
  marchpast synth clip rail --out rail.mp4 --seed 3 --seconds 10 --size 1280x720
  classify-frames rail.mp4 --out result
      what marchpast says of it, to compare with rail.truth.json
"""


def add_commands(commands: Subparsers) -> None:
    """Add `synth` and what is below it."""
    parser = add_command(
        commands,
        "synth",
        _nothing_chosen,
        summary="render pictures, clips and reference sheets with known truth",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    below = parser.add_subparsers(
        required=True, metavar="WHAT", title="what to make", help="one of those below"
    )
    _add_pictures(below)
    _add_clip(below)
    add_references(below)
    add_preview(below)


def _add_pictures(below: Subparsers) -> None:
    parser = add_command(
        below,
        "pictures",
        _pictures,
        summary="a training collection of single pictures",
        description=_PICTURES_DESCRIPTION,
        examples=_PICTURES_EXAMPLES,
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="collection to write"
    )
    parser.add_argument("--count", type=int, required=True, metavar="N", help="how many pictures")
    add_seed(parser)
    add_types(parser)
    for name, what, known in (
        ("--kinds", "what they show", PICTURE_KINDS),
        ("--lights", "in what light", LIGHTS),
    ):
        parser.add_argument(
            name, nargs="+", choices=known, metavar=name.strip("-s").upper(),
            help=f"{what}, of {', '.join(known)} (default: all)",
        )  # fmt: skip
    parser.add_argument(
        "--workers", type=int, default=1, metavar="N",
        help="processes; the pictures are the same for any number (default: 1)",
    )  # fmt: skip
    parser.add_argument(
        "--resume", action="store_true", help="keep the pictures that are there, make the others"
    )


def _add_clip(below: Subparsers) -> None:
    parser = add_command(
        below,
        "clip",
        _clip,
        summary="a video with its truth",
        description=_CLIP_DESCRIPTION,
        examples=_CLIP_EXAMPLES,
    )
    parser.add_argument(
        "kind", choices=CLIP_KINDS, metavar="KIND", help=f"one of {', '.join(CLIP_KINDS)}"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE",
        help="MP4 to write; its truth goes beside it, as NAME.truth.json",
    )  # fmt: skip
    add_seed(parser)
    parser.add_argument(
        "--seconds", type=float, default=6.0, metavar="S", help="length, 1 to 60 (default: 6)"
    )
    parser.add_argument(
        "--size", choices=SIZES, default="640x360", metavar="WxH",
        help=f"of the picture: {' or '.join(SIZES)} (default: 640x360)",
    )  # fmt: skip
    add_overwrite(parser, "a clip")


def _nothing_chosen(_arguments: argparse.Namespace) -> int:
    raise boundary.UsageError("say what to make: marchpast synth --help lists it")


def _pictures(arguments: argparse.Namespace) -> int:
    if arguments.count < 1:
        raise boundary.UsageError(f"--count is at least 1, got {arguments.count}")
    require_ray_engine()
    from marchpast.cli.progress import ProgressBar
    from marchpast.synthesis.pictures import write_pictures

    types = chosen(arguments.types) if arguments.types else None
    with ProgressBar(is_quiet=arguments.quiet or arguments.debug, unit="pictures") as progress:
        annotations = write_pictures(
            arguments.out,
            count=arguments.count,
            seed=arguments.seed,
            types=types,
            kinds=arguments.kinds,
            lights=arguments.lights,
            workers=arguments.workers,
            resume=arguments.resume,
            progress=progress,
        )
    print(annotations)
    return boundary.DONE


def _clip(arguments: argparse.Namespace) -> int:
    if not 1 <= arguments.seconds <= 60:
        raise boundary.UsageError(f"--seconds lies within 1 and 60, got {arguments.seconds:g}")
    require_ray_engine()
    from marchpast.cli.progress import ProgressBar
    from marchpast.synthesis.clips import write_rendered_clip

    width, height = SIZES[arguments.size]
    with ProgressBar(is_quiet=arguments.quiet or arguments.debug) as progress:
        truth = write_rendered_clip(
            arguments.kind,
            arguments.out,
            seed=arguments.seed,
            seconds=arguments.seconds,
            width=width,
            height=height,
            overwrite=arguments.overwrite,
            progress=progress,
        )
    sys.stderr.write(f"truth: {truth}\n")
    print(arguments.out)
    return boundary.DONE
