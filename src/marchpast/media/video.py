"""Videos: decoded forward by FFmpeg, with true times and an account of every loss."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import ClassVar, Final

from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from marchpast.errors import SourceError
from marchpast.media import containers
from marchpast.media.clock import PresentationClock
from marchpast.media.declared import Declared, declared
from marchpast.media.demux import Losses, decoded_frames, opened, real_videos
from marchpast.media.finding import Finding, counted, join_notes
from marchpast.media.pixels import FrameConverter
from marchpast.media.sampling import Sampling
from marchpast.media.sniff import VideoFormat
from marchpast.media.source import Source, Tally, unreadable
from marchpast.records import BgrImage, Frame, SourceKind, SourceStatus

# Reliability bar R2: losing this share of the declared duration is reported.
_LOST_SHARE: Final = 0.01
_MICROSECOND: Final = Fraction(1, 1_000_000)


class VideoSource(Source):
    """The first video stream of a container, upright, with square pixels, from its start.

    Time zero is where the container starts, as in a player; `frames_expected` is the count
    in the index (edit lists applied) where there is one, else declared duration times
    average rate. A transport stream declares neither.
    """

    kind: ClassVar[SourceKind] = "video"

    def __init__(self, path: Path, *, name: str, video_format: VideoFormat) -> None:
        self._finding = _structure(path, name, video_format)
        self._format: VideoFormat = video_format
        with opened(path, name=name, video_format=video_format) as (container, stream):
            self._declared = declared(container, stream, video_format)
            self._streams = len(real_videos(container))
            first = _first_frame(container, stream, name)
            converter = FrameConverter(first, pixel_aspect=stream.sample_aspect_ratio)
            # Converting it now refuses a pixel format that cannot be shown before any work.
            _to_bgr(converter, first, name)
        super().__init__(
            path,
            name=name,
            width=converter.width,
            height=converter.height,
            frames_expected=self._declared.frames,
            duration_s=self._declared.duration_s,
        )

    def _decode(self, sampling: Sampling, tally: Tally) -> Iterator[Frame]:
        losses = Losses()
        is_taken = sampling.chooser()
        notes: list[str] = []
        converter: FrameConverter | None = None
        try:
            with opened(self.path, name=self.name, video_format=self._format) as (
                container,
                stream,
            ):
                clock = _clock(container, stream)
                for decoded in decoded_frames(container, stream, losses):
                    if converter is None:
                        converter = FrameConverter(decoded, pixel_aspect=stream.sample_aspect_ratio)
                    time_s = clock.time_of(decoded.pts)
                    index = tally.count(time_s)
                    if is_taken(index, time_s):
                        tally.used += 1
                        yield Frame(index, time_s, _to_bgr(converter, decoded, self.name))
        except OSError as error:
            raise unreadable(self.name, error) from error
        tally.errors = losses.total
        tally.status, notes = _verdict(self._finding, self._declared, losses, tally.decoded)
        notes += clock.notes()
        notes += converter.notes() if converter else []
        if self._streams > 1:
            notes.append(f"the first of {self._streams} video streams")
        tally.note = join_notes(notes)


def _verdict(
    finding: Finding, promise: Declared, losses: Losses, decoded: int
) -> tuple[SourceStatus, list[str]]:
    """Weigh what the structure, the header, the demuxer and the decoder say.

    The file's own length speaks first, then its clock, then errors inside.
    """
    reached_s = losses.video_end_s if promise.is_end_of_video else losses.any_end_s
    end_s = promise.end_s or 0.0
    ends_early = reached_s <= end_s * (1 - _LOST_SHARE) and end_s > 0
    missing = (promise.frames or 0) - decoded
    is_count_wrong = missing > 0 if promise.is_count_exact else ends_early and missing > 0
    notes = [finding.note]
    if ends_early:
        notes.append(f"ends at {reached_s:.2f} s of {end_s:.2f} s declared")
    if is_count_wrong:
        notes.append(f"{missing} of {counted(promise.frames or 0, 'declared frame')} missing")
    if -missing > _LOST_SHARE * decoded and promise.frames is not None:
        notes.append(f"the container declares {promise.frames} frames and holds {decoded}")
    if losses.total:
        notes.append(f"{counted(losses.total, 'decoding error')}")
    if finding.status == "damaged":
        return "damaged", notes
    if finding.status == "truncated" or ends_early:
        return "truncated", notes
    return "damaged" if losses.total or is_count_wrong else "complete", notes


def _structure(path: Path, name: str, video_format: VideoFormat) -> Finding:
    try:
        with path.open("rb") as stream:
            return containers.check(stream, video_format)
    except SourceError as error:
        raise SourceError(f"{name}: {error}; get a complete copy") from error
    except OSError as error:
        raise unreadable(name, error) from error


def _clock(container: InputContainer, stream: VideoStream) -> PresentationClock:
    """Return a clock whose zero is the container's start, as exact as the stream's own unit."""
    time_base = stream.time_base or _MICROSECOND
    origin_s: Fraction | None = None
    if container.start_time is not None:
        origin_s = container.start_time * _MICROSECOND
        if stream.start_time is not None:
            own_s = stream.start_time * time_base
            # The container's start is the same instant rounded to microseconds.
            if abs(own_s - origin_s) <= _MICROSECOND:
                origin_s = own_s
    return PresentationClock(time_base, origin_s=origin_s, rate=stream.average_rate)


def _first_frame(container: InputContainer, stream: VideoStream, name: str) -> VideoFrame:
    first = next(decoded_frames(container, stream, Losses()), None)
    if first is None:
        raise SourceError(f"{name}: no frame decodes; check that the file was copied completely")
    return first


def _to_bgr(converter: FrameConverter, frame: VideoFrame, name: str) -> BgrImage:
    try:
        return converter.to_bgr(frame)
    except FFmpegError as error:
        raise SourceError(
            f"{name}: its {frame.format.name} pixels cannot be converted ({error.strerror}); "
            "convert it to H.264 with 8-bit 4:2:0 colour"
        ) from error
