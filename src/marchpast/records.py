"""The few frozen types that cross rooms.

Columns (numpy) describe what is inside a frame; plain values describe a thing once it has
left its frame. Pixels are `(H, W, 3)` uint8 in BGR order everywhere between rooms; boxes are
`xyxy` in pixels of the upright source frame, x to the right and y down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

BgrImage = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]
TimeArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

Box = tuple[float, float, float, float]
"""`x1, y1, x2, y2` in pixels of the upright source frame."""

SourceKind = Literal["picture", "video"]
SourceStatus = Literal["complete", "truncated", "damaged"]
Level = Literal["type", "family", "category", "class", "unknown"]
"""How exact an answer is: a vehicle type; a family of types; a direct child of the military
or civil vehicles; military or civil alone; nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded frame or picture.

    Attributes:
        index: 0-based position in decode order, counting frames that were skipped.
        time_s: Presentation time in seconds, 0.0 for a picture. Not `index / fps`.
        image: `(H, W, 3)` uint8 BGR, upright.
    """

    index: int
    time_s: float
    image: BgrImage

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise ValueError(
                f"a frame needs an (H, W, 3) uint8 BGR image, got shape {self.image.shape} "
                f"and dtype {self.image.dtype}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Columns of one frame; every column has length `N >= 0`.

    Attributes:
        xyxy: `(N, 4)` float32, pixels of the source frame, clipped to it.
        confidence: `(N,)` float32 in [0, 1].
        class_id: `(N,)` int64, index into the labels of the detector's card.
    """

    xyxy: FloatArray
    confidence: FloatArray
    class_id: IntArray

    def __post_init__(self) -> None:
        count = len(self.confidence)
        if self.xyxy.shape != (count, 4) or self.class_id.shape != (count,):
            raise ValueError(
                f"columns of one frame must agree: xyxy {self.xyxy.shape}, confidence "
                f"{self.confidence.shape}, class_id {self.class_id.shape}"
            )

    def __len__(self) -> int:
        return len(self.confidence)

    @classmethod
    def empty(cls) -> Detections:
        """Return the columns of a frame in which nothing was found."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))

    def select(self, rows: BoolArray | IntArray) -> Detections:
        """Return the rows of a boolean mask or of an index array, in that order."""
        return Detections(self.xyxy[rows], self.confidence[rows], self.class_id[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """One look at a vehicle, kept to classify it and to find the picture again.

    Attributes:
        frame_index: The `Frame.index` it was cut from.
        time_s: Presentation time of that frame in seconds.
        xyxy: The box that was cut, in pixels of the upright source frame.
        image: `(h, w, 3)` uint8 BGR, a copy (never a view of the frame).
        quality: Higher is better; comparable within one track only.
    """

    frame_index: int
    time_s: float
    xyxy: Box
    image: BgrImage
    quality: float


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One vehicle followed through one source.

    Attributes:
        track_id: From 1, in order of appearance, per tracker.
        class_id: The detector's class that won the vote weighted by confidence.
        frame_index: `(T,)` int64, the frames it was detected in, ascending; `T >= 1`.
        time_s: `(T,)` float64, presentation times in seconds.
        xyxy: `(T, 4)` float32, the detected boxes.
        confidence: `(T,)` float32.
        crops: The best looks, best first; at least one.
    """

    track_id: int
    class_id: int
    frame_index: IntArray
    time_s: TimeArray
    xyxy: FloatArray
    confidence: FloatArray
    crops: tuple[Crop, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A taxonomy node and its calibrated probability."""

    node: str
    probability: float


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """The kinds one vehicle may be: a set that holds the truth at a stated rate.

    Attributes:
        nodes: Taxonomy nodes in the order of the tree, none within another; each stands for
            everything under it. Empty when nothing known fits.
        probability: Calibrated mass of all of them.
        rate: Share of such sets that hold the truth, as calibrated: 0.9 is nine in ten.
        reason: One sentence: why the set is not smaller, or why it is empty.
        narrows: What would make it smaller, one phrase each, most telling first.
    """

    nodes: tuple[str, ...]
    probability: float
    rate: float
    reason: str
    narrows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenAttribute:
    """Something about a vehicle that the model or a person saw.

    Attributes:
        name: Which attribute, one of those that `marchpast.identity` knows: `drive`, `axles` ...
        value: `wheels`, `4`, `yes` ...
        origin: `model` or `user`.
        probability: Calibrated, for the model; `None` for a person's word.
    """

    name: str
    value: str
    origin: Literal["model", "user"]
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What one vehicle is, as far as the evidence carries.

    Attributes:
        node: The taxonomy node answered, or `unknown`.
        level: How exact that node is.
        probability: Calibrated mass at `node`; for `unknown` the mass of the best node.
        reason: One sentence: why the answer stopped at this level.
        candidates: The five likeliest types, whatever the answer, likeliest first.
        masses: Calibrated mass of every node that holds at least one in two hundred, in the order
            of the tree; empty where a result holds no more than the answer.
        answer: The same answer as a set; `None` with a classifier whose card calibrates none.
        attributes: What was seen of the vehicle itself.
        conflicts: Where an attribute and the likeliest name contradict each other, one sentence
            each.
        by_references: The type that the user's own reference pictures pointed to, with what they
            make it worth; `None` where they had no say.
    """

    node: str
    level: Level
    probability: float
    reason: str
    candidates: tuple[Candidate, ...]
    masses: tuple[Candidate, ...] = ()
    answer: AnswerSet | None = None
    attributes: tuple[SeenAttribute, ...] = ()
    conflicts: tuple[str, ...] = ()
    by_references: Candidate | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One physical vehicle in one source: its track and what it is.

    Attributes:
        source: The source's name in this run (relative, `/`-separated).
        track: Where and when it was seen; `track.crops[0]` is the best look.
        identity: What it is.
    """

    source: str
    track: Track
    identity: Identity

    @property
    def id(self) -> str:
        """A name that is unique in the result: `<source>#<track_id>`."""
        return f"{self.source}#{self.track.track_id}"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What became of one source: nothing is lost without a number here.

    Attributes:
        name: The source's name in this run (relative, `/`-separated).
        kind: `picture` or `video`.
        sha256: Hex digest of the file's bytes.
        size_bytes: Length of the file.
        width: Of the upright frame, pixels.
        height: Of the upright frame, pixels.
        frames_expected: What the container declares (1 for a picture), `None` when silent.
        frames_decoded: How many frames came out of the decoder.
        frames_used: How many of them were looked at.
        first_time_s: Presentation time of the first decoded frame, seconds.
        last_time_s: Presentation time of the last decoded frame, seconds.
        duration_s: What the container declares, seconds, `None` when silent.
        decode_errors: Packets or frames the decoder refused.
        status: `complete`; `truncated` (ends early); `damaged` (holes or errors inside).
        note: One line for a person: what was lost, or what was odd about a complete source.
    """

    name: str
    kind: SourceKind
    sha256: str
    size_bytes: int
    width: int
    height: int
    frames_expected: int | None
    frames_decoded: int
    frames_used: int
    first_time_s: float
    last_time_s: float
    duration_s: float | None
    decode_errors: int
    status: SourceStatus
    note: str
