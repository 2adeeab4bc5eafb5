import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from marchpast.errors import SourceError
from marchpast.media import Sampling, open_source
from marchpast.records import Frame

Image = npt.NDArray[np.uint8]

# Which visual side the stored row 0 and column 0 are (EXIF 2.32, tag 274).
SIDES = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}


def _shown() -> Image:
    """Four flat quadrants 24 pixels wide and 16 high, kind to every compression."""
    image = np.zeros((32, 48, 3), np.uint8)
    image[:16, :24] = (200, 40, 40)
    image[:16, 24:] = (40, 200, 40)
    image[16:, :24] = (40, 40, 200)
    image[16:, 24:] = (220, 220, 220)
    return image


def _stored_for(shown: Image, orientation: int) -> Image:
    row_side, column_side = SIDES[orientation]
    stored = shown if row_side in ("top", "bottom") else shown.swapaxes(0, 1)
    if row_side in ("bottom", "right"):
        stored = stored[::-1]
    if column_side in ("bottom", "right"):
        stored = stored[:, ::-1]
    return np.ascontiguousarray(stored)


def _exif(orientation: int, order: str) -> bytes:
    mark = b"II" if order == "<" else b"MM"
    entry = struct.pack(order + "HHIHH", 274, 3, 1, orientation, 0)
    return mark + struct.pack(order + "HIH", 42, 8, 1) + entry + bytes(4)


def _encoded(suffix: str, image: npt.NDArray[np.generic], *parameters: int) -> bytes:
    done, content = cv2.imencode(suffix, np.asarray(image), parameters)
    assert done
    return content.tobytes()


def _tiff(
    strips: bytes, *, width: int, height: int, samples: int, tags: dict[int, int], order: str
) -> bytes:
    """Return an uncompressed TIFF with one strip; bits a sample must fit one value."""
    values = {
        256: width,
        257: height,
        259: 1,
        262: 2,
        273: 8,
        277: samples,
        278: height,
        279: len(strips),
    } | tags
    entries = b"".join(
        struct.pack(order + "HHII", tag, 4, 1, value) for tag, value in sorted(values.items())
    )
    mark = b"II" if order == "<" else b"MM"
    head = mark + struct.pack(order + "HI", 42, 8 + len(strips))
    return head + strips + struct.pack(order + "H", len(values)) + entries + bytes(4)


def _only_frame(path: Path) -> Frame:
    source = open_source(path)
    (frame,) = source.frames(Sampling(stride=7))
    assert (source.width, source.height) == (frame.image.shape[1], frame.image.shape[0])
    assert (frame.index, frame.time_s) == (0, 0.0)
    assert frame.image.flags.c_contiguous
    return frame


