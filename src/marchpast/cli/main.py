"""`marchpast`: what goes with a result beside making one."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from marchpast.cli import boundary

_EPILOG = """\
examples:
  marchpast schema > marchpast-result-1.schema.json
  marchpast validate result
  marchpast lookup "SA-8 Gecko" "Панцирь-С1" 9A33BM3

To make a result, see classify-frames --help.

"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand and return its exit code.

    Args:
        argv: Arguments without the program's name; `None` takes those of the process.
    """
    arguments = build_parser().parse_args(argv)
    return boundary.guarded(
        lambda: int(arguments.run(arguments)), debug=arguments.debug, quiet=arguments.quiet
    )


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; importing nothing heavy, so that `--help` is instant."""
    parser = argparse.ArgumentParser(
        prog="marchpast",
        description="Check a result, print its format, look up vehicle names.",
        epilog=_EPILOG + boundary.EXIT_CODES_TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    boundary.add_logging_options(parser)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    schema = commands.add_parser("schema", help="print the JSON Schemas of a result's files")
    schema.set_defaults(run=_schema)
    validate = commands.add_parser("validate", help="check a result folder against its format")
    validate.add_argument("folder", type=Path, metavar="DIR", help="folder that --out named")
    validate.set_defaults(run=_validate)
    lookup = commands.add_parser("lookup", help="the vehicle that a name in any spelling means")
    lookup.add_argument("names", nargs="+", metavar="NAME", help="any spelling, index or id")
    lookup.set_defaults(run=_lookup)
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
