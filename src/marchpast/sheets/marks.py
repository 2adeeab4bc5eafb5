"""What a person marked in the picture: present, absent, or not visible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from marchpast.identity import Attribute, attributes, parse_attribute, said, values_of
from marchpast.records import SeenAttribute
from marchpast.sheets.tells import Choice, choice_of
from marchpast.taxonomy import Taxonomy

State = Literal["present", "absent", "hidden"]

STATES: tuple[State, ...] = get_args(State)
STATE_WORDS: Mapping[State, str] = {
    "present": "present",
    "absent": "absent",
    "hidden": "not visible",
}

_RANGE = re.compile(r"(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Marks:
    """What a person says of one vehicle.

    Attributes:
        seen: What is left open of an attribute, by its name; `None` where it is not visible.
        features: The state of a feature, by its id (`osa.2`: the second of the Osa's).
    """

    seen: Mapping[str, Choice | None] = field(default_factory=dict)
    features: Mapping[str, State] = field(default_factory=dict)


def read_marks(
    attributes_given: Iterable[str],
    tells_given: Iterable[str],
    *,
    taxonomy: Taxonomy,
    nodes: Sequence[str],
    said_before: Iterable[SeenAttribute] = (),
) -> Marks:
    """Return what a person wrote.

    Args:
        attributes_given: `NAME=VALUE`; of several values (`canisters=3-6,12`) one is seen.
        tells_given: `ID=present|absent|hidden`, where ID is an attribute (`radar`; only `hidden`),
            a value of one (`axles.3`) or a feature of a compared kind (`osa.2`, from 1).
        taxonomy: Holds the features.
        nodes: The kinds that are compared.
        said_before: What a person said when the models ran; what a model saw is left out.

    Raises:
        ValueError: If one is not of its form, names nothing, or contradicts another.
    """
    left: dict[str, set[str]] = {}
    words: dict[str, str] = {}
    hidden: set[str] = set()
    features: dict[str, State] = {}
    for one in said_before:
        if one.origin == "user":
            _narrow(left, words, one.name, values_of(one), said(one).removeprefix("a person saw "))
    for text in attributes_given:
        name, values, phrase = _attribute(text)
        _narrow(left, words, name, values, phrase)
    for text in tells_given:
        id_, state = _tell(text)
        name, _, value = id_.partition(".")
        if name not in attributes():
            features[_feature(id_, taxonomy, nodes)] = state
        elif not value or state == "hidden":
            hidden.add(_hidden(id_, name, state))
        else:
            given = values_of(parse_attribute(f"{name}={value}"))
            rest = frozenset(attributes()[name].values) - given
            _narrow(left, words, name, given if state == "present" else rest, "")
    if both := sorted(hidden & left.keys()):
        raise ValueError(f"{both[0]} cannot be seen and not visible at once; give one of the two")
    seen = {name: _choice(attributes()[name], values, words[name]) for name, values in left.items()}
    return Marks(seen | dict.fromkeys(sorted(hidden)), features)


def _attribute(text: str) -> tuple[str, frozenset[str], str]:
    """One or several values, and what to call a single one that stands for many (`3+`)."""
    name, _, given = text.partition("=")
    pieces = [piece for part in given.split(",") for piece in _expanded(part.strip())]
    seen = [parse_attribute(f"{name}={piece}") for piece in pieces]
    words = said(seen[0]).removeprefix("a person saw ") if len(seen) == 1 else ""
    return seen[0].name, frozenset().union(*map(values_of, seen)), words


def _expanded(piece: str) -> list[str]:
    span = _RANGE.fullmatch(piece)
    if span is None:
        return [piece]
    first, last = map(int, span.groups())
    # An impossible range is left to the message of an impossible value.
    return [str(number) for number in range(first, min(last, 99) + 1)] or [piece]


def _tell(text: str) -> tuple[str, State]:
    id_, separator, given = (part.strip().lower() for part in text.rpartition("="))
    for state in STATES:
        if separator and given == state:
            return id_, state
    raise ValueError(
        f"a tell is written ID=present, ID=absent or ID=hidden, got {text!r}; an ID is an "
        "attribute, a value of one as axles.3, or a feature as osa.2"
    )


def _hidden(id_: str, name: str, state: State) -> str:
    if state != "hidden":
        raise ValueError(
            f"{id_}={state}: of an attribute say which value is {state}, as {name}.VALUE={state}"
        )
    return name


def _feature(id_: str, taxonomy: Taxonomy, nodes: Sequence[str]) -> str:
    node, _, number = id_.partition(".")
    known = [f"{row}.{n + 1}" for row in nodes for n in range(len(taxonomy.node(row).features))]
    if id_ not in known:
        of_node = [row for row in known if row.startswith(f"{node}.")]
        raise ValueError(
            f"{id_!r} is no tell of this sheet; there are "
            f"{', '.join(of_node or [*attributes(), *known[:1]])}"
        )
    return f"{node}.{number}"


def _narrow(
    left: dict[str, set[str]], words: dict[str, str], name: str, values: Iterable[str], phrase: str
) -> None:
    before = left.get(name)
    now = set(values) if before is None else before & set(values)
    if not now:
        raise ValueError(f"what is said of {name} contradicts itself; give it once")
    words[name] = phrase if before is None or now == set(values) else words[name]
    if before is not None and now not in (before, set(values)):
        words[name] = ""
    left[name] = now


def _choice(attribute: Attribute, values: set[str], words: str) -> Choice:
    missing = [value for value in attribute.values if value not in values]
    if not missing:
        words = f"any {attribute.name.replace('_', ' ')}"
    elif not words and attribute.is_count and len(missing) < len(values):
        words = f"another number than {choice_of(attribute, missing).words}"
    return choice_of(attribute, values, words=words)
