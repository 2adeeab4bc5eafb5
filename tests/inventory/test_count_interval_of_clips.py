from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.errors import TaxonomyError
from marchpast.inventory import ClipLink, CountInterval, count_interval, count_intervals
from marchpast.inventory.count_rates import load_rates
from marchpast.inventory.moments import at_least_at_once
from marchpast.inventory.reappearing import readings_of, repeats
from marchpast.records import Candidate, Crop, Identity, Sighting, Track
from marchpast.taxonomy import Taxonomy

Seen = Callable[..., Sighting]
_CROP = Crop(0, 0.0, (0.0, 0.0, 1.0, 1.0), np.zeros((1, 1, 3), np.uint8), 1.0)
_SIZE = (1000.0, 600.0)
_TRACKS = st.lists(
    st.tuples(
        st.sampled_from(["osa", "sam_short", "btr80", "unknown", "background"]),
        st.sampled_from(["a.mp4", "b.mp4"]),
        st.lists(st.integers(0, 12), min_size=1, max_size=6, unique=True).map(sorted),
    ),
    min_size=1,
    max_size=10,
)


def moving(x: Sequence[float], *, first: int = 0, side: float = 100.0) -> Track:
    """Return a track whose box has its middle at each x, five looks a second."""
    middle = np.array(x, np.float32)
    box = np.stack(
        [
            middle - side / 2,
            np.full_like(middle, 300),
            middle + side / 2,
            np.full_like(middle, 350),
        ],
        axis=1,
    )
    index = first + np.arange(len(x))
    return Track(
        track_id=1,
        class_id=0,
        frame_index=index,
        time_s=index / 5,
        xyxy=np.clip(box, 0, 1000),
        confidence=np.ones(len(x), np.float32),
        crops=(_CROP,),
    )


def named(track: Track, share: float, *, source: str = "a.mp4") -> Sighting:
    masses = tuple(
        Candidate(node, mass)
        for node, mass in (
            ("vehicle", 1.0),
            ("military_vehicle", 1.0),
            ("air_defence", share),
            ("sam_short", share),
            ("osa", share),
        )
    )
    return Sighting(source, track, Identity("osa", "type", share, "a test", (), masses))


def test_nothing_seen_has_no_interval(taxonomy: Taxonomy) -> None:
    assert count_intervals([], taxonomy) == ()
    nothing = count_interval("osa", [], [])
    assert nothing == CountInterval("osa", 0, 0, 0, 0, 0.0, 0.9)


def test_every_node_that_is_named_and_all_above_it(seen: Seen, taxonomy: Taxonomy) -> None:
    rows = [seen("osa", [0], track_id=1), seen("background", [0], track_id=2)]
    nodes = [row.node for row in count_intervals(rows, taxonomy)]
    assert nodes == ["military_vehicle", "air_defence", "sam_short", "osa"]


def test_a_node_the_tree_does_not_have_is_an_error(seen: Seen, taxonomy: Taxonomy) -> None:
    with pytest.raises(TaxonomyError, match="no node 'ossa'"):
        count_intervals([seen("ossa")], taxonomy)


def test_unsure_names_make_no_hard_bound(taxonomy: Taxonomy) -> None:
    column = [named(moving([x, x + 20, x + 40]), 0.8) for x in (100, 300, 500, 700)]
    military, *_, osa = count_intervals(column, taxonomy)
    assert (military.at_once, osa.at_once) == (4, 0)
    assert osa.low == 0, "they may all be something else, and then together"
    assert osa.high >= 4
    assert osa.expected is not None
    assert osa.tracks == 4


def test_the_hard_bound_is_the_plain_maximum_for_sure_members() -> None:
    tracks = [moving([x, x + 20, x + 40]) for x in (100, 300, 500)] + [moving([800] * 3, first=2)]
    rows = [named(track, 0.8) for track in tracks]
    assert count_interval("group", rows, [1, 1, 0, 1]).at_once == 3
    assert count_interval("group", rows, [1, 1, 0, 0]).at_once == 2


def test_a_box_within_another_is_no_second_vehicle() -> None:
    whole, part = moving([500] * 3, side=200), moving([520] * 3, side=80)
    beside = moving([800] * 3)
    shares = np.ones(3)
    assert at_least_at_once([whole, part, beside], shares, together=0.0) == 2


