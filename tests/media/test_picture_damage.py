import os
import struct
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from marchpast.errors import SourceError
from marchpast.media import open_source
from marchpast.media.decoder_log import listening, weigh
from marchpast.records import SourceReport

Image = npt.NDArray[np.uint8]


def _picture() -> Image:
    noise = np.random.default_rng(7).integers(0, 256, (64, 96, 3), dtype=np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 2), dtype=np.uint8)


def _encoded(suffix: str, *parameters: int) -> bytes:
    done, content = cv2.imencode(suffix, _picture(), parameters)
    assert done
    return content.tobytes()


def _read(path: Path, content: bytes) -> tuple[Image, SourceReport]:
    path.write_bytes(content)
    source = open_source(path)
    (frame,) = source.frames()
    return frame.image, source.report()


@pytest.mark.parametrize("progressive", [0, 1])
def test_a_truncated_jpeg_keeps_its_first_rows(progressive: int, tmp_path: Path) -> None:
    content = _encoded(".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, progressive)
    whole, complete = _read(tmp_path / "a", content)
    assert complete.status == "complete"
    image, report = _read(tmp_path / "b", content[: len(content) * 3 // 4])
    assert (report.status, report.decode_errors) == ("truncated", 1)
    assert report.note == "the end of the image is missing"
    if not progressive:
        assert image[:16].tolist() == whole[:16].tolist()


def test_losing_only_the_end_marker_is_told(tmp_path: Path) -> None:
    content = _encoded(".jpg")
    image, report = _read(tmp_path / "a", content[:-2])
    assert report.status == "truncated"
    assert image.tolist() == _read(tmp_path / "b", content)[0].tolist()


def test_bytes_after_the_end_are_no_damage(tmp_path: Path) -> None:
    assert _read(tmp_path / "a", _encoded(".jpg") + b"a video follows")[1].status == "complete"


def test_a_restart_marker_out_of_order_is_damage(tmp_path: Path) -> None:
    content = bytearray(_encoded(".jpg", cv2.IMWRITE_JPEG_RST_INTERVAL, 4))
    assert _read(tmp_path / "a", bytes(content))[1].status == "complete"
    at = content.index(b"\xff\xd2")
    content[at + 1] = 0xD5
    _, report = _read(tmp_path / "b", bytes(content))
    assert (report.status, report.note) == ("damaged", "restart markers out of order")


def test_a_foreign_marker_inside_the_picture_is_damage(tmp_path: Path) -> None:
    content = bytearray(_encoded(".jpg"))
    at = len(content) // 2
    content[at : at + 2] = b"\xff\x50"
    _, report = _read(tmp_path / "a", bytes(content))
    assert report.status == "damaged"
    assert "marker FF 50" in report.note


def test_a_truncated_png_keeps_its_first_rows_and_is_black_below(tmp_path: Path) -> None:
    content = _encoded(".png")
    image, report = _read(tmp_path / "a", content[: len(content) // 2])
    assert (report.status, report.note) == ("truncated", "the end of the image is missing")
    good = int((image.reshape(64, -1) == _picture().reshape(64, -1)).all(axis=1).sum())
    assert 15 <= good <= 50
    assert image[:good].tolist() == _picture()[:good].tolist()
    assert image[good + 1 :].max() == 0


def test_an_interlaced_png_is_saved_as_well(tmp_path: Path, png: Callable[..., bytes]) -> None:
    # Adam7 of 8x8 grey: passes of 1x1, 1x1, 2x1, 2x2, 4x2, 4x4, 8x4 columns by lines.
    passes = [(1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4)]
    rows = b"".join((b"\0" + b"\x50" * columns) * lines for columns, lines in passes)
    content = png(8, 8, depth=8, colour_type=0, rows=rows, interlace=1)
    image, report = _read(tmp_path / "a", content[:-13])
    assert report.status == "truncated"
    assert image[0, 0].tolist() == [0x50] * 3


@pytest.mark.parametrize("kind", [b"IDAT", b"IHDR"])
def test_a_wrong_checksum_is_damage(kind: bytes, tmp_path: Path) -> None:
    content = bytearray(_encoded(".png"))
    start = content.index(kind)
    length = struct.unpack_from(">I", content, start - 4)[0]
    content[start + 4 + length] ^= 0xFF
    image, report = _read(tmp_path / "a", bytes(content))
    assert (report.status, report.note) == ("damaged", f"wrong checksum in chunk '{kind.decode()}'")
    assert image.tolist() == _picture().tolist()


def test_a_png_without_a_scanline_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    content = _encoded(".png")
    path.write_bytes(content[: content.index(b"IDAT") + 6])
    source = open_source(path)
    with pytest.raises(SourceError, match="no scanline of the PNG can be read"):
        list(source.frames())
    with pytest.raises(RuntimeError, match="ready after the last frame"):
        source.report()


def test_a_truncated_bmp_is_black_where_it_ends(tmp_path: Path) -> None:
    content = _encoded(".bmp")
    image, report = _read(tmp_path / "a", content[: -96 * 3 * 8])
    assert (report.status, report.note) == ("truncated", f"{96 * 3 * 8} bytes missing at the end")
    # Rows are stored from the bottom.
    assert image[8:].tolist() == _picture()[8:].tolist()
    assert image[:8].max() == 0


@pytest.mark.parametrize("suffix", [".webp", ".tiff"])
def test_what_opencv_cannot_decode_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    content = _encoded(suffix)
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(SourceError):
        list(open_source(path).frames())


def test_a_webp_that_misses_trailing_metadata_is_told(tmp_path: Path) -> None:
    content = bytearray(_encoded(".webp") + b"EXIF\x08\0\0\0" + bytes(8))
    struct.pack_into("<I", content, 4, len(content) - 8)
    _, report = _read(tmp_path / "a", bytes(content[:-4]))
    assert (report.status, report.note) == ("truncated", "4 bytes missing at the end")


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(_encoded(".png"))
    source = open_source(path)
    list(source.frames())
    path.write_bytes(_encoded(".png") + b"x")
    with pytest.raises(SourceError, match="changed while it was read"):
        source.report()


def test_a_run_of_zeros_in_a_jpeg_is_damage_and_after_it_is_not(tmp_path: Path) -> None:
    content = bytearray(_encoded(".jpg"))
    _, report = _read(tmp_path / "a", bytes(content) + bytes(500) + b"x")
    assert (report.status, report.note) == ("complete", "")
    at = len(content) * 2 // 3
    content[at : at + 100] = bytes(100)
    _, report = _read(tmp_path / "b", bytes(content))
    assert report.status == "damaged"
    assert "a run of zeros inside the coded picture" in report.note


@pytest.mark.parametrize("optimize", [0, 1])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_jpeg_is_not_taken_for_a_hole(optimize: int, level: int, tmp_path: Path) -> None:
    flat = np.full((512, 512, 3), level, np.uint8)
    _, content = cv2.imencode(".jpg", flat, [cv2.IMWRITE_JPEG_OPTIMIZE, optimize])
    assert _read(tmp_path / "a", content.tobytes())[1].status == "complete"


def test_what_others_write_to_stderr_while_a_picture_decodes_is_passed_on(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with listening() as complaints:
        os.write(2, b"Corrupt JPEG data: premature end of data segment\nsomebody else\n")
    assert complaints == ["Corrupt JPEG data: premature end of data segment"]
    assert capfd.readouterr().err == "somebody else\n"
    assert weigh(complaints).status == "damaged"
    padding = weigh(["Corrupt JPEG data: 2 extraneous bytes before marker 0xd9"])
    assert padding.status == "complete"
    assert padding.note.endswith("0xd9")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".tiff"])
def test_random_damage_ends_in_an_error_or_an_honest_report(
    suffix: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Twelve seeded damages a format: cut, zeroed, flipped bits, shuffled halves."""
    whole = _encoded(suffix)
    rng = np.random.default_rng(len(suffix) + ord(suffix[1]))
    for number in range(12):
        content = bytearray(whole)
        at = int(rng.integers(4, len(content)))
        if number % 4 == 0:
            content = content[:at]
        elif number % 4 == 1:
            content[at : at + 40] = bytes(len(content[at : at + 40]))
        elif number % 4 == 2:
            for place in rng.integers(16, len(content), 8):
                content[place] ^= 1 << int(rng.integers(8))
        else:
            content = content[:at] + content[2 * at // 3 :]
        try:
            image, report = _read(tmp_path / "a", bytes(content))
        except SourceError as error:
            assert "\n" not in str(error)
            continue
        assert (image.shape[1], image.shape[0]) == (report.width, report.height)
        if number % 4 == 0:
            assert report.status == "truncated"
        if suffix == ".png":
            assert report.status != "complete"
        assert (report.status == "complete") == (report.decode_errors == 0)
    assert capfd.readouterr().err == ""
