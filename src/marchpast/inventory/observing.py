"""What the footage holds for a comparison: kinds of vehicles, and which were seen together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from marchpast.inventory.clip_links import ClipLink, grouped
from marchpast.inventory.counting import NO_VEHICLE, UNKNOWN
from marchpast.inventory.moments import apart
from marchpast.records import BoolArray, Identity, Sighting
from marchpast.taxonomy import Taxonomy

MILITARY = "military_vehicle"
_ROOT = "vehicle"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a vehicle may be, as far as a comparison sees it.

    Attributes:
        nodes: The set that was answered, in the order of the tree.
        lines: Indexes of the announced lines that it may belong to.
        may_be_unnamed: Whether it may be military and of a kind that no line names.
        may_be_civil: Whether it may be civil.
        within: The narrowest announced line that holds all of it, so that it surely counts there,
            or for a narrower line below; `None` when there is none.
    """

    nodes: tuple[str, ...]
    lines: frozenset[int]
    may_be_unnamed: bool
    may_be_civil: bool
    within: int | None


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """One frame of one source.

    Attributes:
        source: Name of the source.
        frame_index: 0-based, decode order.
        time_s: Presentation time in seconds.
    """

    source: str
    frame_index: int
    time_s: float


@dataclass(frozen=True, slots=True)
class Scene:
    """Sightings that are different vehicles, because they were detected together.

    Attributes:
        moments: Where: one frame, or one of each of several clips that are said to be disjoint.
        members: Which sightings, as indexes.
    """

    moments: tuple[Moment, ...]
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """The sightings that take part in a comparison.

    Attributes:
        sightings: Those that are military or may be.
        kinds: What each of them may be.
        scenes: In the order of sources and frames; of one source, none is part of another.
        unnamed: How many vehicles were left out because nothing is known of them.
    """

    sightings: tuple[Sighting, ...]
    kinds: tuple[Kind, ...]
    scenes: tuple[Scene, ...]
    unnamed: int


def observe(
    sightings: Sequence[Sighting],
    lines: Sequence[str],
    taxonomy: Taxonomy,
    *,
    links: Sequence[ClipLink] = (),
) -> Observation:
    """Sort the sightings by what they may be, and find what was seen together.

    Args:
        sightings: Of one run, in any order; civil and unnamed ones are sorted out.
        lines: The nodes that were announced.
        taxonomy: Knows every node.
        links: What the user knows of the sources.

    Raises:
        TaxonomyError: If a sighting is answered with a node that the taxonomy does not have.
        ValueError: If a link names a source that is not there, or links contradict one another.
    """
    footage = grouped(sorted({sighting.source for sighting in sightings}), links)
    announced = _Lines(lines, taxonomy)
    known: dict[tuple[str, ...], Kind | None] = {}
    taking_part, kinds, unnamed = [], [], 0
    for sighting in sightings:
        nodes = answered_set(sighting.identity)
        if nodes not in known:
            known[nodes] = announced.kind(nodes)
        if (kind := known[nodes]) is not None:
            taking_part.append(sighting)
            kinds.append(kind)
        else:
            is_unknown = not nodes and sighting.identity.node != NO_VEHICLE
            unnamed += is_unknown or _ROOT in nodes
    scenes = tuple(_scenes(taking_part))
    joined = [
        scene
        for groups in footage.different
        if len(groups) > 1
        for scene in _joined(scenes, groups, kinds)
    ]
    return Observation(tuple(taking_part), tuple(kinds), (*scenes, *joined), unnamed)


def answered_set(identity: Identity) -> tuple[str, ...]:
    """Return the nodes that a vehicle may be; none when it has no answer or is no vehicle."""
    if identity.node == NO_VEHICLE:
        return ()
    if identity.answer is not None:
        return identity.answer.nodes
    return () if identity.node == UNKNOWN else (identity.node,)


