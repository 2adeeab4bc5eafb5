"""What the tree is made of: nodes, their names, what a person can see of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from marchpast.records import Level

AliasKind = Literal["ru", "uk", "en", "grau", "nato", "translit", "mistranslation"]
"""Russian; Ukrainian; English; designer's, maker's or GRAU index; NATO reporting name;
transliteration or press name; what machine translation makes of the name."""

Language = Literal["en", "ru", "uk"]
RunningGear = Literal["wheeled", "tracked", "tracked_articulated", "towed"]
Confidence = Literal["high", "medium"]


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a node.

    Attributes:
        text: The name as people write it.
        kind: Where the name comes from.
        note: What it means exactly (`transloader`, `old`), or empty.
        is_unsure: True when that it names this vehicle lacks a second source.
    """

    text: str
    kind: AliasKind
    note: str = ""
    is_unsure: bool = False


@dataclass(frozen=True, slots=True)
class Chassis:
    """What carries the vehicle.

    Attributes:
        name: Maker's name, with variants.
        running_gear: Wheels, tracks, two coupled tracked units, or towed.
        formula: Driven of all wheels (`8x8`), or empty.
        axles: Possible numbers of axles of the vehicle or tractor itself, or empty.
        axle_groups: How the axles are spaced; `2+2` is a visible gap between the pairs.
        road_wheels: On one side of a tracked vehicle, `None` when not known.
        is_amphibious: True for a hull that swims.
        extra: One more thing to know, or empty.
        unsure: The fields above that lack a second source.
    """

    name: str
    running_gear: RunningGear
    formula: str = ""
    axles: tuple[int, ...] = ()
    axle_groups: str = ""
    road_wheels: int | None = None
    is_amphibious: bool = False
    extra: str = ""
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feature:
    """Something a person can see.

    Attributes:
        text: The feature in words.
        is_seen_at_night: True when the outline alone shows it.
        is_seen_on_rail: True when it shows on a flat wagon.
        is_unsure: True when it lacks a second source.
    """

    text: str
    is_seen_at_night: bool = False
    is_seen_on_rail: bool = False
    is_unsure: bool = False


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A vehicle this one is taken for, and what separates the two.

    Attributes:
        node: Id of the other type; `None` when the tree does not have it.
        name: What to call it.
        tell: What to look at.
    """

    node: str | None
    name: str
    tell: str


@dataclass(frozen=True, slots=True)
class LookalikeGroup:
    """An allowed answer of the form "one of these" that is not a node of the tree.

    Attributes:
        id: Name of the group.
        members: Node ids; an inner node stands for everything under it.
        why: What they share.
    """

    id: str
    members: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class FactSource:
    """Where a fact of a node was read.

    Attributes:
        url: Address.
        supports: Which statement, or empty.
    """

    url: str
    supports: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One place in the tree: a vehicle type, or a group of them.

    Attributes:
        id: Stable name for files and code.
        parent: Id of the node above, `None` for the root.
        name: In English.
        name_ru: In Russian.
        level: `type`, `family`, `category` or `class`.
        aliases: Every other name.
        chassis: `None` for a group.
        features: What a person can see, most telling first; empty for a group.
        lookalikes: What it is taken for.
        confidence: How sure the entry is as a whole.
        unsure: Statements of the entry that lack a second source.
        note: One more thing to know, or empty.
        sources: Where facts were read; empty when from general reference works.
        name_uk: In Ukrainian; empty only for a node made by hand.
    """

    id: str
    parent: str | None
    name: str
    name_ru: str
    level: Level
    aliases: tuple[Alias, ...] = ()
    chassis: Chassis | None = None
    features: tuple[Feature, ...] = ()
    lookalikes: tuple[Lookalike, ...] = ()
    confidence: Confidence = "high"
    unsure: tuple[str, ...] = ()
    note: str = ""
    sources: tuple[FactSource, ...] = ()
    name_uk: str = ""

    @property
    def is_type(self) -> bool:
        """True for a vehicle type, False for a group of types."""
        return self.level == "type"

    def aliases_of(self, kind: AliasKind) -> tuple[str, ...]:
        """Return the other names of one kind, as people write them."""
        return tuple(alias.text for alias in self.aliases if alias.kind == kind)
