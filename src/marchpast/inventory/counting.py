"""How many vehicles were seen: from most at one moment to tracks.

The lower end is hard: so many vehicles of a kind were *detected in one and the same frame* of one
clip. A frame in which a track was only bridged does not count, because a tracker that swaps two
identities bridges the gap of one vehicle with the other. Clips are never added for the lower end:
two clips may show the same vehicles. The upper end adds every track of every clip: nobody can say
that they are the same. It is not a bound on what took part, only on what these clips show, and
only as far as no vehicle was missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from marchpast.records import Sighting
from marchpast.taxonomy import Taxonomy

UNKNOWN = "unknown"
NO_VEHICLE = "background"


@dataclass(frozen=True, slots=True)
class SeenCount:
    """How many vehicles of one kind were seen.

    Attributes:
        node: Taxonomy id, or `unknown`.
        at_once: Most detected in one frame of one clip: at least so many there were.
        tracks: Vehicles followed, all clips together: one that was lost and found again, or that
            is in two clips, counts twice.
    """

    node: str
    at_once: int
    tracks: int


def count_seen(sightings: Sequence[Sighting], taxonomy: Taxonomy) -> tuple[SeenCount, ...]:
    """Return the counts of every node that was answered.

    Each sighting counts for the node it was answered with and no other: a `sam_short` is not
    an `osa`. Vehicles without an answer are counted as `unknown`, which comes last; boxes that
    hold no vehicle are not counted.

    Args:
        sightings: In any order, from any number of sources.
        taxonomy: Gives the order, and knows every node.

    Raises:
        TaxonomyError: If a sighting is answered with a node that the taxonomy does not have.
    """
    by_node: dict[str, list[Sighting]] = {}
    for sighting in sightings:
        node = sighting.identity.node
        if node != NO_VEHICLE:
            by_node.setdefault(node if node == UNKNOWN else taxonomy.node(node).id, []).append(
                sighting
            )
    order = (*taxonomy.nodes, UNKNOWN)
    return tuple(count_as(node, by_node[node]) for node in order if node in by_node)


def count_as(node: str, sightings: Iterable[Sighting]) -> SeenCount:
    """Return the counts of sightings that are taken for one kind, whatever their own answers."""
    by_source: dict[str, list[Sighting]] = {}
    for sighting in sightings:
        by_source.setdefault(sighting.source, []).append(sighting)
    return SeenCount(
        node,
        at_once=max(map(_most_in_one_frame, by_source.values()), default=0),
        tracks=sum(map(len, by_source.values())),
    )


def _most_in_one_frame(sightings: Sequence[Sighting]) -> int:
    """Return the most sightings that were detected in one frame of their common source."""
    frames = np.concatenate([np.unique(sighting.track.frame_index) for sighting in sightings])
    return int(np.unique(frames, return_counts=True)[1].max())
