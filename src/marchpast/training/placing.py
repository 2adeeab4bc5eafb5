"""Which events of one collection train and which validate.

Neighbouring pictures are often frames of one event, so whole events, or whole blocks of neighbours
where nobody named the events, go to one side.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from marchpast.records import BoolArray
from marchpast.training.datasets import Picture

SEED = 20170418
VAL_SHARE = 0.2
FEWEST_TO_BALANCE = 10
"""Boxes of a label below which all of it trains."""
FEWEST_TO_VALIDATE = 2
"""Events that validate: thresholds are chosen on one half of them and measured on the other."""
_BLOCK_LENGTH = 12
# Frames of one event can straddle the border of two blocks: the training side loses these.
_GUARD = 2
_TRIES = 200

Placement = dict[str, tuple[str, str]]
"""File name to event and side: `train`, `val` or `unused`."""


def names_events(pictures: Mapping[str, Picture]) -> bool:
    """Whether somebody said of what event the pictures are; else each is one of its own."""
    return any(Path(name).name != Path(row.event).name for name, row in pictures.items())


def split_by_events(pictures: Mapping[str, Picture]) -> Placement:
    """Split by the events that were named.

    Of many random choices of validation events the one is taken whose share of every label is
    closest to `VAL_SHARE`; of few events at least `FEWEST_TO_VALIDATE` validate.
    """
    events: dict[str, list[str]] = defaultdict(list)
    for name in sorted(pictures):
        events[pictures[name].event].append(name)
    labels = [_labels(pictures, names) for names in events.values()]
    in_val = _with_enough(_choose_blocks(labels), labels)
    return {
        name: (event, "val" if is_val else "train")
        for (event, names), is_val in zip(events.items(), in_val, strict=True)
        for name in names
    }


def _with_enough(in_val: BoolArray, labels: Sequence[Counter[str]]) -> BoolArray:
    """Let further events validate while too few do and all their labels still train without."""
    in_val = in_val.copy()
    for event in sorted(range(len(labels)), key=lambda event: labels[event].total()):
        if in_val.sum() >= FEWEST_TO_VALIDATE:
            break
        others = [row for row, is_val in zip(labels, in_val, strict=True) if not is_val]
        still = sum(others, Counter[str]()) - labels[event]
        is_kept = all(still[node] for node in labels[event])
        if labels[event] and not in_val[event] and is_kept:
            in_val[event] = True
    return in_val


def _labels(pictures: Mapping[str, Picture], names: Iterable[str]) -> Counter[str]:
    return Counter(box.node for name in names for box in pictures[name].boxes)


def split_by_blocks(pictures: Mapping[str, Picture]) -> Placement:
    """Split numbered pictures by blocks of neighbouring numbers.

    A gap in the numbers always ends a block. Of many random choices of validation blocks the
    one is taken whose share of every label is closest to `VAL_SHARE`.
    """
    names = sorted(pictures, key=number_of)
    runs = _runs(names)
    blocks = [block for run in runs for block in _cut(run)]
    in_val = _choose_blocks([_labels(pictures, block) for block in blocks])
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
    nodes = sorted(node for node, total in totals.items() if total >= FEWEST_TO_BALANCE)
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


def number_of(name: str) -> tuple[int, str]:
    """Return the last number in a file's name, 0 without one, and the name: what to sort by."""
    digits = re.findall(r"\d+", Path(name).stem)
    return (int(digits[-1]) if digits else 0, name)


def _runs(names: Iterable[str]) -> list[list[str]]:
    """Cut at every gap in the numbers."""
    runs: list[list[str]] = []
    last = None
    for name in names:
        number = number_of(name)[0]
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


def last_share(ordered: Sequence[str], event: str) -> Placement:
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
