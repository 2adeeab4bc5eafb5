"""A row that is taught alone learns its type and leaves all others as they are."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra")

from marchpast.taxonomy import load_taxonomy  # noqa: E402
from marchpast.training.classifier_config import load_config  # noqa: E402
from marchpast.training.classifier_crops import LabelledCrop, RenderedTruth  # noqa: E402
from marchpast.training.classifier_labels import BACKGROUND, LabelSpace  # noqa: E402
from marchpast.training.classifier_rows import taught_row  # noqa: E402
from marchpast.training.config_file import find_config  # noqa: E402

NODES = ("osa", "t80", "ural_4320", BACKGROUND)
# A learning rate of 0.002 moves a weight by 0.3 at most: many weak features must do it together.
BLOCK = 60


def _crop(node: str, number: int, *, rendered: bool) -> LabelledCrop:
    return LabelledCrop(
        image=np.zeros((8, 8, 3), np.uint8),
        xyxy=(0, 0, 8, 8),
        size_px=100.0,
        node=node,
        is_exact=True,
        is_loose=False,
        collection="c",
        event=f"{node}-{number}",
        source="s",
        origin=f"{node}/{number}",
        rendered=RenderedTruth(node, "day", {}, True) if rendered else None,
    )


def _block(node: str) -> slice:
    start = BLOCK * NODES.index(node)
    return slice(start, start + BLOCK)


def test_a_type_without_photos_is_named_and_nothing_else_moves() -> None:
    taxonomy = load_taxonomy()
    space = LabelSpace((BACKGROUND, "osa", "t80", "ural_4320"), taxonomy)
    config = load_config(find_config("classifier_rendered"))
    crops = [_crop(node, number, rendered=node == "osa") for node in NODES for number in range(20)]
    generator = np.random.default_rng(3)
    features = generator.normal(scale=0.1, size=(len(crops), BLOCK * len(NODES))).astype(np.float32)
    for row, crop in enumerate(crops):
        features[row, _block(crop.node)] += 1
    head = torch.nn.Linear(features.shape[1], len(space))
    with torch.no_grad():
        head.weight[:] = 0
        head.bias[:] = 0
        for label in ("t80", "ural_4320", BACKGROUND):
            head.weight[space.labels.index(label), _block(label)] = 0.1
        # Crowded out: its row says no whatever is seen.
        head.bias[space.labels.index("osa")] = -9.0
    before = {name: value.clone() for name, value in head.state_dict().items()}
    weight, bias = taught_row("osa", head, space, crops, features, config=config)
    assert all(torch.equal(value, before[name]) for name, value in head.state_dict().items())
    with torch.no_grad():
        head.weight[space.labels.index("osa")] = weight
        head.bias[space.labels.index("osa")] = bias
        named = head(torch.from_numpy(features)).argmax(dim=1).numpy()
    assert [space.labels[row] for row in named] == [crop.node for crop in crops]
