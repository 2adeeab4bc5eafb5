"""What was seen, and what it means, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, groupby

from marchpast.identity.evidence import contradicts
from marchpast.identity.evidence_facts import Fact, attribute_facts, attributes, values_of
from marchpast.records import SeenAttribute
from marchpast.taxonomy import Taxonomy

_MOST_PHRASES = 3
_MOST_TYPES_FOR_TELLS = 4


def said(seen: SeenAttribute) -> str:
    """Return what was seen in words, and by whom.

    >>> said(SeenAttribute("drive", "tracks", "user")), said(SeenAttribute("axles", "4+", "user"))
    ('a person saw tracks', 'a person saw at least 4 axles')
    """
    phrase = _phrase_of_value(seen.name, seen.value)
    if seen.probability is None:
        return f"a person saw {phrase}"
    return f"the classifier sees {phrase} ({seen.probability:.2f})"


def fact_phrase(name: str, fact: Fact) -> str:
    """Return what a kind has in words; empty where it is not known or does not apply.

    >>> fact_phrase("canisters", frozenset(["0", "1", "2"])), fact_phrase("drive", frozenset())
    ('0 to 2 canisters or tubes', '')
    """
    if not fact:
        return ""
    attribute = attributes()[name]
    listed = [value for value in attribute.values if value in fact]
    if not attribute.is_count:
        return " or ".join(attribute.values[value] for value in listed)
    if len(listed) == 1:
        return attribute.values[listed[0]]
    noun = attribute.values[listed[-1]].partition(" ")[2]
    return f"{' or '.join(_runs(listed))} {noun}"


def conflicts(taxonomy: Taxonomy, node: str, seen: Sequence[SeenAttribute]) -> tuple[str, ...]:
    """Return where what was seen contradicts a name, or itself, one sentence each.

    Args:
        taxonomy: Tells what kinds look like.
        node: The likeliest name, or the answer; not every answer is a node.
        seen: Everything seen of the vehicle.

    >>> from marchpast.taxonomy import load_taxonomy
    >>> conflicts(load_taxonomy(), "s400", [SeenAttribute("drive", "tracks", "user")])
    ('a person saw tracks, but S-400 Triumf has wheels',)
    """
    found = []
    if node in taxonomy.nodes:
        found += [
            f"{said(one)}, but {contradiction(taxonomy, node, one)}"
            for one in seen
            if contradicts(taxonomy, node, one, others=seen)
        ]
    found += [
        f"{said(one)}, but {said(other)}"
        for one, other in combinations(seen, 2)
        if one.name == other.name and values_of(one).isdisjoint(values_of(other))
    ]
    by_person = [one for one in seen if one.origin == "user"]
    if len(by_person) > 1 and not _is_seen_anywhere(taxonomy, by_person):
        words = ", ".join(_phrase_of_value(one.name, one.value) for one in by_person)
        found.append(f"no known vehicle shows all that a person saw: {words}")
    return tuple(found)


def contradiction(taxonomy: Taxonomy, node: str, seen: SeenAttribute) -> str:
    """Return what a kind has instead of what was seen, a clause.

    Args:
        taxonomy: Tells what it has.
        node: A kind that what was seen excludes.
        seen: What excludes it.
    """
    facts = [attribute_facts(taxonomy, type_) for type_ in taxonomy.types_under(node)]
    # Axles do not apply to what has tracks, nor road wheels to what has none: that is the reason.
    phrases = [fact_phrase(name, _any_of(facts, name)) for name in (seen.name, "drive")]
    return f"{taxonomy.name(node)} has {phrases[0] or phrases[1]}"


def narrowing(
    taxonomy: Taxonomy, nodes: Sequence[str], seen: Sequence[SeenAttribute] = ()
) -> tuple[str, ...]:
    """Return what one would have to see to say which of several kinds it is.

    Attributes come first, those that separate most pairs of types before others; then, between
    few types, the tells of the taxonomy.

    Args:
        taxonomy: Tells types, facts and tells.
        nodes: The kinds left; a group stands for everything under it.
        seen: What a person saw already is not asked for again.

    Returns:
        At most three phrases; none where one type is left.

    >>> from marchpast.taxonomy import load_taxonomy
    >>> narrowing(load_taxonomy(), ["osa", "tor"])[0]
    'whether it has wheels or tracks'
    """
    types = list(dict.fromkeys(t for node in nodes for t in taxonomy.types_under(node)))
    asked = {one.name for one in seen if one.origin == "user"}
    separated = {
        name: _pairs_apart([attribute_facts(taxonomy, type_)[name] for type_ in types])
        for name in attributes()
        if name not in asked
    }
    best = sorted((name for name in separated if separated[name]), key=lambda n: -separated[n])
    phrases = [attributes()[name].what for name in best]
    if len(types) <= _MOST_TYPES_FOR_TELLS:
        tells = (tell_between(taxonomy, one, other) for one, other in combinations(types, 2))
        few = _MOST_PHRASES - 1
        phrases = [*phrases[:few], *filter(None, tells), *phrases[few:]]
    return tuple(phrases[:_MOST_PHRASES])


def tell_between(taxonomy: Taxonomy, one: str, other: str) -> str:
    """Return what to look at to tell two types apart, in the taxonomy's words; empty without.

    Args:
        taxonomy: Holds the tells.
        one: A type.
        other: A type.

    >>> from marchpast.taxonomy import load_taxonomy
    >>> tell_between(load_taxonomy(), "btr80", "osa")
    '9K33 Osa against BTR-80: six wheels'
    """
    found = [
        f"{taxonomy.name(that)} against {taxonomy.name(this)}: {row.tell}"
        for this, that in ((one, other), (other, one))
        for row in taxonomy.lookalikes(this)
        if row.node == that and not row.tell.startswith("see ")
    ]
    return found[0] if found else ""


def separating_facts(taxonomy: Taxonomy, one: str, other: str) -> tuple[str, ...]:
    """Return the attributes that no vehicle of both kinds can share, one sentence each.

    Args:
        taxonomy: Tells what the kinds look like.
        one: A kind.
        other: A kind.
    """
    here, there = attribute_facts(taxonomy, one), attribute_facts(taxonomy, other)
    return tuple(
        f"{taxonomy.name(one)} has {fact_phrase(name, here[name])}, {taxonomy.name(other)} "
        f"{fact_phrase(name, there[name])}"
        for name in attributes()
        if _are_apart(here[name], there[name])
    )


def _are_apart(here: Fact, there: Fact) -> bool:
    return bool(here and there and not here & there)


def _any_of(facts: Sequence[Mapping[str, Fact]], name: str) -> Fact:
    return frozenset().union(*(row[name] or () for row in facts))


def _pairs_apart(facts: Sequence[Fact]) -> int:
    """In how many pairs of vehicles the two cannot show the same value."""
    counts = Counter(facts)
    return sum(
        counts[here] * counts[there]
        for here, there in combinations(counts, 2)
        if _are_apart(here, there)
    )


def _is_seen_anywhere(taxonomy: Taxonomy, seen: Sequence[SeenAttribute]) -> bool:
    return any(
        not any(contradicts(taxonomy, type_, one, others=seen) for one in seen)
        for type_ in taxonomy.types
    )


def _phrase_of_value(name: str, value: str) -> str:
    attribute = attributes().get(name)
    phrases = attribute.values if attribute else {}
    least = value.removesuffix("+")
    if least not in phrases:
        return f"{name} {value}"
    return phrases[value] if value in phrases else f"at least {phrases[least]}"


def _runs(numbers: Sequence[str]) -> list[str]:
    """Join neighbours: `1, 2, 3, 6` becomes `1 to 3` and `6`."""
    values = [int(number) for number in numbers]
    runs = groupby(enumerate(values), key=lambda pair: pair[1] - pair[0])
    spans = [[value for _, value in run] for _, run in runs]
    return [f"{span[0]} to {span[-1]}" if len(span) > 1 else f"{span[0]}" for span in spans]
