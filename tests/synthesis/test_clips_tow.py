"""A column with a tow: who pulls whom, at which distance, at every moment."""

import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from marchpast.synthesis.building import build, load_blueprint
from marchpast.synthesis.clips_takes import Member
from marchpast.synthesis.clips_tow import Marching, marching
from marchpast.synthesis.motion import column
from marchpast.synthesis.places import Lane
from marchpast.synthesis.rendering import Dress, Model

LANE = Lane(np.array([[100, 0, 0], [-100, 0, 0]], np.float32), 8.0)
BTR, LORRY, TANK = (
    Model(build(load_blueprint(name))) for name in ("btr80", "civil_lorry", "t72b3")
)


def march(seed: int, *models: Model) -> Marching:
    rng = np.random.default_rng(seed)
    members = [
        Member(number, model, Dress(), sideways_m=0.1 * number, headlights=True)
        for number, model in enumerate(models, start=1)
    ]
    lengths = [member.length_m for member in members]
    line = column(lengths, rng, leader_m=60.0, gap_m=9.0, speed_m_s=8.0)
    return marching(LANE, line, members, rng)


TOWED = next(found for seed in range(60) if (found := march(seed, BTR, LORRY, BTR, BTR)).towed_by)


def test_a_towed_vehicle_keeps_its_distance_and_goes_without_lamps() -> None:
    assert TOWED.towed_by == {4: 3}, "neither towing a civil lorry nor towed by it"
    vehicles, bar = TOWED.files
    apart = []
    for when in (0.0, 1.7, 4.2):
        ahead, towed = vehicles.at(when)[2:]
        (rod,) = bar.at(when)
        assert rod.track_id < 0
        assert rod.position == towed.position
        assert rod.position[1] == ahead.position[1]
        apart.append(towed.position[0] - ahead.position[0])
        assert not towed.headlights and ahead.headlights
    assert apart == pytest.approx([apart[0]] * 3, abs=1e-4)
    assert float(BTR.high[0] - BTR.low[0]) < apart[0] < 12.0


def test_the_others_keep_their_gaps() -> None:
    noses = [placed.position[0] for placed in TOWED.files[0].at(0.0)]
    assert noses == sorted(noses)
    gaps = np.diff(noses)
    assert (gaps[:2] > 9.0 * 0.6 + 7.0).all()


def test_no_vehicle_on_wheels_tows_a_tank_and_not_every_column_has_a_tow() -> None:
    assert not any(march(seed, BTR, TANK, LORRY).towed_by for seed in range(40))
    share = np.mean([bool(march(seed, TANK, TANK).towed_by) for seed in range(60)])
    assert 0.05 < share < 0.5
    plain = march(next(s for s in range(60) if not march(s, TANK, TANK).towed_by), TANK, TANK)
    assert len(plain.files) == 1
    assert plain.files[0].members[1].headlights
