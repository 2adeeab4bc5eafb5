"""`marchpast synth references` and `preview`: vehicles from eight sides."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command
from marchpast.cli.synth_common import add_overwrite, add_types, chosen, require_ray_engine

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers

_REFERENCES_DESCRIPTION = """\
Render eight views of every vehicle under neutral light: one WebP sheet a vehicle and
index.json. The sheets that marchpast brings along were made by this command.
"""
_REFERENCES_EXAMPLES = """\
examples:
  marchpast synth references --out sheets
  marchpast synth references --out sheets --types osa tor --overwrite
      draw these two again, keep the others
"""
_PREVIEW_DESCRIPTION = """\
Render one vehicle from eight sides onto a sheet, with the dimensions of what was built
beside those its blueprint asks for. For whoever adds or corrects a blueprint.
"""
_PREVIEW_EXAMPLES = """\
examples:
  marchpast synth preview osa --out osa.png
  marchpast synth preview bal --out bal-firing.png --state firing
"""


def add_references(below: Subparsers) -> None:
    """Add `marchpast synth references`."""
    parser = add_command(
        below,
        "references",
        _references,
        summary="sheets of eight views of every vehicle",
        description=_REFERENCES_DESCRIPTION,
        examples=_REFERENCES_EXAMPLES,
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER",
        help="folder of the sheets; those that are there already are kept",
    )  # fmt: skip
    add_types(parser)
    add_overwrite(parser, "sheets")


def add_preview(below: Subparsers) -> None:
    """Add `marchpast synth preview`."""
    parser = add_command(
        below,
        "preview",
        _preview,
        summary="one vehicle from eight sides, with its dimensions",
        description=_PREVIEW_DESCRIPTION,
        examples=_PREVIEW_EXAMPLES,
    )
    parser.add_argument("type", metavar="TYPE", help="a vehicle that can be built, such as osa")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="PNG to write")
    parser.add_argument(
        "--state", choices=("travel", "firing"), default="travel",
        help="as it drives, or ready to fire (default: travel)",
    )  # fmt: skip
    add_overwrite(parser, "a sheet")


def _references(arguments: argparse.Namespace) -> int:
    require_ray_engine()
    from marchpast.cli.progress import ProgressBar
    from marchpast.synthesis.references import write_references

    with ProgressBar(is_quiet=arguments.quiet or arguments.debug, unit="vehicles") as progress:
        index = write_references(
            arguments.out,
            types=chosen(arguments.types),
            overwrite=arguments.overwrite,
            progress=progress,
        )
    print(index)
    return boundary.DONE


def _preview(arguments: argparse.Namespace) -> int:
    require_ray_engine()
    from marchpast.synthesis.preview import write_preview

    (name,) = chosen([arguments.type])
    write_preview(name, arguments.out, state=arguments.state, overwrite=arguments.overwrite)
    print(arguments.out)
    return boundary.DONE
