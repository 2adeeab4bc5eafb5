"""Pictures and videos with the result drawn in, made in a second pass over the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from marchpast import files
from marchpast.errors import ResultError
from marchpast.media import Sampling, Source, open_source, write_video
from marchpast.records import BgrImage, Box, FloatArray, Frame, IntArray, Level, TimeArray
from marchpast.report.drawing import draw_sightings
from marchpast.report.naming import Namer
from marchpast.report.pictures import encode_jpeg
from marchpast.report.reading import load_result, read_rows
from marchpast.report.sighted import SightingEntry
from marchpast.report.text import storable
from marchpast.taxonomy import Taxonomy

MAX_GAP_S = 1.0
"""Boxes are interpolated over gaps up to this long: a parade vehicle at 20 km/h moves less
than its own length in a second, so a straight line between two detections holds."""

_JPEG_QUALITY = 92
_EVERY_FRAME = Sampling(stride=1)


@dataclass(frozen=True, slots=True, eq=False)
class DrawnTrack:
    """What to draw for one vehicle, and where it was detected.

    Attributes:
        label: One line, such as "9K33 Osa 0.91".
        level: How exact the answer is; chooses the colour.
        frame_index: `(T,)` int64, ascending; `T >= 1`.
        time_s: `(T,)` float64, presentation times in seconds.
        xyxy: `(T, 4)` float32, pixels of the upright source frame.
    """

    label: str
    level: Level
    frame_index: IntArray
    time_s: TimeArray
    xyxy: FloatArray

    def box_at(self, frame: Frame, *, max_gap_s: float = MAX_GAP_S) -> Box | None:
        """Return the box at a frame, `None` where the vehicle was not seen.

        Between two detections the box moves in a straight line over presentation time; it is
        not carried past the first or the last detection, nor over a longer gap.
        """
        after = int(np.searchsorted(self.frame_index, frame.index))
        if after < len(self.frame_index) and self.frame_index[after] == frame.index:
            return _as_box(self.xyxy[after])
        if after in (0, len(self.frame_index)):
            return None
        start, end = float(self.time_s[after - 1]), float(self.time_s[after])
        # The tolerance covers times that were rounded to a microsecond.
        if not 0.0 < end - start <= max_gap_s + 1e-5:
            return None
        share = min(max((frame.time_s - start) / (end - start), 0.0), 1.0)
        return _as_box((1.0 - share) * self.xyxy[after - 1] + share * self.xyxy[after])


def draw_frame(frame: Frame, tracks: Iterable[DrawnTrack]) -> BgrImage:
    """Return a copy of the frame with every track that is seen in it."""
    boxes: list[Box] = []
    labels: list[str] = []
    levels: list[Level] = []
    for track in tracks:
        box = track.box_at(frame)
        if box is not None:
            boxes.append(box)
            labels.append(track.label)
            levels.append(track.level)
    return draw_sightings(frame.image, boxes, labels, levels)


def drawn_tracks(folder: Path, source: str, *, taxonomy: Taxonomy) -> list[DrawnTrack]:
    """Return what a finished run found in one of its sources, ready to be drawn.

    Args:
        folder: The result folder.
        source: The source's name in that run.
        taxonomy: Where names come from.

    Raises:
        ResultError: If the folder holds no result, or no source has that name.
    """
    result = load_result(folder)
    name = storable(source)
    if name not in (known := [entry.name for entry in result.sources]):
        raise ResultError(
            f"{folder}: no source is called {source!r}; its sources: {', '.join(known) or 'none'}"
        )
    namer = Namer(taxonomy)
    seen: dict[int, _Boxes] = {}
    for row in read_rows(folder, source=name):
        for detection in row.detections:
            if detection.track_id is not None:
                boxes = seen.setdefault(detection.track_id, _Boxes([], [], []))
                boxes.frame_index.append(row.frame_index)
                boxes.time_s.append(row.time_s)
                boxes.xyxy.append(detection.xyxy)
    return [
        seen[entry.track_id].as_track(entry, namer)
        for entry in result.sightings
        if entry.source == name and entry.track_id in seen
    ]


def annotate_source(path: Path, tracks: Sequence[DrawnTrack], output: Path) -> None:
    """Write the source once more with every track drawn in.

    A video is decoded a second time and every frame is written at its own time; a picture
    becomes a JPEG file.

    Args:
        path: The picture or video that the tracks were found in.
        tracks: What to draw.
        output: The file to write; its folder must exist.

    Raises:
        SourceError: If the source cannot be opened, or none of its frames decodes.
        OSError: If the output cannot be written; an old file is then intact.
    """
    source = open_source(path)
    if source.kind == "picture":
        for frame in source.frames(_EVERY_FRAME):
            files.write_bytes(output, encode_jpeg(draw_frame(frame, tracks), quality=_JPEG_QUALITY))
        return
    write_video(output, _drawn_frames(source, tracks), width=source.width, height=source.height)


def _drawn_frames(source: Source, tracks: Sequence[DrawnTrack]) -> Iterator[tuple[BgrImage, float]]:
    for frame in source.frames(_EVERY_FRAME):
        yield draw_frame(frame, tracks), frame.time_s


@dataclass(frozen=True, slots=True)
class _Boxes:
    """The columns of a track while its rows are read."""

    frame_index: list[int]
    time_s: list[float]
    xyxy: list[Box]

    def as_track(self, entry: SightingEntry, namer: Namer) -> DrawnTrack:
        return DrawnTrack(
            label=f"{namer.english(entry.node)} {entry.probability:.2f}",
            level=entry.level,
            frame_index=np.array(self.frame_index, np.int64),
            time_s=np.array(self.time_s, np.float64),
            xyxy=np.array(self.xyxy, np.float32),
        )


def _as_box(row: FloatArray) -> Box:
    return (float(row[0]), float(row[1]), float(row[2]), float(row[3]))
