"""The parts of an inventory file: amounts, lines, sources, counts, the sentences of a draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast, get_args

from marchpast.errors import TaxonomyError
from marchpast.inventory.announced import (
    Amount,
    AnnouncedLine,
    Counted,
    Figures,
    InventorySource,
    Qualifier,
    SourceSentence,
)
from marchpast.inventory.strict_yaml import Fields, Value
from marchpast.taxonomy import Taxonomy

FIGURES = ("total", "personnel", "aircraft", "historic")

_MILITARY = "military_vehicle"


def read_figures(given: Fields) -> Figures:
    """Return the numbers among the values of `announced` or `reported`."""
    return Figures(**{name: _amount(given[name], name) for name in FIGURES if name in given})


def read_lines(
    value: Value, taxonomy: Taxonomy, *, sentences: Sequence[SourceSentence] = ()
) -> tuple[AnnouncedLine, ...]:
    """Return the lines of a list, one for each kind of vehicle.

    Args:
        value: The list.
        taxonomy: Where vehicle names are looked up.
        sentences: What the lines' `sentence` numbers count, from 1.

    Raises:
        InventoryError: If a line is not one, or a kind is there twice.
    """
    lines: dict[str, tuple[int, AnnouncedLine]] = {}
    for item in value.items("lines"):
        given = item.mapping(
            "a line", required=("type",), optional=("count", "qualifier", "sentence")
        )
        if "qualifier" in given and "count" not in given:
            raise given["qualifier"].error("a qualifier needs a count beside it")
        node = _node(given["type"], taxonomy)
        if node in lines:
            raise given["type"].error(
                f"{taxonomy.name(node)} ({node}) is announced twice, first on line {lines[node][0]}"
            )
        amount = (
            Amount(given["count"].whole_number("count"), _qualifier(given))
            if "count" in given
            else None
        )
        sentence = _sentence(given["sentence"], sentences) if "sentence" in given else ""
        lines[node] = (item.node.start_mark.line + 1, AnnouncedLine(node, amount, sentence))
    return tuple(line for _, line in lines.values())


def read_sources(value: Value) -> tuple[InventorySource, ...]:
    """Return where the announcement was read: possibly nowhere, the caller decides."""
    sources = []
    for item in value.items("sources"):
        given = item.mapping("a source", required=("url",), optional=("publisher",))
        publisher = given["publisher"].text("publisher") if "publisher" in given else ""
        sources.append(InventorySource(_url(given["url"]), publisher))
    return tuple(sources)


def read_counted(value: Value, taxonomy: Taxonomy) -> tuple[Counted, ...]:
    """Return the independent counts.

    Raises:
        InventoryError: If a count says neither a total nor a kind.
    """
    counted = []
    for item in value.items("counted"):
        given = item.mapping("a count", required=("by", "url"), optional=("total", "lines", "note"))
        lines = read_lines(given["lines"], taxonomy) if "lines" in given else ()
        if "total" not in given and not lines:
            raise item.error("a count needs a total or lines")
        counted.append(
            Counted(
                by=given["by"].text("by"),
                total=_amount(given["total"], "total") if "total" in given else None,
                lines=lines,
                url=_url(given["url"]),
                note=given["note"].text("note") if "note" in given else "",
            )
        )
    return tuple(counted)


def read_sentences(value: Value) -> tuple[SourceSentence, ...]:
    """Return the sentences of the text that an inventory was drafted from."""
    sentences = []
    for item in value.items("sentences"):
        given = item.mapping("a sentence", required=("text",), optional=("gave", "unplaced"))
        gave, unplaced = (
            tuple(part.text(f"a part of {key}") for part in given[key].items(key))
            if key in given
            else ()
            for key in ("gave", "unplaced")
        )
        sentences.append(SourceSentence(given["text"].text("text"), gave, unplaced))
    return tuple(sentences)


def _amount(value: Value, what: str) -> Amount:
    given = value.mapping(what, required=("value",), optional=("qualifier",))
    return Amount(given["value"].whole_number("value"), _qualifier(given))


def _qualifier(given: Fields) -> Qualifier:
    if "qualifier" not in given:
        return "exact"
    return cast(Qualifier, given["qualifier"].choice("qualifier", get_args(Qualifier)))


def _node(value: Value, taxonomy: Taxonomy) -> str:
    written = value.text("type")
    try:
        node = taxonomy.find(written).id
    except TaxonomyError as error:
        raise value.error(str(error)) from error
    if node == _MILITARY or not taxonomy.is_within(node, _MILITARY):
        raise value.error(
            f"a line names a military vehicle or a group of them, got {written!r} ({node}); "
            "a number for all vehicles together is the total"
        )
    return node


def _sentence(value: Value, sentences: Sequence[SourceSentence]) -> str:
    number = value.whole_number("sentence")
    if not 1 <= number <= len(sentences):
        raise value.error(
            f"sentence is the number of one of the {len(sentences)} under sentences, from 1; got "
            f"{number}"
        )
    return sentences[number - 1].text


def _url(value: Value) -> str:
    url = value.text("url")
    if not url.startswith(("http://", "https://")) or any(c.isspace() for c in url):
        raise value.error(f"a url starts with http:// or https://, got {url[:60]!r}")
    return url
