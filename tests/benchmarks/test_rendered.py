"""What renders are worth, on features drawn here: their worth is known."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("efficientnet_lite_pytorch", reason="needs the train extra")

import torch
from benchmarks.rendered import means, start_fold
from benchmarks.rendered_detail import DETAILS, reduced
from benchmarks.rendered_folds import Crops, Fold, Learnt, assembled, config_of, thinned
from benchmarks.rendered_network import measure_network, other_types
from benchmarks.rendered_page import rendered_section
from benchmarks.rendered_rows import measure_rows, photo_draws
from benchmarks.rendered_shares import photos_of

from marchpast.taxonomy import load_taxonomy
from marchpast.training.classifier_crops import LabelledCrop, RenderedTruth
from marchpast.training.classifier_labels import LabelSpace

OLD = ("civilian_vehicle", "tank", "t80", "background")
NEW = (*OLD[:3], "bmp2", "background")
PART = 64
SIZE = PART * len(NEW)
STEPS = 25
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
        is_exact=True,
        is_loose=False,
        collection="rendered" if rendered else "vehicles",
        event=event,
        source="drawn",
        origin=event,
        rendered=RenderedTruth(node, light, {}, is_side_seen=True) if rendered else None,
    )


def learnt(labels: Sequence[str], features: np.ndarray, crops: Crops) -> Learnt:
    """A head whose rows point at the labels' own directions."""
    head = torch.nn.Linear(SIZE, len(labels))
    centres = np.kron(np.eye(len(NEW)), np.ones(PART)).astype(np.float32)
    with torch.no_grad():
        for row, label in enumerate(labels):
            head.weight[row] = torch.from_numpy(0.1 * centres[NEW.index(label)])
        head.bias.fill_(-0.05 * PART)
        logits = head(torch.from_numpy(features)).numpy()
    space = LabelSpace(labels, load_taxonomy())
    return Learnt(space, head, logits, features, crops.allowed(space))


def fold(*, likeness: float) -> Fold:
    """BMP-2 was left out; its renders lie `likeness` of the way from a T-80 to its photos.

    The photos look a little like a tank, so that a row which has not learnt them loses them.
    """
    generator = np.random.default_rng(3)
    centres = np.kron(np.eye(len(NEW)), np.ones(PART))
    centres[NEW.index("bmp2")] += 0.5 * centres[NEW.index("tank")]
    rows: list[LabelledCrop] = []
    features: list[np.ndarray] = []

    def add(crops: Sequence[LabelledCrop], centre: np.ndarray) -> None:
        rows.extend(crops)
        features.extend(centre + 0.5 * generator.standard_normal((len(crops), SIZE)))

    for place, label in enumerate(NEW):
        add([crop(label, f"{label}-{number // 5}") for number in range(40)], centres[place])
    lights = ("day", "dusk")
    drawn = [crop("bmp2", "r", rendered=True, light=lights[n % 2]) for n in range(30)]
    away = centres[NEW.index("t80")]
    add(drawn, likeness * centres[NEW.index("bmp2")] + (1 - likeness) * away)
    is_train = np.array([row.is_rendered or int(row.event[-1]) < 5 for row in rows])
    crops = Crops(tuple(rows), is_train)
    table = np.array(features, np.float32)
    return Fold(
        config_of("rendered_b").model_copy(update={"data": config_of("rendered_c").data}),
        crops,
        photos_alone=learnt(OLD, table, crops),
        mixed=learnt(NEW, table, crops),
    )


def test_renders_like_the_photos_are_worth_as_much_as_photos() -> None:
    world, taxonomy = fold(likeness=1.0), load_taxonomy()
    found = measure_rows(world, "bmp2", taxonomy=taxonomy, steps=STEPS)
    assert found["rendered"]["top_1"]["value"] > 0.9
    assert found["photos_10"]["top_1"]["value"] > 0.9
    assert abs(found["rendered"]["others_change"]["value"]) < 0.05
    assert {"rendered_5", "rendered_20", "light_day", "light_every", "rendered_seen"} < set(found)
    low, high = found["rendered"]["top_1"]["interval_95"]
    assert low <= found["rendered"]["top_1"]["value"] <= high


def test_renders_unlike_the_photos_are_worth_nothing() -> None:
    found = measure_rows(fold(likeness=0.0), "bmp2", taxonomy=load_taxonomy(), steps=STEPS)
    assert found["rendered"]["top_1"]["value"] < 0.2
    assert found["photos_10"]["top_1"]["value"] > 0.9


def test_a_network_that_knows_the_type_names_it_and_little_else() -> None:
    world = fold(likeness=1.0)
    assert world.mixed is not None
    found = measure_network(world, world.mixed, "bmp2", taxonomy=load_taxonomy())
    assert found["network"]["top_1"]["value"] > 0.95
    assert found["network"]["top_1"]["n"] == 40
    assert found["network"]["top_1"]["events"] == 8
    assert found["wrongly_named"]["value"] < 0.05
    # Without a label of its own a BMP-2 is a tank here, which is of the same category.
    assert found["right_category"]["photos_alone"]["value"] > 0.9


def test_the_photos_left_out_teach_nobody() -> None:
    world = fold(likeness=1.0)
    learnable = world.is_learnable
    assert not (learnable & world.crops.of("bmp2") & ~world.crops.is_rendered).any()
    assert (learnable & world.crops.of("t80")).sum() == 25


