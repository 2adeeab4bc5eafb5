"""What files say of themselves, read from blocks that the test writes itself."""

from __future__ import annotations

import hashlib
import random
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from marchpast.errors import SourceError
from marchpast.media import read_metadata

Value = tuple[int, int, int, bytes]
"""Tag, type, count and the bytes of the values."""

_PICTURE = np.full((16, 24, 3), 90, np.uint8)


def text(tag: int, value: str) -> Value:
    content = value.encode() + b"\0"
    return tag, 2, len(content), content


def exif(
    order: str,
    *,
    first: Sequence[Value] = (),
    inner: Sequence[Value] = (),
    place: Sequence[Value] = (),
) -> bytes:
    """Return a TIFF structure: its first directory, and the two that it points to."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    pointers = 2

    def directory(values: Sequence[Value], start: int) -> bytes:
        rows, data = b"", b""
        behind = start + 2 + 12 * len(values) + 4
        for tag, kind, count, content in values:
            inline = content.ljust(4, b"\0")
            if len(content) > 4:
                inline = struct.pack(f"{order}I", behind + len(data))
                data += content
            rows += struct.pack(f"{order}HHI4s", tag, kind, count, inline)
        return struct.pack(f"{order}H", len(values)) + rows + bytes(4) + data

    length = len(directory([*first, *[(0, 4, 1, bytes(4))] * pointers], 8))
    exif_at = 8 + length
    exif_part = directory(inner, exif_at)
    gps_at = exif_at + len(exif_part)
    pointing = [
        (0x8769, 4, 1, struct.pack(f"{order}I", exif_at)),
        (0x8825, 4, 1, struct.pack(f"{order}I", gps_at)),
    ]
    return head + directory([*first, *pointing], 8) + exif_part + directory(place, gps_at)


def sample(order: str) -> bytes:
    def number(code: str, *values: int) -> bytes:
        return struct.pack(f"{order}{code}", *values)

    return exif(
        order,
        first=[
            text(0x010F, "Zorki"),
            (0x0112, 3, 1, number("H", 6)),
            (0x9C9B, 1, 10, "Осы!\0".encode("utf-16-le")),
            (0xC000, 7, 3, b"\1\2\3"),
            (0xC001, 99, 1, b"\0\0\0\0"),
        ],
        inner=[
            text(0x9003, "2017:04:18 21:14:05"),
            (0x829A, 5, 1, number("II", 1, 250)),
            (0x9204, 10, 1, number("ii", -1, 3)),
            (0x9000, 7, 4, b"0232"),
            (0x927C, 7, 5000, bytes(5000)),
            (0x9286, 7, 16, b"ASCII\0\0\0a night."),
        ],
        place=[
            text(0x01, "N"),
            (0x02, 5, 3, number("IIIIII", 43, 1, 6, 1, 5321, 100)),
        ],
    )


EXPECTED = {
    ("exif", "Make"): "Zorki",
    ("exif", "Orientation"): "6",
    ("exif", "XPTitle"): "Осы!",
    ("exif", "0xc000"): "01 02 03",
    ("exif", "0xc001"): "1 values of an unknown type",
    ("exif", "DateTimeOriginal"): "2017:04:18 21:14:05",
    ("exif", "ExposureTime"): "1/250",
    ("exif", "ExposureBiasValue"): "-1/3",
    ("exif", "ExifVersion"): "0232",
    ("exif", "MakerNote"): "5000 bytes",
    ("exif", "UserComment"): "a night.",
    ("gps", "GPSLatitudeRef"): "N",
    ("gps", "GPSLatitude"): "43/1 6/1 5321/100",
}


def coded(suffix: str) -> bytes:
    return cv2.imencode(suffix, _PICTURE)[1].tobytes()


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg_with(*segments: bytes) -> bytes:
    whole = coded(".jpg")
    return whole[:2] + b"".join(segments) + whole[2:]


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
    )


def png_with(*chunks: bytes) -> bytes:
    whole = coded(".png")
    return whole[:33] + b"".join(chunks) + whole[33:]


def webp_with(*chunks: tuple[bytes, bytes]) -> bytes:
    body = coded(".webp")[12:]
    for kind, content in chunks:
        body += kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def fields(path: Path, content: bytes) -> dict[tuple[str, str], str]:
    path.write_bytes(content)
    return {(field.group, field.name): field.value for field in read_metadata(path)}


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_is_read_in_every_kind_of_picture(tmp_path: Path, order: str) -> None:
    block = sample(order)
    pictures = {
        "a.jpg": jpeg_with(segment(0xE0, b"JFIF\0"), segment(0xE1, b"Exif\0\0" + block)),
        "a.png": png_with(chunk(b"eXIf", block)),
        "a.webp": webp_with((b"EXIF", block)),
        "b.webp": webp_with((b"EXIF", b"Exif\0\0" + block)),
        "a.tif": block,
    }
    for name, content in pictures.items():
        assert fields(tmp_path / name, content) == EXPECTED, name


def test_packets_are_told_by_length_and_hash(tmp_path: Path) -> None:
    xmp, iptc = b"<x:xmpmeta/>", b"8BIM rest"
    content = jpeg_with(
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp),
        segment(0xED, b"Photoshop 3.0\0" + iptc),
        segment(0xFE, "подпись\n".encode()),
    )
    assert fields(tmp_path / "a.jpg", content) == {
        ("xmp", "packet"): f"12 bytes, SHA-256 {hashlib.sha256(xmp).hexdigest()}",
        ("iptc", "packet"): f"9 bytes, SHA-256 {hashlib.sha256(iptc).hexdigest()}",
        ("text", "comment"): "подпись\\n",
    }


def test_texts_of_a_png_are_read(tmp_path: Path) -> None:
    packed = zlib.compress("Колонна".encode())
    content = png_with(
        chunk(b"tEXt", b"Software\0pixels \xe9"),
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"packed")),
        chunk(b"iTXt", b"Title\0\1\0ru\0\0" + packed),
        chunk(b"iTXt", b"Author\0\0\0\0\0A. B."),
        chunk(b"zTXt", b"Bomb\0\0" + zlib.compress(bytes(10_000_000))),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>"),
    )
    found = fields(tmp_path / "a.png", content)
    assert found["text", "Software"] == "pixels é"
    assert found["text", "Comment"] == "packed"
    assert found["text", "Title"] == "Колонна"
    assert found["text", "Author"] == "A. B."
    assert len(found["text", "Bomb"]) < 20_000
    assert found["xmp", "packet"].startswith("4 bytes")


def test_the_tags_of_a_video_and_its_streams_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata["title"] = "Колонна"
        container.metadata["creation_time"] = "2017-04-18T11:00:00.000000Z"
        container.metadata["com.apple.quicktime.location.ISO6709"] = "+43.1+131.9/"
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(3):
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    found = {(field.group, field.name): field.value for field in read_metadata(path)}
    assert found["container", "title"] == "Колонна"
    assert found["container", "creation_time"] == "2017-04-18T11:00:00.000000Z"
    assert found["container", "com.apple.quicktime.location.ISO6709"] == "+43.1+131.9/"
    assert found["stream 0", "kind"] == "video"
    assert found["stream 0", "codec"] == "mpeg4"


def test_loops_and_absurd_claims_end_at_once(tmp_path: Path) -> None:
    def first(rows: bytes, count: int) -> bytes:
        return b"II*\0" + struct.pack("<IH", 8, count) + rows

    row = struct.Struct("<HHII")
    loop = first(row.pack(0x8769, 4, 1, 8) + row.pack(0x8825, 4, 1, 8), 2)
    # Every two bytes are the start of another directory of pointers.
    maze = first(b"".join(row.pack(0x8769, 4, 1, 8 + 2 * n) for n in range(4000)), 65_535)
    huge = first(row.pack(0x010F, 2, 0xFFFFFFFF, 4) + row.pack(0x0110, 12, 60, 0xFFFFFF00), 2)
    for block in (loop, maze, huge, b"II*\0\xff\xff\xff\xff", b"II*\0", b"", b"XX*\0\0\0\0\0"):
        found = fields(tmp_path / "a.png", png_with(chunk(b"eXIf", block)))
        assert len(found) <= 2000
    huge_found = fields(tmp_path / "a.png", png_with(chunk(b"eXIf", huge)))
    assert huge_found == {("exif", "Make"): "4294967295 bytes", ("exif", "Model"): "cut off"}


def mutated(content: bytes, rng: random.Random) -> bytes:
    broken = bytearray(content)
    for _ in range(rng.choice((1, 3, 30))):
        broken[rng.randrange(len(broken))] = rng.randrange(256)
    if rng.random() < 0.3:
        del broken[rng.randrange(len(broken)) :]
    return bytes(broken)


def test_damage_is_no_crash(tmp_path: Path) -> None:
    block = sample("<")
    pictures = [
        jpeg_with(segment(0xE1, b"Exif\0\0" + block), segment(0xFE, b"a comment")),
        png_with(chunk(b"eXIf", block), chunk(b"zTXt", b"C\0\0" + zlib.compress(b"x" * 99))),
        webp_with((b"EXIF", block), (b"XMP ", b"<x/>")),
        block,
    ]
    rng = random.Random(6)
    read = 0
    for number in range(800):
        whole = pictures[number % 4]
        # Half of the damage hits what the parser is about, not the pixels.
        start = whole.find(block)
        broken = mutated(block, rng) if number % 2 else mutated(whole, rng)
        if number % 2:
            broken = whole[:start] + broken + whole[start + len(block) :]
        path = tmp_path / "broken"
        path.write_bytes(broken)
        try:
            found = read_metadata(path)
        except SourceError as error:
            assert "\n" not in str(error)
        else:
            read += 1
            assert all(field.value.isprintable() for field in found)
    assert read > 600


def test_what_is_no_footage_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(SourceError, match="neither a picture nor a video"):
        read_metadata(tmp_path / "a.txt")
    with pytest.raises(SourceError, match="cannot be read"):
        read_metadata(tmp_path / "none.jpg")
    with pytest.raises(SourceError, match="is a folder"):
        read_metadata(tmp_path)
