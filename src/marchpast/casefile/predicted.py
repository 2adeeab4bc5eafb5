"""Predictions as rows of a case, and rows as predictions with what became of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast, get_args

from marchpast.explaining import Change, Outcome, Prediction

COLUMNS = 'id, made_on, text, explanation, window_from, window_to, probability, "check", note'
CHANGE_COLUMNS = "prediction, changed_on, before, after, note"


def to_row(prediction: Prediction) -> tuple[object, ...]:
    """Return the values of :data:`COLUMNS`; outcomes are rows of their own."""
    return (
        prediction.id,
        prediction.made_on.isoformat(),
        prediction.text,
        prediction.explanation,
        prediction.window_from.isoformat(),
        prediction.window_to.isoformat(),
        prediction.probability,
        prediction.check,
        prediction.note,
    )


def to_prediction(row: tuple[Any, ...], changes: Iterable[Change]) -> Prediction:
    """Return the prediction of a row of :data:`COLUMNS`, resolved as its last change says.

    Raises:
        ValueError: If the row holds what no prediction has.
    """
    id_, made_on, text, explanation, window_from, window_to, probability, check, note = row
    prediction = Prediction(
        id=id_,
        made_on=datetime.date.fromisoformat(made_on),
        text=text,
        explanation=explanation,
        window_from=datetime.date.fromisoformat(window_from),
        window_to=datetime.date.fromisoformat(window_to),
        probability=float(probability),
        check=check,
        note=note,
    )
    last = next((change for change in reversed(list(changes)) if change.prediction == id_), None)
    if last is None:
        return prediction
    return replace(prediction, outcome=last.after, resolved_on=last.on, note=last.note)


def to_change(row: tuple[Any, ...]) -> Change:
    """Return the change of a row of :data:`CHANGE_COLUMNS`.

    Raises:
        ValueError: If the row holds what no change has.
    """
    prediction, changed_on, before, after, note = row
    for outcome in (after,) if before is None else (before, after):
        if outcome not in get_args(Outcome):
            raise ValueError(f"{outcome!r} is no outcome")
    return Change(
        prediction,
        datetime.date.fromisoformat(changed_on),
        cast("Outcome | None", before),
        cast("Outcome", after),
        note,
    )
