"""What a container states about its video before a frame is decoded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from av.container import InputContainer
from av.video.stream import VideoStream

from marchpast.media.sniff import VideoFormat

_MICROSECOND: Final = Fraction(1, 1_000_000)
_DURATION_TAG: Final = re.compile(r"(\d{1,4}):(\d\d):(\d\d(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Declared:
    """The promise a reader can hold a file to.

    Attributes:
        frames: How many frames to expect, `None` when nothing is stated.
        is_count_exact: `frames` is the length of an index, not duration times rate.
        duration_s: Of the video, seconds, `None` when nothing is stated.
        end_s: Where the last packet should end on the container's clock, `None` likewise.
        is_end_of_video: `end_s` is about the video; else about the longest stream.
    """

    frames: int | None = None
    is_count_exact: bool = False
    duration_s: float | None = None
    end_s: float | None = None
    is_end_of_video: bool = True


def declared(container: InputContainer, stream: VideoStream, video_format: VideoFormat) -> Declared:
    """Return what the container states; FFmpeg's own guesses are left out."""
    if video_format == "avi":
        return _declared_avi(stream)
    if video_format == "matroska":
        return _declared_matroska(container, stream)
    if video_format == "mp4" and stream.frames:
        return _declared_by_index(stream)
    # Transport streams and fragmented MP4 state nothing: FFmpeg's figures for them are the
    # stamps and fragments it found in the file.
    return Declared()


def _declared_avi(stream: VideoStream) -> Declared:
    """Frames and rate stand in the stream header; a zero count means never finished."""
    if not stream.frames or not stream.average_rate:
        return Declared(stream.frames or None)
    duration_s = float(stream.frames / stream.average_rate)
    return Declared(stream.frames, duration_s=duration_s, end_s=duration_s)


def _declared_by_index(stream: VideoStream) -> Declared:
    """An MP4 index lists every frame; FFmpeg has taken out what the edit list cuts away."""
    entries = stream.index_entries
    kept = sum(not entry.is_discard for entry in entries) if len(entries) else stream.frames
    duration_s = _seconds(stream.duration, stream.time_base)
    end_s = None
    if kept == stream.frames and duration_s is not None:
        end_s = duration_s + (_seconds(stream.start_time, stream.time_base) or 0.0)
    return Declared(kept, is_count_exact=True, duration_s=duration_s, end_s=end_s)


def _declared_matroska(container: InputContainer, stream: VideoStream) -> Declared:
    """The end of the stream is a tag, the end of the longest stream a field of the header."""
    end_s = _tagged_s(stream)
    is_end_of_video = end_s is not None
    if end_s is None:
        end_s = _seconds(container.duration, _MICROSECOND)
    if end_s is None:
        return Declared()
    duration_s = end_s - (_seconds(stream.start_time, stream.time_base) or 0.0)
    frames = round(duration_s * stream.average_rate) if stream.average_rate else None
    return Declared(frames, duration_s=duration_s, end_s=end_s, is_end_of_video=is_end_of_video)


def _tagged_s(stream: VideoStream) -> float | None:
    """Return the `DURATION` tag that Matroska writers leave for each stream."""
    found = _DURATION_TAG.fullmatch(stream.metadata.get("DURATION", ""))
    if found is None:
        return None
    hours, minutes, seconds = found.groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds) or None


def _seconds(stamps: int | None, unit: Fraction | None) -> float | None:
    return float(stamps * unit) if stamps is not None and stamps > 0 and unit else None
