"""Every vehicle named in a running text."""

from __future__ import annotations

from dataclasses import dataclass

from marchpast.taxonomy.certainty import Certainty, CertaintyJudge
from marchpast.taxonomy.names import NameIndex
from marchpast.taxonomy.phrases import PhraseReader
from marchpast.taxonomy.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name in a text.

    Attributes:
        start: Of the text, in characters.
        end: Behind the last one: `text[start:end]` is what was matched.
        text: What was matched: the name, with the words beside it that say the same vehicle.
        nodes: What it names; several when the name fits all of them.
        certainty: `certain`; `likely` for a word that is also an ordinary one but stands here
            as a name does; `doubtful` when nothing tells it from the ordinary word.
        reason: Why it is not certain; empty when it is.
    """

    start: int
    end: int
    text: str
    nodes: tuple[str, ...]
    certainty: Certainty
    reason: str

    @property
    def node(self) -> str | None:
        """The one node that is named, `None` when several are."""
        return self.nodes[0] if len(self.nodes) == 1 else None


def names_in(text: str, *, vocabulary: Vocabulary, index: NameIndex) -> tuple[FoundName, ...]:
    """Return the names in a text, in its order, longest first where they overlap.

    Reading takes time in proportion to the length of the text, and to the square of the number
    of names in one sentence.
    """
    reader = PhraseReader(text, vocabulary=vocabulary, index=index)
    judge = CertaintyJudge(reader, is_other_thing=vocabulary.is_other_thing)
    return tuple(
        FoundName(
            phrase.start,
            phrase.end,
            text[phrase.start : phrase.end],
            phrase.nodes,
            certainty,
            reason,
        )
        for phrase, (certainty, reason) in zip(reader.phrases, judge.judgements(), strict=True)
    )
