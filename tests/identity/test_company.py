"""Small vehicles among certain ones: answered as military and no more."""

from __future__ import annotations

import numpy as np
import pytest

from marchpast.identity import MILITARY, UNKNOWN, in_company
from marchpast.records import AnswerSet, Box, Candidate, Crop, Identity, Sighting, Track
from marchpast.taxonomy import Taxonomy, load_taxonomy

_MILITARY_CLASS, _CIVIL_CLASS = 0, 1


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


def test_an_undecided_vehicle_among_three_is_military(taxonomy: Taxonomy) -> None:
    seen = [_sure(1), _sure(2), _sure(3), _unsure(4)]
    answered = in_company(seen, taxonomy, military_class=_MILITARY_CLASS)
    assert [row.identity.node for row in answered] == ["tank", "tank", "tank", MILITARY]
    identity = answered[3].identity
    assert identity.level == "class"
    assert identity.probability == pytest.approx(0.6)
    assert "3 like it in this picture are" in identity.reason
    assert identity.answer is not None
    assert identity.answer.nodes == ("tank",)
    assert answered[:3] == tuple(seen[:3])


def test_two_are_no_company(taxonomy: Taxonomy) -> None:
    seen = (_sure(1), _sure(2), _unsure(3), _unsure(4))
    assert in_company(seen, taxonomy, military_class=_MILITARY_CLASS) == seen


@pytest.mark.parametrize(
    "stranger",
    [
        pytest.param({"military": 0.2}, id="the classifier contradicts"),
        pytest.param({"class_id": _CIVIL_CLASS}, id="the detector says civil"),
        pytest.param({"size": (80, 60)}, id="large enough to be told"),
        pytest.param({"size": (14, 8)}, id="much smaller than the others"),
        pytest.param({"node": "civilian_vehicle"}, id="answered as civil"),
    ],
)
def test_who_does_not_belong_stays_as_it_was(
    taxonomy: Taxonomy, stranger: dict[str, object]
) -> None:
    seen = (_sure(1), _sure(2), _sure(3), _unsure(4, **stranger))  # type: ignore[arg-type]
    assert in_company(seen, taxonomy, military_class=_MILITARY_CLASS) == seen


def test_the_order_of_the_sightings_changes_nothing(taxonomy: Taxonomy) -> None:
    seen = [_unsure(4), _sure(1), _unsure(5), _sure(2), _sure(3)]
    forward = in_company(seen, taxonomy, military_class=_MILITARY_CLASS)
    backward = in_company(seen[::-1], taxonomy, military_class=_MILITARY_CLASS)
    assert [row.identity for row in forward] == [row.identity for row in backward[::-1]]


def _sure(number: int) -> Sighting:
    return _sighting(number, Identity("tank", "category", 0.98, "", ()))


def _unsure(
    number: int,
    *,
    military: float = 0.6,
    class_id: int = _MILITARY_CLASS,
    size: tuple[int, int] = (44, 22),
    node: str = UNKNOWN,
) -> Sighting:
    identity = Identity(
        node,
        "unknown",
        military,
        "",
        (),
        masses=(Candidate("vehicle", 0.9), Candidate(MILITARY, military)),
        answer=AnswerSet(("tank", "civilian_vehicle"), 0.9, 0.9, ""),
    )
    return _sighting(number, identity, class_id=class_id, size=size)


def _sighting(
    number: int,
    identity: Identity,
    *,
    class_id: int = _MILITARY_CLASS,
    size: tuple[int, int] = (48, 24),
) -> Sighting:
    box: Box = (10.0 * number, 20.0, 10.0 * number + size[0], 20.0 + size[1])
    crop = Crop(0, 0.0, box, np.zeros((size[1], size[0], 3), np.uint8), 1.0)
    track = Track(
        number,
        class_id,
        np.zeros(1, np.int64),
        np.zeros(1),
        np.array([box], np.float32),
        np.array([0.6], np.float32),
        (crop,),
    )
    return Sighting("parade.jpg", track, identity)
