"""Where a known name lies among the tokens of a text."""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from marchpast.taxonomy.inflection import inflected
from marchpast.taxonomy.spelling import name_key
from marchpast.taxonomy.tokens import Gap, Token, gap_between, scripts_of, tokens_of
from marchpast.taxonomy.transliteration import without_marks

_WORD = re.compile(r"[^\W_]+")
_SHORTEST_MODEL = 2
_SHORTEST_LETTERS = 2
_SHORTEST_TITLE = 3
_SHORTEST_SMALL = 6


@dataclass(frozen=True, slots=True)
class Match:
    """Tokens `first` up to, not including, `end` that spell one of the `keys`.

    `is_word_and_number` is True where they are a word, a space and a number, though the name is
    not written so: `БТР 80`.
    """

    first: int
    end: int
    keys: tuple[str, ...]
    is_word_and_number: bool


@dataclass(frozen=True, slots=True)
class _Partial:
    """The beginning of a name, and the tokens in it that stand behind a space, by place."""

    key: str
    apart: tuple[tuple[int, Token], ...] = ()
    is_exact: bool = True


class Matcher:
    """Finds the longest known spelling that begins at a token, in any of its forms."""

    def __init__(
        self, spellings: Mapping[str, Sequence[str]], counting_words: Sequence[str]
    ) -> None:
        """Prepare the look-up.

        Args:
            spellings: Each key with the ways to write it.
            counting_words: Before these a number counts.
        """
        self._spellings = spellings
        self._sorted = sorted(spellings)
        self._counting = {form for word in counting_words for form in _forms(word)}
        self._lemmas: dict[str, set[str]] = defaultdict(set)
        self._scripts: dict[str, frozenset[str]] = {}
        self._cuts: dict[str, list[frozenset[int]]] = {}
        for key, ways in spellings.items():
            self._scripts[key] = scripts_of("".join(ways))
            self._cuts[key] = [self._cut(written) for written in ways]

    def longest(self, text: str, tokens: Sequence[Token], first: int) -> Match | None:
        """Return the longest name that begins at a token, or `None`.

        A name may be cut by dashes and quotes anywhere, and by a space where the data write a
        space or a dash, or before a model mark (`S-300 PM2`). So `С-300 в` is no С-300В.
        """
        best: Match | None = None
        partial = [_Partial("")]
        for last in range(first, len(tokens)):
            gap: Gap = "tight"
            is_count = False
            if last > first:
                gap = gap_between(text, tokens[last - 1], tokens[last])
                if not _may_join(tokens, last, gap):
                    break
                has_name = best is not None
                is_count = self._is_count(text, tokens, last, gap, has_name_before=has_name)
            partial = list(self._extended(partial, tokens[last], is_apart=gap != "tight"))
            matched = tokens[first : last + 1]
            hits = [p for p in partial if p.key and self._is_name(p, matched)]
            if is_count:  # but `Object 675` is written with a space
                hits = [p for p in hits if self._is_spaced(p)]
            if hits:
                exact = [p.key for p in hits if p.is_exact] or [p.key for p in hits]
                is_cut = gap == "space" and _is_word_and_number(matched)
                is_unusual = is_cut and not any(map(self._is_spaced, hits))
                best = Match(first, last + 1, tuple(dict.fromkeys(exact)), is_unusual)
            elif is_count or not partial:
                break
        return best

    def whole(self, text: str) -> tuple[str, ...]:
        """Return the keys that all tokens of a text together spell, however they are cut."""
        partial = [_Partial("")]
        for token in tokens_of(text):
            partial = list(self._extended(partial, token, is_apart=False))
        hits = [p for p in partial if p.key in self._spellings]
        return tuple(dict.fromkeys([p.key for p in hits if p.is_exact] or [p.key for p in hits]))

    def _cut(self, written: str) -> frozenset[int]:
        """Note the words of a way to write a name; return where it is cut, by place in the key."""
        places, at = [], 0
        for word in _WORD.findall(written):
            own = name_key(word)
            for form in inflected(word):
                self._lemmas[name_key(form)].add(own)
            places.append(at)
            at += len(own)
        return frozenset(places) - {0}

    def _extended(
        self, partial: Sequence[_Partial], token: Token, *, is_apart: bool
    ) -> Iterator[_Partial]:
        options = {token.key: True}
        if "cyrillic" in scripts_of(token.text):
            others = sorted(self._lemmas.get(token.key, ()))
        else:
            others = [token.singular_key, without_marks(token.key)]
        for other in others:
            options.setdefault(other, False)
        for before in partial:
            apart = (*before.apart, (len(before.key), token)) if is_apart else before.apart
            for option, is_exact in options.items():
                key = before.key + option
                at = bisect.bisect_left(self._sorted, key)
                if at < len(self._sorted) and self._sorted[at].startswith(key):
                    yield _Partial(key, apart, before.is_exact and is_exact)

    def _is_name(self, partial: _Partial, matched: Sequence[Token]) -> bool:
        if partial.key not in self._spellings:
            return False
        cuts = self._cuts[partial.key]
        is_cut_right = any(self._is_cut_right(cut, partial, matched) for cut in cuts)
        return is_cut_right and self._is_alphabet_right(partial.key, matched)

    def _is_cut_right(
        self, cut: frozenset[int], partial: _Partial, matched: Sequence[Token]
    ) -> bool:
        """Whether a space stands only where the name is cut, and no plural s makes a mark.

        `С-300 в` is no С-300В, `hyacinths` are no Hyacinth-S; a model mark may stand apart.
        """
        if not all(at in cut or _is_model_mark(token) for at, token in partial.apart):
            return False
        key, written = matched[0].key, matched[0].text
        if not partial.is_exact or len(matched) > 1 or len(key) != len(written):
            return True
        return all(written[at].isupper() for at in cut if written[at - 1 : at + 1].isalpha())

    def _is_alphabet_right(self, key: str, matched: Sequence[Token]) -> bool:
        """A Latin `Top` is no `Тор`: look-alike letters count in capitals or beside digits."""
        written = "".join(token.text for token in matched)
        if scripts_of(written) <= self._scripts[key] or any(map(str.isdigit, written)):
            return True
        return written.isupper()

    def _is_spaced(self, partial: _Partial) -> bool:
        """Whether the data write a space wherever the text does."""
        ways = self._spellings[partial.key]
        return any(
            {at for at, _ in partial.apart} <= {len(name_key(part)) for part in _beginnings(way)}
            for way in ways
        )

    def _is_count(
        self, text: str, tokens: Sequence[Token], at: int, gap: Gap, *, has_name_before: bool
    ) -> bool:
        """Whether a number apart from the word before counts (`БТР — 80`) or goes on (`14:30`)."""
        if gap == "tight" or not tokens[at].begins_with_digit:
            return False
        if gap == "dash" and has_name_before and tokens[at].text.isdigit():
            return True
        if at + 1 == len(tokens):
            return False
        between = text[tokens[at].end : tokens[at + 1].start]
        goes_on = between in (":", ".", ",") and tokens[at + 1].text.isdigit()
        return goes_on or (between.isspace() and tokens[at + 1].key in self._counting)


