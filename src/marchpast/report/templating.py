"""The templates of the page: escaped, nothing optional, every text from outside cleaned."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marchpast.explaining import likelihood_words, percent_range
from marchpast.identity import said
from marchpast.records import Level, SeenAttribute
from marchpast.report import wording
from marchpast.report.sighted import AttributeEntry
from marchpast.report.text import printable

LEVEL_WORDS: Final[dict[Level, str]] = {
    "type": "Type",
    "family": "Family only",
    "category": "Category only",
    "class": "Military or civil only",
    "unknown": "No answer",
}


@functools.cache
def environment() -> Environment:
    """Return the environment of the templates."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # What a `{{ }}` prints is cleaned before it is escaped, so no place can forget it.
        finalize=_cleaned,
    )
    made.globals["level_words"] = LEVEL_WORDS
    made.globals["covered"] = wording.covered
    made.globals["percent_range"] = percent_range
    helpers: dict[str, Callable[..., str]] = {
        "amount": wording.amount,
        "seen_number": wording.seen_number,
        "interval": wording.interval,
        "figures": wording.figures,
        "share": wording.share,
        "seen_words": _seen_words,
        "clock": wording.clock,
        "number": wording.number,
        "counted": wording.counted,
        "capitalised": wording.capitalised,
        "day": wording.day,
        "likelihood": likelihood_words,
        "size": wording.size,
        "setting": wording.setting,
    }
    made.filters.update(helpers)
    return made


def _cleaned(value: object) -> object:
    return printable(value) if type(value) is str else value


def _seen_words(entry: AttributeEntry) -> str:
    return said(SeenAttribute(entry.name, entry.value, entry.origin, entry.probability))
