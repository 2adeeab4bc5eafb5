"""What is lost must be told: truncation, holes, lying headers, and files that are no video."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from marchpast.errors import SourceError
from marchpast.media import Sampling, open_source
from marchpast.records import SourceReport

WriteClip = Callable[..., Path]

CLIPS: dict[str, dict[str, Any]] = {
    "faststart.mp4": {"container_options": {"movflags": "faststart"}},
    "fragmented.mp4": {"container_options": {"movflags": "frag_keyframe+empty_moov"}},
    "clip.mkv": {},
    "vp9.webm": {"codec": "libvpx-vp9"},
    "vp8.webm": {"codec": "libvpx"},
    "mpeg4.avi": {"codec": "mpeg4"},
    "mjpeg.avi": {"codec": "mjpeg", "pixels": "yuvj420p"},
    "clip.ts": {"container": "mpegts"},
    "sound.mkv": {"sound": True},
}
SILENT_ABOUT_LENGTH = {"clip.ts", "fragmented.mp4"}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory, write_clip: WriteClip) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("clips")
    rng = np.random.default_rng(11)
    texture = rng.integers(0, 256, (96, 160, 3), dtype=np.uint8)
    images = [np.roll(texture, 2 * number, axis=1) for number in range(50)]
    return {
        name: write_clip(folder / name, images=images, count=50, **options).read_bytes()
        for name, options in CLIPS.items()
    }


def _report(path: Path, content: bytes) -> SourceReport:
    path.write_bytes(content)
    source = open_source(path)
    for _ in source.frames(Sampling(stride=10)):
        pass
    return source.report()


@pytest.mark.parametrize("name", CLIPS)
def test_intact_clips_are_complete(name: str, clips: dict[str, bytes], tmp_path: Path) -> None:
    report = _report(tmp_path / name, clips[name])
    assert (report.status, report.note, report.frames_decoded) == ("complete", "", 50)


@pytest.mark.parametrize("name", sorted(CLIPS.keys() - SILENT_ABOUT_LENGTH))
@pytest.mark.parametrize("share", [0.35, 0.6, 0.9, 0.985])
def test_every_cut_of_a_stated_length_is_told(
    name: str, share: float, clips: dict[str, bytes], tmp_path: Path
) -> None:
    content = clips[name]
    report = _report(tmp_path / name, content[: int(len(content) * share)])
    assert report.status == "truncated"
    assert report.frames_expected == 50
    if report.frames_decoded < 50:
        assert f"{50 - report.frames_decoded} of 50 declared frames missing" in report.note


@pytest.mark.parametrize("name", sorted(SILENT_ABOUT_LENGTH))
def test_a_cut_inside_a_packet_is_told_without_a_stated_length(
    name: str, clips: dict[str, bytes], tmp_path: Path
) -> None:
    content = clips[name]
    report = _report(tmp_path / name, content[: int(len(content) * 0.7) // 188 * 188 + 100])
    assert report.status == "truncated"
    assert report.frames_expected is None
    assert report.frames_decoded < 50


@pytest.mark.parametrize("name", CLIPS)
def test_zeros_in_the_middle_are_damage(name: str, clips: dict[str, bytes], tmp_path: Path) -> None:
    content = bytearray(clips[name])
    start, length = len(content) // 2, len(content) // 20
    content[start : start + length] = bytes(length)
    report = _report(tmp_path / name, bytes(content))
    assert report.status == "damaged"
    assert report.note


@pytest.mark.parametrize("name", ["clip.mkv", "vp9.webm", "sound.mkv", "mjpeg.avi"])
def test_an_element_that_is_not_one_is_damage(
    name: str, clips: dict[str, bytes], tmp_path: Path
) -> None:
    """Only the head of a frame's element is destroyed, about a third into the file."""
    content = bytearray(clips[name])
    mark = b"00dc" if name.endswith("avi") else b"\xa3"
    at = content.index(mark, len(content) // 3)
    while name.endswith(("mkv", "webm")) and not _is_block(content, at):
        at = content.index(mark, at + 1)
    content[at : at + 4] = b"\x00\x00\x00\x00"
    report = _report(tmp_path / name, bytes(content))
    assert report.status == "damaged"
    assert f"the structure breaks at byte {at} of {len(content)}" in report.note


def _is_block(content: bytearray, at: int) -> bool:
    """Whether a SimpleBlock with a two- or three-byte length is followed by another element."""
    width = 9 - content[at + 1].bit_length()
    if not 2 <= width <= 3:
        return False
    length = int.from_bytes(content[at + 1 : at + 1 + width], "big") - (1 << 7 * width)
    after = at + 1 + width + length
    return after < len(content) and content[after] == 0xA3 and length > 100


def test_an_index_at_the_end_that_is_cut_off_is_an_error(
    tmp_path: Path, write_clip: WriteClip
) -> None:
    content = write_clip(tmp_path / "whole.mp4").read_bytes()
    assert content.index(b"mdat") < content.index(b"moov")
    path = tmp_path / "clip.mp4"
    for cut in (len(content) // 2, content.index(b"moov") - 4, len(content) - 20):
        path.write_bytes(content[:cut])
        with pytest.raises(SourceError, match=r"clip\.mp4: the index of the MP4 file is missing"):
            open_source(path)


def test_an_avi_header_that_promises_too_much_is_told(
    clips: dict[str, bytes], tmp_path: Path
) -> None:
    report = _report(tmp_path / "a.avi", _with_avi_frames(clips["mpeg4.avi"], 100))
    assert (report.status, report.frames_expected, report.frames_decoded) == ("truncated", 100, 50)
    assert report.note == "ends at 2.00 s of 4.00 s declared; 50 of 100 declared frames missing"


def test_an_avi_header_that_promises_too_little_is_told(
    clips: dict[str, bytes], tmp_path: Path
) -> None:
    report = _report(tmp_path / "a.avi", _with_avi_frames(clips["mpeg4.avi"], 20))
    assert (report.frames_expected, report.frames_decoded) == (20, 50)
    assert report.note == "the container declares 20 frames and holds 50"


def _with_avi_frames(content: bytes, frames: int) -> bytes:
    """Overwrite dwLength of the stream header, its ninth 32-bit field."""
    patched = bytearray(content)
    struct.pack_into("<I", patched, content.index(b"strh") + 8 + 32, frames)
    return bytes(patched)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is an empty file"),
        (b"This is no video.\n" * 20, "is plain text"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:9,\nsecret.ts\n#EXT-X-ENDLIST\n", "is a playlist"),
        (b"ffconcat version 1.0\nfile secret.mp4\n", "is a list of other files"),
        (b"\xef\xbb\xbf#EXTM3U\nhttp://example.org/a.ts\n", "is a playlist"),
        (b"<?xml version='1.0'?><MPD></MPD>", "is markup text"),
        (b"FLV\x01\x05" + bytes(20), "is a Flash video"),
        (b"OggS" + bytes(40), "is an Ogg file"),
        (b"\0\0\0\x08ftyp" + bytes(2000), "index of the MP4 file is missing"),
        (b"\x1a\x45\xdf\xa3" + bytes(400), "cannot be opened as matroska"),
        (b"RIFF\0\0\0\0AVI " + bytes(400), "cannot be opened as avi|holds no video|no frame"),
    ],
)
def test_what_is_no_video_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=words) as caught:
        open_source(path)
    assert "\n" not in str(caught.value)