def _colours(image: Image) -> list[list[int]]:
    height, width = image.shape[:2]
    points = [(1, 1), (1, 3), (3, 1), (3, 3)]
    return [image[y * height // 4, x * width // 4].tolist() for y, x in points]


def _assert_shows(image: Image, shown: Image, *, within: int) -> None:
    assert image.shape == shown.shape
    difference = np.abs(np.array(_colours(image)) - np.array(_colours(shown)))
    assert difference.max() <= within


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff", ".jpg", ".webp"])
def test_every_format_is_read_by_content(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.dat"
    path.write_bytes(_encoded(suffix, _shown()))
    source = open_source(path, name="clips/picture")
    (frame,) = source.frames()
    _assert_shows(frame.image, _shown(), within=6 if suffix in (".jpg", ".webp") else 0)
    report = source.report()
    assert (report.name, report.kind, report.status, report.note) == (
        "clips/picture",
        "picture",
        "complete",
        "",
    )
    assert (report.frames_expected, report.frames_decoded, report.frames_used) == (1, 1, 1)
    assert (report.width, report.height, report.duration_s) == (48, 32, None)
    assert report.size_bytes == path.stat().st_size


@pytest.mark.parametrize("orientation", SIDES)
@pytest.mark.parametrize("order", ["<", ">"])
def test_jpeg_orientation(orientation: int, order: str, tmp_path: Path) -> None:
    plain = _encoded(".jpg", _stored_for(_shown(), orientation), cv2.IMWRITE_JPEG_QUALITY, 95)
    block = b"Exif\0\0" + _exif(orientation, order)
    segment = b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block
    path = tmp_path / "a.jpg"
    path.write_bytes(plain[:2] + segment + plain[2:])
    _assert_shows(_only_frame(path).image, _shown(), within=8)


@pytest.mark.parametrize("orientation", SIDES)
def test_png_orientation(
    orientation: int, tmp_path: Path, png: Callable[..., bytes], png_chunk: Callable[..., bytes]
) -> None:
    stored = _stored_for(_shown(), orientation)
    rows = b"".join(b"\0" + row[:, ::-1].tobytes() for row in stored)
    content = png(
        stored.shape[1],
        stored.shape[0],
        depth=8,
        colour_type=2,
        rows=rows,
        before=png_chunk(b"eXIf", _exif(orientation, ">")),
    )
    path = tmp_path / "a.png"
    path.write_bytes(content)
    assert _only_frame(path).image.tolist() == _shown().tolist()


@pytest.mark.parametrize("orientation", SIDES)
def test_webp_orientation(orientation: int, tmp_path: Path) -> None:
    stored = _stored_for(_shown(), orientation)
    plain = _encoded(".webp", stored, cv2.IMWRITE_WEBP_QUALITY, 101)
    exif = _exif(orientation, "<")
    canvas = struct.pack("<I", stored.shape[1] - 1)[:3] + struct.pack("<I", stored.shape[0] - 1)[:3]
    chunks = b"VP8X" + struct.pack("<I", 10) + bytes((0x08, 0, 0, 0)) + canvas + plain[12:]
    chunks += b"EXIF" + struct.pack("<I", len(exif)) + exif
    path = tmp_path / "a.webp"
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks)
    assert _only_frame(path).image.tolist() == _shown().tolist()


@pytest.mark.parametrize("orientation", SIDES)
@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_orientation(orientation: int, order: str, tmp_path: Path) -> None:
    stored = _stored_for(_shown(), orientation)
    content = _tiff(
        stored[..., ::-1].tobytes(),
        width=stored.shape[1],
        height=stored.shape[0],
        samples=3,
        tags={258: 8, 274: orientation},
        order=order,
    )
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    assert _only_frame(path).image.tolist() == _shown().tolist()


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (9, 1), (31, 33)])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp", ".tiff"])
def test_odd_sizes(shape: tuple[int, int], suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(_encoded(suffix, np.full((*shape, 3), 77, np.uint8)))
    image = _only_frame(path).image
    assert image.shape == (*shape, 3)
    assert np.abs(image.astype(int) - 77).max() <= 2


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tiff", ".bmp"])
def test_grey_becomes_three_equal_channels(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(_encoded(suffix, np.full((16, 24), 90, np.uint8)))
    image = _only_frame(path).image
    assert image.shape == (16, 24, 3)
    assert np.abs(image.astype(int) - 90).max() <= 2


@pytest.mark.parametrize("suffix", [".png", ".tiff", ".bmp", ".webp"])
def test_transparency_is_dropped_and_the_colour_kept(suffix: str, tmp_path: Path) -> None:
    image = np.full((16, 24, 4), 255, np.uint8)
    image[..., :3] = (10, 120, 230)
    image[..., 3] = 128
    path = tmp_path / "a"
    path.write_bytes(_encoded(suffix, image, *([64, 101] if suffix == ".webp" else [])))
    assert _only_frame(path).image.reshape(-1, 3).tolist() == [[10, 120, 230]] * (16 * 24)


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_sixteen_bits_become_eight(suffix: str, tmp_path: Path) -> None:
    image = np.zeros((4, 6, 3), np.uint16)
    image[..., 0], image[..., 1], image[..., 2] = 65535, 128 * 257, 0
    path = tmp_path / "a"
    path.write_bytes(_encoded(suffix, image))
    assert _only_frame(path).image[2, 3].tolist() == pytest.approx([255, 128, 0], abs=1)


def test_palette_png(
    tmp_path: Path, png: Callable[..., bytes], png_chunk: Callable[..., bytes]
) -> None:
    palette = png_chunk(b"PLTE", bytes((255, 0, 0, 0, 0, 255)))
    see_through = png_chunk(b"tRNS", bytes((0, 128)))
    content = png(
        4, 1, depth=1, colour_type=3, rows=bytes((0, 0b01010000)), before=palette + see_through
    )
    path = tmp_path / "a.png"
    path.write_bytes(content)
    assert _only_frame(path).image.tolist() == [[[0, 0, 255], [255, 0, 0]] * 2]


def test_cmyk_jpeg_is_shown_in_its_colours(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    # Inverted inks, as Adobe programs store them: full magenta and yellow make red.
    path.write_bytes(_flat_jpeg((255, 0, 0, 255)))
    assert _only_frame(path).image[3, 3].tolist() == pytest.approx([0, 0, 255], abs=2)


def _flat_jpeg(levels: tuple[int, ...]) -> bytes:
    """Return an 8x8 baseline JPEG of one flat level a component, coded by hand."""
    bits = ""
    for level in levels:
        # With a quantiser of 8 the DC coefficient is the level itself, shifted by 128.
        value = level - 128
        size = abs(value).bit_length()
        bits += f"{size:04b}"
        if size:
            bits += f"{value if value > 0 else value + (1 << size) - 1:0{size}b}"
        bits += "0"
    bits += "1" * (-len(bits) % 8)
    data = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    components = range(1, len(levels) + 1)

    def segment(marker: int, payload: bytes) -> bytes:
        return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload

    return b"".join(
        (
            b"\xff\xd8",
            segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, 0)),
            segment(0xDB, bytes((0,)) + bytes((8,)) * 64),
            segment(
                0xC0,
                struct.pack(">BHHB", 8, 8, 8, len(levels))
                + b"".join(bytes((c, 0x11, 0)) for c in components),
            ),
            # Twelve DC sizes with four bits each; one AC code, end of block, with one bit.
            segment(0xC4, bytes((0x00, 0, 0, 0, 12, *[0] * 12, *range(12)))),
            segment(0xC4, bytes((0x10, 1, *[0] * 15, 0x00))),
            segment(
                0xDA,
                bytes((len(levels),)) + b"".join(bytes((c, 0)) for c in components) + b"\0\x3f\0",
            ),
            data.replace(b"\xff", b"\xff\0"),
            b"\xff\xd9",
        )
    )


def test_an_animation_gives_its_first_picture_with_a_note(
    tmp_path: Path, png: Callable[..., bytes], png_chunk: Callable[..., bytes]
) -> None:
    control = struct.pack(">IIIIIHHBB", 0, 2, 1, 0, 0, 1, 10, 0, 0)
    before = png_chunk(b"acTL", struct.pack(">II", 2, 0)) + png_chunk(b"fcTL", control)
    second = png_chunk(b"fdAT", struct.pack(">I", 2) + zlib.compress(bytes((0, 9, 9))))
    content = png(2, 1, depth=8, colour_type=0, rows=bytes((0, 50, 60)), before=before)
    end = content.rindex(b"IEND") - 4
    content = content[:end] + png_chunk(b"fcTL", b"\0\0\0\1" + control[4:]) + second + content[end:]
    path = tmp_path / "a.png"
    path.write_bytes(content)
    source = open_source(path)
    assert [frame.image[0, :, 0].tolist() for frame in source.frames()] == [[50, 60]]
    report = source.report()
    assert report.note == "animated: only the first picture is looked at"
    assert report.status == "complete"


def test_later_pages_of_a_tiff_are_noted(tmp_path: Path) -> None:
    pages = [np.full((8, 8, 3), level, np.uint8) for level in (30, 200)]
    path = tmp_path / "a.tiff"
    assert cv2.imwritemulti(str(path), pages)
    source = open_source(path)
    assert [int(frame.image[0, 0, 0]) for frame in source.frames()] == [30]
    assert source.report().note == "several pages: only the first is looked at"


def test_a_bomb_is_refused_by_its_header(
    tmp_path: Path, png: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise AssertionError("a bomb must not reach the decoder")

    monkeypatch.setattr(cv2, "imdecode", explode)
    path = tmp_path / "a.png"
    path.write_bytes(png(12_000, 12_000, depth=8, colour_type=2, rows=bytes(400_000)))
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match=r"declares 12000x12000 pixels, allowed are 100 meg"):
            open_source(path)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"\xff\xd8\xff\xc0\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0\xff\xda\0\x08", "65535x65535"),
        (b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, 70000, 10, 1, 24, 0), "70000x10"),
        (b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, 0, 10, 1, 24, 0), "0x10 pixels"),
        (
            b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + b"\xff\xff\0\xff\xff\0",
            "65536x65536",
        ),
    ],
)
def test_absurd_sizes_are_refused(head: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(head)
    with pytest.raises(SourceError, match=words):
        open_source(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is an empty file"),
        (bytes(5000), "begins with zeros"),
        (b"GIF89a" + bytes(20), "is a GIF"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "a HEIF or AVIF picture"),
        (b'<?xml version="1.0"?>\n<svg width="1">', "an SVG drawing"),
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04" + bytes(9), "an archive"),
        (b"\x07\x01\x02\x03\x04\x05\x06\x99\x88", "begins with 07 01 02 03"),
    ],
)
def test_what_is_not_read_is_named(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=words) as caught:
        open_source(path)
    assert str(caught.value).startswith("picture.jpg: is ")
    assert "what is read: JPEG, PNG" in str(caught.value)
