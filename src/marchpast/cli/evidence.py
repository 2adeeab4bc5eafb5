"""`marchpast evidence`: pack a result so that others can check it, and check a package."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers

_EXAMPLES = """\
examples:
  marchpast evidence pack result --out package.zip
      prints the SHA-256 of the package: publish it, or send it, with the package
  marchpast evidence pack result --out package.zip --originals footage --case vladivostok.case
      with whole frames, with what the files say of themselves, and with the case
  marchpast evidence verify package.zip --sha256 0f3a...
  python3 verify.py package.zip --sha256 0f3a...
      the same without marchpast: the program is in every package
"""
_PACK_DESCRIPTION = """\
Put a result, and the hashes of all that it rests on, into one ZIP file of which every byte is
accounted for. The same inputs give the same bytes. The footage itself is put into it only with
--include-originals. Fields of metadata that may name a person or a place are left out, and said to
be left out, unless --private-metadata is given; footage that is included still holds them.
"""
_VERIFY_DESCRIPTION = """\
Check every byte of a package against its manifest, without unpacking it. Whether it is the package
that was published shows only against the SHA-256 that was published with it.
"""


def add_commands(commands: Subparsers) -> None:
    """Add `evidence` and what is below it."""
    parser = add_command(
        commands,
        "evidence",
        _nothing_chosen,
        summary="pack a result so that others can check it, and check a package",
        examples=_EXAMPLES,
    )
    below = parser.add_subparsers(
        required=True, metavar="WHAT", title="what to do", help="one of those below"
    )
    pack = add_command(
        below, "pack", _pack, summary="make an evidence package", description=_PACK_DESCRIPTION
    )
    pack.add_argument("result", type=Path, metavar="RESULT", help="a result folder")
    pack.add_argument("--out", type=Path, required=True, metavar="FILE", help="ZIP file to write")
    pack.add_argument(
        "--originals",
        type=Path,
        metavar="DIR",
        help="where the footage is, found by its hash: adds frames and metadata",
    )
    pack.add_argument(
        "--include-originals", action="store_true", help="put the footage itself into the package"
    )
    pack.add_argument(
        "--private-metadata",
        action="store_true",
        help="record also metadata that may name a person or a place",
    )
    pack.add_argument("--case", type=Path, metavar="FILE", help="add a case that holds the result")
    pack.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    verify = add_command(
        below,
        "verify",
        _verify,
        summary="check that nothing in a package was changed, added or removed",
        description=_VERIFY_DESCRIPTION,
    )
    verify.add_argument("package", type=Path, metavar="FILE", help="an evidence package")
    verify.add_argument(
        "--sha256", metavar="HEX", help="what the package's hash was when it was published"
    )


def _nothing_chosen(_arguments: argparse.Namespace) -> int:
    raise boundary.UsageError("say what to do: marchpast evidence --help lists it")


def _pack(arguments: argparse.Namespace) -> int:
    from marchpast.casefile import pack_evidence
    from marchpast.report import printable

    if arguments.originals is None and (arguments.include_originals or arguments.private_metadata):
        raise boundary.UsageError(
            "--include-originals and --private-metadata need the footage; give its folder with "
            "--originals DIR"
        )
    packed = pack_evidence(
        arguments.result,
        arguments.out,
        originals=arguments.originals,
        include_originals=arguments.include_originals,
        private_metadata=arguments.private_metadata,
        case=arguments.case,
        overwrite=arguments.overwrite,
    )
    # The form of sha256sum, so that `sha256sum --check` reads it.
    print(f"{packed.sha256}  {packed.path}")
    if not arguments.quiet:
        sys.stderr.write(f"{packed.file_count} files\n")
        if packed.left_out:
            names = ", ".join(printable(name) for name in packed.left_out)
            sys.stderr.write(f"not packed, because no result has them: {names}\n")
    return boundary.DONE


def _verify(arguments: argparse.Namespace) -> int:
    from marchpast.casefile import verify_evidence
    from marchpast.report import printable

    found = verify_evidence(arguments.package, sha256=arguments.sha256)
    for problem in found.problems:
        print(printable(problem))
    if found.problems:
        sys.stderr.write(f"differs: {len(found.problems)} findings\n")
        return boundary.INPUTS_FAILED
    print(f"{found.sha256}  {arguments.package}")
    words = "and it is the package with that SHA-256"
    if arguments.sha256 is None:
        words = "but hold its SHA-256 against the one that was published: --sha256 HEX"
    sys.stderr.write(f"nothing differs from the manifest, {words}\n")
    return boundary.DONE
