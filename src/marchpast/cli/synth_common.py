"""What the subcommands of `marchpast synth` share."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Sequence

from marchpast.cli import boundary


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Add `--seed`."""
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="all chance follows from it (default: 0)"
    )


def add_types(parser: argparse.ArgumentParser) -> None:
    """Add `--types`."""
    parser.add_argument(
        "--types", nargs="+", metavar="TYPE", help="vehicles to draw (default: all there are)"
    )


def add_overwrite(parser: argparse.ArgumentParser, what: str) -> None:
    """Add `--overwrite`, for what is made."""
    parser.add_argument("--overwrite", action="store_true", help=f"replace {what} already there")


def require_ray_engine() -> None:
    """Stop with a usage error if nothing can be rendered here."""
    if importlib.util.find_spec("embreex") is None:
        raise boundary.UsageError(
            "marchpast synth needs the ray engine embreex, which is not installed here; "
            "install it with: pip install 'marchpast[synthesis]'"
        )


def chosen(types: Sequence[str] | None) -> tuple[str, ...]:
    """Return the vehicles that were named, or all."""
    from marchpast.synthesis import blueprint_names

    known = blueprint_names()
    unknown = sorted(set(types or ()) - set(known))
    if unknown:
        raise boundary.UsageError(
            f"no blueprint {', '.join(unknown)}; these can be built: {', '.join(known)}"
        )
    return tuple(types or known)