def test_no_event_is_learnt_from_and_tested() -> None:
    world = fold(likeness=1.0)
    photos = photos_of(world, "bmp2")
    draws = photo_draws(world, photos, 10)
    assert draws
    for taught, tested in draws:
        assert len(taught) == 10
        events = [{world.crops.rows[row].event for row in rows} for rows in (taught, tested)]
        assert not events[0] & events[1]
    assert photo_draws(world, photos[:5], 10) == []


def test_a_fresh_row_is_that_of_the_label_above() -> None:
    world = fold(likeness=1.0)
    fresh = world.photos_alone.with_fresh_row("t72b3", world.crops, taxonomy=load_taxonomy())
    assert fresh.space.labels == (*OLD, "t72b3")
    weight, old = fresh.head.weight.detach(), world.photos_alone.head.weight.detach()
    assert torch.equal(weight[-1], old[OLD.index("tank")])
    assert torch.equal(weight[:-1], old)


def test_what_a_training_spoils_is_seen() -> None:
    """One that takes every T-80 for the new type has lost all of them."""
    world, taxonomy = fold(likeness=1.0), load_taxonomy()
    mixed = world.mixed
    assert mixed is not None
    assert other_types(world, mixed, taxonomy=taxonomy)["top_1"]["change"]["value"] == 0
    logits = mixed.logits.copy()
    logits[world.crops.of("t80"), NEW.index("bmp2")] = 100
    found = other_types(world, replace(mixed, logits=logits), taxonomy=taxonomy)
    assert found["top_1"]["photos_alone"]["n"] == 15
    assert found["top_1"]["change"]["value"] == -1
    assert found["top_3"]["change"]["value"] == 0


def test_thinning_keeps_rare_and_named_labels_whole() -> None:
    crops = [crop("tank", str(n)) for n in range(30)] + [crop("t80", str(n)) for n in range(5)]
    kept = thinned(crops, most=10)
    assert [row.node for row in kept] == ["tank"] * 10 + ["t80"] * 5
    assert thinned(crops, most=10, whole=("tank",)) == crops


def test_photos_that_a_training_saw_under_another_label_are_not_tested() -> None:
    train, val = [crop("t80", "a"), crop("t80", "b")], [crop("t80", "c"), crop("t80", "d")]
    found = assembled(train, val, tried=("t80",), untested=("b", "d"))
    assert [row.event for row in found.rows] == ["a", "c"]
    assert found.is_train.tolist() == [True, False]


def test_less_detail_is_taken_from_the_vehicle_alone() -> None:
    generator = np.random.default_rng(1)
    image = generator.integers(0, 255, (40, 60, 3)).astype(np.uint8)
    mask = np.zeros((40, 60), np.uint8)
    mask[10:30, 15:45] = 255
    drawn = crop("bmp2", "r", rendered=True)
    assert drawn.rendered is not None
    drawn = replace(drawn, image=image, rendered=replace(drawn.rendered, mask=mask))
    less = {kind: reduced(drawn, kind).image for kind in DETAILS}
    inside = mask > 0
    assert (less["no_place"][inside] == image[inside]).all()
    assert (less["no_place"][~inside] == 128).all()
    for kind in ("smooth", "outline"):
        assert (less[kind][~inside] == image[~inside]).all()
    assert np.ptp(less["outline"][inside], axis=0).max() == 0
    spread = [values[inside].std() for values in (image, less["smooth"], less["outline"])]
    assert spread[0] > 2 * spread[1] > 2 * spread[2]


def test_another_network_starts_its_fold_anew() -> None:
    results: dict[str, Any] = {"folds": {}, "types": {"bmp2": {"fold": "b"}, "mtlb": {"fold": "a"}}}
    assert start_fold(results, "b", {"mixed": "1"}, left_out=("bmp2",))
    assert set(results["types"]) == {"mtlb"}
    results["types"]["bmp2"] = {"fold": "b"}
    assert start_fold(results, "b", {"mixed": "1"}, left_out=("bmp2",))
    assert set(results["types"]) == {"mtlb", "bmp2"}
    results["folds"]["b"]["finished"] = True
    assert not start_fold(results, "b", {"mixed": "1"}, left_out=("bmp2",))
    assert start_fold(results, "b", {"mixed": "2"}, left_out=("bmp2",))


def row(**conditions: float) -> dict[str, Any]:
    """A type's figures: `network` beside the rows that were taught."""

    def shares(value: float) -> dict[str, dict[str, Any]]:
        entry = {"value": value, "n": 40, "interval_95": [0.0, 1.0]}
        return {"top_1": entry, "top_3": entry, "others_change": entry}

    found = {name: shares(value) for name, value in conditions.items()}
    network = {"network": found.pop("network")} if "network" in found else {}
    return {"photos": 40, "events": 4, "rendered": 30, "one_row": found, **network}


def test_means_say_what_the_same_types_are_with_rendered_crops() -> None:
    types = {"bmp2": row(rendered=0.2, network=0.5), "mtlb": row(rendered=0.4)}
    found = means(types)
    assert found["rendered"]["top_1"] == pytest.approx(0.3)
    assert (found["rendered"]["types"], found["network"]["types"]) == (2, 1)
    assert (found["network"]["top_1"], found["network"]["rendered_top_1"]) == (0.5, 0.2)
    made_of = {"photos_alone": {"epochs": 7}, "mixed": None, "untested": 2, "left_out": ["bmp2"]}
    page = rendered_section({"types": types, "mean": found, "folds": {"fold_b": made_of}})
    line = "| the training with rendered pictures itself | 0.50 | 0.50 | 0.20 | 0.20 | 1 |"
    assert line in page
    assert "`bmp2`, 40 photos of 4 events, 30 rendered" in page
    assert "| `fold_b` | bmp2 | 7 | no such training | 2 |" in page
