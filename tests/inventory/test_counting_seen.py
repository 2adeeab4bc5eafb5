from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.errors import TaxonomyError
from marchpast.inventory import SeenCount, count_seen
from marchpast.records import Sighting
from marchpast.taxonomy import Taxonomy

Seen = Callable[..., Sighting]

# (node, clip, frames): small worlds in which overlaps are common.
_TRACKS = st.lists(
    st.tuples(
        st.sampled_from(["osa", "sam_short", "btr80", "civilian_vehicle", "unknown", "background"]),
        st.sampled_from(["a.mp4", "b.mp4", "c.jpg"]),
        st.lists(st.integers(0, 12), min_size=1, max_size=6, unique=True).map(sorted),
    ),
    max_size=12,
)


def test_nothing_seen_counts_nothing(taxonomy: Taxonomy) -> None:
    assert count_seen([], taxonomy) == ()


def test_two_in_one_frame_are_two_and_one_after_the_other_may_be_one(
    seen: Seen, taxonomy: Taxonomy
) -> None:
    column = [
        seen("osa", [0, 1, 2], track_id=1),
        seen("osa", [2, 3], track_id=2),
        seen("osa", [9], track_id=3),
    ]
    assert count_seen(column, taxonomy) == (SeenCount("osa", at_once=2, tracks=3),)


def test_a_bridged_gap_is_no_evidence_of_two(seen: Seen, taxonomy: Taxonomy) -> None:
    # One vehicle whose identity was swapped for a while: never two detections in one frame.
    swapped = [seen("osa", [0, 1, 6, 7], track_id=1), seen("osa", [3, 4], track_id=2)]
    assert count_seen(swapped, taxonomy) == (SeenCount("osa", at_once=1, tracks=2),)


def test_clips_are_not_added_for_the_lower_end(seen: Seen, taxonomy: Taxonomy) -> None:
    clips = [
        seen("osa", [5], source="a.mp4", track_id=1),
        seen("osa", [5], source="b.mp4", track_id=1),
        seen("osa", [5], source="b.mp4", track_id=2),
    ]
    assert count_seen(clips, taxonomy) == (SeenCount("osa", at_once=2, tracks=3),)


def test_each_answer_counts_for_itself_in_the_order_of_the_tree(
    seen: Seen, taxonomy: Taxonomy
) -> None:
    mixed = [
        seen(node, [0], track_id=i)
        for i, node in enumerate(
            ["unknown", "osa", "background", "sam_short", "civilian_vehicle", "osa", "vehicle"]
        )
    ]
    assert count_seen(mixed, taxonomy) == (
        SeenCount("vehicle", 1, 1),
        SeenCount("civilian_vehicle", 1, 1),
        SeenCount("sam_short", 1, 1),
        SeenCount("osa", 2, 2),
        SeenCount("unknown", 1, 1),
    )


def test_a_node_the_tree_does_not_have_is_an_error(seen: Seen, taxonomy: Taxonomy) -> None:
    with pytest.raises(TaxonomyError, match="no node 'ossa'"):
        count_seen([seen("ossa")], taxonomy)


@given(_TRACKS)
def test_counts_agree_with_counting_frame_by_frame(
    seen: Seen, taxonomy: Taxonomy, world: list[tuple[str, str, list[int]]]
) -> None:
    sightings = [
        seen(node, frames, source=clip, track_id=i) for i, (node, clip, frames) in enumerate(world)
    ]
    nodes = {node for node, _, _ in world} - {"background"}
    expected = {
        node: (
            max(
                sum(n == node and c == clip and frame in frames for n, c, frames in world)
                for clip in ("a.mp4", "b.mp4", "c.jpg")
                for frame in range(13)
            ),
            sum(n == node for n, _, _ in world),
        )
        for node in nodes
    }
    counted = count_seen(sightings, taxonomy)
    assert {c.node: (c.at_once, c.tracks) for c in counted} == expected
    assert all(1 <= c.at_once <= c.tracks for c in counted)


@given(_TRACKS)
def test_the_same_clip_again_never_raises_the_lower_end(
    seen: Seen, taxonomy: Taxonomy, world: list[tuple[str, str, list[int]]]
) -> None:
    once = [
        seen(node, frames, source=clip, track_id=i) for i, (node, clip, frames) in enumerate(world)
    ]
    again = [
        seen(node, frames, source=f"copy of {clip}", track_id=i)
        for i, (node, clip, frames) in enumerate(world)
    ]
    before = {count.node: count.at_once for count in count_seen(once, taxonomy)}
    after = {count.node: count.at_once for count in count_seen(once + again, taxonomy)}
    assert after == before
