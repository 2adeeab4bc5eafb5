"""What somebody may have meant by a name that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from marchpast.taxonomy.spelling import name_key
from marchpast.taxonomy.tokens import tokens_of
from marchpast.taxonomy.transliteration import latin_spellings

_SHORT, _MIDDLE = 4, 8
_SHORTEST_BEGINNING, _SHORTEST_PART = 3, 6
_PART_COST, _PART_COST_PER_LETTER = 1.0, 0.1
_FURTHER_THAN_NEAREST = 1.0
_MAX_WORDS = 12


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A known name near to an unknown one.

    Attributes:
        text: The known name.
        nodes: What it names; several when it is ambiguous.
        distance: Letters to add, drop, change or swap; a name that merely begins with or holds
            what was written counts as 1, and 0.1 for each further letter.
    """

    text: str
    nodes: tuple[str, ...]
    distance: float


def suggestions(
    text: str,
    named: Mapping[str, tuple[str, ...]],
    written: Mapping[str, str],
    *,
    limit: int,
) -> tuple[Suggestion, ...]:
    """Return the known names nearest to a text, nearest first, one for each meaning.

    The whole text is compared first; where nothing is near it, the words that are no names, then
    all words. A text in Cyrillic is also compared in Latin letters. Of names equally near, the
    one with the longest common beginning comes first, then the shortest, then the order of the
    data. What is more than one letter further than the nearest is left out.

    Args:
        text: What was written.
        named: Key of each known name to its nodes.
        written: Key of each known name to the way it is written.
        limit: The most to return.
    """
    near = _near({name_key(text), *_in_latin(text)}, named, written)
    if not near:
        words = [token.text for token in tokens_of(text)[:_MAX_WORDS]]
        unknown = [word for word in words if name_key(word) not in named]
        for some in (unknown, words):
            keys = {key for word in some for key in (name_key(word), *_in_latin(word))}
            near = near or _near(keys, named, written)
    return tuple(near[:limit])


def _near(
    keys: Iterable[str], named: Mapping[str, tuple[str, ...]], written: Mapping[str, str]
) -> list[Suggestion]:
    ranked = []
    for key in sorted(filter(None, keys)):
        for order, known in enumerate(named):
            if (distance := _distance(key, known)) is not None:
                alike = _common_beginning(key, known)
                ranked.append((distance, -alike, len(known), order, known))
    ranked.sort()
    best: dict[tuple[str, ...], Suggestion] = {}
    for distance, _, _, _, known in ranked:
        if distance <= ranked[0][0] + _FURTHER_THAN_NEAREST:
            best.setdefault(named[known], Suggestion(written[known], named[known], distance))
    return list(best.values())


def _distance(key: str, known: str) -> float | None:
    """Return how far a known key is, or `None` when it is too far to suggest."""
    most = 1 if len(key) <= _SHORT else 2 if len(key) <= _MIDDLE else 3
    letters, known_letters = set(key), set(known)
    edits = None  # a letter that only one of them has costs an edit, so most pairs end here
    if len(letters - known_letters) <= most and len(known_letters - letters) <= most:
        edits = edit_distance(key, known, most=most)
    begins = len(key) >= _SHORTEST_BEGINNING and known.startswith(key)
    if begins or (len(key) >= _SHORTEST_PART and key in known):
        part = round(_PART_COST + _PART_COST_PER_LETTER * (len(known) - len(key)), 1)
        return part if edits is None else min(part, float(edits))
    return None if edits is None else float(edits)


def edit_distance(one: str, other: str, *, most: int) -> int | None:
    """Return how many letters to add, drop, change or swap with a neighbour, or `None`.

    Optimal string alignment (Damerau 1964): no letter is edited twice. A digit for a letter
    counts as two, so that `BMP-4` is nearer to `BMP-3` than to `BMPs`.

    Args:
        one: A text.
        other: Another.
        most: A larger distance is `None`.

    >>> edit_distance("gekko", "gecko", most=2), edit_distance("osa", "bastion", most=2)
    (1, None)
    """
    if abs(len(one) - len(other)) > most:
        return None
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            change = 0 if a == b else 1 if a.isdigit() == b.isdigit() else 2
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + change)
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most and (not before or min(before) > most):
            return None
    return row[-1] if row[-1] <= most else None


def _common_beginning(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _in_latin(part: str) -> list[str]:
    """The plainest Latin spelling of a Cyrillic word."""
    return next(([name_key(spelling)] for spelling in latin_spellings(part)), [])
