"""Figures counted on a made-up network whose answers are known."""

import numpy as np
import pytest

from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.calibration_data import Thresholds
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_evaluate import Evaluation, evaluate, smallest_size
from marchpast.training.classifier_figures import figures_of
from marchpast.training.classifier_labels import LabelSpace

LEAVES = ("civilian_vehicle", "tank", "t80", "osa", "military_truck", "background")


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


def _crop(node: str, collection: str, number: int) -> LabelledCrop:
    return LabelledCrop(
        image=np.zeros((40, 40, 3), np.uint8),
        xyxy=(0.0, 0.0, 40.0, 40.0),
        size_px=40.0,
        node=node,
        is_exact=collection == "tank_types",
        is_loose=False,
        collection=collection,
        event=f"event-{number}",
        source="drawn",
        origin=f"{collection}#{number}",
    )


@pytest.fixture(scope="module")
def evaluation(taxonomy: Taxonomy) -> Evaluation:
    rows = [
        # collection, truth, what the network says with near certainty
        ("vehicles", "t80", "t80"),
        ("vehicles", "t80", "t80"),
        ("vehicles", "osa", "t80"),
        ("vehicles", "tank", "t80"),
        ("tank_types", "tank", "t80"),
        ("clean", "pantsir_s1", "osa"),
        ("civil", "civilian_vehicle", "civilian_vehicle"),
        ("civil", "civilian_vehicle", "military_truck"),
        ("civil", "no_military", "background"),
    ]
    logits = np.zeros((len(rows), len(LEAVES)), np.float32)
    for row, (_, _, said) in enumerate(rows):
        logits[row, LEAVES.index(said)] = 12.0
    crops = [_crop(node, collection, number) for number, (collection, node, _) in enumerate(rows)]
    return evaluate(crops, logits, LabelSpace(LEAVES, taxonomy), taxonomy=taxonomy)


def test_figures_by_hand(evaluation: Evaluation, taxonomy: Taxonomy) -> None:
    figures = figures_of(evaluation, Thresholds(1.0, 0.9), target=0.9, taxonomy=taxonomy, seed=1)
    assert (figures["field"]["n"], figures["field"]["top1"]) == (3, pytest.approx(2 / 3, abs=1e-4))
    assert figures["clean"] == {"n": 0}
    answered = figures["answers"]["type"]
    # The coarse tank cannot judge "T-80"; the foreign tank, the Osa and the Pantsir are wrong.
    assert answered == {"answers": 6, "judged": 5, "right": 2}
    assert figures["answers"]["listed_types"] == {"crops": 3, "type_named": 3, "right": 2}
    assert figures["answers"]["unlisted_types"] == {"crops": 2, "type_named": 2, "right": 0}
    assert figures["veto"]["civil_called_military"]["count"] == 1
    assert figures["veto"]["civil_called_military"]["n"] == 2
    assert figures["veto"]["background_called_military"]["count"] == 0
    assert figures["coarse"]["tank"]["right"] == 4
    assert figures["coarse"]["rocket_or_missile"] | {"wilson_95": []} == {
        "n": 1,
        "right": 0,
        "wilson_95": [],
    }


@pytest.mark.parametrize(
    ("wrong_at", "expected"), [((), 16), ((24,), 32), ((24, 64), 96), ((96,), 96)]
)
def test_smallest_size_stops_at_the_first_bad_one(wrong_at: tuple[int, ...], expected: int) -> None:
    sizes = {
        f"px_{size}": {"n": 100, "named": 20, "right": 10 if size in wrong_at else 20}
        for size in (16, 24, 32, 48, 64, 96)
    }
    assert smallest_size(sizes, target=0.95) == expected


def test_sizes_with_too_few_answers_lower_nothing() -> None:
    sizes = {f"px_{size}": {"n": 100, "named": 2, "right": 0} for size in (16, 24, 32, 48, 64, 96)}
    assert smallest_size(sizes, target=0.95) == 96
    sizes["px_96"] = sizes["px_48"] = {"n": 100, "named": 40, "right": 40}
    assert smallest_size(sizes, target=0.95) == 48
