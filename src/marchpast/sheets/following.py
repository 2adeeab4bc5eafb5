"""What follows from the marks: what is excluded, what stays possible, what would decide.

The rule is that of `marchpast.check_label`: a kind is excluded when no vehicle that people call by
its name can show what was seen. A tell that is not visible decides nothing, and neither does a
feature: variants, loaders and travel positions lack them. `templates/sheet.js` says the same in the
page; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from marchpast.sheets.sight import Claim, Sight
from marchpast.sheets.tells import TARPAULIN, Choice, Tell
from marchpast.taxonomy import Taxonomy

Cell = Literal["contradicts", "fits", "may fit", "not fixed or not known", "does not apply", ""]

MOST_DECIDING = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows.

    Attributes:
        headline: One or two sentences.
        excluded: For each kind why it is excluded, one sentence each; empty where it is possible.
        conflicts: Where marks contradict each other or everything known.
        deciding: What to look at next, most telling first.
        elsewhere: What would decide but is not visible in this picture.
        cells: For each tell and kind what the marks mean.
    """

    headline: str
    excluded: tuple[tuple[str, ...], ...]
    conflicts: tuple[str, ...]
    deciding: tuple[str, ...]
    elsewhere: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]

    @property
    def possible(self) -> tuple[int, ...]:
        """Which of the kinds stay possible, by position."""
        return tuple(number for number, why in enumerate(self.excluded) if not why)


def follow(
    tells: Sequence[Tell],
    nodes: Sequence[str],
    names: Sequence[str],
    *,
    seen: Mapping[str, Choice | None],
    claims: Sequence[Claim],
    taxonomy: Taxonomy,
) -> Outcome:
    """Return what follows from what a person marked and the classifier claims.

    Args:
        tells: What is on the sheet; every mark and claim is about one of them.
        nodes: The kinds that are compared.
        names: What to call them.
        seen: What a person marked, by attribute; `None` where it is not visible.
        claims: What the classifier sees; only one it is sure of excludes, and none that
            contradicts a person.
        taxonomy: Tells what every kind looks like.
    """
    sight = Sight(taxonomy, seen, claims)
    by_name = {tell.name: tell for tell in tells}
    excluded = tuple(
        tuple(
            f"{clause}, but {names[number]} has {by_name[name].has[number]}"
            for name, choice, clause in sight.evidence
            if sight.contradicts(node, name, choice.values)
        )
        for number, node in enumerate(nodes)
    )
    left = [number for number, why in enumerate(excluded) if not why]
    asked = [tell for tell in tells if tell.name not in seen]
    hidden = [tell for tell in tells if tell.name in seen and seen[tell.name] is None]
    return Outcome(
        headline=_headline(names, left, is_marked=bool(sight.evidence)),
        excluded=excluded,
        conflicts=tuple(sight.conflicts),
        deciding=_deciding(asked, names, left, sight, nodes),
        elsewhere=_deciding(hidden, names, left, sight, nodes),
        cells=tuple(
            tuple(_cell(tell, number, node, sight) for number, node in enumerate(nodes))
            for tell in tells
        ),
    )


def listed(words: Sequence[str], *, last: str = "and") -> str:
    """Return words as a list in a sentence.

    >>> listed(["Osa", "Tor", "Buk"], last="or")
    'Osa, Tor or Buk'
    """
    *head, tail = words
    return f"{', '.join(head)} {last} {tail}" if head else tail


def _headline(names: Sequence[str], left: Sequence[int], *, is_marked: bool) -> str:
    out = [name for number, name in enumerate(names) if number not in left]
    kept = [names[number] for number in left]
    if not is_marked:
        return f"Nothing is marked that could exclude a kind. Possible: {listed(kept)}."
    if not out:
        return f"What is marked excludes none of the kinds compared. Possible: {listed(kept)}."
    if not kept:
        return (
            f"Excluded: {listed(out)}. None of the kinds compared is left: it is another kind, "
            "or a mark is wrong."
        )
    if len(kept) == 1:
        return (
            f"Excluded: {listed(out)}. Of the kinds compared only {kept[0]} stays possible; "
            "another kind may fit as well."
        )
    return f"Excluded: {listed(out)}. Still possible: {listed(kept)}."


def _deciding(
    tells: Sequence[Tell],
    names: Sequence[str],
    left: Sequence[int],
    sight: Sight,
    nodes: Sequence[str],
) -> tuple[str, ...]:
    """The tells that can exclude some of what is left and not all, most telling first.

    One that tells a pair apart whatever the answer comes before one of which only some answers do.
    """
    ranked = []
    for tell in tells:
        excluding = [
            {n for n in left if sight.contradicts(nodes[n], tell.name, choice.values)}
            for choice in tell.choices
        ]
        pairs = sum(
            all(one in out or other in out for out in excluding)
            for one, other in combinations([n for n in left if tell.facts[n]], 2)
        )
        # That a lorry has no road wheels is told by its wheels, not by counting.
        partly = [(c, out) for c, out in zip(tell.choices, excluding, strict=True)
                  if len(out) < len(left) and any(tell.facts[n] for n in out)]  # fmt: skip
        if pairs:
            ranked.append((pairs, len(partly), _apart(tell, names, left)))
        elif partly:
            parts = [
                f"{choice.words} would exclude {listed([names[n] for n in sorted(out)])}"
                for choice, out in partly
            ]
            ranked.append((0, len(partly), f"{tell.what}: {'; '.join(parts)}"))
    ranked.sort(key=lambda row: (-row[0], -row[1]))
    return tuple(text for _, _, text in ranked[:MOST_DECIDING])


def _apart(tell: Tell, names: Sequence[str], left: Sequence[int]) -> str:
    holders: dict[str, list[str]] = {}
    for number in left:
        if tell.facts[number]:
            holders.setdefault(tell.has[number], []).append(names[number])
    parts = [
        f"{listed(who)} {'has' if len(who) == 1 else 'have'} {has}" for has, who in holders.items()
    ]
    return f"{tell.what}: {'; '.join(parts)}"


def _cell(tell: Tell, number: int, node: str, sight: Sight) -> Cell:
    if tell.name == TARPAULIN:
        return ""
    fact = tell.facts[number]
    choices = [choice for name, choice, _ in sight.evidence if name == tell.name]
    if any(sight.contradicts(node, tell.name, choice.values) for choice in choices):
        return "contradicts"
    if fact is None:
        return "not fixed or not known"
    if not fact:
        return "does not apply"
    if not choices:
        return ""
    is_within = any(fact.issuperset(choice.values) for choice in choices)
    return "fits" if is_within else "may fit"
