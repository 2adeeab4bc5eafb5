"""The tells that separate some kinds of vehicle, as questions with choices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marchpast.identity import Attribute, attribute_facts, attributes, fact_phrase
from marchpast.taxonomy import Taxonomy

TARPAULIN = "tarpaulin"
ANOTHER = "another"

_NOTES = {
    "canisters": "all of them, in full; at least so many where one side is seen; smoke dischargers "
    "do not count",
    TARPAULIN: "under one, a missing turret, radar or canister excludes nothing",
}
"""Where the attribute's own words are about the command line, or say nothing."""
_YES_OR_NO = {"yes", "no"}
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a tell.

    Attributes:
        values: What it leaves open, in the order of the attribute.
        words: The same, after "a person saw".
        short: For a narrow cell, such as `present`.
        written: How `--attribute` spells it, after the `=`.
    """

    values: tuple[str, ...]
    words: str
    short: str
    written: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Something to look at, and what each of the compared kinds shows of it.

    Attributes:
        name: Of the attribute.
        what: What to look at, such as `the number of axles`.
        note: How to read it, or empty.
        absent: The value that a cover may hide, or empty.
        choices: Every value of the attribute is in exactly one.
        more: Answers that leave more open, as where a part of the vehicle cannot be seen.
        facts: For each kind what it can show: `None` where it is not known, empty where the
            attribute does not apply to it.
        has: The same in words; of what does not apply, whether it has wheels or tracks.
    """

    name: str
    what: str
    note: str
    absent: str
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...]
    facts: tuple[frozenset[str] | None, ...]
    has: tuple[str, ...]

    @property
    def answers(self) -> tuple[Choice, ...]:
        """All of them, in the order in which they are offered."""
        return (*self.choices, *self.more)


def tells_between(
    taxonomy: Taxonomy, nodes: Sequence[str], *, also: Iterable[str] = ()
) -> tuple[Tell, ...]:
    """Return what separates kinds of vehicle, in the order of the attributes.

    Args:
        taxonomy: Tells what the kinds look like.
        nodes: The kinds; of one alone, everything known of it.
        also: Attributes that are wanted whether they separate or not.

    Raises:
        TaxonomyError: If a kind is not in the taxonomy.

    >>> from marchpast.taxonomy import load_taxonomy
    >>> (axles, *_) = tells_between(load_taxonomy(), ["osa", "btr80"])
    >>> axles.what, [choice.words for choice in axles.choices]
    ('the number of axles', ['3 axles', '4 axles', 'another number of axles'])
    """
    wanted = set(also)
    chosen = [
        tell
        for attribute in attributes().values()
        for tell in [_tell(taxonomy, nodes, attribute)]
        if attribute.name in wanted or _separates(tell)
    ]
    # A cover changes what a missing turret means, so it is asked for beside those.
    if any(tell.absent for tell in chosen) and not any(tell.name == TARPAULIN for tell in chosen):
        chosen.append(_tell(taxonomy, nodes, attributes()[TARPAULIN]))
    return tuple(chosen)


def choice_of(attribute: Attribute, values: Iterable[str], *, words: str = "") -> Choice:
    """Return some values of an attribute as an answer.

    Args:
        attribute: What they are values of.
        values: Any of its values.
        words: What to call them; made of the values where it is empty.
    """
    given = set(values)
    ordered = tuple(value for value in attribute.values if value in given)
    phrase = words or fact_phrase(attribute.name, frozenset(ordered))
    short = phrase
    if set(attribute.values) == _YES_OR_NO and len(ordered) == 1:
        short = "present" if ordered == ("yes",) else "absent"
    return Choice(ordered, phrase, short, _written(attribute, ordered))


def noun_of(attribute: Attribute) -> str:
    """Return what a count counts, in the plural: `axles`."""
    return [*attribute.values.values()][-1].partition(" ")[2]


def _tell(taxonomy: Taxonomy, nodes: Sequence[str], attribute: Attribute) -> Tell:
    facts = tuple(attribute_facts(taxonomy, node)[attribute.name] for node in nodes)
    drives = (attribute_facts(taxonomy, node)["drive"] for node in nodes)
    choices = _choices(attribute, facts)
    return Tell(
        name=attribute.name,
        what=attribute.what,
        note=_NOTES.get(attribute.name, attribute.note),
        absent=attribute.absent,
        choices=choices,
        more=_at_least(attribute, choices),
        facts=facts,
        has=tuple(
            fact_phrase(*((attribute.name, fact) if fact is None or fact else ("drive", drive)))
            for fact, drive in zip(facts, drives, strict=True)
        ),
    )


def _choices(attribute: Attribute, facts: Sequence[frozenset[str] | None]) -> tuple[Choice, ...]:
    """Every value on its own, or of many those together that the same kinds can show."""
    if len(attribute.values) <= _MOST_SHOWN:
        return tuple(choice_of(attribute, [value]) for value in attribute.values)
    known = [fact for fact in facts if fact is not None]
    groups: dict[tuple[bool, ...], list[str]] = {}
    for value in attribute.values:
        groups.setdefault(tuple(value in fact for fact in known), []).append(value)
    other = groups.pop((False,) * len(known), None)
    choices = [choice_of(attribute, values) for values in groups.values()]
    if other:
        words = f"{ANOTHER} number of {noun_of(attribute)}" if groups else ""
        choices.append(choice_of(attribute, other, words=words))
    return tuple(choices)


def _at_least(attribute: Attribute, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Of a count "at least so many", from every number at which what it excludes may change."""
    if not attribute.is_count or len(attribute.values) <= _MOST_SHOWN:
        return ()
    firsts = [row.values[0] for row in choices if not row.words.startswith(f"{ANOTHER} ")]
    made = []
    for first in sorted(map(int, firsts))[:_MOST_SHOWN]:
        values = [value for value in attribute.values if int(value) >= first]
        if first > int(next(iter(attribute.values))):
            words = f"at least {attribute.values[str(first)]}"
            made.append(choice_of(attribute, values, words=words))
    return tuple(row for row in made if row.values not in [choice.values for choice in choices])


def _separates(tell: Tell) -> bool:
    """Whether some answer excludes a kind that the tell applies to, and not all of them."""
    facts = [fact for fact in tell.facts if fact is None or fact]
    excluded = [
        sum(fact is not None and fact.isdisjoint(choice.values) for fact in facts)
        for choice in tell.choices
    ]
    most = len(facts) if len(tell.facts) > 1 else 2
    return any(0 < count < most for count in excluded)


def _written(attribute: Attribute, values: Sequence[str]) -> str:
    if not attribute.is_count:
        return ",".join(values)
    runs: list[list[int]] = []
    for number in map(int, values):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
