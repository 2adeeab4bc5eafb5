"""Making a sheet: what stands on it, from names, marks and the models' answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from marchpast.errors import SheetError
from marchpast.identity import NOT_A_VEHICLE, UNKNOWN
from marchpast.records import BgrImage, Box, Identity, Sighting
from marchpast.references import Store, open_store
from marchpast.sheets.candidates import default_candidates, find_candidates
from marchpast.sheets.following import follow, listed
from marchpast.sheets.marks import Marks, read_marks
from marchpast.sheets.pictures import (
    VIEWS,
    Shown,
    ViewName,
    default_view,
    drawings_of,
    photos_of,
    read_shown,
)
from marchpast.sheets.sheet import Column, FeatureMark, Sheet
from marchpast.sheets.sight import claims_of
from marchpast.sheets.tells import Choice, Tell, tells_between
from marchpast.taxonomy import Language, Taxonomy, load_taxonomy

LANGUAGES: tuple[Language, ...] = ("en", "ru", "uk")


def compare(
    picture: Path | str | BgrImage | Sighting,
    candidates: Sequence[str] = (),
    *,
    identity: Identity | None = None,
    box: Box | None = None,
    attributes: Iterable[str] = (),
    tells: Iterable[str] = (),
    references: Store | Path | str | None = None,
    view: ViewName | None = None,
    language: Language = "en",
    name: str = "",
) -> Sheet:
    """Put a picture beside reference pictures of the kinds it may show, tell by tell.

    What a person sees excludes for certain, what the classifier sees where it is sure, what is not
    visible nothing: as `check_label`. A kind that stays possible is not thereby right.

    Args:
        picture: A file, `(H, W, 3)` uint8 BGR, or a sighting, which brings its identity along.
        candidates: Names in any spelling, one to eight; without, the kinds of `identity` and what
            they are taken for, at most five.
        identity: What the models say of the vehicle.
        box: Where the vehicle is in a picture file: xyxy, pixels.
        attributes: What a person sees, as `axles=3`, `canisters=3-6,12` or `canisters=3+`.
        tells: The same as `axles.3=absent`, `radar=hidden` (not visible), or of the features of a
            compared kind, as `osa.2=present`; these exclude nothing.
        references: The user's own reference pictures: a store or its folder.
        view: From where the drawings are shown; the shape of the picture decides without.
        language: Of the names: `en`, `ru` or `uk`.
        name: What to call the picture; its file name without.

    Raises:
        TaxonomyError: If a candidate names no vehicle.
        ValueError: If a mark, the view, the language or the candidates cannot be used.
        SheetError: If no candidates are given and the models name none.
        SourceError: If the picture cannot be read.
        ReferencesError: If the reference pictures cannot be read.
    """
    if language not in LANGUAGES or view not in (*VIEWS, None):
        raise ValueError(
            f"a sheet has names in {', '.join(LANGUAGES)} and drawings seen {', '.join(VIEWS)}; "
            f"got {language!r} and {view!r}"
        )
    taxonomy = load_taxonomy()
    if isinstance(picture, Sighting):
        identity = identity or picture.identity
    nodes = _nodes(candidates, identity, taxonomy)
    said = () if identity is None else identity.attributes
    marks = read_marks(attributes, tells, taxonomy=taxonomy, nodes=nodes, said_before=said)
    shown = _shown(picture, box=box, name=name)
    store = open_store(Path(references)) if isinstance(references, Path | str) else references
    columns = tuple(
        _column(node, nodes, taxonomy, marks=marks, store=store, language=language)
        for node in nodes
    )
    claims = claims_of(said)
    asked = tells_between(taxonomy, nodes, also=[*marks.seen, *(row.name for row in claims)])
    placed, seen = _placed(asked, marks.seen)
    return Sheet(
        shown=shown,
        columns=columns,
        tells=placed,
        seen=seen,
        claims=claims,
        outcome=follow(
            placed,
            nodes,
            [column.name for column in columns],
            seen=seen,
            claims=claims,
            taxonomy=taxonomy,
        ),
        answer="" if identity is None else _answer(identity, taxonomy, language),
        view=view or default_view(shown.image),
        language=language,
    )


def _nodes(
    candidates: Sequence[str], identity: Identity | None, taxonomy: Taxonomy
) -> tuple[str, ...]:
    if isinstance(candidates, str):
        raise ValueError(f"candidates are a list of names, got the text {candidates!r}")
    if candidates:
        return find_candidates(candidates, taxonomy)
    if identity is None:
        raise SheetError(
            "no candidates are named and no model has looked at the picture; name the kinds to "
            "compare it with"
        )
    return default_candidates(identity, taxonomy)


def _shown(picture: Path | str | BgrImage | Sighting, *, box: Box | None, name: str) -> Shown:
    if isinstance(picture, Sighting):
        return Shown(picture.track.crops[0].image, name or picture.id)
    if isinstance(picture, Path | str):
        shown = read_shown(Path(picture), box=box)
        return replace(shown, name=name or shown.name)
    return Shown(picture, name or "a picture without a name")


def _column(
    node: str,
    nodes: Sequence[str],
    taxonomy: Taxonomy,
    *,
    marks: Marks,
    store: Store | None,
    language: Language,
) -> Column:
    entry = taxonomy.node(node)
    return Column(
        node=node,
        name=taxonomy.name(node, language),
        other_name=taxonomy.name(node, "ru" if language == "en" else "en"),
        photos=photos_of(node, taxonomy, store),
        drawings=drawings_of(node, taxonomy),
        features=tuple(
            FeatureMark(id_, feature.text, feature.is_unsure, marks.features.get(id_))
            for number, feature in enumerate(entry.features, start=1)
            for id_ in [f"{node}.{number}"]
        ),
        against=tuple(
            f"against {taxonomy.name(other, language)}: {row.tell}"
            for other in nodes
            for row in taxonomy.lookalikes(other)
            if row.node == node and not row.tell.startswith("see ")
        ),
    )


def _placed(
    tells: Sequence[Tell], seen: Mapping[str, Choice | None]
) -> tuple[tuple[Tell, ...], dict[str, Choice | None]]:
    """Every mark as one of its tell's answers; one that is none of them is added."""
    marks = dict(seen)
    placed = []
    for tell in tells:
        mark = marks.get(tell.name)
        if mark is not None:
            same = next((row for row in tell.answers if row.values == mark.values), None)
            if same is None:
                tell = replace(tell, more=(*tell.more, mark))
            else:
                marks[tell.name] = same
        placed.append(tell)
    return tuple(placed), marks


