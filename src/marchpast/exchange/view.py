"""A result as the formats of others see it: pictures with boxes, each box with its vehicle."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from marchpast.errors import ExchangeError
from marchpast.exchange.categories import Categories, Category
from marchpast.files import sha256_of
from marchpast.records import Box
from marchpast.report import (
    RESULT_FILE,
    DetectionRow,
    Result,
    SightingEntry,
    SourceEntry,
    load_result,
    read_rows,
)
from marchpast.taxonomy import Taxonomy

_STEM_LENGTH = 60


@dataclass(frozen=True, slots=True)
class NamedBox:
    """One box of one frame.

    Attributes:
        xyxy: Pixels of the upright source frame, within it.
        confidence: Of the detector, 0 to 1.
        category: The answer for its vehicle, or `unnamed`.
        sighting: Its vehicle, `None` when it belongs to none.
    """

    xyxy: Box
    confidence: float
    category: Category
    sighting: SightingEntry | None


@dataclass(frozen=True, slots=True)
class FrameBoxes:
    """One frame that was looked at.

    Attributes:
        source: What it is a frame of.
        prefix: Of the names of its source's frames: the source's name and hash, shortened.
        frame_index: In decode order, from 0.
        time_s: Presentation time in seconds.
        boxes: Possibly none.
    """

    source: SourceEntry
    prefix: str
    frame_index: int
    time_s: float
    boxes: tuple[NamedBox, ...]

    @property
    def stem(self) -> str:
        """A file name without suffix, the same in every export: source, hash, frame."""
        return f"{self.prefix}-{self.frame_index:06d}"

    @property
    def picture(self) -> str:
        """The name of the picture of the frame, where it is written."""
        return f"{self.stem}.jpg"


class ResultView:
    """A result folder, read once for its facts and frame by frame for its boxes.

    Attributes:
        folder: Where it is.
        result: The content of `result.json`.
        categories: The classes that boxes have.
    """

    def __init__(self, folder: Path, taxonomy: Taxonomy) -> None:
        """Read `result.json`.

        Raises:
            ResultError: If the folder holds no result.
        """
        self.folder = folder
        self.result: Result = load_result(folder)
        self.categories = Categories(taxonomy)
        self._sources = {source.name: source for source in self.result.sources}
        self._prefixes = dict(_prefixes(self.result.sources))
        self._sightings = {(row.source, row.track_id): row for row in self.result.sightings}

    @cached_property
    def sha256(self) -> str:
        """Of `result.json`, so that an export says what it was made from."""
        return sha256_of(self.folder / RESULT_FILE)

    def frames(self, source: str | None = None) -> Iterator[FrameBoxes]:
        """Yield every frame that was looked at, in the order of `detections.jsonl`.

        Args:
            source: Only the frames of this source.

        Raises:
            ResultError: If a line of `detections.jsonl` is not of the format.
            ExchangeError: If a row speaks of a source or a node that the result does not have.
        """
        for row in read_rows(self.folder, source=source):
            if (entry := self._sources.get(row.source)) is None:
                raise ExchangeError(
                    f"{self.folder}: a row is of {row.source!r}, which is not among the sources; "
                    "validate the folder to see every problem"
                )
            boxes = tuple(self._boxes(row, entry))
            prefix = self._prefixes[row.source]
            yield FrameBoxes(entry, prefix, row.frame_index, row.time_s, boxes)

    def class_counts(self) -> Counter[str]:
        """Return how many boxes have each class."""
        return Counter(box.category.node for frame in self.frames() for box in frame.boxes)

    def _boxes(self, row: DetectionRow, source: SourceEntry) -> Iterator[NamedBox]:
        for found in row.detections:
            try:
                category = self.categories.of(found.node)
            except KeyError as error:
                raise ExchangeError(
                    f"{self.folder}: a box is of {found.node!r}, which this version's taxonomy "
                    "does not have; convert with the version of marchpast that made the result"
                ) from error
            sighting = (
                None
                if found.track_id is None
                else self._sightings.get((row.source, found.track_id))
            )
            x1, y1, x2, y2 = found.xyxy
            # Rounding to 2 decimals may have carried an edge out of the picture.
            inside = (
                min(max(x1, 0.0), source.width),
                min(max(y1, 0.0), source.height),
                min(max(x2, 0.0), source.width),
                min(max(y2, 0.0), source.height),
            )
            yield NamedBox(inside, found.confidence, category, sighting)


def relative_xywh(box: NamedBox, source: SourceEntry) -> tuple[float, float, float, float]:
    """Return left, top, width and height as shares of the picture's size, 0 to 1.

    Eight decimals are less than a hundredth of a pixel in any picture that is read.
    """
    x1, y1, x2, y2 = box.xyxy
    width, height = source.width, source.height
    return (
        round(x1 / width, 8),
        round(y1 / height, 8),
        round((x2 - x1) / width, 8),
        round((y2 - y1) / height, 8),
    )


def _prefixes(sources: Iterable[SourceEntry]) -> Iterator[tuple[str, str]]:
    """Yield each source's name and its prefix, unique even for copies of one file."""
    taken: Counter[str] = Counter()
    for source in sources:
        prefix = f"{_stem(source.name)}-{source.sha256[:10]}"
        taken[prefix] += 1
        yield source.name, prefix if taken[prefix] == 1 else f"{prefix}-copy{taken[prefix]}"


def _stem(name: str) -> str:
    """Return the readable part of a file name; what cannot be in one everywhere becomes `-`."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name.rpartition(".")[0] or name).strip("-")
    if plain.isascii() and plain:
        return plain[:_STEM_LENGTH].strip("-").lower()
    return hashlib.sha256(name.encode()).hexdigest()[:10]
