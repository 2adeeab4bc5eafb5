"""The part of the format that holds two orders of the likeliest types beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from marchpast.inventory import Prior, Ranking
from marchpast.report.fields import Node, Probability, StrictModel, Text


class RankedEntry(StrictModel):
    """A likely type of one vehicle.

    Attributes:
        node: Taxonomy id.
        by_picture: Calibrated probability by the picture alone.
        with_prior: The same weighted by the prior; good for ranking only.
    """

    node: Node
    by_picture: Probability
    with_prior: Probability


class RankingEntry(StrictModel):
    """The likeliest types of one vehicle, likeliest with the prior first.

    Attributes:
        sighting: The `id` of one of the `sightings`.
        candidates: At least one.
    """

    sighting: Text
    candidates: tuple[RankedEntry, ...]

    @property
    def by_picture(self) -> tuple[RankedEntry, ...]:
        """The same, likeliest by the picture alone first."""
        return tuple(sorted(self.candidates, key=lambda row: -row.by_picture))


class PriorEntry(StrictModel):
    """What earlier events make of the order of the likeliest types.

    No answer, set, count or verdict of the result depends on it.

    Attributes:
        about: What the prior is of: "Vladivostok before 2017".
        origins: Ids of the inventories it was made of; never the one that was compared with.
        rankings: One for each sighting that has candidates, in the order of the sightings.
    """

    about: Text
    origins: tuple[Text, ...]
    rankings: tuple[RankingEntry, ...]

    @classmethod
    def from_prior(cls, prior: Prior, rankings: Sequence[Ranking]) -> PriorEntry:
        """Return the entry of a prior and of the rankings made with it."""
        return cls(
            about=prior.about,
            origins=tuple(origin.id for origin in prior.origins),
            rankings=tuple(
                RankingEntry(
                    sighting=ranking.sighting,
                    candidates=tuple(
                        RankedEntry(
                            node=row.node, by_picture=row.by_picture, with_prior=row.with_prior
                        )
                        for row in ranking.candidates
                    ),
                )
                for ranking in rankings
                if ranking.candidates
            ),
        )
