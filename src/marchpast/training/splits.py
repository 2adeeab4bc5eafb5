"""Decide once which pictures train and which validate, by event.

    python -m marchpast.training.splits --data FOLDER

writes `datasets/splits.json`: `{collection: {file name: [event, "train" | "val" | "unused"]}}`.
Neighbouring pictures of a collection are often frames of one event, so whole blocks of
neighbours go to one side; civil sources are left out whole where there are several.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from marchpast.files import write_text
from marchpast.records import BoolArray
from marchpast.training.datasets import SPLITS_FILE, Picture, read_collection

FORMAT = "marchpast-splits/1"
SEED = 20170418
VAL_SHARE = 0.2
_BLOCK_LENGTH = 12
# Frames of one event can straddle the border of two blocks: the training side loses these.
_GUARD = 2
_TRIES = 200
_FEWEST_TO_BALANCE = 10
_CIVIL_VAL_SOURCES = ("openalpr/", "Siddu1003/", "RobertLucian/")

Placement = dict[str, tuple[str, str]]


def main() -> None:
    """Write the manifest for the collections of one data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the collections")
    parser.add_argument("--out", type=Path, default=SPLITS_FILE, help="manifest to write")
    arguments = parser.parse_args()
    manifest = {
        name: place(read_collection(arguments.data, name))
        for name, place in _PLACERS.items()
        if (arguments.data / name).is_dir()
    }
    write_text(arguments.out, _to_json(manifest))


def split_by_blocks(pictures: Mapping[str, Picture]) -> Placement:
    """Split numbered pictures by blocks of neighbouring numbers.

    A gap in the numbers always ends a block. Of many random choices of validation blocks the
    one is taken whose share of every label is closest to `VAL_SHARE`.
    """
    names = sorted(pictures, key=_number)
    runs = _runs(names)
    blocks = [block for run in runs for block in _cut(run)]
    labels = [
        Counter(box.node for name in block for box in pictures[name].boxes) for block in blocks
    ]
    in_val = _choose_blocks(labels)
    placed: Placement = {}
    for index, (block, is_val) in enumerate(zip(blocks, in_val, strict=True)):
        for name in block:
            placed[name] = (f"block-{index:03d}", "val" if is_val else "train")
    for run in runs:
        _open_guard(run, placed)
    return placed


def _choose_blocks(labels: Sequence[Counter[str]]) -> BoolArray:
    """Choose validation blocks by seeded local search: flip a block while that helps.

    Every label counts alike, so that a rare type is not left without validation pictures;
    blocks with a label too rare to be on both sides train.
    """
    totals = sum(labels, Counter[str]())
    nodes = sorted(node for node, total in totals.items() if total >= _FEWEST_TO_BALANCE)
    free = np.array([all(node in nodes for node in counter) for counter in labels])
    counts = np.array([[counter[node] for node in nodes] for counter in labels], np.float64)
    share = counts / counts.sum(axis=0)
    generator = np.random.default_rng(SEED)
    best, best_cost = np.zeros(len(labels), bool), np.inf
    for _ in range(_TRIES):
        chosen = (generator.random(len(labels)) < VAL_SHARE) & free
        cost = _imbalance(share, chosen)
        for block in generator.permutation(np.flatnonzero(free)):
            chosen[block] ^= True
            flipped = _imbalance(share, chosen)
            if flipped < cost:
                cost = flipped
            else:
                chosen[block] ^= True
        if cost < best_cost:
            best, best_cost = chosen, cost
    return best


def _imbalance(share: npt.NDArray[np.float64], chosen: BoolArray) -> float:
    return float(np.abs(share[chosen].sum(axis=0) - VAL_SHARE).sum())


def _open_guard(run: Sequence[str], placed: Placement) -> None:
    """Take the training pictures beside a validation block out of use."""
    sides = [placed[name][1] for name in run]
    for index, (left, right) in enumerate(pairwise(sides)):
        if left == right:
            continue
        span = range(max(0, index + 1 - _GUARD), min(len(run), index + 1 + _GUARD))
        for position in span:
            event, side = placed[run[position]]
            if side == "train":
                placed[run[position]] = (event, "unused")


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
        ordered = sorted(names, key=_number)
        if len(ordered) < 10:
            side = "val" if index % 5 == 0 else "train"
            placed |= dict.fromkeys(ordered, (kind, side))
        else:
            placed |= _last_share(ordered, kind)
    return placed


def _split_civil_boxed(pictures: Mapping[str, Picture]) -> Placement:
    """Whole sources validate; the boxed sources, which are few, also give their last fifth."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for name, picture in pictures.items():
        by_source[picture.source].append(name)
    placed: Placement = {}
    for source, names in sorted(by_source.items()):
        ordered = sorted(names, key=_number)
        if source.startswith(_CIVIL_VAL_SOURCES):
            placed |= dict.fromkeys(ordered, (source, "val"))
        elif all(pictures[name].civil_labelled for name in ordered):
            placed |= _last_share(ordered, source)
        else:
            placed |= dict.fromkeys(ordered, (source, "train"))
    return placed


def _split_civil(pictures: Mapping[str, Picture]) -> Placement:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for name in pictures:
        by_kind[name.split("/")[0]].append(name)
    placed: Placement = {}
    for kind, names in sorted(by_kind.items()):
        placed |= _last_share(sorted(names, key=_number), f"civil/{kind}")
    return placed


def _last_share(ordered: Sequence[str], event: str) -> Placement:
    """The last fifth validates; the pictures at the border are left out of training."""
    border = len(ordered) - round(len(ordered) * VAL_SHARE)
    placed: Placement = {}
    for position, name in enumerate(ordered):
        if position >= border:
            placed[name] = (f"{event}/late", "val")
        else:
            side = "unused" if position >= border - _GUARD else "train"
            placed[name] = (f"{event}/early", side)
    return placed


def _number(name: str) -> tuple[int, str]:
    digits = re.findall(r"\d+", Path(name).stem)
    return (int(digits[-1]) if digits else 0, name)


def _runs(names: Iterable[str]) -> list[list[str]]:
    """Cut at every gap in the numbers."""
    runs: list[list[str]] = []
    last = None
    for name in names:
        number = _number(name)[0]
        if last is None or number != last + 1:
            runs.append([])
        runs[-1].append(name)
        last = number
    return runs


def _cut(run: Sequence[str]) -> list[Sequence[str]]:
    """Cut a run into blocks of about equal length."""
    pieces = max(1, round(len(run) / _BLOCK_LENGTH))
    borders = np.linspace(0, len(run), pieces + 1).round().astype(int)
    return [run[start:end] for start, end in pairwise(borders)]


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

if __name__ == "__main__":
    main()
