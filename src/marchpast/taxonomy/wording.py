"""What the data say about names beyond those of the nodes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SharedSpelling:
    """Spellings that name several nodes with no fitting node above them all."""

    spellings: tuple[str, ...]
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Designator:
    """Words that, beside a name, say under which nodes the name must lie."""

    spellings: tuple[str, ...]
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """What the tree says about names beyond those of its nodes.

    Attributes:
        shared: Spellings of several nodes.
        designators: Words that say what sort of vehicle a name beside them is.
        ignored_words: Words that, beside a name, say nothing about which vehicle it is.
        ordinary_words: Names that are also words, places or persons: in a running text they
            need more to go by.
        other_things: Words that, beside an ordinary word, say that it is no vehicle.
        not_vehicles: Wordings that hold a name and name something else.
        counting_words: Words before which a number counts and is no part of a name.
    """

    shared: tuple[SharedSpelling, ...] = ()
    designators: tuple[Designator, ...] = ()
    ignored_words: tuple[str, ...] = ()
    ordinary_words: tuple[str, ...] = ()
    other_things: tuple[str, ...] = ()
    not_vehicles: tuple[str, ...] = ()
    counting_words: tuple[str, ...] = ()
