"""What `import marchpast` offers, and that the command line is no more and no less."""

from __future__ import annotations

import dataclasses

import pytest

import marchpast
from marchpast.cli.classify_frames import build_parser
from marchpast.run import Settings

# Where things go and how they are told is the command's own business.
OUTPUT_OPTIONS = {
    "help",
    "sources",
    "out",
    "overwrite",
    "annotate",
    "fail_on_difference",
    "quiet",
    "debug",
}


def test_every_public_name_is_importable() -> None:
    for name in marchpast.__all__:
        assert getattr(marchpast, name).__doc__ or name == "__version__"
    assert sorted(marchpast.__all__) == marchpast.__all__ == dir(marchpast)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = marchpast.no_such_thing


def test_every_setting_is_an_option_and_every_option_a_setting() -> None:
    options = {action.dest for action in build_parser()._actions} - OUTPUT_OPTIONS
    assert options == {field.name for field in dataclasses.fields(Settings)}


def test_every_option_says_what_it_does() -> None:
    for action in build_parser()._actions:
        assert action.help, action.dest
