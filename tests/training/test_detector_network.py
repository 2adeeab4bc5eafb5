"""The network's blocks and the meaning of its raw numbers, against plain oracles."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from marchpast.training.detector_blocks import ShuffleBlock, SqueezeExcite  # noqa: E402
from marchpast.training.detector_model import (  # noqa: E402
    BINS,
    STRIDES,
    DetectorNetwork,
    decode,
)

pytestmark = pytest.mark.train


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Two threads beside another job are many times slower than one."""
    torch.set_num_threads(1)


def maps(height: int, width: int) -> list[Any]:
    """Raw maps of all levels for an input size; every logit 0."""
    return [torch.zeros(1, 2 + 4 * BINS, -(-height // s), -(-width // s)) for s in STRIDES]


def test_a_box_lies_where_its_cells_distributions_say() -> None:
    levels = maps(64, 128)
    # Row 1, column 2 of the second level: centre (40, 24), stride 16.
    levels[1][0, 2:, 1, 2] = -50.0
    for side, bins in enumerate([(1,), (0,), (3,), (2, 3)]):
        for chosen in bins:
            levels[1][0, 2 + BINS * side + chosen, 1, 2] = 50.0
    levels[1][0, 1, 1, 2] = 4.0
    found = decode(levels, classes=2)
    row = 8 * 16 + 1 * 8 + 2
    assert found.points[row].tolist() == [40.0, 24.0]
    assert found.strides[row].item() == 16.0
    assert found.boxes[0, row].tolist() == pytest.approx([24.0, 24.0, 88.0, 64.0])
    assert found.logits[0, row].tolist() == [0.0, 4.0]


def test_without_a_preference_a_side_is_half_of_the_bins_away() -> None:
    found = decode(maps(64, 64), classes=2)
    width = found.boxes[0, :, 2] - found.boxes[0, :, 0]
    torch.testing.assert_close(width, (BINS - 1) * found.strides)


@pytest.mark.parametrize("size", [(64, 64), (96, 160), (32, 224)])
def test_every_multiple_of_32_is_an_input(size: tuple[int, int]) -> None:
    height, width = size
    with torch.no_grad():
        found = DetectorNetwork().eval()(torch.zeros(2, 3, height, width))
    cells = sum(-(-height // s) * -(-width // s) for s in STRIDES)
    assert found.logits.shape == (2, cells, 2)
    assert found.boxes.shape == (2, cells, 4)
    assert found.points.shape == (cells, 2)
    # The coarsest level may reach beyond the picture by half of a cell.
    assert (found.points.amax(dim=0) <= torch.tensor([width + 32.0, height + 32.0])).all()


def test_a_shuffle_block_keeps_half_of_its_channels_on_even_places() -> None:
    torch.manual_seed(0)
    block = ShuffleBlock(8, 8).eval()
    features = torch.randn(1, 8, 3, 5)
    with torch.no_grad():
        out = block(features)
    torch.testing.assert_close(out[:, 0::2], features[:, :4])
    # Reference: the shuffle as ShuffleNet writes it.
    halves = torch.cat((out[:, 0::2], out[:, 1::2]), dim=1)
    torch.testing.assert_close(
        out, halves.reshape(1, 2, 4, 3, 5).transpose(1, 2).reshape(1, 8, 3, 5)
    )


def test_attention_weighs_a_channel_alike_everywhere_between_nothing_and_all() -> None:
    torch.manual_seed(0)
    features = torch.rand(1, 8, 4, 4) + 0.5
    with torch.no_grad():
        weight = SqueezeExcite(8)(features) / features
    assert ((weight >= 0) & (weight <= 1)).all()
    torch.testing.assert_close(weight, weight[..., :1, :1].expand_as(weight))
