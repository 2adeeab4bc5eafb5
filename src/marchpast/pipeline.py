"""The flow from a source to named vehicles, readable in a minute.

source → frames → detections → tracks → crops → identities → sightings
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

from marchpast.errors import ModelContractError
from marchpast.identity import NOT_A_VEHICLE, Judge
from marchpast.inference import (
    ClassifierCard,
    DetectorCard,
    Device,
    Model,
    ModelCard,
    find_model,
)
from marchpast.media import Sampling, Source
from marchpast.recognition import (
    Classifier,
    Detector,
    FollowedFrame,
    OnnxClassifier,
    OnnxDetector,
    Tracker,
    detect_in_order,
    follow,
)
from marchpast.records import Identity, Sighting, Track
from marchpast.taxonomy import load_taxonomy

DEFAULT_SAMPLING = Sampling(every_s=0.2)
"""Five looks a second: `benchmarks/speed.py` measures what this saves and what it loses."""


class Recognizer:
    """The two networks with the rules that turn their numbers into names.

    Attributes:
        detector: Finds vehicles.
        classifier: Scores crops.
        judge: Turns scores into identities.
        min_confidence: A weaker detection is no vehicle of its own.
        track_confidence: A weaker detection continues no track either.
        models: Card and execution provider of each network, in the order they run.
    """

    def __init__(
        self,
        detector: Detector,
        classifier: Classifier,
        judge: Judge,
        *,
        min_confidence: float,
        track_confidence: float,
        models: Sequence[tuple[ModelCard, str]] = (),
    ) -> None:
        """Join the parts; `load` does it for models with cards.

        Args:
            detector: Its labels are `military_vehicle` and `civilian_vehicle`.
            classifier: Its labels are those the judge was made for.
            judge: See `marchpast.identity`.
            min_confidence: From here on a detection may start a track.
            track_confidence: Between the two it may only continue one.
            models: What a result states about the networks.
        """
        self.detector = detector
        self.classifier = classifier
        self.judge = judge
        self.min_confidence = min_confidence
        self.track_confidence = track_confidence
        self.models = tuple(models)

    @classmethod
    def load(
        cls,
        *,
        detector: str | Path = "detector",
        classifier: str | Path = "classifier",
        device: Device = "auto",
        long_side: int | None = None,
        min_confidence: float | None = None,
    ) -> Self:
        """Load two models, bundled ones by default, with the settings of their cards.

        Args:
            detector: Bundled name or model folder.
            classifier: Bundled name or model folder.
            device: `auto` takes CUDA where it works; `cuda` takes it or fails.
            long_side: Longer side of the detector's input in pixels; `None` takes the card's.
            min_confidence: `None` takes the card's.

        Raises:
            ModelError: If a model is unknown or damaged, does another task, or does not run on
                the device.
            ValueError: If `long_side` does not fit the network.
        """
        finder = Model.load(find_model(detector), device=device)
        namer = Model.load(find_model(classifier), device=device)
        if not isinstance(finder.card, DetectorCard) or not isinstance(namer.card, ClassifierCard):
            raise ModelContractError(
                f"a detector and a classifier are needed, got {finder.card.name} "
                f"({finder.card.task}) and {namer.card.name} ({namer.card.task})"
            )
        found, named = finder.card.settings, namer.card.settings
        starts = found.min_confidence if min_confidence is None else min_confidence
        continues = min(found.track_confidence, starts)
        return cls(
            OnnxDetector(finder, min_confidence=continues, size=long_side),
            OnnxClassifier(namer),
            Judge(
                load_taxonomy(),
                labels=namer.card.labels,
                temperature=named.temperature,
                min_mass=named.min_mass,
                novelty_slope=named.novelty_slope,
                min_type_score=named.min_type_score,
                min_type_size_px=named.min_type_size_px,
                thin_nodes=named.thin_nodes,
                rendered_types=named.rendered_types,
                min_rendered_score=named.min_rendered_score,
            ),
            min_confidence=starts,
            track_confidence=continues,
            models=((finder.card, finder.provider), (namer.card, namer.provider)),
        )

    @property
    def unvalidated_types(self) -> tuple[str, ...]:
        """Types the classifier can name although no picture of them was left to measure on."""
        cards = [card for card, _ in self.models if isinstance(card, ClassifierCard)]
        return tuple(name for card in cards for name in card.settings.unvalidated_types)

    @property
    def rendered_only(self) -> tuple[str, ...]:
        """Types the classifier can name although it learnt no photo of them."""
        cards = [card for card, _ in self.models if isinstance(card, ClassifierCard)]
        return tuple(name for card in cards for name in card.settings.rendered_only)

    def identify(self, track: Track) -> Identity:
        """Name a track by its best looks."""
        scores = self.classifier.score([crop.image for crop in track.crops])
        sides = track.xyxy[:, 2:] - track.xyxy[:, :2]
        return self.judge.identify(
            scores.logits,
            size_px=float(sides.min(axis=1).max()),
            found_as=self.detector.labels[track.class_id],
            novelty=scores.novelty,
        )


def sightings(
    source: Source,
    recognizer: Recognizer,
    *,
    sampling: Sampling = DEFAULT_SAMPLING,
    workers: int = 1,
    on_frame: Callable[[FollowedFrame], None] | None = None,
) -> Iterator[Sighting]:
    """Follow every vehicle through the source and name it once its track has ended.

    Lazy, and of constant memory: nothing is kept of a vehicle that was given away.

    Args:
        source: A picture or a video.
        recognizer: Finds and names.
        sampling: Which frames of a video are looked at.
        workers: Detector threads; they change the speed only.
        on_frame: Told every frame that was looked at, with its boxes and their final track ids.

    Yields:
        Vehicles, civil ones too, in the order in which their tracks end; not the boxes that turn
        out to hold none.

    Raises:
        SourceError: If no frame decodes.
    """
    tracker = Tracker(
        track_confidence=recognizer.track_confidence, min_confidence=recognizer.min_confidence
    )
    detected = detect_in_order(source.frames(sampling), recognizer.detector, workers=workers)
    for event in follow(detected, tracker=tracker):
        if isinstance(event, Track):
            identity = recognizer.identify(event)
            if identity.node != NOT_A_VEHICLE:
                yield Sighting(source.name, event, identity)
        elif on_frame is not None:
            on_frame(event)
