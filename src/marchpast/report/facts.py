"""From a result folder to rival explanations of its footage."""

from __future__ import annotations

import datetime
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from marchpast.errors import ResultError
from marchpast.explaining import (
    START_SPREAD,
    Explanations,
    Facts,
    Finding,
    InventoryFit,
    ReuseMatch,
    ReuseSearch,
    SeenKind,
    assess,
)
from marchpast.files import sha256_of
from marchpast.report.compared import ComparisonEntry
from marchpast.report.reading import load_result
from marchpast.report.schema import RESULT_FILE, Result
from marchpast.reuse import REUSE_FILE, load_reuse
from marchpast.taxonomy import Taxonomy, load_taxonomy

_log = logging.getLogger(__name__)
_MILITARY = "military_vehicle"


def explain(
    folder: Path | str,
    *,
    claim: str,
    place: str,
    date: datetime.date | str,
    provenance: str,
    announcement_of: str = "parade_move",
    reuse: ReuseSearch | None = None,
    findings: Sequence[Finding] = (),
    start: Mapping[str, float] | None = None,
    spread: float = START_SPREAD,
) -> Explanations:
    """Hold the rival explanations of a result's footage against what is known of it.

    Nothing is written; `marchpast.explaining.write_explanations` puts it beside the result.

    Args:
        folder: A result folder.
        claim: What was said of the footage. It is shown, never interpreted.
        place: Where it is said to have been filmed; nothing here locates anything.
        date: When it is said to have been filmed, a date or `YYYY-MM-DD`.
        provenance: Who published it, when, and where the file came from. Without it there is no
            assessment.
        announcement_of: The explanation that the inventory of the result is about: `parade_move`
            or `exercise`, for instance.
        reuse: What came of searching an archive; `None` takes the folder's `reuse.json`, if it is
            there and of this very result.
        findings: What you found out yourself.
        start: Weights before any evidence, by explanation; `None`: all equal.
        spread: How far each of these weights may be off either way, a factor, 1 at least.

    Raises:
        ExplanationError: If claim, place or provenance say nothing, or something is not on the
            list.
        ResultError: If the folder is no result.
        ValueError: If the date is none.
    """
    return assess(
        facts_of(
            Path(folder),
            claim=claim,
            place=place,
            date=date,
            provenance=provenance,
            announcement_of=announcement_of,
            reuse=reuse,
            findings=findings,
        ),
        start=start,
        spread=spread,
    )


def facts_of(
    folder: Path,
    *,
    claim: str,
    place: str,
    date: datetime.date | str,
    provenance: str,
    announcement_of: str = "parade_move",
    reuse: ReuseSearch | None = None,
    findings: Sequence[Finding] = (),
) -> Facts:
    """Return what an assessment of a result rests on; see `explain`."""
    result = load_result(folder)
    sha256 = sha256_of(folder / RESULT_FILE)
    fit = result.comparison
    return Facts(
        claim=claim,
        place=place,
        date=datetime.date.fromisoformat(date) if isinstance(date, str) else date,
        provenance=provenance,
        seen=seen_kinds(result, load_taxonomy()),
        fit=None if fit is None else _fit(fit, explains=announcement_of, file=folder / RESULT_FILE),
        reuse=_search(folder, sha256) if reuse is None else reuse,
        findings=tuple(findings),
        result_sha256=sha256,
    )


def seen_kinds(result: Result, taxonomy: Taxonomy) -> tuple[SeenKind, ...]:
    """Return the military vehicles of a result by their answers, in the order of the tree.

    A vehicle whose set of answers holds a civil one is left out, as in every comparison.
    """
    order = {node: place for place, node in enumerate(taxonomy.nodes)}
    answers = (
        sighting.answer.nodes
        if sighting.answer is not None and sighting.answer.nodes
        else (sighting.node,)
        for sighting in result.sightings
    )
    military = Counter(
        tuple(sorted(nodes, key=order.__getitem__))
        for nodes in answers
        if all(node in order and taxonomy.is_within(node, _MILITARY) for node in nodes)
    )
    rows = sorted(military.items(), key=lambda row: [order[node] for node in row[0]])
    return tuple(SeenKind(nodes, tracks) for nodes, tracks in rows)


def _search(folder: Path, result_sha256: str) -> ReuseSearch | None:
    """Return what `reuse.json` says, `None` where there is none, or one of another result."""
    reuse = load_reuse(folder)
    if reuse is None:
        return None
    if reuse.result_sha256 != result_sha256:
        _log.warning("%s was left out: it is of another result", folder / REUSE_FILE)
        return None
    names_clips = len(reuse.clips) > 1
    return ReuseSearch(
        hours=reuse.archive.hours,
        matches=tuple(
            ReuseMatch(
                name=match.file,
                date=match.file_date,
                seconds=match.clip_to_s - match.clip_from_s,
                clip=clip.source if names_clips else "",
            )
            for clip in reuse.clips
            for match in clip.matches
        ),
        measured=reuse.measured.sentence,
    )


def _fit(entry: ComparisonEntry, *, explains: str, file: Path) -> InventoryFit:
    announced = entry.inventory
    try:
        event = datetime.date.fromisoformat(announced.date) if announced.date else None
    except ValueError as error:
        raise ResultError(
            f"{file}: comparison.inventory.date: must be YYYY-MM-DD, got {announced.date!r}; run "
            "classify-frames again with an inventory that holds a date"
        ) from error
    return InventoryFit(
        inventory=announced.id,
        place=announced.place,
        event_date=event,
        overall=entry.overall,
        reason=entry.reason,
        is_draft=announced.is_draft,
        explains=explains,
    )
