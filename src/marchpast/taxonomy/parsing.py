"""From the data file to nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args

import yaml

from marchpast.errors import TaxonomyError
from marchpast.records import Level
from marchpast.taxonomy.nodes import (
    Alias,
    AliasKind,
    Chassis,
    Confidence,
    FactSource,
    Feature,
    Lookalike,
    LookalikeGroup,
    Node,
    RunningGear,
)
from marchpast.taxonomy.wording import Designator, SharedSpelling, Wording

FORMAT = "marchpast-taxonomy/1"

# The loader written in C reads the file four times faster (41 against 164 ms for 47 KB).
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_LEVELS_BY_DEPTH: tuple[Level, ...] = ("class", "class", "category", "family")
"""Of a group, by the number of nodes above it; deeper ones are families too."""

_CONFIDENCES: Mapping[str, Confidence] = {"high": "high", "medium": "medium"}


def parse_taxonomy(text: bytes) -> tuple[list[Node], list[LookalikeGroup], Wording]:
    """Return the nodes, the look-alike groups and the wording of a taxonomy file.

    Args:
        text: The file's bytes, UTF-8.

    Raises:
        TaxonomyError: If it is not YAML of this format.
    """
    try:
        data = yaml.load(text, Loader=_Loader)
        if data["format"] != FORMAT:
            raise TaxonomyError(f"taxonomy data: format must be {FORMAT}, got {data['format']!r}")
        return (
            list(_nodes(data)),
            [
                LookalikeGroup(entry["id"], tuple(entry["members"]), entry["why"])
                for entry in data["lookalike_groups"]
            ],
            _wording(data),
        )
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())
        raise TaxonomyError(f"taxonomy data: {type(error).__name__}: {reason}") from error


def _nodes(data: Mapping[str, Any]) -> Iterator[Node]:
    depth: dict[str | None, int] = {None: -1}
    for entry in data["groups"]:
        here = depth[entry["parent"]] + 1
        depth[entry["id"]] = here
        yield _node(entry, _LEVELS_BY_DEPTH[min(here, len(_LEVELS_BY_DEPTH) - 1)], {})
    names = {entry["id"]: entry["name"] for entry in data["types"]}
    for entry in data["types"]:
        yield _node(entry, "type", names)


def _node(entry: Mapping[str, Any], level: Level, names: Mapping[str, str]) -> Node:
    return Node(
        id=entry["id"],
        parent=entry["parent"],
        name=entry["name"],
        name_ru=entry["name_ru"],
        name_uk=entry["name_uk"],
        level=level,
        aliases=tuple(_aliases(entry["aliases"])),
        chassis=_chassis(entry["chassis"]) if level == "type" else None,
        features=tuple(map(_feature, entry.get("features", ()))),
        lookalikes=tuple(_lookalike(given, names) for given in entry.get("lookalikes", ())),
        confidence=_CONFIDENCES[entry.get("confidence", "high")],
        unsure=tuple(entry.get("unsure", ())),
        note=entry.get("note", ""),
        sources=tuple(FactSource(**source) for source in entry.get("sources", ())),
    )


def _aliases(by_kind: Mapping[str, Any]) -> Iterator[Alias]:
    for kind, entries in by_kind.items():
        if kind not in get_args(AliasKind):
            raise TaxonomyError(f"taxonomy data: an alias cannot be of the kind {kind!r}")
        for entry in entries:
            given: Mapping[str, Any] = {"text": entry} if isinstance(entry, str) else entry
            yield Alias(
                given["text"],
                cast(AliasKind, kind),
                note=given.get("note", ""),
                is_unsure=given.get("unsure", False),
            )


def _chassis(entry: Mapping[str, Any]) -> Chassis:
    if entry["running_gear"] not in get_args(RunningGear):
        raise TaxonomyError(f"taxonomy data: unknown running gear {entry['running_gear']!r}")
    return Chassis(
        name=entry["name"],
        running_gear=cast(RunningGear, entry["running_gear"]),
        formula=entry.get("formula", ""),
        axles=tuple(entry.get("axles", ())),
        axle_groups=entry.get("axle_groups", ""),
        road_wheels=entry.get("road_wheels"),
        is_amphibious=entry.get("amphibious", False),
        extra=entry.get("extra", ""),
        unsure=tuple(entry.get("unsure", ())),
    )


def _feature(entry: Mapping[str, Any]) -> Feature:
    return Feature(
        entry["text"],
        is_seen_at_night=entry.get("night", False),
        is_seen_on_rail=entry.get("rail", False),
        is_unsure=entry.get("unsure", False),
    )


def _lookalike(entry: Mapping[str, Any], names: Mapping[str, str]) -> Lookalike:
    node = entry.get("node")
    return Lookalike(node, entry["other"] if node is None else names[node], entry["tell"])


def _wording(data: Mapping[str, Any]) -> Wording:
    return Wording(
        shared=tuple(
            SharedSpelling(tuple(entry["spellings"]), tuple(entry["nodes"]))
            for entry in data["ambiguous"]
        ),
        designators=tuple(
            Designator(tuple(entry["spellings"]), tuple(entry["nodes"]))
            for entry in data["designators"]
        ),
        ignored_words=tuple(data["ignored_words"]),
        ordinary_words=tuple(data["ordinary_words"]),
        other_things=tuple(data["other_things"]),
        not_vehicles=tuple(data["not_vehicles"]),
        counting_words=tuple(data["counting_words"]),
    )
