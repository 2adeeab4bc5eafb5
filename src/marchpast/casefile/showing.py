"""A case as data, and as a page of text."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import Any

from marchpast.casefile.case import Case
from marchpast.casefile.case_schema import CASE_FORMAT
from marchpast.casefile.entries import CaseOrigin
from marchpast.explaining import Prediction
from marchpast.report import printable

_HASH_SHOWN = 12


def case_facts(case: Case) -> dict[str, Any]:
    """Return everything in a case as plain values; of folders only their names.

    The same case gives the same values.
    """
    return {
        "format": CASE_FORMAT,
        "title": case.title,
        "created_at": case.created_at,
        "sources": [asdict(source) for source in case.sources()],
        "origins": [asdict(origin) for origin in case.origins()],
        "results": [
            {
                "sha256": result.sha256,
                "name": result.name,
                "marchpast_version": result.marchpast_version,
                "added_at": result.added_at,
                "sources": list(result.sources),
            }
            for result in case.results()
        ],
        "notes": [_plain(note) for note in case.notes()],
        "predictions": [_plain(prediction) for prediction in case.predictions()],
        "prediction_changes": [_plain(change) for change in case.prediction_changes()],
        "log": [asdict(entry) for entry in case.log()],
    }


def case_text(case: Case) -> str:
    """Return a summary for people, lines of at most 100 characters but for long names."""
    title = printable(case.title) or "without a title"
    lines = [f"{case.path.name}: {title} (made {case.created_at})", ""]
    lines.append(f"sources ({len(case.sources())}), by SHA-256:")
    origins = case.origins()
    for source in case.sources():
        shown = source.sha256[:_HASH_SHOWN]
        lines.append(f"  {shown}  {printable(source.name)}  {source.size_bytes} bytes")
        lines += [_origin_line(row) for row in origins if row.source == source.sha256]
    lines.append(f"results ({len(case.results())}):")
    lines += [
        f"  {row.sha256[:_HASH_SHOWN]}  {printable(row.folder)} ({case.state_of(row)})  "
        f"{len(row.sources)} sources, marchpast {row.marchpast_version}, added {row.added_at}"
        for row in case.results()
    ]
    lines.append(f"notes ({len(case.notes())}):")
    for note in case.notes():
        lines.append(f"  {note.written_on}  {printable(note.author)}:")
        for paragraph in note.text.splitlines():
            lines += textwrap.wrap(
                printable(paragraph), 96, initial_indent="    ", subsequent_indent="    "
            )
    predictions = case.predictions()
    lines.append(f"predictions ({len(predictions)}):")
    lines += [line for prediction in predictions for line in _prediction_lines(prediction)]
    return "\n".join(lines) + "\n"


def _origin_line(origin: CaseOrigin) -> str:
    facts = (("published", origin.published), ("archived", origin.archived))
    told = "".join(f", {word} {value}" for word, value in facts if value)
    return printable(
        f"    from {origin.url or 'an address that is not stated'}{told}; by {origin.archive}, "
        f"item {origin.item}, its hash: {origin.hash_check}"
    )


def _prediction_lines(prediction: Prediction) -> list[str]:
    outcome = "open"
    if prediction.outcome is not None:
        outcome = f"{prediction.outcome}, resolved on {prediction.resolved_on}"
    head = f"  {printable(prediction.id)}  {prediction.window_from} to {prediction.window_to}, "
    text = textwrap.wrap(
        printable(prediction.text), 96, initial_indent="    ", subsequent_indent="    "
    )
    return [f"{head}probability {prediction.probability:g}, {outcome}", *text]


def _plain(entry: Any) -> dict[str, Any]:
    """Return the fields of a dataclass, days as text."""
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in asdict(entry).items()
    }
