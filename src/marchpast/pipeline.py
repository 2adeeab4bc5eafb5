"""The flow from a source to named vehicles, readable in a minute.

source → frames → detections → tracks → crops → identities → sightings
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

from marchpast.errors import ModelContractError
from marchpast.identity import MILITARY, NOT_A_VEHICLE, Judge, brightness, in_company
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
    picture_detector,
)
from marchpast.records import Identity, Sighting, SourceKind, Track
from marchpast.references import Gallery, load_gallery
from marchpast.taxonomy import load_taxonomy

DEFAULT_SAMPLING = Sampling(every_s=0.2)
"""Five looks a second: `benchmarks/speed.py` measures what this saves and what it loses."""


class Recognizer:
    """The two networks with the rules that turn their numbers into names.

    Attributes:
        detector: Finds vehicles in the frames of a video.
        picture_finder: Finds them in still pictures, and from which confidence on they count.
        classifier: Scores crops.
        judge: Turns scores into identities.
        min_confidence: A weaker detection is no vehicle of its own.
        track_confidence: A weaker detection continues no track either.
        models: Card and execution provider of each network, in the order they run.
        gallery: The user's references; `None` without any.
    """

    def __init__(
        self,
        detector: Detector,
        classifier: Classifier,
        judge: Judge,
        *,
        min_confidence: float,
        track_confidence: float,
        picture_finder: tuple[Detector, float] | None = None,
        models: Sequence[tuple[ModelCard, str]] = (),
        gallery: Gallery | None = None,
    ) -> None:
        """Join the parts; `load` does it for models with cards.

        Args:
            detector: Its labels are `military_vehicle` and `civilian_vehicle`.
            classifier: Its labels are those the judge was made for.
            judge: See `marchpast.identity`.
            min_confidence: From here on a detection may start a track.
            track_confidence: Between the two it may only continue one.
            picture_finder: For still pictures, with its own `min_confidence`; `None` looks at
                them as at a frame of a video.
            models: What a result states about the networks.
            gallery: The user's references; its types are those the judge was made for.
        """
        self.detector = detector
        self.classifier = classifier
        self.judge = judge
        self.min_confidence = min_confidence
        self.track_confidence = track_confidence
        self.picture_finder = picture_finder or (detector, min_confidence)
        self.models = tuple(models)
        self.gallery = gallery

    @classmethod
    def load(
        cls,
        *,
        detector: str | Path = "detector",
        classifier: str | Path = "classifier",
        device: Device = "auto",
        long_side: int | None = None,
        min_confidence: float | None = None,
        references: str | Path | None = None,
    ) -> Self:
        """Load two models, bundled ones by default, with the settings of their cards.

        Args:
            detector: Bundled name or model folder.
            classifier: Bundled name or model folder.
            device: `auto` takes CUDA where it works; `cuda` takes it or fails.
            long_side: Longer side of the detector's input in pixels; `None` takes the card's. With
                a size of your own a still picture is looked at once, at this size.
            min_confidence: `None` takes the card's.
            references: A store of the user's own pictures (`marchpast references`), so that types
                without training pictures may be recognised by them.

        Raises:
            ModelError: If a model is unknown or damaged, does another task, does not run on the
                device, or cannot be used with references.
            ReferencesError: If there is no such store or it is damaged.
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
        gallery = (
            None
            if references is None
            else load_gallery(Path(references), namer, model_folder=find_model(classifier))
        )
        starts = found.min_confidence if min_confidence is None else min_confidence
        continues = min(found.track_confidence, starts)
        pictures = found.pictures if long_side is None else None
        picture_starts = pictures.min_confidence if pictures and min_confidence is None else starts
        return cls(
            OnnxDetector(finder, min_confidence=continues, size=long_side),
            OnnxClassifier(namer),
            Judge.from_settings(
                load_taxonomy(),
                labels=namer.card.labels,
                settings=named,
                attribute_names=namer.card.outputs.attributes,
                reference_types=gallery.types if gallery else (),
            ),
            min_confidence=starts,
            track_confidence=continues,
            picture_finder=(
                (picture_detector(finder, pictures, min_confidence=picture_starts), picture_starts)
                if pictures
                else None
            ),
            models=((finder.card, finder.provider), (namer.card, namer.provider)),
            gallery=gallery,
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

    def finder(self, kind: SourceKind) -> tuple[Detector, float]:
        """Return the detector for pictures or videos, and from where on its boxes count."""
        return (self.detector, self.min_confidence) if kind == "video" else self.picture_finder

    def identify(self, track: Track) -> Identity:
        """Name a track by its best looks."""
        images = [crop.image for crop in track.crops]
        scores = self.classifier.score(images)
        sides = track.xyxy[:, 2:] - track.xyxy[:, :2]
        return self.judge.identify(
            scores.logits,
            size_px=float(sides.min(axis=1).max()),
            found_as=self.detector.labels[track.class_id],
            novelty=scores.novelty,
            brightness=brightness(images),
            attributes=scores.attributes,
            nearness=()
            if self.gallery is None or scores.embedding is None
            else self.gallery.nearness(scores.embedding),
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
    detector, starts = recognizer.finder(source.kind)
    tracker = Tracker(
        track_confidence=min(recognizer.track_confidence, starts), min_confidence=starts
    )
    detected = detect_in_order(source.frames(sampling), detector, workers=workers)
    named = _named(source, follow(detected, tracker=tracker), recognizer, on_frame)
    if source.kind == "video":
        yield from named
    else:
        military = list(detector.labels).index(MILITARY)
        yield from in_company(tuple(named), load_taxonomy(), military_class=military)


def _named(
    source: Source,
    events: Iterator[Track | FollowedFrame],
    recognizer: Recognizer,
    on_frame: Callable[[FollowedFrame], None] | None,
) -> Iterator[Sighting]:
    for event in events:
        if isinstance(event, Track):
            identity = recognizer.identify(event)
            if identity.node != NOT_A_VEHICLE:
                yield Sighting(source.name, event, identity)
        elif on_frame is not None:
            on_frame(event)
