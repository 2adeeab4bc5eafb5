"""What is known of every kind of vehicle, attribute by attribute.

A fact is the set of values that a kind can show, or `None` where it is not known. Facts follow
from the chassis in the taxonomy and from `data/attributes.yaml`, which says how they were chosen.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml

from marchpast.records import SeenAttribute
from marchpast.taxonomy import Node, Taxonomy

FORMAT = "marchpast-attributes/1"

Fact = frozenset[str] | None
"""The values a kind can show; `None` where it is not known; empty where the attribute does not
apply, as the number of axles of a tracked vehicle."""

_GROUPINGS = {
    "evenly spaced": "even",
    "about evenly spaced": "even",
    "1+2": "1+2",
    "2+2": "2+2",
    "1+2+1": "1+2+1",
}
"""Other spacings in the taxonomy ("varies", "3+5" without a second source) are not known."""

_NOTHING: Fact = frozenset()


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something that can be seen of a vehicle whatever its name.

    Attributes:
        name: `drive`, `axles` ...
        what: What a person has to look at, in words.
        note: How to read or count it, or empty.
        values: The allowed ones in order, with their phrase after "it has".
        is_count: Whether the values are numbers; then `5+`, five or more, is allowed as well.
        absent: The value that a cover may hide, or empty.
    """

    name: str
    what: str
    note: str
    values: Mapping[str, str]
    is_count: bool
    absent: str


def attributes() -> Mapping[str, Attribute]:
    """Return every attribute by its name, in the order of the data.

    >>> list(attributes())[:3]
    ['drive', 'axles', 'axle_groups']
    """
    return _data()[0]


def parse_attribute(text: str) -> SeenAttribute:
    """Return what a person saw, written `NAME=VALUE`.

    >>> parse_attribute("axles=4")
    SeenAttribute(name='axles', value='4', origin='user', probability=None)

    Raises:
        ValueError: If it is not of this form, or the attribute or its value is not known.
    """
    name, separator, value = (part.strip().lower() for part in text.partition("="))
    known = attributes()
    if not separator or name not in known:
        raise ValueError(
            f"an attribute is written NAME=VALUE, got {text!r}; the names are {', '.join(known)}"
        )
    if not values_of(SeenAttribute(name, value, "user")):
        raise ValueError(f"{name} cannot be {value!r}; it is one of {_allowed(known[name])}")
    return SeenAttribute(name, value, "user")


def values_of(seen: SeenAttribute) -> frozenset[str]:
    """Return the values that what was seen leaves open: one, or of `5+` all from five on.

    >>> sorted(values_of(SeenAttribute("axle_groups", "2+2", "user")))
    ['2+2']

    Empty where the attribute or the value is not known.
    """
    attribute = attributes().get(seen.name)
    if attribute is None:
        return frozenset()
    if seen.value in attribute.values:
        return frozenset([seen.value])
    least = seen.value.removesuffix("+")
    if not attribute.is_count or least not in attribute.values or least == seen.value:
        return frozenset()
    return frozenset(value for value in attribute.values if int(value) >= int(least))


@functools.cache
def attribute_facts(taxonomy: Taxonomy, node: str) -> Mapping[str, Fact]:
    """Return what a kind of vehicle can show, for every attribute.

    A group can show what any type under it can; where one of them is not known, neither is the
    group.

    Args:
        taxonomy: Tells the types under a group, and their chassis.
        node: A node of it.

    Raises:
        TaxonomyError: If there is no such node.

    >>> from marchpast.taxonomy import load_taxonomy
    >>> facts = attribute_facts(load_taxonomy(), "osa")
    >>> sorted(facts["drive"]), sorted(facts["axles"]), facts["turret"]
    (['wheels'], ['3'], None)
    """
    rows = [_facts_of_type(taxonomy, type_) for type_ in taxonomy.types_under(node)]
    return MappingProxyType({name: _union([row[name] for row in rows]) for name in attributes()})


def _union(facts: Sequence[Fact]) -> Fact:
    known = [fact for fact in facts if fact is not None]
    return frozenset().union(*known) if known and len(known) == len(facts) else None


@functools.cache
def _facts_of_type(taxonomy: Taxonomy, type_: str) -> Mapping[str, Fact]:
    stated = _data()[1]
    facts: dict[str, Fact] = dict.fromkeys(attributes())
    facts |= _facts_of_chassis(taxonomy.node(type_))
    for node in taxonomy.lineage(type_):
        facts |= stated.get(node, {})
    return facts


def _facts_of_chassis(node: Node) -> dict[str, Fact]:
    chassis = node.chassis
    if chassis is None:
        return {}
    gear = chassis.running_gear
    on_tracks = gear in ("tracked", "tracked_articulated")
    facts: dict[str, Fact] = {"drive": frozenset(["tracks" if on_tracks else "wheels"])}
    if gear == "tracked_articulated":
        facts["units"] = frozenset(["2"])
    if on_tracks:
        facts |= {"axles": _NOTHING, "axle_groups": _NOTHING}
        if chassis.road_wheels is not None and "road_wheels" not in chassis.unsure:
            facts["road_wheels"] = frozenset([str(chassis.road_wheels)])
        return facts
    facts["road_wheels"] = _NOTHING
    if chassis.axles and "axles" not in chassis.unsure:
        facts["axles"] = frozenset(map(str, chassis.axles))
    if chassis.axle_groups in _GROUPINGS and "axle_groups" not in chassis.unsure:
        facts["axle_groups"] = frozenset([_GROUPINGS[chassis.axle_groups]])
    return facts


@functools.cache
def _data() -> tuple[dict[str, Attribute], dict[str, dict[str, Fact]]]:
    """Attributes, and the stated facts by node."""
    path = resources.files("marchpast.identity") / "data" / "attributes.yaml"
    content: Any = yaml.safe_load(path.read_bytes())
    if content["format"] != FORMAT:
        raise ValueError(f"{path}: format must be {FORMAT}, got {content['format']!r}")
    known = {name: _attribute(name, entry) for name, entry in content["attributes"].items()}
    stated = {
        node: {name: _fact(known[name], given) for name, given in entry.items()}
        for node, entry in content["facts"].items()
    }
    return known, stated


def _attribute(name: str, entry: Mapping[str, Any]) -> Attribute:
    if "count" in entry:
        first, last = entry["count"]
        one, many = entry["noun"]
        values = {str(n): f"{n or 'no'} {one if n == 1 else many}" for n in range(first, last + 1)}
    else:
        values = dict(entry["values"])
    return Attribute(
        name=name,
        what=entry["what"],
        note=entry.get("note", ""),
        values=values,
        is_count="count" in entry,
        absent=entry.get("absent", ""),
    )


def _fact(attribute: Attribute, given: Any) -> Fact:
    if given is None:
        return None
    entries = [given] if isinstance(given, str) else given
    values = frozenset(value for entry in entries for value in _expanded(attribute, entry))
    if not values <= attribute.values.keys():
        raise ValueError(f"attributes.yaml: {attribute.name} cannot be {given!r}")
    return values


def _expanded(attribute: Attribute, entry: str) -> Iterable[str]:
    first, dash, last = entry.partition("-")
    if not (attribute.is_count and dash):
        return [entry]
    return map(str, range(int(first), int(last) + 1))


def _allowed(attribute: Attribute) -> str:
    if not attribute.is_count:
        return ", ".join(attribute.values)
    first, *_, last = attribute.values
    return f"{first} to {last}, or such a number with + for at least"
