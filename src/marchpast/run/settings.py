"""What a user may choose about a run; every field is an option of `classify-frames`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from marchpast.inference import DEVICES, Device
from marchpast.media import Sampling
from marchpast.pipeline import DEFAULT_SAMPLING

_INPUT_MULTIPLE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of a run.

    Attributes:
        inventory: An inventory file, or the name of a bundled one; `None` compares with nothing.
        labels: Vehicle names in any spelling; only sightings answered as one of them, or more
            exactly, are listed. Empty lists all.
        every: Look at a frame every so many seconds of video.
        stride: Look at every n-th frame instead.
        device: `auto`, `cpu` or `cuda`; `cuda` is CUDA or an error.
        workers: Detector threads; `None` takes one a core. The result does not depend on it.
        long_side: Longer side of the detector's input in pixels, a multiple of 32; `None` takes
            the model's.
        min_confidence: Weaker detections are discarded; `None` takes the model's.
        detector: Name of a bundled model, or a model folder.
        classifier: Name of a bundled model, or a model folder.

    Raises:
        ValueError: If a value is out of its range or two contradict each other.
    """

    inventory: str | Path | None = None
    labels: tuple[str, ...] = ()
    every: float | None = None
    stride: int | None = None
    device: Device = "auto"
    workers: int | None = None
    long_side: int | None = None
    min_confidence: float | None = None
    detector: str | Path = "detector"
    classifier: str | Path = "classifier"

    def __post_init__(self) -> None:
        if self.every is not None and self.stride is not None:
            raise ValueError("every and stride exclude each other; give one of them")
        _ = self.sampling
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
        if self.labels and self.inventory is not None:
            raise ValueError(
                "labels hide sightings that a comparison needs; give labels or an inventory"
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
