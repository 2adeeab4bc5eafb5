"""The documents beside the models: as generated, and readable whatever is measured."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from marchpast.training import card_page
from marchpast.training.card_page_plots import confusion_plot, reliability_plot
from marchpast.training.card_page_tables import counts

SHA = "0" * 64
CARD = f"""\
format = "marchpast-model/1"
name = "toy"
version = "0.1.0"
task = "classify"
licence = "MIT"
file = "model.onnx"
sha256 = "{SHA}"
started_from = "nothing"
command = "python -m one --data DATA, then python -m two"
labels = ["osa", "tor", "background"]
[input]
name = "crops"
size = [8, 8]
colour_order = "BGR"
resize = "squash"
[outputs]
names = ["logits"]
[settings]
temperature = 1.0
min_mass = 0.9
[training]
seed = 3
commit = "abc1234"
[training.crops_by_source]
"some/where@0123456789" = 5
"rendered" = 70
[figures.field]
n = 4
[limits]
text = ["It knows two types."]
"""
FIGURES = {
    "reliability": [
        {"condition": "field", "low": 0.5, "high": 1, "n": 9, "confidence": 0.8, "right": 6}
    ],
    "per_type": [{"type": "osa", "train_crops": 5, "val_crops": 2, "top1": 1, "top3": 2}],
    "confusion": {"labels": ["osa", "tor"], "counts": [[3, 1], [0, 2]]},
    "open_set": [
        {"method": m, "fold": "a", "auroc": v, "low": 0.6, "high": 0.9, "known": 40, "unknown": 9}
        for m, v in (("energy", 0.7), ("distance", 0.8))
    ],
    "attributes": [{"attribute": "tracks", "accuracy": 0.9, "n": 30}],
}
SHARE = {"value": 0.75, "n": 8, "events": 4, "interval_95": [0.4, 0.9]}
ACCURACY: dict[str, Any] = {
    "conditions": {"commit": "def5678"},
    "models": [{"name": "toy", "sha256": SHA}],
    "classifier_on_true_boxes": {
        "all": {
            "types_with_10_training_crops": {"top_1": SHARE, "top_3": SHARE},
            "per_type": {"tor": {"top_1": SHARE, "top_3": SHARE}},
        }
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = tmp_path / "toy"
    model.mkdir()
    (model / "card.toml").write_text(CARD, "utf-8")
    (model / "figures.json").write_text(json.dumps(FIGURES), "utf-8")
    (tmp_path / "accuracy.json").write_text(json.dumps(ACCURACY), "utf-8")
    return model


@pytest.mark.parametrize(
    "model", card_page.model_folders(card_page.MODELS), ids=lambda path: str(path.name)
)
def test_the_committed_documents_are_as_generated(model: Path) -> None:
    for name, text in card_page.documents(model, card_page.ACCURACY).items():
        assert (model / name).read_text("utf-8") == text, (
            f"{model.name}/{name}: run python -m marchpast.training.card_page"
        )


def test_every_document_says_what_was_measured(folder: Path) -> None:
    files = card_page.documents(folder, folder.parent / "accuracy.json")
    assert sorted(files) == ["README.md", "confusion.svg", "reliability.svg"]
    page = files["README.md"]
    for line in (
        "| type, top-1 | 0.75 [0.40, 0.90], n=8 |",
        "| `osa` | 5 | 0 | 2 | 1 of 2 | 2 of 2 |",
        "| `tor` | 0 | 0 | 8 | 0.75 [0.40, 0.90], n=8 of 4 events | 0.75 [0.40, 0.90],",
        "| rendered | 70 |",
        "| some/where @ 0123456 | 5 |",
        "| distance | 0.800 | 0.80 [0.60, 0.90] |",
        "| tracks | 0.9 | 30 |",
        "- It knows two types.",
        "$ python -m one --data DATA",
        "$ python -m two",
        f"`{SHA}`",
        "Trained at commit abc1234; measured at commit def5678.",
    ):
        assert line in page, line
    assert page.index("| distance") < page.index("| energy")


def test_figures_of_another_file_are_not_shown(folder: Path) -> None:
    other = {**ACCURACY, "models": [{"name": "toy", "sha256": "1" * 64}]}
    path = folder.parent / "other.json"
    path.write_text(json.dumps(other), "utf-8")
    page = card_page.documents(folder, path)["README.md"]
    assert "are of another file" in page
    assert "0.75 [0.40, 0.90]" not in page


def test_without_figures_of_the_export_there_is_still_a_page(folder: Path) -> None:
    (folder / "figures.json").unlink()
    files = card_page.documents(folder, folder.parent / "accuracy.json")
    assert list(files) == ["README.md"]


def test_counts_of_one_kind_share_a_table() -> None:
    text = counts({"pictures_by_source": {"a": 2, "b": 9}, "boxes_by_source": {"a": 5}})
    assert "| source | pictures | boxes |" in text
    assert text.index("| b | 9 | 0 |") < text.index("| a | 2 | 5 |")


def test_the_reliability_plot_puts_dots_where_they_belong() -> None:
    rows = [
        {"condition": "field", "n": 90, "confidence": 0.9, "right": 0.9},
        {"condition": "field", "n": 10, "confidence": 0.5, "right": 0.2},
        {"condition": "<clean>", "n": 10, "confidence": 0.5, "right": 0.5},
    ]
    root = ElementTree.fromstring(reliability_plot(rows))
    dots = [
        (float(node.get("cx", 0)), float(node.get("cy", 0)), float(node.get("r", 0)))
        for node in root.iter("{http://www.w3.org/2000/svg}circle")
    ]
    assert len(dots) == 3
    # Surer is farther right, right more often is higher, more answers are larger.
    assert dots[0][0] > dots[1][0]
    assert dots[0][1] < dots[1][1]
    assert dots[0][2] > dots[1][2]
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "<clean>" in texts
    assert "100 answers, mean gap 0.030" in texts


def test_the_confusion_plot_leaves_out_what_never_occurs() -> None:
    root = ElementTree.fromstring(
        confusion_plot(["osa", "tor", "buk"], [[3, 1, 0], [0, 2, 0], [0, 0, 0]])
    )
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "buk" not in texts
    assert {"osa", "tor", "3", "1", "4"} <= set(texts)


SET_ROW: dict[str, Any] = {
    "condition": "far <&>",
    "n": 40,
    "events": 9,
    "judged": 35.4,
    "held": 31.0,
    "share": 0.875,
    "rate": 0.9,
    "binomial_95": [0.8, 0.97],
    "mean_names": 1.5,
    "mean_types": 6.25,
    "median_types": 4.0,
    "one_type": 0.2,
    "empty": 0.0,
}


def test_sets_are_shown_with_a_plot(folder: Path, tmp_path: Path) -> None:
    tables = {**FIGURES, "sets": [SET_ROW], "set_rates": [SET_ROW]}
    (folder / "figures.json").write_text(json.dumps(tables), "utf-8")
    files = card_page.documents(folder, tmp_path / "accuracy.json")
    assert "![Sets: share that hold the truth, and size](sets.svg)" in files["README.md"]
    assert "| 0.875 | 0.80 to 0.97 |" in files["README.md"]
    drawn = ElementTree.fromstring(files["sets.svg"])
    texts = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "far <&>" in texts
    assert "6.2" in texts
    assert "n = 35" in texts
