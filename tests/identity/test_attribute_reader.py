"""A network's attributes as things seen."""

from __future__ import annotations

import math

import numpy as np
import pytest

from marchpast.identity import AttributeReader
from marchpast.inference import AttributeScale

NAMES = ("tracks", "axles_2", "axles_3", "axles_4", "axles_5_or_more")
PLAIN = {"drive": AttributeScale(slope=1.0), "axles": AttributeScale(slope=1.0)}


def scores(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_tracks_are_told_with_their_probability_and_no_axles() -> None:
    (drive,) = AttributeReader(NAMES, PLAIN).read(scores((0.9, 0.1, 0.9, 0.1, 0.1)))
    assert (drive.name, drive.value, drive.origin) == ("drive", "tracks", "model")
    assert drive.probability == pytest.approx(0.9)


def test_wheels_come_with_the_likeliest_count() -> None:
    drive, axles = AttributeReader(NAMES, PLAIN).read(scores((0.02, 0.01, 0.01, 0.98, 0.01)))
    assert (drive.value, axles.name, axles.value) == ("wheels", "axles", "4")
    # A softmax of the four log-odds, given wheels.
    odds = math.exp(math.log(0.98 / 0.02))
    rest = 3 * math.exp(math.log(0.01 / 0.99))
    assert axles.probability == pytest.approx(0.98 * odds / (odds + rest), abs=1e-4)


def test_the_last_head_means_five_or_more() -> None:
    *_, axles = AttributeReader(NAMES, PLAIN).read(scores((0.01, 0.01, 0.01, 0.01, 0.99)))
    assert axles.value == "5+"


def test_what_is_not_sure_is_not_told() -> None:
    reader = AttributeReader(NAMES, PLAIN)
    assert reader.read(scores((0.3, 0.9, 0.1, 0.1, 0.1))) == ()
    assert len(reader.read(scores((0.01, 0.5, 0.5, 0.1, 0.1)))) == 1


def test_a_scale_makes_it_as_sure_as_it_is() -> None:
    doubled = {"drive": AttributeScale(slope=2.0, offset=-1.0)}
    (drive,) = AttributeReader(NAMES, doubled).read(scores((0.9, 0, 0, 0, 0)))
    odds = 2 * math.log(0.9 / 0.1) - 1
    assert drive.probability == pytest.approx(1 / (1 + math.exp(-odds)))


def test_crops_are_averaged_as_probabilities() -> None:
    (drive,) = AttributeReader(NAMES, {"drive": PLAIN["drive"]}).read(
        scores((0.99, 0, 0, 0, 0), (0.7, 0, 0, 0, 0))
    )
    assert drive.probability == pytest.approx(0.845)


@pytest.mark.parametrize(
    ("names", "scales"), [((), PLAIN), (NAMES, {}), (("axles_2", "axles_3"), PLAIN)]
)
def test_what_the_card_lacks_is_not_told(
    names: tuple[str, ...], scales: dict[str, AttributeScale]
) -> None:
    assert AttributeReader(names, scales).read(np.full((1, len(names)), 0.99, np.float32)) == ()


def test_a_network_without_attributes_tells_none() -> None:
    assert AttributeReader(NAMES, PLAIN).read(None) == ()
