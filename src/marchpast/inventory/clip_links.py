"""What the user knows of several clips: the same convoy, or different vehicles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ClipLink:
    """A statement about two or more sources, which is the user's and is not checked.

    Attributes:
        kind: `same convoy`: they show the same vehicles, and what one shows more the others missed
            or cut off, so the one that shows most counts. `disjoint`: none of them shows a vehicle
            that another shows, so they are added.
        sources: `Sighting.source` of each.
    """

    kind: Literal["same convoy", "disjoint"]
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.sources) < 2 or len(set(self.sources)) < len(self.sources):
            raise ValueError(
                f"'{self.kind}' links two or more different sources, got {self.sources}; "
                "name each source once"
            )


@dataclass(frozen=True, slots=True)
class Footage:
    """Sources, grouped by what was said of them.

    Attributes:
        groups: Sources that show the same vehicles; a source of which nothing was said is alone.
        different: Sets of groups no two of which show the same vehicle.
        is_settled: Whether it is known of all groups that they show different vehicles.
    """

    groups: tuple[tuple[str, ...], ...]
    different: tuple[tuple[tuple[str, ...], ...], ...]
    is_settled: bool

    def most(self, counts: Mapping[str, int]) -> int:
        """Return a lower bound of all from lower bounds of each source."""
        return max(
            (sum(max(counts[s] for s in group) for group in set_) for set_ in self.different),
            default=0,
        )


def grouped(sources: Sequence[str], links: Sequence[ClipLink]) -> Footage:
    """Group sources by what links say of them.

    Raises:
        ValueError: If a link names a source that is not there, or links contradict one another.
    """
    group_of: dict[str, tuple[str, ...]] = {source: (source,) for source in sources}
    for link in links:
        for source in link.sources:
            if source not in group_of:
                raise ValueError(
                    f"no source is called {source!r}; there are {', '.join(sorted(sources))}"
                )
    for link in links:
        if link.kind == "same convoy":
            members = {member for source in link.sources for member in group_of[source]}
            merged = tuple(source for source in sources if source in members)
            group_of.update(dict.fromkeys(merged, merged))
    groups = tuple(dict.fromkeys(group_of.values()))
    different: list[tuple[tuple[str, ...], ...]] = [(group,) for group in groups]
    for link in links:
        if link.kind == "disjoint":
            apart = tuple(dict.fromkeys(group_of[source] for source in link.sources))
            if len(apart) < len(link.sources):
                raise ValueError(
                    f"{' and '.join(link.sources)} are said to be disjoint, and two of them to "
                    "show the same convoy; say one of the two"
                )
            different.append(apart)
    is_settled = not groups or any(set(set_) == set(groups) for set_ in different)
    return Footage(groups, tuple(different), is_settled)
