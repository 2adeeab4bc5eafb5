"""What a person is asked about: crops with the place they were cut from and the model's answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from marchpast.errors import ResultError
from marchpast.identity import NOT_A_VEHICLE, UNKNOWN
from marchpast.media import Source
from marchpast.pipeline import Recognizer, sightings
from marchpast.records import BgrImage, Box, Candidate, SourceKind
from marchpast.report import load_result

_NO_ANSWER = (UNKNOWN, NOT_A_VEHICLE)


@dataclass(frozen=True, slots=True, eq=False)
class LabelCrop:
    """One vehicle to be named by a person.

    Attributes:
        id: Unique among the crops of a page: `<source>#<track>`.
        source: The source's name.
        source_sha256: Of the source file's bytes: finds it again under any name.
        kind: `picture` or `video`.
        frame_index: In decode order, from 0; 0 for a picture.
        time_s: Presentation time in seconds; 0 for a picture.
        xyxy: Box in pixels of the upright source frame.
        frame_width: Of that frame, pixels.
        frame_height: Of that frame, pixels.
        suggested: The model's answer, a taxonomy node; `None` when it gave none.
        mass: Calibrated probability at `suggested`; of the best node where there is none.
        reason: Why the model's answer stopped there, one sentence.
        candidates: The likeliest types whatever the answer, likeliest first.
        image: `(h, w, 3)` uint8 BGR.
    """

    id: str
    source: str
    source_sha256: str
    kind: SourceKind
    frame_index: int
    time_s: float
    xyxy: Box
    frame_width: int
    frame_height: int
    suggested: str | None
    mass: float
    reason: str
    candidates: tuple[Candidate, ...]
    image: BgrImage


def crops_of_result(folder: Path) -> list[LabelCrop]:
    """Return the sightings of a finished run, in the order of its `result.json`.

    Args:
        folder: What `marchpast classify-frames` wrote.

    Raises:
        ResultError: If it is no result, or a crop is missing or no picture.
    """
    result = load_result(folder)
    sources = {source.name: source for source in result.sources}
    crops = []
    for entry in result.sightings:
        source, best = sources.get(entry.source), entry.best
        if source is None:
            raise ResultError(
                f"{folder}: sighting {entry.id!r} is of a source that the result does not list; "
                "run classify-frames again"
            )
        crops.append(
            LabelCrop(
                id=entry.id,
                source=entry.source,
                source_sha256=source.sha256,
                kind=source.kind,
                frame_index=best.frame_index,
                time_s=best.time_s,
                xyxy=best.xyxy,
                frame_width=source.width,
                frame_height=source.height,
                suggested=None if entry.node in _NO_ANSWER else entry.node,
                mass=entry.probability,
                reason=entry.reason,
                candidates=tuple(
                    Candidate(row.node, row.probability)
                    for row in entry.candidates
                    if row.node not in _NO_ANSWER
                ),
                image=_read(folder / best.crop),
            )
        )
    return crops


def crops_of_pictures(sources: Iterable[Source], recognizer: Recognizer) -> Iterator[LabelCrop]:
    """Yield every vehicle the detector finds in pictures, with the classifier's answer.

    Videos work too: each vehicle gives its best look.

    Args:
        sources: See `marchpast.open_source`; each with a name of its own.
        recognizer: Finds and names.

    Raises:
        SourceError: If no frame of a source decodes.
    """
    for source in sources:
        for sighting in sightings(source, recognizer):
            best, identity = sighting.track.crops[0], sighting.identity
            x1, y1, x2, y2 = (round(float(value), 2) for value in best.xyxy)
            yield LabelCrop(
                id=sighting.id,
                source=source.name,
                source_sha256=source.sha256,
                kind=source.kind,
                frame_index=best.frame_index,
                time_s=round(best.time_s, 6),
                xyxy=(x1, y1, x2, y2),
                frame_width=source.width,
                frame_height=source.height,
                suggested=None if identity.node in _NO_ANSWER else identity.node,
                mass=identity.probability,
                reason=identity.reason,
                candidates=tuple(row for row in identity.candidates if row.node not in _NO_ANSWER),
                image=best.image,
            )


def _read(path: Path) -> BgrImage:
    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise ResultError(
            f"{path}: cannot be read ({error.strerror}); give the folder of a finished run"
        ) from error
    image = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    if image is None:
        raise ResultError(f"{path}: is no picture; run classify-frames again")
    return np.asarray(image, np.uint8)