def _answer(identity: Identity, taxonomy: Taxonomy, language: Language) -> str:
    """What the models say of the vehicle as a whole."""
    if identity.node == NOT_A_VEHICLE:
        return "The models take it for no vehicle."
    if identity.answer is None and identity.node != UNKNOWN:
        name = taxonomy.name(identity.node, language)
        said = f"The models answer {name} ({identity.probability:.2f})."
    elif names := _names_answered(identity, taxonomy, language):
        rate = 0.0 if identity.answer is None else identity.answer.rate
        said = (
            f"The models answer {listed(names, last='or')}; of such answers {rate:.0%} hold the "
            "truth, as calibrated."
        )
    else:
        reason = identity.reason if identity.answer is None else identity.answer.reason
        said = f"The models give no answer: {reason}."
    if identity.by_references is None:
        return said
    pointed = taxonomy.name(identity.by_references.node, language)
    return f"{said} The user's own reference pictures had a say in it: they point to {pointed}."


def _names_answered(identity: Identity, taxonomy: Taxonomy, language: Language) -> list[str]:
    nodes = () if identity.answer is None else identity.answer.nodes
    return [
        "no vehicle at all" if node == NOT_A_VEHICLE else taxonomy.name(node, language)
        for node in nodes
        if node != UNKNOWN
    ]
