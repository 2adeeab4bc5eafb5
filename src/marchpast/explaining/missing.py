"""What is not known, and what one more finding would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from marchpast.explaining.attachment import ChangeEntry, MissingEntry
from marchpast.explaining.entries import span_entry
from marchpast.explaining.facts import Facts
from marchpast.explaining.gathering import Gathered
from marchpast.explaining.table import Table, Weight
from marchpast.explaining.weighing import Item, standing_out, weigh

_DATE, _PLACE = ("date_confirmed", "date_contradicted"), ("place_confirmed", "place_contradicted")
_AFTER = ("seen_at_parade", "seen_going_back", "seen_staying")


def missing(facts: Facts, gathered: Sequence[Gathered], table: Table) -> Iterator[MissingEntry]:
    """Yield what is not known of the footage, in the order in which to look for it."""
    found = {each.kind.id for each in gathered}
    known = {rival.id for rival in table.rivals}

    def entry(id_: str, text: str, *keeps_open: str) -> MissingEntry:
        return MissingEntry(
            id=id_, text=text, keeps_open=tuple(each for each in keeps_open if each in known)
        )

    if not found & {*_DATE, "reuse_earlier"}:
        text = "No date is proven: when it was filmed is as you gave it."
        yield entry("date", text, "old_footage")
    if not found & {*_PLACE}:
        text = (
            "No place is proven: where it was filmed is as you gave it, and nothing here finds it."
        )
        yield entry("place", text, "another_place")
    if facts.reuse is None:
        text = "No archive was searched for earlier copies."
        yield entry("reuse", text, "old_footage")
    if "other_angle" not in found:
        text = "No second recording of the same column is known."
        yield entry("angle", text, "old_footage", "another_place")
    if facts.fit is None:
        text = "What was seen was compared with no announcement."
        yield entry("announcement", text, "parade_move", "exercise")
    if not facts.seen:
        text = "No military vehicle was named, so nothing speaks about what was seen."
        yield entry("vehicles", text, *(rival.id for rival in table.rivals))
    if not found & {*_AFTER}:
        text = "What became of the pieces afterwards is not known."
        yield entry("afterwards", text, "parade_move", "rotation_repair", "deployment")


def would_change(
    gathered: Sequence[Gathered], start: Mapping[str, Weight], table: Table
) -> Iterator[ChangeEntry]:
    """Yield what each finding that is not there would do, if it alone were added."""
    items = [each.item for each in gathered]
    before = weigh(items, start)
    weighed = {explanation for item in items for explanation in item.weights}
    found = {each.kind.id for each in gathered}
    settled = {group for group in (_DATE, _PLACE) if found & {*group}}
    for kind in table.findings.values():
        if kind.id in found or any(kind.id in group for group in settled):
            continue
        weights = kind.weights_of(announced="parade_move")
        after = weigh([*items, Item(kind.group, weights)], start)
        about = table.rival(kind.about)
        leader = standing_out(after)
        now = span_entry(before[about.id], has_evidence=about.id in weighed)
        then = span_entry(after[about.id])
        outcome = (
            "no explanation would stand out"
            if leader is None
            else f"{table.rival(leader).name.lower()} would stand out"
        )
        yield ChangeEntry(
            finding=kind.id,
            text=f"If {kind.asks}: {outcome}",
            explanation=about.id,
            before=now,
            after=then,
            stands_out=leader,
        )