class _Lines:
    """The announced lines, looked up from the nodes above and below them."""

    def __init__(self, lines: Sequence[str], taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._number = {line: i for i, line in enumerate(lines)}
        self._under: dict[str, set[int]] = {}
        for i, line in enumerate(lines):
            for up in taxonomy.lineage(line)[:-1]:
                self._under.setdefault(up, set()).add(i)

    def kind(self, nodes: tuple[str, ...]) -> Kind | None:
        """Return what the nodes may be; `None` when they are all civil, or say nothing."""
        military = [node for node in nodes if self._taxonomy.is_within(node, MILITARY)]
        if not military or _ROOT in nodes:
            return None
        lines: set[int] = set()
        homes: set[int | None] = set()
        for node in military:
            above = [self._number[up] for up in self._taxonomy.lineage(node) if up in self._number]
            homes.add(above[-1] if above else None)  # the narrowest line takes it
            lines.update(above[-1:], self._under.get(node, ()))
        may_be_civil = len(military) < len(nodes)
        return Kind(
            nodes,
            frozenset(lines),
            may_be_unnamed=None in homes,
            may_be_civil=may_be_civil,
            within=homes.pop() if len(homes) == 1 and not may_be_civil else None,
        )


def _scenes(sightings: Sequence[Sighting]) -> Iterator[Scene]:
    by_source: dict[str, list[int]] = {}
    for i, sighting in enumerate(sightings):
        by_source.setdefault(sighting.source, []).append(i)
    for source in sorted(by_source):
        yield from _scenes_of_one(source, by_source[source], sightings)


def _scenes_of_one(
    source: str, indexes: Sequence[int], sightings: Sequence[Sighting]
) -> list[Scene]:
    """Return the companies of one source, in the order of its frames.

    A company that is part of another one is left out: whatever it shows, the other shows too. Of
    two boxes of which one lies within the other only the larger counts: they may be one vehicle.
    """
    tracks = [sightings[i].track for i in indexes]
    frames = np.concatenate([track.frame_index for track in tracks])
    times = np.concatenate([track.time_s for track in tracks])
    boxes = np.concatenate([track.xyxy for track in tracks]).astype(np.float64)
    members = np.repeat(np.array(indexes), [len(track.frame_index) for track in tracks])
    order = np.lexsort((members, frames))
    starts = np.flatnonzero(np.diff(frames[order], prepend=-1))
    whole = _Whole()
    scenes = []
    for looks in sorted(np.split(order, starts[1:]), key=len, reverse=True):
        if whole.holds(members[looks].tolist()):
            continue
        company = members[looks[apart(boxes[looks])]].tolist()
        if not whole.holds(company):
            whole.add(company)
            moment = Moment(source, int(frames[looks[0]]), float(times[looks[0]]))
            scenes.append(Scene((moment,), tuple(company)))
    return sorted(scenes, key=lambda scene: scene.moments)


class _Whole:
    """Companies, to ask whether another one is a part of one of them."""

    def __init__(self) -> None:
        self._with: dict[int, list[frozenset[int]]] = {}

    def add(self, company: Sequence[int]) -> None:
        whole = frozenset(company)
        for member in whole:
            self._with.setdefault(member, []).append(whole)

    def holds(self, company: Sequence[int]) -> bool:
        candidates = min((self._with.get(member, []) for member in company), key=len)
        return any(whole.issuperset(company) for whole in candidates)


def _joined(
    scenes: Sequence[Scene], groups: Sequence[Sequence[str]], kinds: Sequence[Kind]
) -> Iterator[Scene]:
    """Yield scenes of several groups of clips that share no vehicle, put together.

    Not every combination: for each way a vehicle can go, and for all vehicles, the scene of each
    group that shows most. Every one of them holds, so none can accuse wrongly; a contradiction that
    only another combination shows is missed.
    """
    clips = [[s for s in scenes if s.moments[0].source in group] for group in groups]
    ways = sorted({line for kind in kinds for line in kind.lines})
    outside = sorted({kind.nodes for kind in kinds if not kind.lines})
    aspects: list[BoolArray] = [
        np.ones(len(kinds), np.bool_),
        *(np.array([way in kind.lines for kind in kinds]) for way in ways),
        *(np.array([nodes == kind.nodes for kind in kinds]) for nodes in outside),
    ]
    met = set()
    for aspect in aspects:
        best = [
            max(clip, key=lambda scene: int(aspect[list(scene.members)].sum()))
            for clip in clips
            if clip
        ]
        members = tuple(sorted(i for scene in best for i in scene.members))
        if len(best) > 1 and members not in met:
            met.add(members)
            yield Scene(tuple(scene.moments[0] for scene in best), members)
