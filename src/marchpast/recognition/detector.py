"""Finding vehicles in one picture."""

from __future__ import annotations

import threading
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from marchpast.errors import ModelContractError
from marchpast.inference import DetectorCard, Letterbox, Model, fitted_size
from marchpast.recognition.boxes import clip
from marchpast.records import BgrImage, Detections

_OUTPUTS = ("xyxy", "confidence", "class_id")
_SMALLEST_SIDE_PX = 1.0


class Detector(Protocol):
    """Anything that finds vehicles; may be called from several threads at once."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What `Detections.class_id` counts."""
        ...

    def detect(self, image: BgrImage) -> Detections:
        """Return the vehicles in a picture.

        Args:
            image: `(H, W, 3)` uint8 BGR; not changed.

        Returns:
            By descending confidence, clipped to the picture, none of them empty.
        """
        ...


class OnnxDetector:
    """A detector on ONNX Runtime; thread-safe.

    Args:
        model: Its card is a detector's.
        min_confidence: Weaker boxes are dropped. By default the card's `track_confidence`, the
            weakest that is of use to a tracker.
        size: Longer side of the network's input, pixels; by default the card's.

    Raises:
        ModelContractError: If the model is not a detector.
        ValueError: If the size does not fit the network's stride.
    """

    def __init__(
        self, model: Model, *, min_confidence: float | None = None, size: int | None = None
    ) -> None:
        card = model.card
        if not isinstance(card, DetectorCard) or set(card.outputs.names) != set(_OUTPUTS):
            raise ModelContractError(
                f"model {card.name}: a detector is needed, task detect with the outputs "
                f"{', '.join(_OUTPUTS)}; the card says {card.task} with "
                f"{', '.join(card.outputs.names)}"
            )
        if size is not None and (size < 1 or size % card.input.multiple_of):
            raise ValueError(
                f"size must be a multiple of {card.input.multiple_of} pixels for model "
                f"{card.name}, got {size}"
            )
        self._model = model
        self._order = [card.outputs.names.index(name) for name in _OUTPUTS]
        self._input = card.input
        self._long_side = max(card.input.size) if size is None else size
        self._min_confidence = (
            card.settings.track_confidence if min_confidence is None else min_confidence
        )
        # The padded buffer is reused from frame to frame and belongs to one thread.
        self._mine = threading.local()

    @property
    def labels(self) -> tuple[str, ...]:
        """What `Detections.class_id` counts."""
        return self._model.card.labels

    def detect(self, image: BgrImage, *, min_confidence: float | None = None) -> Detections:
        """Return the vehicles in a picture; see `Detector.detect`.

        Args:
            image: `(H, W, 3)` uint8 BGR; not changed.
            min_confidence: For this picture, instead of the detector's own.

        Raises:
            ModelContractError: If the network's numbers are not boxes.
        """
        height, width = image.shape[:2]
        tensor, back = self._letterbox(height, width).fit(image)
        outputs = self._model.run(tensor)
        xyxy, confidence, class_id = (outputs[index] for index in self._order)
        self._check(xyxy, confidence, class_id)
        boxes = clip(xyxy * back, width=width, height=height)
        floor = self._min_confidence if min_confidence is None else min_confidence
        is_kept = (confidence >= floor) & (boxes[:, 2:] - boxes[:, :2] >= _SMALLEST_SIDE_PX).all(
            axis=1
        )
        rows = np.flatnonzero(is_kept)
        rows = rows[np.argsort(-confidence[rows], kind="stable")]
        return Detections(
            boxes[rows],
            confidence[rows].astype(np.float32, copy=False),
            class_id[rows].astype(np.int64, copy=False),
        )

    def _letterbox(self, height: int, width: int) -> Letterbox:
        """Return this thread's letterbox, a new one when the shape of the pictures changes."""
        size = fitted_size(
            height, width, long_side=self._long_side, multiple_of=self._input.multiple_of
        )
        letterbox: Letterbox | None = getattr(self._mine, "letterbox", None)
        if letterbox is None or letterbox.size != size:
            letterbox = Letterbox(size, pad_value=self._input.pad_value)
            self._mine.letterbox = letterbox
        return letterbox

    def _check(
        self,
        xyxy: npt.NDArray[Any],
        confidence: npt.NDArray[Any],
        class_id: npt.NDArray[Any],
    ) -> None:
        name, count = self._model.card.name, len(confidence)
        if xyxy.shape != (count, 4) or confidence.shape != class_id.shape:
            raise ModelContractError(
                f"model {name}: outputs must be (M, 4), (M,) and (M,), got {xyxy.shape}, "
                f"{confidence.shape} and {class_id.shape}; export it again"
            )
        if not (np.isfinite(xyxy).all() and np.isfinite(confidence).all()):
            raise ModelContractError(
                f"model {name}: the network answered with values that are not finite; "
                "it is damaged or was exported wrongly"
            )
        if count and not ((class_id >= 0) & (class_id < len(self.labels))).all():
            raise ModelContractError(
                f"model {name}: class ids must be 0 to {len(self.labels) - 1}, as many as "
                f"the card has labels, got {class_id.min()} to {class_id.max()}"
            )
