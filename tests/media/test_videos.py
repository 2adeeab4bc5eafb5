"""Videos whose frames carry their own number: identity and time of every frame are known."""

import gc
import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.stream import Disposition
from av.video.stream import VideoStream

from marchpast.errors import SourceError
from marchpast.media import Sampling, open_source
from marchpast.records import SourceReport

Image = npt.NDArray[np.uint8]
WriteClip = Callable[..., Path]
NumberIn = Callable[[Image], int]

# Irregular on purpose: 25 a second, a hole, a burst, a slow stretch.
VARIABLE_MS = [0, 40, 80, 500, 510, 533, 1000, 1700, 1740, 1780, 3000, 3033]

CONTAINERS = [
    ("mp4", "libx264", None, "yuv420p"),
    ("mov", "libx264", None, "yuv420p"),
    ("mkv", "libx264", None, "yuv420p"),
    ("webm", "libvpx", None, "yuv420p"),
    ("webm", "libvpx-vp9", None, "yuv420p"),
    ("avi", "mpeg4", None, "yuv420p"),
    ("avi", "mjpeg", None, "yuvj420p"),
    ("avi", "libx264", None, "yuv420p"),
    ("ts", "libx264", "mpegts", "yuv420p"),
    ("ts", "mpeg2video", "mpegts", "yuv420p"),
    ("mp4", "libx264", None, "yuv420p10le"),
    ("mp4", "libx264", None, "yuv444p"),
    ("mkv", "ffv1", None, "bgr0"),
]


def _read(
    path: Path, number_in: NumberIn, sampling: Sampling | None = None
) -> tuple[list[int], list[int], list[float], SourceReport]:
    """Return numbers shown, indices, times, and the report of all frames taken."""
    source = open_source(path)
    frames = list(source.frames(sampling or Sampling()))
    for frame in frames:
        assert frame.image.shape == (source.height, source.width, 3)
        assert frame.image.flags.c_contiguous
    return (
        [number_in(frame.image) for frame in frames],
        [frame.index for frame in frames],
        [frame.time_s for frame in frames],
        source.report(),
    )


@pytest.mark.parametrize(("suffix", "codec", "container", "pixels"), CONTAINERS)
def test_every_frame_comes_out_once_in_order_and_in_time(
    suffix: str,
    codec: str,
    container: str | None,
    pixels: str,
    tmp_path: Path,
    write_clip: WriteClip,
    number_in: NumberIn,
) -> None:
    path = write_clip(
        tmp_path / f"clip.{suffix}", codec=codec, container=container, pixels=pixels, count=30
    )
    numbers, indices, times_s, report = _read(path, number_in)
    assert numbers == indices == list(range(30))
    assert times_s == pytest.approx([number / 25 for number in range(30)], abs=6e-4)
    assert (report.status, report.decode_errors) == ("complete", 0)
    assert (report.frames_decoded, report.frames_used) == (30, 30)
    silent = suffix == "ts"
    assert report.frames_expected == (None if silent else 30)
    assert report.duration_s == (None if silent else pytest.approx(1.2))
    assert (report.first_time_s, report.last_time_s) == (times_s[0], times_s[-1])


@pytest.mark.parametrize(("suffix", "codec"), [("mp4", "libx264"), ("mkv", "libx264")])
def test_a_variable_frame_rate_keeps_its_times(
    suffix: str, codec: str, tmp_path: Path, write_clip: WriteClip, number_in: NumberIn
) -> None:
    path = write_clip(tmp_path / f"clip.{suffix}", codec=codec, times_ms=VARIABLE_MS)
    numbers, _, times_s, report = _read(path, number_in)
    assert numbers == list(range(len(VARIABLE_MS)))
    assert times_s == pytest.approx([time_ms / 1000 for time_ms in VARIABLE_MS], abs=6e-4)
    assert report.status == "complete"


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(stride=5), [0, 5, 10]),
        (Sampling(every_s=1.0), [0, 6, 10]),
        (Sampling(every_s=0.5), [0, 3, 6, 7, 10]),
        (Sampling(every_s=60.0), [0]),
    ],
)
def test_sampling_takes_the_frames_it_names_and_decodes_all(
    sampling: Sampling,
    expected: list[int],
    tmp_path: Path,
    write_clip: WriteClip,
    number_in: NumberIn,
) -> None:
    path = write_clip(tmp_path / "clip.mp4", times_ms=VARIABLE_MS)
    numbers, indices, _, report = _read(path, number_in, sampling)
    assert numbers == indices == expected
    assert (report.frames_decoded, report.frames_used) == (len(VARIABLE_MS), len(expected))


