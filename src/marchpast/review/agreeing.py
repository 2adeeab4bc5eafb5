"""Whether two reviewers say the same of the same vehicles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from marchpast.errors import ReviewError
from marchpast.report import EditEntry, Namer, Result, load_result, match_edits
from marchpast.review.kappa import Kappa, cohens_kappa
from marchpast.taxonomy import Taxonomy

CANNOT_TELL: Final = "cannot tell"
NO_VEHICLE: Final = "no vehicle"
_WITHOUT_NAME: Final = {"unsure": CANNOT_TELL, "no_vehicle": NO_VEHICLE}
_SIDES: Final = {
    "military": "military",
    "civil": "civil",
    "untold": CANNOT_TELL,
    "none": NO_VEHICLE,
}


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """Agreement at one level of the tree.

    Attributes:
        level: `as named`, `category` or `military or civil`.
        kappa: What came of it.
        confusion: How often the first said the one and the second the other.
    """

    level: str
    kappa: Kappa
    confusion: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two reviewers.

    Attributes:
        first: By name.
        second: By name.
        lines: The finest level first.
        blind: How many of the vehicles that both decided both decided blind.
        first_only: How many only the first decided.
        second_only: How many only the second decided.
    """

    first: str
    second: str
    lines: tuple[AgreementLine, ...]
    blind: int
    first_only: int
    second_only: int


def agreement(
    edits: Sequence[EditEntry],
    *,
    folder: Path,
    taxonomy: Taxonomy,
    reviewers: tuple[str, str] | None = None,
    blind_only: bool = False,
) -> Agreement:
    """Compare what two people said of the vehicles of a result.

    Args:
        edits: Of both, from one file or two.
        folder: The result that their vehicles are looked up in.
        taxonomy: Tells categories.
        reviewers: Whom to compare; `None` where the edits are of two people only.
        blind_only: Only decisions that were made before the model's answer was shown.

    Raises:
        ReviewError: If the edits are not of two people, or not of those named.
        ResultError: If the folder is no result.
    """
    result = load_result(folder)
    first, second = _pair(edits, reviewers)
    ours, theirs = (
        _decided(edits, name, result, folder, blind_only=blind_only) for name in (first, second)
    )
    both = [entry.id for entry in result.sightings if entry.id in ours and entry.id in theirs]
    namer = Namer(taxonomy)
    levels: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("as named", lambda node: node),
        ("category", namer.category),
        ("military or civil", lambda node: _SIDES[namer.side(node)]),
    )
    return Agreement(
        first=first,
        second=second,
        lines=tuple(
            _line(
                level,
                [_answer(ours[id_], rolled) for id_ in both],
                [_answer(theirs[id_], rolled) for id_ in both],
            )
            for level, rolled in levels
        ),
        blind=sum(ours[id_].blind and theirs[id_].blind for id_ in both),
        first_only=len(ours.keys() - theirs.keys()),
        second_only=len(theirs.keys() - ours.keys()),
    )


def _pair(edits: Sequence[EditEntry], named: tuple[str, str] | None) -> tuple[str, str]:
    there = sorted({edit.reviewer for edit in edits})
    shown = ", ".join(map(repr, there)) or "nobody"
    if named is None:
        if len(there) != 2:
            raise ReviewError(
                f"agreement is of two people, and these edits are of {len(there)} ({shown}); give "
                "files of two, or name two of them (--reviewers A B)"
            )
        return there[0], there[1]
    if missing := [name for name in named if name not in there]:
        raise ReviewError(f"no edit is by {missing[0]!r}; there are edits by {shown}")
    if named[0] == named[1]:
        raise ReviewError(f"agreement is of two people, got {named[0]!r} twice")
    return named


def _decided(
    edits: Sequence[EditEntry], reviewer: str, result: Result, folder: Path, *, blind_only: bool
) -> dict[str, EditEntry]:
    """Return one person's decisions by sighting; of two in different files the later counts."""
    by_look: dict[object, EditEntry] = {}
    for edit in sorted(edits, key=lambda edit: edit.time):
        if edit.reviewer == reviewer:
            by_look[edit.source, edit.source_sha256, edit.frame_index, edit.xyxy] = edit
    matched = match_edits(tuple(by_look.values()), result, folder=folder)
    return {
        id_: edit
        for id_, (edit,) in matched.by_sighting.items()
        if edit.decision is not None and (edit.blind or not blind_only)
    }


def _line(level: str, ours: Sequence[str], theirs: Sequence[str]) -> AgreementLine:
    pairs = Counter(zip(ours, theirs, strict=True))
    ranked = sorted(pairs.items(), key=lambda row: (row[0][0] != row[0][1], -row[1], row[0]))
    return AgreementLine(level, cohens_kappa(ours, theirs), dict(ranked))


def _answer(edit: EditEntry, rolled: Callable[[str], str]) -> str:
    return _WITHOUT_NAME[str(edit.decision)] if edit.node is None else rolled(edit.node)
