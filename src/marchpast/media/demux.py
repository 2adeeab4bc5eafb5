"""The only door to FFmpeg for reading: one container, one plain file, one thread, no surprises.

The format is forced to the one that was sniffed, the bytes come from a Python file object, and
any other file or address the container may name is refused; so a playlist or a reference can
never be followed. PyAV keeps FFmpeg's log off unless the host program turns it on.

One decoding thread: with two, damaged H.264 came out different from run to run (its error
concealment reads frames that are still being decoded), and the workers that run the networks
use the other cores anyway.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from marchpast.errors import SourceError
from marchpast.media import jpeg
from marchpast.media.pixels import MAX_SIDE
from marchpast.media.sniff import VideoFormat
from marchpast.media.source import unreadable

_DEMUXERS: Final[dict[VideoFormat, str]] = {
    "mp4": "mov",
    "matroska": "matroska",
    "avi": "avi",
    "mpegts": "mpegts",
}
_NOT_VIDEO: Final = Disposition.attached_pic | Disposition.timed_thumbnails
# Without this many errors in a row the demuxer may still find its way back into the file.
_MAX_FAILED_READS: Final = 200
# A hole, as an interrupted download leaves it: a long run of zeros. These codecs never write
# one, except in front of a start code (01) or as padding at the end of a packet, and their
# decoders often notice nothing: the frame decodes to garbage without an error.
_HOLE: Final = bytes(64)
_AFTER_HOLE: Final = re.compile(rb"\x00{64}[\x02-\xff]")
_CODECS_WITHOUT_HOLES: Final = frozenset(
    {"h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg4", "mpeg2video", "mjpeg"}
)
# Of these, the ones that do not pad with zeros either.
_CODECS_WITHOUT_PADDING: Final = frozenset({"hevc", "vp8", "vp9", "av1", "libdav1d"})
# AVFMT_FLAG_GENPTS, libavformat/avformat.h.
_GENERATE_STAMPS: Final = 0x0001


@dataclass(slots=True)
class Losses:
    """What was met between the file and the decoded frames.

    Attributes:
        failed_reads: Times the demuxer reported an error.
        corrupt_packets: Packets the demuxer marked, or that have a hole.
        failed_packets: Packets the decoder refused.
        corrupt_frames: Frames that the decoder had to patch.
        video_end_s: Where the last video packet ends, seconds on the container's clock.
        any_end_s: The same over all streams.
    """

    failed_reads: int = 0
    corrupt_packets: int = 0
    failed_packets: int = 0
    corrupt_frames: int = 0
    video_end_s: float = 0.0
    any_end_s: float = 0.0

    @property
    def total(self) -> int:
        """All of them."""
        return self.failed_reads + self.corrupt_packets + self.failed_packets + self.corrupt_frames


@contextlib.contextmanager
def opened(
    path: Path, *, name: str, video_format: VideoFormat
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a video and its first real video stream; both are closed with the block.

    Raises:
        SourceError: If FFmpeg cannot open it, or there is no video that can be decoded.
    """
    with contextlib.ExitStack() as stack:
        try:
            stream = stack.enter_context(path.open("rb"))
            container = stack.enter_context(
                av.open(
                    stream,
                    mode="r",
                    format=_DEMUXERS[video_format],
                    metadata_errors="replace",
                    io_open=_refuse_other_files,
                )
            )
        except FFmpegError as error:
            raise SourceError(
                f"{name}: cannot be opened as {video_format} ({error.strerror}); "
                "check that the file was copied completely"
            ) from error
        except OSError as error:
            raise unreadable(name, error) from error
        video = _first_video(container, name)
        if video_format == "avi":
            # AVI has no presentation stamps; the ones FFmpeg would make up for B-frames are
            # in the wrong order. The clock spaces these frames by the header's rate.
            container.flags &= ~_GENERATE_STAMPS
        video.codec_context.thread_count = 1
        video.codec_context.options = {"max_pixels": str(MAX_SIDE * MAX_SIDE)}
        yield container, video


def decoded_frames(
    container: InputContainer, video: VideoStream, losses: Losses
) -> Iterator[VideoFrame]:
    """Yield every frame the decoder gives, in presentation order, and count what goes wrong."""
    for packet in _packets(container, losses):
        _note_end(packet, video, losses)
        if packet.stream_index != video.index:
            continue
        if packet.is_corrupt or _has_hole(packet, video.codec_context.name):
            losses.corrupt_packets += 1
        yield from _decode(video, packet, losses)
    yield from _decode(video, None, losses)


def real_videos(container: InputContainer) -> list[VideoStream]:
    """Return the streams of moving pictures; covers and thumbnails are none."""
    return [stream for stream in container.streams.video if not stream.disposition & _NOT_VIDEO]


def _decode(video: VideoStream, packet: Packet[Stream] | None, losses: Losses) -> list[VideoFrame]:
    try:
        frames = video.codec_context.decode(packet)
    except FFmpegError:
        losses.failed_packets += 1
        return []
    losses.corrupt_frames += sum(frame.is_corrupt for frame in frames)
    return frames


def _packets(container: InputContainer, losses: Losses) -> Iterator[Packet[Stream]]:
    """Yield the packets of all streams; after an error go on where the demuxer stands."""
    failed_in_a_row = 0
    while failed_in_a_row < _MAX_FAILED_READS:
        try:
            for packet in container.demux():
                failed_in_a_row = 0
                # PyAV closes with an empty packet a stream; flushing is done by the caller.
                if packet.size:
                    yield packet
            return
        except FFmpegError:
            losses.failed_reads += 1
            failed_in_a_row += 1


def _note_end(packet: Packet[Stream], video: VideoStream, losses: Losses) -> None:
    stamp = packet.dts if packet.pts is None else packet.pts
    if stamp is None:
        return
    end_s = float((stamp + (packet.duration or 0)) * packet.time_base)
    if packet.stream_index == video.index:
        if not packet.duration and video.average_rate:
            end_s += float(1 / video.average_rate)
        losses.video_end_s = max(losses.video_end_s, end_s)
    losses.any_end_s = max(losses.any_end_s, end_s)


def _has_hole(packet: Packet[Stream], codec: str) -> bool:
    if codec not in _CODECS_WITHOUT_HOLES:
        return False
    content = bytes(packet)
    if _HOLE not in content:
        return False
    if codec in _CODECS_WITHOUT_PADDING and content.endswith(_HOLE):
        return True
    if codec == "mjpeg" and not jpeg.forbids_zeros(content):
        return False
    return _AFTER_HOLE.search(content) is not None


def _first_video(container: InputContainer, name: str) -> VideoStream:
    """Return the first stream of moving pictures with a known decoder and a sane size."""
    streams = real_videos(container)
    if not streams:
        only = "only sound" if container.streams.audio else "no video stream"
        raise SourceError(f"{name}: holds {only}; give a file with moving pictures")
    for stream in streams:
        # PyAV's types promise a decoder; for an unknown codec there is none.
        context: object = stream.codec_context
        if context is not None:
            if max(stream.width, stream.height) > MAX_SIDE:
                raise SourceError(
                    f"{name}: is {stream.width}x{stream.height} pixels, allowed are {MAX_SIDE} "
                    "a side; scale it down"
                )
            return stream
    raise SourceError(f"{name}: its video codec is unknown; convert it to H.264")


def _refuse_other_files(url: str, _flags: int, _options: dict[str, str]) -> NoReturn:
    raise PermissionError(f"a video may not open other files, this one names {url!r}")
