"""What a user may choose about a run; every field is an option of `classify-frames`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from marchpast.inference import DEVICES, Device
from marchpast.inventory import ClipLink
from marchpast.media import Sampling
from marchpast.pipeline import DEFAULT_SAMPLING
from marchpast.report import LANGUAGES, Language

_INPUT_MULTIPLE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of a run.

    Attributes:
        inventory: An inventory file, or the name of a bundled one; `None` compares with nothing.
        prior: A place whose earlier bundled parades give a second order of the likeliest types,
            shown beside the one by the picture alone; needs an inventory, and is refused where it
            knows the event of that inventory. Nothing else depends on it.
        labels: Vehicle names in any spelling; only sightings answered as one of them, or more
            exactly, are listed. Empty lists all.
        same_convoy: Sources that show the same vehicles, two or more together, by their names in
            the run; it is the user's word and is not checked.
        disjoint: Sources no two of which show the same vehicle, likewise; their counts are added.
        language: Of the vehicles' names on the report page: `en`, `ru` or `uk`.
        every: Look at a frame every so many seconds of video.
        stride: Look at every n-th frame instead.
        device: `auto`, `cpu` or `cuda`; `cuda` is CUDA or an error.
        workers: Detector threads; `None` takes one a core. The result does not depend on it.
        long_side: Longer side of the detector's input in pixels, a multiple of 32; `None` takes
            the model's.
        min_confidence: Weaker detections are discarded; `None` takes the model's.
        detector: Name of a bundled model, or a model folder.
        classifier: Name of a bundled model, or a model folder.
        references: A store of reference pictures that `marchpast references` made, by which types
            without training pictures may be recognised; `None` uses none.

    Raises:
        ValueError: If a value is out of its range or two contradict each other.
    """

    inventory: str | Path | None = None
    prior: str | None = None
    labels: tuple[str, ...] = ()
    same_convoy: tuple[tuple[str, ...], ...] = ()
    disjoint: tuple[tuple[str, ...], ...] = ()
    language: Language = "en"
    every: float | None = None
    stride: int | None = None
    device: Device = "auto"
    workers: int | None = None
    long_side: int | None = None
    min_confidence: float | None = None
    detector: str | Path = "detector"
    classifier: str | Path = "classifier"
    references: str | Path | None = None

    def __post_init__(self) -> None:
        if self.every is not None and self.stride is not None:
            raise ValueError("every and stride exclude each other; give one of them")
        _ = self.sampling
        _ = self.links
        if self.language not in LANGUAGES:
            raise ValueError(
                f"language must be one of {', '.join(LANGUAGES)}, got {self.language!r}"
            )
        if self.device not in DEVICES:
            raise ValueError(f"device must be one of {', '.join(DEVICES)}, got {self.device!r}")
        if self.workers is not None and self.workers < 1:
            raise ValueError(f"workers must be at least 1, got {self.workers}")
        if self.long_side is not None and (self.long_side < 1 or self.long_side % _INPUT_MULTIPLE):
            raise ValueError(
                f"long_side must be a positive multiple of {_INPUT_MULTIPLE}, got {self.long_side}"
            )
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            raise ValueError(f"min_confidence must be from 0 to 1, got {self.min_confidence}")
        if self.prior is not None and self.inventory is None:
            raise ValueError(
                "prior gives a second order of the likeliest types beside a comparison; "
                "give an inventory too"
            )
        if self.labels and self.inventory is not None:
            raise ValueError(
                "labels hide sightings that a comparison needs; give labels or an inventory"
            )

    @property
    def links(self) -> tuple[ClipLink, ...]:
        """What the user said of several sources."""
        return (
            *(ClipLink("same convoy", sources) for sources in self.same_convoy),
            *(ClipLink("disjoint", sources) for sources in self.disjoint),
        )

    @property
    def sampling(self) -> Sampling:
        """Which frames of a video are looked at."""
        if self.stride is not None:
            return Sampling(stride=self.stride)
        return DEFAULT_SAMPLING if self.every is None else Sampling(every_s=self.every)

    @property
    def worker_count(self) -> int:
        """Detector threads."""
        return self.workers or os.cpu_count() or 1
