"""Show labelled pictures to the shipped models, through the public API alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marchpast.evaluation.box_scores import Found
from marchpast.evaluation.labelled import CIVIL, WHOLE, LabelledBox, LabelledPicture
from marchpast.identity import UNKNOWN, brightness
from marchpast.media import Sampling, open_source
from marchpast.pipeline import Recognizer, sightings
from marchpast.progress import SILENCE, Progress
from marchpast.recognition import Detector, OnnxDetector, ViewsDetector, cut
from marchpast.records import BgrImage, Box, Detections, Identity, SourceKind
from marchpast.taxonomy import load_taxonomy

MILITARY = "military_vehicle"
# Below every confidence that matters for a precision-recall curve: the network's own floor.
LOWEST_CONFIDENCE = 0.03
_KINDS: tuple[SourceKind, SourceKind] = ("picture", "video")


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """One picture and what was found in it.

    Attributes:
        picture: With its labels.
        longest_px: Its longer side.
        found: Military boxes, found and true; the true ones only where boxes are tight.
        found_once: The same by one look, as a frame of a video is looked at.
        is_alarm: Whether the whole flow answered a military vehicle; `None` where one is there.
    """

    picture: LabelledPicture
    longest_px: int
    found: Found
    found_once: Found
    is_alarm: bool | None

    @property
    def is_measurable(self) -> bool:
        """Whether every military vehicle in it has a tight box."""
        return self.picture.is_boxed or not self.picture.has_military


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """One labelled vehicle and what was made of its pixels.

    Attributes:
        collection: Where it is from.
        event: Of its picture.
        box: Its label.
        identity: The answer, given the true box, or the whole picture where there is none.
        probabilities: `(L,)` calibrated, of the classifier's labels.
        energy: Minus the logarithm of the summed exponentials of the logits (Liu et al. 2020):
            high for what the network does not know.
        novelty: How unlike the pictures learnt the network says it is, `None` where it does not.
        in_found_box: The probabilities given the detector's surest military box instead, `None`
            where the true box is known.
    """

    collection: str
    event: str
    box: LabelledBox
    identity: Identity
    probabilities: npt.NDArray[np.float64]
    energy: float
    novelty: float | None
    in_found_box: npt.NDArray[np.float64] | None


def look_at(
    pictures: Sequence[LabelledPicture],
    recognizer: Recognizer,
    *,
    progress: Progress = SILENCE,
) -> tuple[list[Looked], list[Named]]:
    """Find and name in every picture.

    Raises:
        SourceError: If a picture does not decode.
    """
    looked, named = [], []
    progress.start("measuring", len(pictures))
    for index, picture in enumerate(pictures):
        image = next(open_source(picture.path).frames(Sampling())).image
        found, once = (_military(image, recognizer.finder(kind)[0]) for kind in _KINDS)
        truth = [box.xyxy for box in picture.boxes if box.node != CIVIL and picture.is_boxed]
        boxes = np.array(truth, np.float32).reshape(-1, 4)
        looked.append(
            Looked(
                picture,
                max(image.shape[:2]),
                Found(found.xyxy, found.confidence, boxes, picture.event),
                Found(once.xyxy, once.confidence, boxes, picture.event),
                None if picture.has_military else _raises_alarm(picture, recognizer),
            )
        )
        named += [_name(image, picture, box, found, recognizer) for box in picture.boxes]
        progress.advance(index)
    progress.finish()
    return looked, named


def _military(image: BgrImage, detector: Detector) -> Detections:
    found = (
        detector.detect(image, min_confidence=LOWEST_CONFIDENCE)
        if isinstance(detector, OnnxDetector | ViewsDetector)
        else detector.detect(image)
    )
    return found.select(found.class_id == list(detector.labels).index(MILITARY))


def _raises_alarm(picture: LabelledPicture, recognizer: Recognizer) -> bool:
    taxonomy = load_taxonomy()
    nodes = [row.identity.node for row in sightings(open_source(picture.path), recognizer)]
    return any(node != UNKNOWN and taxonomy.is_within(node, MILITARY) for node in nodes)


def _name(
    image: BgrImage,
    picture: LabelledPicture,
    box: LabelledBox,
    found: Detections,
    recognizer: Recognizer,
) -> Named:
    height, width = image.shape[:2]
    is_whole = box.xyxy == WHOLE or not picture.is_boxed
    xyxy: Box = (0.0, 0.0, float(width), float(height)) if is_whole else box.xyxy
    crop = cut(image, xyxy)
    scores = recognizer.classifier.score([crop])
    logits = scores.logits
    size_px = min(xyxy[2] - xyxy[0], xyxy[3] - xyxy[1])
    peak = float(logits.max())
    in_found_box = None
    if is_whole:
        sure = found.confidence >= recognizer.finder("picture")[1]
        best = found.xyxy[sure][:1]
        in_found_box = (
            recognizer.judge.probabilities(recognizer.classifier.classify([cut(image, best[0])]))
            if len(best)
            else recognizer.judge.probabilities(logits)
        )
    return Named(
        picture.collection,
        picture.event,
        box,
        recognizer.judge.identify(
            logits,
            size_px=size_px,
            found_as=MILITARY,
            novelty=scores.novelty,
            brightness=brightness([crop]),
            attributes=scores.attributes,
        ),
        recognizer.judge.probabilities(logits),
        -peak - float(np.log(np.exp(logits.astype(np.float64) - peak).sum())),
        None if scores.novelty is None else float(scores.novelty[0]),
        in_found_box,
    )
