"""What renders are worth, on features drawn here: their worth is known."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("efficientnet_lite_pytorch", reason="needs the train extra")

import torch
from benchmarks.rendered import means
from benchmarks.rendered_folds import Fold, _photo_draws, measure_type
from benchmarks.rendered_page import rendered_section

from marchpast.taxonomy import load_taxonomy
from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.classifier_crops import LabelledCrop, RenderedTruth
from marchpast.training.classifier_labels import LabelSpace, allowed_matrix
from marchpast.training.config_file import find_config, read_config

LABELS = ("civilian_vehicle", "tank", "t80", "bmp2", "background")
PART = 64
SIZE = PART * len(LABELS)
STEPS = 50
PIXELS = np.zeros((4, 4, 3), np.uint8)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def crop(node: str, event: str, *, rendered: bool = False, light: str = "day") -> LabelledCrop:
    return LabelledCrop(
        image=PIXELS,
        xyxy=(0.0, 0.0, 4.0, 4.0),
        size_px=4.0,
        node=node,
        is_exact=False,
        is_loose=False,
        collection="rendered" if rendered else "vehicles",
        event=event,
        source="drawn",
        origin=event,
        rendered=RenderedTruth(node, light, {}, is_side_seen=True) if rendered else None,
    )


def fold(*, likeness: float) -> Fold:
    """BMP-2 was left out; its renders lie `likeness` of the way towards its photos."""
    generator = np.random.default_rng(3)
    centres = np.kron(np.eye(len(LABELS)), np.ones(PART))
    crops: list[LabelledCrop] = []
    features: list[np.ndarray] = []

    def add(rows: Sequence[LabelledCrop], centre: np.ndarray) -> None:
        crops.extend(rows)
        features.extend(centre + 0.5 * generator.standard_normal((len(rows), SIZE)))

    for place, label in enumerate(LABELS):
        add([crop(label, f"{label}-{number // 5}") for number in range(40)], centres[place])
    lights = ("day", "dusk")
    drawn = [crop("bmp2", "r", rendered=True, light=lights[n % 2]) for n in range(30)]
    away = centres[LABELS.index("t80")]
    add(drawn, likeness * centres[LABELS.index("bmp2")] + (1 - likeness) * away)
    space = LabelSpace(LABELS, load_taxonomy())
    allowed = allowed_matrix(space, [(row.node, True) for row in crops])
    head = torch.nn.Linear(SIZE, len(LABELS))
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(0.1 * centres.astype(np.float32)))
        head.bias.copy_(torch.full((len(LABELS),), -0.05 * PART))
    table = np.array(features, np.float32)
    with torch.no_grad():
        logits = head(torch.from_numpy(table)).numpy()
    config = read_config(find_config("rendered_a"), ClassifierConfig)
    learnable = np.array([row.is_rendered or row.node != "bmp2" for row in crops])
    return Fold(config, space, head, tuple(crops), learnable, logits, table, allowed)


def test_renders_like_the_photos_are_worth_as_much_as_photos() -> None:
    found = measure_type(fold(likeness=1.0), "bmp2", taxonomy=load_taxonomy(), steps=STEPS)
    assert (found["photos"], found["events"], found["rendered"]) == (40, 8, 30)
    assert found["network"]["top_1"]["value"] > 0.95
    assert found["one_row"]["rendered"]["top_1"]["value"] > 0.9
    assert found["one_row"]["photos_10"]["top_1"]["value"] > 0.9
    assert set(found["amount"]) == {"5", "10", "20"}
    assert found["light"]["crops"] == 15
    low, high = found["one_row"]["rendered"]["top_1"]["interval_95"]
    assert low <= found["one_row"]["rendered"]["top_1"]["value"] <= high
    types = {"bmp2": {"fold": "a", **found}}
    page = rendered_section({"types": types, "mean": means(types)})
    assert page.count("| 10 photos |") == 2
    assert "`bmp2`, 30 rendered" in page
    assert "| by day alone |" in page


def test_renders_unlike_the_photos_are_worth_nothing() -> None:
    found = measure_type(fold(likeness=0.0), "bmp2", taxonomy=load_taxonomy(), steps=STEPS)
    assert found["one_row"]["rendered"]["top_1"]["value"] < 0.2
    assert found["one_row"]["photos_10"]["top_1"]["value"] > 0.9


def test_no_event_is_learnt_from_and_tested() -> None:
    world = fold(likeness=1.0)
    photos = np.flatnonzero(world.of("bmp2") & ~world.is_rendered)
    draws = _photo_draws(world, photos, 10)
    assert draws
    for learnt, tested in draws:
        assert len(learnt) == 10
        events = [{world.crops[row].event for row in rows} for rows in (learnt, tested)]
        assert not events[0] & events[1]
    assert _photo_draws(world, photos[:5], 10) == []


def test_means_count_the_types_they_are_of() -> None:
    def shares(value: float) -> dict[str, dict[str, float]]:
        return {"top_1": {"value": value}, "top_3": {"value": 1.0}}

    found = means(
        {
            "bmp2": {"network": shares(0.5), "one_row": {"rendered": shares(0.2)}},
            "mtlb": {"network": shares(0.7), "one_row": {}},
        }
    )
    assert found["network"] == {"top_1": 0.6, "top_3": 1.0, "types": 2}
    assert found["rendered"] == {"top_1": 0.2, "top_3": 1.0, "types": 1}
