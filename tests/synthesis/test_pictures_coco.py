"""COCO's run lengths against a slow decoder, and the document's ids."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

pytest.importorskip("embreex", reason="the truth of pictures needs the ray engine")

from marchpast.synthesis.pictures_coco import decoded_mask, document, encoded_mask


def slowly_decoded(segmentation: dict[str, list[int]]) -> np.ndarray:
    """What the COCO paper's format says, cell by cell."""
    height, width = segmentation["size"]
    mask = np.zeros((height, width), np.bool_)
    place, value = 0, False
    for run in segmentation["counts"]:
        for _ in range(run):
            mask[place % height, place // height] = value
            place += 1
        value = not value
    assert place == height * width
    return mask


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_runs_decode_to_the_mask(mask: np.ndarray) -> None:
    encoded = encoded_mask(mask)
    np.testing.assert_array_equal(slowly_decoded(encoded), mask)
    np.testing.assert_array_equal(decoded_mask(encoded), mask)


@given(st.lists(st.sampled_from(["osa", "bal", "tor"]), min_size=1, max_size=6))
def test_annotations_are_numbered_and_point_to_their_category(nodes: list[str]) -> None:
    records = [
        {"image": {"id": index + 7}, "annotations": [{"node": node, "area": index}]}
        for index, node in enumerate(nodes)
    ]
    whole = document(records, info={"seed": 1})
    names = {category["id"]: category["name"] for category in whole["categories"]}
    assert [item["id"] for item in whole["annotations"]] == list(range(1, len(nodes) + 1))
    assert [names[item["category_id"]] for item in whole["annotations"]] == nodes
    assert [item["image_id"] for item in whole["annotations"]] == [i + 7 for i in range(len(nodes))]
    assert all("node" not in item for item in whole["annotations"])
