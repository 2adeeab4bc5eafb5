"""The five kinds of clips: who moves, where the camera is, and that something is seen."""

import functools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from marchpast.synthesis import clips_cast
from marchpast.synthesis.clips import film
from marchpast.synthesis.clips_kinds import CLIP_KINDS, make_take
from marchpast.synthesis.clips_takes import Take


@pytest.fixture(autouse=True)
def few_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making vehicles ready is most of the work: two types are enough here."""
    monkeypatch.setattr(clips_cast, "blueprint_names", lambda: ["btr80", "civil_lorry"])


def anew(kind: str) -> Take:
    return make_take(kind, seed=1, seconds=2.0, width=128, height=72, fps=Fraction(5))


made = functools.cache(anew)


def ends(take: Take) -> Take:
    """The same take with its first and last frame alone."""
    return replace(take, views=(take.views[0], take.views[-1]), rate=take.rate / 9)


@pytest.mark.parametrize("kind", CLIP_KINDS)
def test_vehicles_are_seen(kind: str) -> None:
    take = made(kind)
    assert len(take.views) == 10
    frames = list(film(ends(take)))
    assert [image.shape for image, _ in frames] == [(72, 128, 3)] * 2
    assert any(row.visible_fraction > 0.3 for _, rows in frames for row in rows)
    assert take.members[1].model.vehicle.attributes.civil is False


def test_the_seed_decides_all() -> None:
    take, again = made("convoy"), anew("convoy")
    assert take.views == again.views
    (first, _), (same, _) = next(iter(film(ends(take)))), next(iter(film(ends(again))))
    assert (first == same).all()


@pytest.mark.parametrize(
    ("kind", "stays", "drives", "shines"),
    [
        ("convoy", True, True, None),
        ("moving_car", False, None, None),
        ("parade_pan", True, False, False),
        ("rail", True, True, False),
        ("night", True, True, True),
    ],
)
def test_what_moves_and_what_shines(
    kind: str, stays: bool, drives: bool | None, shines: bool | None
) -> None:
    take = made(kind)
    assert take.stays is stays
    if drives is not None:
        assert all((file.column.speed_m_s > 0) is drives for file in take.files)
    if shines is not None:
        driven = [member for n, member in take.members.items() if n not in take.towed_by]
        assert driven and all(member.headlights is shines for member in driven)


def test_every_load_stands_on_its_wagon() -> None:
    take = made("rail")
    wagons, loads = take.files
    assert [member.track_id for member in wagons.members] == [
        -n for n in range(1, len(loads.members) + 1)
    ]
    for when in (0.0, 1.5):
        for wagon, load in zip(wagons.at(when), loads.at(when), strict=True):
            assert load.position[2] - wagon.position[2] == pytest.approx(1.31)
            behind = np.hypot(*np.subtract(load.position, wagon.position)[:2])
            end = wagon.model.high[0] - load.model.high[0]
            assert -0.3 < behind < end + 0.3, "it stands between the ends of the deck"


def test_an_unknown_kind_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'regatta'.*convoy, moving_car"):
        made("regatta")
