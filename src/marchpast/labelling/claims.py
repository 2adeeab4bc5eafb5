"""The vehicles of a result or of footage, ready to hold against a name that others gave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from marchpast.identity import MILITARY
from marchpast.inference import ClassifierCard, ModelCard, find_model, load_card
from marchpast.media import open_source
from marchpast.pipeline import Recognizer, sightings
from marchpast.records import Crop, Frame, Identity, Track
from marchpast.report import load_result


@dataclass(frozen=True, slots=True)
class NamedVehicles:
    """Vehicles with the models' answers, and how far these can exclude a name.

    Attributes:
        identities: The answer for each vehicle, by the id of its sighting, in order.
        learnt: The classifier's labels; `None` where the classifier of a result is not at hand.
        weakly_learnt: Those of them learnt from few photos or from rendered pictures.
    """

    identities: Mapping[str, Identity]
    learnt: frozenset[str] | None
    weakly_learnt: frozenset[str]


def vehicles_of_result(folder: Path, *, classifier: str | Path = "classifier") -> NamedVehicles:
    """Read the vehicles of a finished run.

    Args:
        folder: A result folder.
        classifier: Bundled name or model folder: tells what was learnt, if it made this result.

    Raises:
        ResultError: If it is no result.
        ModelError: If there is no such classifier.
    """
    result = load_result(folder)
    card = load_card(find_model(classifier))
    made_it = any(model.sha256 == card.sha256 for model in result.models)
    return NamedVehicles(
        identities={entry.id: entry.to_identity() for entry in result.sightings},
        learnt=frozenset(card.labels) if made_it else None,
        weakly_learnt=_weakly_learnt(card),
    )


def vehicles_of_footage(path: Path, recognizer: Recognizer) -> NamedVehicles:
    """Find and name the vehicles of a picture or a video.

    A picture in which the detector finds none is taken for a crop: all of it is one vehicle.

    Args:
        path: A picture or a video.
        recognizer: Finds and names.

    Raises:
        SourceError: If no frame decodes.
    """
    source = open_source(path)
    found = {row.id: row.identity for row in sightings(source, recognizer)}
    if not found and source.kind == "picture":
        for frame in open_source(path).frames():
            found[f"{source.name}#1"] = recognizer.identify(whole_picture(frame, recognizer))
    cards = [card for card, _ in recognizer.models]
    return NamedVehicles(
        identities=found,
        learnt=frozenset(recognizer.classifier.labels),
        weakly_learnt=frozenset().union(*(_weakly_learnt(card) for card in cards)),
    )


def _weakly_learnt(card: ModelCard) -> frozenset[str]:
    if not isinstance(card, ClassifierCard):
        return frozenset()
    settings = card.settings
    return frozenset({*settings.thin_nodes, *settings.rendered_types, *settings.rendered_only})


def whole_picture(frame: Frame, recognizer: Recognizer) -> Track:
    """Return a whole picture as the one look at one vehicle, military because somebody says so."""
    height, width = frame.image.shape[:2]
    box = (0.0, 0.0, float(width), float(height))
    return Track(
        track_id=1,
        class_id=recognizer.detector.labels.index(MILITARY),
        frame_index=np.array([frame.index], np.int64),
        time_s=np.array([frame.time_s], np.float64),
        xyxy=np.array([box], np.float32),
        confidence=np.zeros(1, np.float32),
        crops=(Crop(frame.index, frame.time_s, box, frame.image, 0.0),),
    )
