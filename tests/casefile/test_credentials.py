"""Content Credentials are read where they are, and nobody is asked for them."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.casefile.signing import sign

from marchpast.casefile.credentials import read_credentials

PICTURE = cv2.imencode(".jpg", np.full((60, 80, 3), 120, np.uint8))[1].tobytes()


@pytest.fixture(scope="module")
def signed() -> bytes:
    return sign(PICTURE)


def read(tmp_path: Path, content: bytes, *, with_manifests: bool = False) -> dict[str, object]:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    return dict(read_credentials(path, with_manifests=with_manifests))


def test_a_signed_file_says_who_signed_what(tmp_path: Path, signed: bytes) -> None:
    found = read(tmp_path, signed)
    assert found == {
        "state": "valid",
        "meaning": "the signature holds: what it covers of the file is as it was signed; who "
        "signed was not checked against a list of trusted signers",
        "signed_by": "Test Press",
        "signed_at": None,
        "made_with": ["test camera 1"],
        "actions": ["c2pa.created"],
        "sources_of_media": ["http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"],
        "problems": [],
    }
    assert read(tmp_path, signed) == found
    manifests = read(tmp_path, signed, with_manifests=True)["manifests"]
    assert isinstance(manifests, dict)
    assert manifests["active_manifest"] in manifests["manifests"]


def test_a_file_without_credentials_says_so(tmp_path: Path, signed: bytes) -> None:
    assert read(tmp_path, PICTURE)["state"] == "none"


def test_a_picture_changed_after_signing_is_invalid(tmp_path: Path, signed: bytes) -> None:
    broken = bytearray(signed)
    broken[-200] ^= 1
    found = read(tmp_path, bytes(broken))
    assert found["state"] == "invalid"
    assert found["problems"] == ["assertion.dataHash.mismatch"]


def test_damage_is_no_crash(tmp_path: Path, signed: bytes) -> None:
    rng = random.Random(6)
    states = set()
    for number in range(120):
        broken = bytearray(signed)
        for _ in range(rng.choice((1, 5, 30))):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        if number % 4 == 0:
            del broken[rng.randrange(len(broken)) :]
        states.add(str(read(tmp_path, bytes(broken))["state"]))
    assert {"invalid", "unreadable"} <= states <= {"invalid", "unreadable", "none", "valid"}


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a server on this computer, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_manifest_kept_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    with listening() as (address, asked):
        content = sign(PICTURE, remote_url=f"{address}/manifest.c2pa")
        assert address.encode() in content
        found = read(tmp_path, content)
    assert found["state"] == "remote"
    assert asked == []


def test_without_the_package_nothing_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    assert read(tmp_path, PICTURE) == {
        "state": "not read",
        "meaning": "not read: install marchpast[c2pa]",
    }