def _forms(word: str) -> set[str]:
    return {name_key(word), *map(name_key, inflected(word))}


def _beginnings(way: str) -> list[str]:
    """What stands before each space of a way to write a name."""
    return [way[: match.start()] for match in re.finditer(r"\s+", way)]


def _is_word_and_number(matched: Sequence[Token]) -> bool:
    return matched[0].is_letters and all(token.begins_with_digit for token in matched[1:])


def _is_model_mark(token: Token) -> bool:
    return len(token.text) >= _SHORTEST_MODEL and token.text.isupper()


def _may_join(tokens: Sequence[Token], last: int, gap: Gap) -> bool:
    """Whether a token can go on with a name across this gap at all."""
    left, right = tokens[last - 1], tokens[last]
    if gap in ("tight", "wide"):
        return gap == "tight"
    both_words = left.is_letters and right.is_letters
    if gap == "line":
        return both_words and min(len(left.key), len(right.key)) >= _SHORTEST_LETTERS
    if len(right.key) == 1 and right.is_letters:
        return right.text.isupper()  # `Мста с расчётом` is no `Мста-С`
    if left.is_letters and right.begins_with_digit:
        is_title = left.text[0].isupper() and len(left.text) >= _SHORTEST_TITLE
        return left.text.isupper() or is_title or len(left.text) >= _SHORTEST_SMALL
    return True
