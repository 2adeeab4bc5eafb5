"""How many different vehicles the footage shows: an interval that holds the truth at a stated rate.

Four things stand between tracks and vehicles: one vehicle may have several tracks, a vehicle may
have none, a track may not be of the kind, and two clips may show the same vehicles. The first is
read from the tracks (`reappearing.py`), the second and the third are rates measured of the shipped
models (`count_rates.toml`), the fourth is for the user to say. `distributions.py` puts them
together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marchpast.inventory.clip_links import ClipLink, Footage, grouped
from marchpast.inventory.count_rates import CountRates, load_rates
from marchpast.inventory.distributions import Pmf, added, counted, ends, mean, shortest, with_missed
from marchpast.inventory.moments import at_least_at_once
from marchpast.inventory.reappearing import Repeats, repeats
from marchpast.inventory.sighting_shares import named_nodes, shares_of
from marchpast.records import Sighting
from marchpast.taxonomy import Taxonomy

LEVEL = 0.9
_LEAST_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class CountInterval:
    """How many different vehicles of one kind the footage shows.

    Attributes:
        node: Taxonomy id, or what the caller calls a group.
        low: From so many ...
        high: ... to so many, at the stated level.
        at_once: At least so many, seen in one picture at one moment. Wrong names are allowed
            for: with calibrated probabilities this is wrong once in a thousand times at most.
        tracks: Sightings that may be of the kind.
        expected: Mean; `None` where nobody said whether clips show the same vehicles.
        level: Share of such intervals that hold the truth.
    """

    node: str
    low: int
    high: int
    at_once: int
    tracks: int
    expected: float | None
    level: float


def count_intervals(
    sightings: Sequence[Sighting],
    taxonomy: Taxonomy,
    *,
    level: float = LEVEL,
    links: Sequence[ClipLink] = (),
    sizes: Mapping[str, tuple[int, int]] | None = None,
) -> tuple[CountInterval, ...]:
    """Return an interval for every kind that an answer names, and for what stands above it.

    Args:
        sightings: Of one run, in any order, from any number of sources.
        taxonomy: Knows every node; gives the order.
        level: Between 0 and 1, both excluded.
        links: What the user knows of the sources. Without a word two clips may show the same
            vehicles or others: the low end is that of the clip with most, the high end adds all.
        sizes: Width and height of the picture in pixels, by source (`SourceReport`). How often
            vehicles are missed goes by their size in the picture; where it is not given the
            boxes are taken to reach its edges, which with few vehicles makes them seem large.

    Raises:
        TaxonomyError: If a sighting is answered with a node that the taxonomy does not have.
        ValueError: If `level` is out of range or the links name an unknown source or contradict
            one another.
    """
    clips = _clips(sightings, sizes or {})
    return tuple(
        _interval(node, clips, shares_of(node, sightings, taxonomy), level=level, links=links)
        for node in named_nodes(sightings, taxonomy)
    )


def count_interval(
    node: str,
    sightings: Sequence[Sighting],
    shares: Sequence[float] | npt.NDArray[np.float64],
    *,
    level: float = LEVEL,
    links: Sequence[ClipLink] = (),
    sizes: Mapping[str, tuple[int, int]] | None = None,
) -> CountInterval:
    """Return the interval of a group of sightings.

    Args:
        node: What the group is called.
        sightings: All of the run: the others say whether the camera turned back.
        shares: One for each sighting: the probability that it belongs to the group. With 1 and 0
            alone the result holds if the names do.
        level: See `count_intervals`.
        links: See `count_intervals`.
        sizes: See `count_intervals`.

    Raises:
        ValueError: If the shares do not fit the sightings; and see `count_intervals`.
    """
    known = np.asarray(shares, np.float64)
    if known.shape != (len(sightings),) or not ((known >= 0) & (known <= 1)).all():
        raise ValueError(
            f"one share in [0, 1] is needed for each of {len(sightings)} sightings, "
            f"got {known.shape} from {known.min(initial=1.0)} to {known.max(initial=0.0)}"
        )
    return _interval(node, _clips(sightings, sizes or {}), known, level=level, links=links)


@dataclass(frozen=True, slots=True, eq=False)
class _Clip:
    """The sightings of one source: which they are, and what does not depend on the kind asked."""

    rows: npt.NDArray[np.int64]
    sightings: tuple[Sighting, ...]
    repeats: Repeats
    sizes: npt.NDArray[np.float64]
    rates: CountRates

    @property
    def followed(self) -> float:
        """How many different vehicles of any kind the tracks show, on average."""
        return float(self.repeats.weights @ (1 - self.repeats.shares).sum(axis=1))

    def at_once(self, shares: npt.NDArray[np.float64]) -> int:
        """Return how many there were at one moment at least."""
        tracks = [sighting.track for sighting in self.sightings]
        return at_least_at_once(tracks, shares[self.rows], together=self.rates.shared_names)

    def number(self, shares: npt.NDArray[np.float64], *, at_once: int) -> Pmf:
        """Return the distribution of how many there were."""
        own = shares[self.rows]
        is_asked = own >= _LEAST_SHARE
        if not is_asked.any():
            return np.ones(1)
        in_readings = counted(
            own[is_asked], self.repeats.shares[:, is_asked], together=self.rates.shared_names
        )
        found = self.repeats.weights @ in_readings
        size = float(np.average(self.sizes[is_asked], weights=own[is_asked]))
        rate = self.rates.missed(size)
        total = with_missed(found, rate, followed=self.followed)
        # What was seen at one moment is no matter of chance any more.
        total[:at_once] = 0.0
        return np.asarray(total / total.sum())


def _clips(sightings: Sequence[Sighting], sizes: Mapping[str, tuple[int, int]]) -> dict[str, _Clip]:
    rows: dict[str, list[int]] = {}
    for row, sighting in enumerate(sightings):
        rows.setdefault(sighting.source, []).append(row)
    rates = load_rates()
    return {
        source: _clip(tuple(sightings[row] for row in own), np.array(own), rates, sizes.get(source))
        for source, own in rows.items()
    }


def _clip(
    sightings: tuple[Sighting, ...],
    rows: npt.NDArray[np.int64],
    rates: CountRates,
    size: tuple[int, int] | None,
) -> _Clip:
    boxes = np.concatenate([sighting.track.xyxy for sighting in sightings]).astype(np.float64)
    width, height = size or np.maximum(boxes[:, 2:].max(axis=0), 1.0).tolist()
    sides = np.array([(s.track.xyxy[:, 2:] - s.track.xyxy[:, :2]).max() for s in sightings])
    read = repeats([s.track for s in sightings], rates, size=(width, height))
    return _Clip(rows, sightings, read, np.minimum(sides / max(width, height), 1.0), rates)


def _interval(
    node: str,
    clips: Mapping[str, _Clip],
    shares: npt.NDArray[np.float64],
    *,
    level: float,
    links: Sequence[ClipLink],
) -> CountInterval:
    if not 0 < level < 1:
        raise ValueError(f"a level between 0 and 1 is needed, got {level}")
    footage = grouped(tuple(clips), links)
    at_once = {source: clip.at_once(shares) for source, clip in clips.items()}
    numbers = {
        source: clip.number(shares, at_once=at_once[source]) for source, clip in clips.items()
    }
    low, high, expected = _together(footage, numbers, level=level)
    hard = footage.most(at_once)
    return CountInterval(
        node=node,
        low=max(low, hard),
        high=max(high, hard),
        at_once=hard,
        tracks=int((shares >= _LEAST_SHARE).sum()),
        expected=expected,
        level=level,
    )


def _together(
    footage: Footage, numbers: Mapping[str, Pmf], *, level: float
) -> tuple[int, int, float | None]:
    """Return low, high and mean of all clips.

    Of clips that show the same vehicles the largest number counts, clips that show different ones
    are added, and the interval is the shortest. Where nothing was said the high end adds the clips
    all the same, and the low end is the most that any clips which show different vehicles have
    together. An end that is the largest of several gives away its part of what may lie outside for
    each of them (Bonferroni), so that the largest holds too.
    """
    largest = [_largest([numbers[source] for source in group]) for group in footage.groups]
    total = added(largest)
    if footage.is_settled:
        low, high = shortest(total, level=level)
        expected = sum(max(mean(numbers[s]) for s in group) for group in footage.groups)
        if all(len(group) == 1 for group in footage.groups):
            return low, high, expected
        return min(low, _surest(footage, numbers, level=level)), high, expected
    high = ends(total, below=(1 - level) / 2, above=(1 - level) / 2)[1]
    return _surest(footage, numbers, level=level), high, None


def _surest(footage: Footage, numbers: Mapping[str, Pmf], *, level: float) -> int:
    """Return the largest low end of any clips that show different vehicles."""
    outside = (1 - level) / 2
    part = outside / sum(len(group) for set_ in footage.different for group in set_)
    lows = []
    for set_ in footage.different:
        best = [max(group, key=lambda source: mean(numbers[source])) for group in set_]
        total = added([numbers[source] for source in best])
        alone = shortest(total, level=level)[0]
        lows.append(min(ends(total, below=part, above=outside)[0], alone))
    return max(lows)


def _largest(numbers: Sequence[Pmf]) -> Pmf:
    """Return the distribution of the largest of independent counts."""
    length = max(map(len, numbers))
    below = np.ones(length)
    for number in numbers:
        below *= np.minimum(1.0, np.cumsum(np.pad(number, (0, length - len(number)))))
    return np.diff(below, prepend=0.0)