def test_time_zero_is_where_the_container_starts(
    tmp_path: Path, write_clip: WriteClip, number_in: NumberIn
) -> None:
    stamps = [5000 + 40 * number for number in range(10)]
    path = write_clip(tmp_path / "clip.ts", container="mpegts", times_ms=stamps)
    _, _, times_s, _ = _read(path, number_in)
    assert times_s == pytest.approx([0.04 * number for number in range(10)], abs=1e-4)


@pytest.mark.parametrize(("turn", "quarter_turns"), [(-90, 3), (90, 1), (180, 2)])
def test_a_rotation_flag_is_honoured(
    turn: int, quarter_turns: int, tmp_path: Path, write_clip: WriteClip, number_in: NumberIn
) -> None:
    path = write_clip(tmp_path / "clip.mp4", rotation=turn, count=6)
    source = open_source(path)
    sideways = quarter_turns % 2 == 1
    assert (source.width, source.height) == ((96, 160) if sideways else (160, 96))
    # The flag turns the stored picture counter-clockwise; turning back must show the number.
    stored = [np.rot90(frame.image, -quarter_turns) for frame in source.frames()]
    assert [number_in(np.ascontiguousarray(image)) for image in stored] == list(range(6))


@pytest.mark.parametrize(
    ("aspect", "shown", "note"),
    [
        (Fraction(4, 3), (213, 96), ""),
        (Fraction(1, 2), (160, 192), ""),
        (Fraction(50, 1), (160, 96), "pixel aspect ratio 50 left out"),
    ],
)
def test_pixels_come_out_square(
    aspect: Fraction,
    shown: tuple[int, int],
    note: str,
    tmp_path: Path,
    write_clip: WriteClip,
    number_in: NumberIn,
) -> None:
    path = write_clip(tmp_path / "clip.mp4", pixel_aspect=aspect, count=4)
    numbers, _, _, report = _read(path, number_in)
    assert numbers == [0, 1, 2, 3]
    assert (report.width, report.height, report.note) == (*shown, note)


@pytest.mark.parametrize(("width", "height"), [(2, 2), (161, 97), (35, 19)])
def test_odd_sizes(width: int, height: int, tmp_path: Path, write_clip: WriteClip) -> None:
    path = write_clip(
        tmp_path / "clip.mkv", codec="ffv1", pixels="bgr0", width=width, height=height, count=2
    )
    (first, _) = open_source(path).frames()
    assert first.image.shape == (height, width, 3)