@pytest.mark.parametrize("together", [0.0, 0.5, 1.0])
def test_the_hard_bound_is_reached_in_999_of_1000_cases(together: float) -> None:
    tracks = [moving([x] * 3) for x in range(100, 1000, 120)]
    shares = np.full(len(tracks), 0.97)
    bound = at_least_at_once(tracks, shares, together=together)
    rng = np.random.default_rng(5)
    draws = rng.random((20_000, len(tracks)))
    is_common = rng.random(20_000) < together
    draws[is_common] = draws[is_common][:, :1]
    number = (draws < shares).sum(axis=1)
    assert np.mean(number < bound) <= 0.001 + 1e-3
    assert together > 0 or np.mean(number < bound + 1) > 0.001


def test_a_column_that_passes_has_no_vehicle_twice() -> None:
    passing = [moving(range(0, 1001, 50), first=10 * i) for i in range(6)]
    assert readings_of(passing, size=_SIZE) == ["first"] * 3 + ["other"] * 3


def test_a_camera_that_turns_back_shows_the_same_vehicles_again() -> None:
    # A standing column of five: the camera turns right until frame 30, and back.
    turned = np.concatenate([np.arange(0, 1201, 40), np.arange(1160, -1, -40)])
    tracks = []
    for place in (100, 400, 700, 1000, 1300):
        x = place - turned
        inside = np.flatnonzero((x > -20) & (x < 1020))
        runs = np.split(inside, np.flatnonzero(np.diff(inside) > 12) + 1)
        tracks += [moving(x[run].tolist(), first=int(run[0])) for run in runs]
    tracks.sort(key=lambda track: float(track.time_s[0]))
    readings = readings_of(tracks, size=_SIZE)
    assert len(tracks) == 8
    assert readings.count("turned") == 3
    rows = [named(track, 1.0) for track in tracks]
    interval = count_interval("osa", rows, np.ones(8))
    assert interval.low <= 5 <= interval.high
    assert interval.expected is not None
    standing = [*rows[:5], *(named(moving([500] * 3, first=200 + 9 * i), 1.0) for i in range(3))]
    others = count_interval("osa", standing, np.ones(8))
    assert others.expected is not None
    assert interval.expected < others.expected


def test_without_a_sign_of_a_turn_both_readings_are_kept() -> None:
    there = [moving(range(0, 1001, 50), first=10 * i) for i in range(4)]
    back = [moving(range(1000, -1, -50), first=200 + 10 * i) for i in range(4)]
    readings = readings_of([*there, *back], size=_SIZE)
    assert readings[4:] == ["perhaps turned"] * 4
    rows = [named(track, 1.0) for track in (*there, *back)]
    interval = count_interval("osa", rows, np.ones(8))
    assert interval.low <= 4
    assert interval.high >= 8


def test_traffic_both_ways_is_no_turn() -> None:
    there = [moving(range(0, 1001, 50), first=5 * i) for i in range(8)]
    back = [moving(range(1000, -1, -50), first=25 + 5 * i) for i in range(4)]
    readings = readings_of([*there, *back], size=_SIZE)
    assert "perhaps turned" not in readings
    assert "turned" not in readings


def test_a_track_goes_on_where_another_was_lost() -> None:
    lost, again = moving(range(0, 401, 50)), moving(range(600, 1001, 50), first=12)
    assert readings_of([lost, again], size=_SIZE) == ["first", "interrupted"]
    far = moving([100, 60, 20], first=12)
    assert readings_of([lost, far], size=_SIZE)[1] != "interrupted"


def test_after_a_cut_any_share_may_have_been_seen_before() -> None:
    before = [moving([x] * 6) for x in (300, 500, 700)]
    after = [moving([x] * 6, first=6) for x in (320, 560, 800)]
    read = repeats([*before, *after], load_rates(), size=_SIZE)
    assert read.weights.sum() == pytest.approx(1)
    again = read.weights @ read.shares
    assert again[:3].tolist() == [0, 0, 0]
    assert again[3:] == pytest.approx([0.5] * 3, abs=0.1)
    interval = count_interval("osa", [named(t, 1.0) for t in (*before, *after)], np.ones(6))
    assert interval.low == 3
    assert interval.high >= 6


