"""A draft as an inventory file that says it is one."""

from __future__ import annotations

import json
from collections.abc import Iterator

from marchpast.inventory.announced import Amount
from marchpast.inventory.drafting.drafting import Draft, name_of
from marchpast.inventory.drafting.sentences import printable
from marchpast.inventory.parts import FIGURES
from marchpast.inventory.reading import FORMAT
from marchpast.taxonomy import Taxonomy, load_taxonomy

_HEAD = """\
# A draft that `marchpast inventory draft` read from a text. Nobody has confirmed it.
# 1. Read every line against its sentence, and the sentences below that gave nothing.
# 2. Settle what is under `unplaced`: it is what the text names or counts and no line holds.
# 3. Add the source, then take out `draft: true`; without it an inventory needs a source.
"""


def draft_yaml(draft: Draft, *, taxonomy: Taxonomy | None = None) -> str:
    """Return the file of a draft; `load_inventory` reads it and marks it as a draft.

    Args:
        draft: What was read.
        taxonomy: Gives the names beside the ids, the package's when `None`.
    """
    taxonomy = taxonomy or load_taxonomy()
    return _HEAD + "\n".join(_file(draft, taxonomy)) + "\n"


def _file(draft: Draft, taxonomy: Taxonomy) -> Iterator[str]:
    yield from (f"format: {FORMAT}", "draft: true", f"id: {name_of(draft)}")
    unknown = "unknown   # the text names no place that is known: write it here"
    yield f"place: {draft.place or unknown}"
    yield f"date: {draft.date}" if draft.date else "# date: YYYY-MM-DD   # the text does not say it"
    figures = {name: getattr(draft.figures, name) for name in FIGURES}
    if any(amount is not None for amount in figures.values()):
        yield "announced:"
        yield from (f"  {name}: {_amount(amount)}" for name, amount in figures.items() if amount)
    yield f"partial: {str(draft.is_partial).lower()}   # {draft.why_partial}"
    if draft.lines:
        yield "lines:"
    for line in draft.lines:
        count = ""
        if line.amount:
            count = f", count: {line.amount.value}, qualifier: {line.amount.qualifier}"
        comment = f"{printable(line.written)[:80]}, {taxonomy.name(line.node)}"
        yield f"- {{type: {line.node}{count}, sentence: {line.sentence}}}   # {comment}"
    yield "sources: []   # - url: https://..."
    yield "sentences:"
    for number, sentence in enumerate(draft.sentences, start=1):
        yield f"# {number}"
        yield f"- text: {_quoted(sentence.text)}"
        yield f"  gave: [{', '.join(sentence.gave)}]"
        if sentence.unplaced:
            yield "  unplaced:"
            yield from (f"  - {_quoted(left)}" for left in sentence.unplaced)


def _amount(amount: Amount) -> str:
    return f"{{value: {amount.value}, qualifier: {amount.qualifier}}}"


def _quoted(text: str) -> str:
    """Return text in double quotes as YAML reads it."""
    return json.dumps(printable(text), ensure_ascii=False)
