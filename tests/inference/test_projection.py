"""The projection beside a classifier: what it computes, and that a wrong file is refused."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest

from marchpast.errors import ModelContractError, ModelIntegrityError
from marchpast.inference import GallerySettings, Projection, load_projection


def settings(content: bytes) -> GallerySettings:
    return GallerySettings(
        file="gallery.npz", sha256=hashlib.sha256(content).hexdigest(), offset=1.0, distance=-5.0,
        group=0.2, prior=0.1, most=0.7, min_hint=0.3, measured="in this test",
    )  # fmt: skip


def packed(**arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


def test_it_is_centred_turned_and_of_length_one(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    mean, directions = generator.normal(size=6), generator.normal(size=(6, 3))
    content = packed(mean=mean.astype(np.float32), directions=directions.astype(np.float16))
    (tmp_path / "gallery.npz").write_bytes(content)
    rows = generator.normal(size=(5, 6)).astype(np.float32)
    found = load_projection(tmp_path, settings(content)).project(rows)
    expected = (rows - mean) @ directions
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=2e-3)
    assert found.dtype == np.float32


def test_what_lies_at_the_mean_has_no_direction() -> None:
    projection = Projection(np.ones(2, np.float32), np.eye(2, dtype=np.float32))
    assert (projection.project(np.ones((1, 2), np.float32)) == 0).all()


def test_a_missing_a_changed_and_another_file_are_refused(tmp_path: Path) -> None:
    content = packed(mean=np.zeros(2), directions=np.eye(2))
    with pytest.raises(ModelIntegrityError, match="cannot read"):
        load_projection(tmp_path, settings(content))
    (tmp_path / "gallery.npz").write_bytes(content + b"x")
    with pytest.raises(ModelIntegrityError, match="SHA-256"):
        load_projection(tmp_path, settings(content))
    torn = packed(mean=np.zeros(3), directions=np.eye(2))
    for other in (b"no archive", packed(mean=np.zeros(2)), torn):
        (tmp_path / "gallery.npz").write_bytes(other)
        with pytest.raises(ModelContractError, match="no projection"):
            load_projection(tmp_path, settings(other))