def test_no_other_file_is_opened_by_a_playlist(
    tmp_path: Path, write_clip: WriteClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by content nor by a name that FFmpeg would read as a playlist or a protocol."""
    secret = write_clip(tmp_path / "secret.ts", container="mpegts")
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n")
    with pytest.raises(SourceError, match="a playlist"):
        open_source(playlist)
    monkeypatch.chdir(tmp_path)
    for name in ("concat:a.m3u8", "file:x", "frame%d.m3u8", "a'b\"c.m3u8"):
        Path(name).write_bytes(secret.read_bytes())
        assert sum(1 for _ in open_source(Path(name)).frames()) == 30


def test_an_external_reference_in_a_container_is_not_followed(
    tmp_path: Path, write_clip: WriteClip
) -> None:
    """A QuickTime data reference to another file, where the data should be."""
    content = bytearray(write_clip(tmp_path / "whole.mov").read_bytes())
    at = content.index(b"url \0\0\0\1")
    content[at : at + 8] = b"alis\0\0\0\0"
    path = tmp_path / "clip.mov"
    path.write_bytes(content)
    try:
        report = _report(path, bytes(content))
    except SourceError as error:
        assert "\n" not in str(error)
    else:
        assert report.frames_decoded <= 30


def test_a_wave_file_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w", format="wav") as output:
        sound = output.add_stream("pcm_s16le", rate=8000)
        block = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        block.rate = 8000
        output.mux(sound.encode(block))
    with pytest.raises(SourceError, match="is a sound file"):
        open_source(path)


def test_a_frame_over_the_limit_is_refused(tmp_path: Path, write_clip: WriteClip) -> None:
    path = write_clip(
        tmp_path / "wide.mkv", codec="ffv1", pixels="bgr0", width=8194, height=2, count=1
    )
    with pytest.raises(SourceError, match="is 8194x2 pixels, allowed are 8192 a side"):
        open_source(path)


@pytest.mark.parametrize("name", CLIPS)
def test_random_damage_ends_in_an_error_or_an_honest_report(
    name: str, clips: dict[str, bytes], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Five seeded damages a clip: cut, zeroed, flipped bits, a piece taken out, a byte inserted."""
    rng = np.random.default_rng(len(name) * 100 + ord(name[0]))
    for kind in range(5):
        content = bytearray(clips[name])
        # Headers and trailing indexes hold padding in which zeros change nothing.
        at = int(rng.integers(len(content) // 4, len(content) * 3 // 4))
        if kind == 0:
            content = content[:at]
        elif kind == 1:
            content[at : at + 1500] = bytes(1500)
        elif kind == 2:
            for place in rng.integers(8, len(content), 30):
                content[place] ^= 1 << int(rng.integers(8))
        elif kind == 3:
            del content[at : at + 1000]
        else:
            content.insert(at, 0x55)
        try:
            report = _report(tmp_path / name, bytes(content))
        except SourceError as error:
            assert "\n" not in str(error)
            continue
        assert report.frames_decoded >= report.frames_used >= 1
        assert report.last_time_s >= report.first_time_s >= 0
        if report.status == "complete":
            assert report.decode_errors == 0
            # Within a bit or a byte, an arithmetic coder may show nothing; a loss it must.
            assert kind in (2, 4) or (name in SILENT_ABOUT_LENGTH and kind == 0)
        else:
            assert report.note
    assert capfd.readouterr().err == ""
