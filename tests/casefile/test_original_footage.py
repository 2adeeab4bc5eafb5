"""What a package says of the footage: frames, metadata, and what it keeps to itself."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.casefile.conftest import Made, make_result
from tests.casefile.signing import sign

from marchpast.casefile import pack_evidence, packing
from marchpast.errors import EvidenceError
from marchpast.media import write_video


def packed(made: Made, out: Path, **choices: Any) -> dict[str, bytes]:
    pack_evidence(made.folder, out, originals=made.footage, overwrite=True, **choices)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def private_jpeg() -> bytes:
    """Return a picture that says where it was taken, with what, and whose the camera is."""
    rows = [
        struct.pack("<HHI4s", 0x010F, 2, 4, b"Zor\0"),
        struct.pack("<HHI4s", 0x013B, 2, 4, b"A.B\0"),
        struct.pack("<HHI4s", 0x8825, 4, 1, struct.pack("<I", 8 + 2 + 36 + 4)),
    ]
    place = struct.pack("<HHHI4s", 1, 0x01, 2, 2, b"N\0\0\0") + bytes(4)
    block = b"II*\0" + struct.pack("<IH", 8, 3) + b"".join(rows) + bytes(4) + place
    segment = b"Exif\0\0" + block
    whole = cv2.imencode(".jpg", np.full((120, 160, 3), 120, np.uint8))[1].tobytes()
    return whole[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + whole[2:]


@pytest.fixture
def private(tmp_path: Path) -> Made:
    return make_result(tmp_path, pictures={"a.jpg": private_jpeg()})


def test_places_and_persons_are_withheld_unless_asked_for(private: Made, tmp_path: Path) -> None:
    document = json.loads(packed(private, tmp_path / "p.zip")["metadata.json"])
    assert document["format"] == "marchpast-metadata/1"
    assert document["private_metadata"] is False
    (source,) = document["sources"]
    assert source["sha256"] == private.result.sources[0].sha256
    assert source["fields"] == [{"group": "exif", "name": "Make", "value": "Zor"}]
    assert source["withheld"] == [
        {"group": "exif", "name": "Artist"},
        {"group": "gps", "name": "GPSLatitudeRef"},
    ]
    files = packed(private, tmp_path / "p.zip", private_metadata=True)
    document = json.loads(files["metadata.json"])
    assert document["private_metadata"] is True
    assert document["sources"][0]["withheld"] == []
    assert document["sources"][0]["fields"][1:] == [
        {"group": "exif", "name": "Artist", "value": "A.B"},
        {"group": "gps", "name": "GPSLatitudeRef", "value": "N"},
    ]


def test_without_being_asked_no_private_value_is_in_the_package(
    private: Made, tmp_path: Path
) -> None:
    for name, content in packed(private, tmp_path / "p.zip").items():
        assert b"A.B" not in content, name
        assert b"Zor" not in content or name == "metadata.json", name


def test_the_frames_of_a_package_carry_no_metadata_of_the_file(
    private: Made, tmp_path: Path
) -> None:
    files = packed(private, tmp_path / "p.zip")
    (frame,) = (content for name, content in files.items() if name.startswith("frames/"))
    assert b"Exif" not in frame
    shown = cv2.imdecode(np.frombuffer(frame, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape == (120, 160, 3)
    assert abs(int(shown.mean()) - 120) <= 1


def test_content_credentials_of_a_source_are_told(tmp_path: Path) -> None:
    plain = cv2.imencode(".jpg", np.full((120, 160, 3), 90, np.uint8))[1].tobytes()
    made = make_result(tmp_path, pictures={"a.jpg": sign(plain), "b.jpg": plain})
    document = json.loads(packed(made, tmp_path / "p.zip")["metadata.json"])
    states = [source["content_credentials"]["state"] for source in document["sources"]]
    assert states == ["valid", "none"]
    assert "manifests" not in document["sources"][0]["content_credentials"]
    versions = json.loads(packed(made, tmp_path / "p.zip")["manifest.json"])["made_with"]
    assert {"marchpast", "av", "opencv-python-headless", "c2pa-python"} == versions.keys()


def clip(path: Path, *, levels: list[int], rate: int) -> Path:
    """Write a video of plain grey frames of these levels."""
    frames = ((np.full((120, 160, 3), level, np.uint8), n / rate) for n, level in enumerate(levels))
    write_video(path, frames, width=160, height=120)
    return path


LEVELS = [30, 60, 90, 120, 150, 180]


@pytest.fixture
def filmed(tmp_path: Path) -> Made:
    """A result whose best look is the fifth frame of a video."""
    path = clip(tmp_path / "made.mp4", levels=LEVELS, rate=5)
    return make_result(tmp_path, pictures={"a.mp4": path.read_bytes()}, frame_index=4)


def test_the_frame_of_a_look_is_the_frame_it_names(filmed: Made, tmp_path: Path) -> None:
    files = packed(filmed, tmp_path / "p.zip")
    (look,) = json.loads(files["manifest.json"])["looks"]
    assert (look["frame_index"], look["time_s"]) == (4, 0.8)
    assert [name for name in files if name.startswith("frames/")] == [look["frame"]]
    shown = cv2.imdecode(np.frombuffer(files[look["frame"]], np.uint8), cv2.IMREAD_GRAYSCALE)
    assert shown is not None
    assert abs(int(shown.mean()) - LEVELS[4]) <= 3
    fields = json.loads(files["metadata.json"])["sources"][0]["fields"]
    assert {"group": "stream 0", "name": "codec", "value": "h264"} in fields


@pytest.mark.parametrize(("count", "rate"), [(4, 5), (6, 4)], ids=["too short", "other times"])
def test_frames_that_decode_otherwise_are_refused(
    filmed: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, rate: int
) -> None:
    other = clip(tmp_path / "other.mp4", levels=LEVELS[:count], rate=rate)
    sha256 = filmed.result.sources[0].sha256
    monkeypatch.setattr(packing, "find_originals", lambda *_: {sha256: other})
    with pytest.raises(EvidenceError, match="decodes to other frames here"):
        packed(filmed, tmp_path / "p.zip")
