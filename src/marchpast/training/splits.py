"""Decide once which pictures train and which validate, by event.

The manifest is `{collection: {file name: [event, "train" | "val" | "unused"]}}`. How a collection
is placed is in `placing`; the project's own, which name no events, have rules of their own here:
civil sources are left out whole where there are several.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

from marchpast.errors import OutputExistsError, SourceError
from marchpast.files import write_text
from marchpast.training.datasets import Picture, read_collection, splits_file_of
from marchpast.training.placing import (
    FEWEST_TO_VALIDATE,
    SEED,
    Placement,
    last_share,
    names_events,
    number_of,
    split_by_blocks,
    split_by_events,
)

FORMAT = "marchpast-splits/1"
_CIVIL_VAL_SOURCES = ("openalpr/", "Siddu1003/", "RobertLucian/")


def make_splits(data: Path, *, out: Path, overwrite: bool = False) -> dict[str, Placement]:
    """Place every picture of every collection of a folder, and write the manifest.

    Args:
        data: Folder of collections; other folders in it are passed over.
        out: Manifest to write.
        overwrite: Replace a manifest that is there. Figures of models trained by the old one no
            longer hold: some of what they learnt from may validate now.

    Returns:
        By collection and file name: the event and the side.

    Raises:
        OutputExistsError: If the manifest exists and `overwrite` is off.
        SourceError: If there is no collection, one of them cannot be read, or too few events would
            train or validate.
        OSError: If the manifest cannot be written.
    """
    if out.exists() and not overwrite:
        raise OutputExistsError(
            f"{out} exists; models trained by it are measured by it, so replace it only on purpose "
            "(--overwrite)"
        )
    manifest = {name: _placed(name, read_collection(data, name)) for name in _collections(data)}
    if not manifest:
        raise SourceError(
            f"{data}: no collection in this folder; a collection is a folder with annotations.json "
            "or labels.csv (datasets/README.md)"
        )
    _check_sides(data, manifest)
    write_text(out, _to_json(manifest))
    return manifest


def check_splits(data: Path) -> None:
    """Refuse a data folder that has too little to train or to validate on.

    Raises:
        SourceError: If the folder or its manifest is missing, or too few events train or validate.
    """
    if not data.is_dir():
        raise SourceError(f"{data}: no such folder; --data names the folder of the collections")
    file = splits_file_of(data)
    if not file.is_file():
        raise SourceError(f"{data}: no split; make it with: marchpast split {data}")
    content: dict[str, Placement] = json.loads(file.read_text("utf-8"))["collections"]
    _check_sides(data, {name: rows for name, rows in content.items() if (data / name).is_dir()})


def _check_sides(data: Path, manifest: Mapping[str, Placement]) -> None:
    events: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for name, placed in manifest.items():
        for event, side in placed.values():
            events[side].add((name, event))
    trains, validates = len(events["train"]), len(events["val"])
    if trains < 1 or validates < FEWEST_TO_VALIDATE:
        raise SourceError(
            f"{data}: {trains} events train and {validates} validate, at least 1 and "
            f"{FEWEST_TO_VALIDATE} are needed; add pictures of other events, say which event each "
            "is of, and run `marchpast split`"
        )


def _collections(data: Path) -> list[str]:
    """The project's own in the order of the committed manifest, then all others by name."""
    own = [name for name in _PLACERS if (data / name).is_dir()]
    others = {
        path.parent.name
        for pattern in ("*/annotations.json", "*/labels.csv")
        for path in data.glob(pattern)
    }
    return own + sorted(others - set(own))


def _placed(collection: str, pictures: Mapping[str, Picture]) -> Placement:
    if names_events(pictures):
        return split_by_events(pictures)
    return _PLACERS.get(collection, split_by_blocks)(pictures)


def _split_clean(pictures: Mapping[str, Picture]) -> Placement:
    """Clean photos: the largest source trains, every other source validates."""
    largest = Counter(picture.source for picture in pictures.values()).most_common(1)[0][0]
    return {
        name: (picture.source, "train" if picture.source == largest else "val")
        for name, picture in sorted(pictures.items())
    }


def _split_tank_types(pictures: Mapping[str, Picture]) -> Placement:
    """One tank a photo: the last fifth of a type's numbers; whole types where there are few."""
    by_type: dict[str, list[str]] = defaultdict(list)
    for name in pictures:
        by_type[Path(name).parent.name].append(name)
    placed: Placement = {}
    for index, (kind, names) in enumerate(sorted(by_type.items())):
        ordered = sorted(names, key=number_of)
        if len(ordered) < 10:
            side = "val" if index % 5 == 0 else "train"
            placed |= dict.fromkeys(ordered, (kind, side))
        else:
            placed |= last_share(ordered, kind)
    return placed


def _split_civil_boxed(pictures: Mapping[str, Picture]) -> Placement:
    """Whole sources validate; the boxed sources, which are few, also give their last fifth."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for name, picture in pictures.items():
        by_source[picture.source].append(name)
    placed: Placement = {}
    for source, names in sorted(by_source.items()):
        ordered = sorted(names, key=number_of)
        if source.startswith(_CIVIL_VAL_SOURCES):
            placed |= dict.fromkeys(ordered, (source, "val"))
        elif all(pictures[name].civil_labelled for name in ordered):
            placed |= last_share(ordered, source)
        else:
            placed |= dict.fromkeys(ordered, (source, "train"))
    return placed


def _split_civil(pictures: Mapping[str, Picture]) -> Placement:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for name in pictures:
        by_kind[name.split("/")[0]].append(name)
    placed: Placement = {}
    for kind, names in sorted(by_kind.items()):
        placed |= last_share(sorted(names, key=number_of), f"civil/{kind}")
    return placed


def _to_json(manifest: Mapping[str, Placement]) -> str:
    """One line a picture, so that a change of the manifest reads as what it is."""
    parts = []
    for collection, placed in manifest.items():
        rows = ",\n".join(
            f"   {json.dumps(name)}: {json.dumps(row)}" for name, row in placed.items()
        )
        parts.append(f"  {json.dumps(collection)}: {{\n{rows}\n  }}")
    body = ",\n".join(parts)
    return f'{{"format": "{FORMAT}", "seed": {SEED}, "collections": {{\n{body}\n}}}}\n'


_PLACERS: dict[str, Callable[[Mapping[str, Picture]], Placement]] = {
    "vehicles": split_by_blocks,
    "clean": _split_clean,
    "tank_types": _split_tank_types,
    "civil_boxed": _split_civil_boxed,
    "civil": _split_civil,
}
