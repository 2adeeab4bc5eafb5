"""The label file: what is accepted, and one clear line for what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.labelling.conftest import Decide

from marchpast.errors import LabelError
from marchpast.labelling import LabelCrop, read_labels
from marchpast.taxonomy import load_taxonomy


def changed(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_what_was_decided_is_read(crops: list[LabelCrop], decide: Decide) -> None:
    first, second, third, fourth = crops
    path = decide(
        {
            first.id: ("confirmed", first.suggested),
            second.id: ("corrected", "tor"),
            third.id: ("unsure", None),
        }
    )
    labels = read_labels(path, load_taxonomy())
    assert [label.id for label in labels] == [crop.id for crop in crops]
    assert [label.node for label in labels] == [first.suggested, "tor", None, None]
    assert [label.status for label in labels] == ["confirmed", "corrected", "unsure", "unreviewed"]
    assert [label.is_named for label in labels] == [True, True, False, False]
    assert {label.reviewer for label in labels} == {"A. Reader"}
    assert labels[3].xyxy == pytest.approx(fourth.xyxy, abs=0.01)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda file: file.update(format="marchpast-labels/2"), "format"),
        (lambda file: file.pop("labels"), "labels: Field required"),
        (lambda file: file["labels"][0].update(surprise=1), "surprise"),
        (lambda file: file["labels"][0].update(source_sha256="0"), "source_sha256"),
        (lambda file: file["labels"][0].update(mass=1.5), "mass"),
        (lambda file: file["labels"][0].update(mass="NaN"), "mass"),
        (lambda file: file["labels"][0].update(xyxy=[9, 9, 3, 3]), "the box must be"),
        (lambda file: file["labels"][0].update(xyxy=[0, 0, 9999, 3]), "the box must be"),
        (lambda file: file["labels"][0].update(status="sure"), "status"),
        (lambda file: file["labels"][0].update(status="corrected", node=None), "needs a node"),
        (lambda file: file["labels"][0].update(status="unsure", node="osa"), "must have no node"),
        (lambda file: file["labels"][0].update(status="confirmed", node="tor"), "the same"),
        (
            lambda file: file["labels"][0].update(
                status="corrected", node=file["labels"][0]["suggested"]
            ),
            "the same",
        ),
        (lambda file: file["labels"].append(file["labels"][0]), "same id"),
    ],
)
def test_what_is_no_label_file_is_refused(
    decide: Decide, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    path = changed(decide({}), change)
    with pytest.raises(LabelError, match=message) as refused:
        read_labels(path, load_taxonomy())
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


def test_an_unknown_node_is_named_with_its_nearest(crops: list[LabelCrop], decide: Decide) -> None:
    path = decide({crops[1].id: ("corrected", "bm21_gard")})
    with pytest.raises(LabelError, match=r"label 1 .*no node 'bm21_gard'.*'bm21_grad'"):
        read_labels(path, load_taxonomy())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"format": NaN}'])
def test_what_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "labels.json"
    path.write_bytes(content)
    with pytest.raises(LabelError, match="no label file"):
        read_labels(path, load_taxonomy())


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="cannot be read"):
        read_labels(tmp_path / "none.json", load_taxonomy())