def test_clips_are_added_only_when_the_user_says_so() -> None:
    rows = [
        named(moving([x] * 3), 1.0, source=source)
        for source, places in (("a.mp4", (300, 500)), ("b.mp4", (300, 500, 700)))
        for x in places
    ]
    shares = np.ones(5)
    alone = count_interval("osa", rows[2:], shares[2:])
    unlinked = count_interval("osa", rows, shares)
    assert (unlinked.at_once, unlinked.low, unlinked.expected) == (3, 3, None)
    disjoint = count_interval("osa", rows, shares, links=[ClipLink("disjoint", ("a.mp4", "b.mp4"))])
    assert (disjoint.at_once, disjoint.low) == (5, 5)
    assert disjoint.high <= unlinked.high
    same = count_interval("osa", rows, shares, links=[ClipLink("same convoy", ("a.mp4", "b.mp4"))])
    assert same.at_once == 3
    assert alone.high <= same.high < disjoint.high
    assert disjoint.expected is not None
    assert same.expected is not None
    assert alone.expected is not None
    assert same.expected == pytest.approx(alone.expected)
    assert disjoint.expected > same.expected


def test_links_join_groups_and_leave_the_rest_open() -> None:
    rows = [named(moving([500] * 3), 1.0, source=f"{name}.mp4") for name in "abcd"]
    links = [
        ClipLink("same convoy", ("a.mp4", "b.mp4")),
        ClipLink("disjoint", ("b.mp4", "c.mp4")),
    ]
    interval = count_interval("osa", rows, np.ones(4), links=links)
    assert (interval.at_once, interval.expected) == (2, None)


@pytest.mark.parametrize(
    ("links", "message"),
    [
        ([("disjoint", ("a.mp4", "c.mp4"))], "no source is called 'c.mp4'"),
        (
            [("same convoy", ("a.mp4", "b.mp4")), ("disjoint", ("a.mp4", "b.mp4"))],
            "say one of the two",
        ),
        ([("disjoint", ("a.mp4",))], "two or more different sources"),
        ([("disjoint", ("a.mp4", "a.mp4"))], "two or more different sources"),
    ],
)
def test_links_that_cannot_be_are_refused(links: list[tuple[str, ...]], message: str) -> None:
    rows = [named(moving([500] * 3), 1.0, source=name) for name in ("a.mp4", "b.mp4")]
    with pytest.raises(ValueError, match=message):
        count_interval("osa", rows, np.ones(2), links=[ClipLink(*link) for link in links])  # type: ignore[arg-type]


def test_shares_and_levels_out_of_range_are_refused() -> None:
    rows = [named(moving([500] * 3), 1.0)]
    with pytest.raises(ValueError, match="one share in"):
        count_interval("osa", rows, [0.5, 0.5])
    with pytest.raises(ValueError, match="one share in"):
        count_interval("osa", rows, [1.5])
    with pytest.raises(ValueError, match="a level between 0 and 1"):
        count_interval("osa", rows, [1.0], level=1.0)


def test_where_the_picture_is_known_small_vehicles_are_known_to_be_small() -> None:
    rows = [named(moving([x] * 3, side=40), 1.0) for x in (100, 200)]
    shares = np.ones(2)
    unknown = count_interval("osa", rows, shares)
    small = count_interval("osa", rows, shares, sizes={"a.mp4": (1000, 600)})
    assert small.high > unknown.high


@settings(deadline=None, max_examples=40)
@given(_TRACKS)
def test_the_bound_is_within_the_interval_and_a_copy_of_a_clip_proves_no_more(
    seen: Seen, taxonomy: Taxonomy, world: list[tuple[str, str, list[int]]]
) -> None:
    once = [
        seen(node, frames, source=clip, track_id=i) for i, (node, clip, frames) in enumerate(world)
    ]
    copy = [
        seen(node, frames, source=f"copy of {clip}", track_id=i)
        for i, (node, clip, frames) in enumerate(world)
    ]
    before = count_intervals(once, taxonomy)
    after = count_intervals([*once, *copy], taxonomy)
    for row, doubled in zip(before, after, strict=True):
        assert 0 <= row.at_once <= row.low <= row.high
        assert doubled.node == row.node
        assert doubled.at_once == row.at_once
        assert doubled.low <= row.low
        assert doubled.high >= row.high
