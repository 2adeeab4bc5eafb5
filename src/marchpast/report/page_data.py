"""What the page's script works on: where every sighting was, and what was said of it so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marchpast.report.attachments import Attachments
from marchpast.report.cards import Card
from marchpast.report.name_rows import name_data
from marchpast.report.naming import Language
from marchpast.report.reviewed import REVIEW_FORMAT, EditEntry, result_sha256
from marchpast.report.schema import Result
from marchpast.taxonomy import Taxonomy


def page_data(
    result: Result,
    cards: Sequence[Card],
    *,
    attachments: Attachments,
    taxonomy: Taxonomy,
    language: Language,
) -> dict[str, Any]:
    """Return plain values for JSON; the sightings in the order of the result.

    The order on the page tells how exact the answers are; who reviews blind must not see that.
    """
    sources = {source.name: source for source in result.sources}
    by_id = {card.entry.id: card for card in cards}
    rows = []
    for entry in result.sightings:
        card, source = by_id[entry.id], sources.get(entry.source)
        rows.append(
            {
                "id": entry.id,
                "anchor": card.anchor,
                "source": entry.source,
                "source_sha256": source.sha256 if source else "",
                "kind": source.kind if source else "video",
                "frame_index": entry.best.frame_index,
                "time_s": entry.best.time_s,
                "xyxy": list(entry.best.xyxy),
                "suggested": entry.node,
                "probability": entry.probability,
                "candidates": [row.node for row in entry.candidates],
                "side": card.side,
                "level": entry.level,
                "category": card.category,
                "flagged": bool(entry.flags or entry.conflicts),
            }
        )
    return {
        "format": REVIEW_FORMAT,
        "result": result_sha256(result),
        **name_data(taxonomy, language=language),
        "sightings": rows,
        "edits": _edits(attachments),
    }


def _edits(attachments: Attachments) -> list[dict[str, Any]]:
    """Return the edits beside the result, each with the sighting it fits, if any."""
    matched = attachments.edits
    fitting = [(edit, id_) for id_, edits in matched.by_sighting.items() for edit in edits]
    rest: list[tuple[EditEntry, str | None]] = [(edit, None) for edit in matched.unmatched]
    return [edit.model_dump(mode="json") | {"held": id_} for edit, id_ in [*fitting, *rest]]