@pytest.mark.parametrize(("height", "within"), [(96, 4), (720, 4)])
def test_untagged_colours_follow_the_size_as_in_players(
    height: int, within: int, tmp_path: Path, write_clip: WriteClip
) -> None:
    """The encoder's frames are BT.601; a tall untagged picture is read as BT.709."""
    green = np.full((height, 64, 3), (30, 200, 60), np.uint8)
    path = write_clip(
        tmp_path / "clip.mkv",
        images=[green] * 2,
        times_ms=[0, 40],
        width=64,
        height=height,
        options={"qp": "0"},
    )
    image = next(iter(open_source(path).frames())).image
    # Y, Cb, Cr of BT.601 (ITU-R BT.601-7, 2.5), decoded with the matrix of either standard.
    red, green_level, blue = 60 / 255, 200 / 255, 30 / 255
    luma = 0.299 * red + 0.587 * green_level + 0.114 * blue
    cb, cr = (blue - luma) / 1.772, (red - luma) / 1.402
    kr, kb = (0.299, 0.114) if height <= 576 else (0.2126, 0.0722)
    new_red, new_blue = luma + 2 * (1 - kr) * cr, luma + 2 * (1 - kb) * cb
    new_green = (luma - kr * new_red - kb * new_blue) / (1 - kr - kb)
    expected = np.clip(np.array([new_blue, new_green, new_red]) * 255, 0, 255)
    assert image[height // 2, 32].tolist() == pytest.approx(expected.tolist(), abs=within)


def test_a_size_that_changes_is_scaled_to_the_first_and_noted(
    tmp_path: Path, write_clip: WriteClip, number_in: NumberIn
) -> None:
    parts = [
        write_clip(
            tmp_path / f"{width}.ts", container="mpegts", width=width, height=height, count=5
        )
        for width, height in ((160, 96), (320, 192))
    ]
    path = tmp_path / "clip.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    numbers, _, times_s, report = _read(path, number_in)
    assert numbers == [0, 1, 2, 3, 4] * 2
    assert (report.width, report.height) == (160, 96)
    assert "5 frames scaled to the first's 160x96" in report.note
    # Both recordings start their clock anew; time must go on all the same.
    assert times_s == sorted(times_s)
    assert report.frames_decoded == 10


def _write_with_cover(path: Path, cover: Image, moving: Sequence[Image]) -> None:
    with av.open(str(path), "w") as output:
        still = output.add_stream("mjpeg", rate=1)
        assert isinstance(still, VideoStream)
        still.width, still.height, still.pix_fmt = cover.shape[1], cover.shape[0], "yuvj420p"
        still.disposition = Disposition.attached_pic
        video = output.add_stream("libx264", rate=25) if moving else None
        sound = output.add_stream("aac", rate=44100)
        if isinstance(video, VideoStream):
            video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        frame = av.VideoFrame.from_ndarray(cover, format="bgr24")
        frame.pts = 0
        output.mux(still.encode(frame))
        output.mux(still.encode(None))
        for number, image in enumerate(moving):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            if isinstance(video, VideoStream):
                output.mux(video.encode(frame))
        if isinstance(video, VideoStream):
            output.mux(video.encode(None))
        block = av.AudioFrame.from_ndarray(
            np.zeros((2, 4096), np.float32), format="fltp", layout="stereo"
        )
        block.rate, block.pts = 44100, 0
        output.mux(sound.encode(block))
        output.mux(sound.encode(None))


def test_a_cover_picture_is_not_the_video(
    tmp_path: Path, numbered: Callable[..., Image], number_in: NumberIn
) -> None:
    path = tmp_path / "clip.mp4"
    _write_with_cover(path, numbered(1023), [numbered(number) for number in range(8)])
    numbers, _, _, report = _read(path, number_in)
    assert numbers == list(range(8))
    assert report.note == ""


def test_sound_with_a_cover_is_no_video(tmp_path: Path, numbered: Callable[..., Image]) -> None:
    path = tmp_path / "song.mp4"
    _write_with_cover(path, numbered(5), [])
    with pytest.raises(SourceError, match=r"song\.mp4: holds only sound"):
        open_source(path)


def test_sound_and_pictures_together(
    tmp_path: Path, write_clip: WriteClip, number_in: NumberIn
) -> None:
    for suffix in ("mp4", "mkv"):
        path = write_clip(tmp_path / f"clip.{suffix}", sound=True)
        numbers, _, times_s, report = _read(path, number_in)
        assert numbers == list(range(30))
        assert np.diff(times_s) == pytest.approx(0.04, abs=1.1e-3)
        assert (report.status, report.frames_expected) == ("complete", 30)


def test_the_report_waits_for_the_end(tmp_path: Path, write_clip: WriteClip) -> None:
    source = open_source(write_clip(tmp_path / "clip.mp4"))
    with pytest.raises(RuntimeError, match="after the last frame"):
        source.report()
    frames = source.frames()
    next(frames)
    with pytest.raises(RuntimeError, match="after the last frame"):
        source.report()
    assert sum(1 for _ in frames) == 29
    complete = source.report()
    assert complete.frames_decoded == 30
    abandoned = source.frames(Sampling(stride=2))
    next(abandoned)
    with pytest.raises(RuntimeError, match="after the last frame"):
        source.report()
    assert sum(1 for _ in source.frames()) == 30
    assert source.report() == complete


def test_no_file_stays_open(tmp_path: Path, write_clip: WriteClip) -> None:
    path = write_clip(tmp_path / "clip.mp4", count=3)

    def open_files() -> int:
        gc.collect()
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    before = open_files()
    for _ in range(25):
        source = open_source(path)
        list(source.frames())
        source.report()
        abandoned = source.frames()
        next(abandoned)
        abandoned.close()  # type: ignore[attr-defined]
    assert open_files() == before


def test_two_readings_are_bit_identical_even_of_a_damaged_clip(
    tmp_path: Path, write_clip: WriteClip
) -> None:
    content = bytearray(write_clip(tmp_path / "clip.mkv", count=40).read_bytes())
    middle = len(content) // 2
    content[middle : middle + 300] = bytes(300)
    path = tmp_path / "damaged.mkv"
    path.write_bytes(content)
    readings = {b"".join(f.image.tobytes() for f in open_source(path).frames()) for _ in range(4)}
    assert len(readings) == 1
