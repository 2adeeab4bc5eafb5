"""Shares of what was answered with references, with intervals that know events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.gallery_answers import Answered, Verdict
from marchpast.evaluation.intervals import event_weights, figure, quantiles
from marchpast.evaluation.shares import wilson

Figures = dict[str, Any]
_Hit = Callable[[Answered], Verdict]


def figures_of(rows: Sequence[Answered]) -> Figures:
    """Return every figure of some answers.

    Returns:
        `referenced`: photos of types with references; `right_of_pointed`: how often the references
        are right where they point to a type, and `stated_of_pointed` how often they say they are;
        `other_military` and `civil`: what they do to everything else.
    """
    parts: dict[str, list[Answered]] = defaultdict(list)
    for row in rows:
        parts[row.part].append(row)
    types = parts["referenced"]
    found: Figures = {
        "types": len({row.node for row in types}),
        "referenced": {
            "nearest_of_the_store": mean_share(types, lambda row: row.is_nearest),
            "first_candidate": mean_share(types, lambda row: row.is_first),
            "among_first_three": mean_share(types, lambda row: row.is_in_three),
            "pointed_to_rightly": mean_share(types, lambda row: row.pointed == (True,)),
            "set_holds_before": mean_share(types, lambda row: row.set_before),
            "set_holds_after": mean_share(types, lambda row: row.set_after),
        },
        "right_of_pointed": share_right(rows),
        "stated_of_pointed": stated(rows),
    }
    for part in ("other military", "civil"):
        others = parts[part]
        found[part.replace(" ", "_")] = {
            "pointed_falsely": mean_share(others, lambda row: row.pointed == (False,)),
            "right_answer_made_wrong": mean_share(others, _made_wrong),
            "right_answer_made_less_exact": mean_share(others, _made_less_exact),
            "set_holds_before": mean_share(others, lambda row: row.set_before),
            "set_holds_after": mean_share(others, lambda row: row.set_after),
        }
    return found


def by_type(rows: Sequence[Answered]) -> dict[str, Figures]:
    """Return how often each type is the first candidate and pointed to."""
    types = sorted({row.node for row in rows if row.part == "referenced"})
    return {
        node: {
            "first_candidate": mean_share(own, lambda row: row.is_first),
            "pointed_to_rightly": mean_share(own, lambda row: row.pointed == (True,)),
        }
        for node in types
        for own in [[row for row in rows if row.node == node and row.part == "referenced"]]
    }


def mean_share(rows: Sequence[Answered], hit: _Hit) -> Figures:
    """Return the mean over photos of how often each was hit; the interval knows events.

    A photo in several trials counts once, with their mean; where its label cannot tell, it is left
    out.
    """
    hits: dict[tuple[str, int], list[float]] = defaultdict(list)
    events: dict[tuple[str, int], str] = {}
    for row in rows:
        verdict = hit(row)
        if verdict is not None:
            hits[row.photo].append(float(verdict))
            events[row.photo] = row.event
    if not hits:
        return {"value": None, "n": 0, "events": 0, "interval_95": [0.0, 1.0]}
    means = np.array([np.mean(values) for values in hits.values()])
    weights = event_weights(list(events.values()))
    low, high = quantiles(weights @ means / np.maximum(weights.sum(axis=1), 1e-9))
    by_count = wilson(round(float(means.sum())), len(means))
    return figure(
        float(means.mean()),
        (min(low, by_count[0]), max(high, by_count[1])),
        n=len(means),
        events=len(set(events.values())),
    )


def share_right(rows: Sequence[Answered]) -> Figures:
    """Return how often the references are right where they point, photos weighed as `PARTS` has it.

    `n` counts photos; those whose label cannot tell are left out.
    """
    judged = _judged(rows)
    if not judged:
        return {"value": None, "n": 0, "events": 0, "interval_95": [0.0, 1.0]}
    weight = np.array([row.weight for row in judged])
    right = np.array([float(row.pointed == (True,)) for row in judged])
    drawn = event_weights([row.event for row in judged])
    whole = drawn @ weight
    shares = np.where(whole > 0, (drawn @ (weight * right)) / np.maximum(whole, 1e-12), np.nan)
    value, photos = float((weight * right).sum() / weight.sum()), len({r.photo for r in judged})
    low, high = quantiles(shares)
    by_count = wilson(round(value * photos), photos)
    return figure(
        value,
        (min(low, by_count[0]), max(high, by_count[1])),
        n=photos,
        events=len({row.event for row in judged}),
    )


def stated(rows: Sequence[Answered]) -> Figures:
    """Return the mean probability that is stated there, weighed alike; it is no estimate."""
    judged = _judged(rows)
    weight = np.array([row.weight for row in judged])
    mean = np.average([row.stated for row in judged], weights=weight) if judged else None
    return {"value": None if mean is None else round(float(mean), 4), "n": len(judged)}


def _judged(rows: Sequence[Answered]) -> list[Answered]:
    return [row for row in rows if row.pointed not in ((), (None,))]


def _made_wrong(row: Answered) -> Verdict:
    return None if row.before is not True or row.after is None else row.after is False


def _made_less_exact(row: Answered) -> Verdict:
    return None if row.before is not True else row.is_less_exact
