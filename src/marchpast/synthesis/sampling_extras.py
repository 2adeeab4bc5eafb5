"""What comes with the vehicles of a random picture and is none: a tow bar, chocks on a wagon."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from marchpast.synthesis.building import DECK_HEIGHT_M, USUAL_LENGTH_M, Tow, fastenings, tow
from marchpast.synthesis.pictures_cast import Actor
from marchpast.synthesis.rendering import Dress, Model, Placed
from marchpast.synthesis.sampling_scene import Spot

_TOWED = 0.12


def drawn_tow(rng: np.random.Generator, actors: Sequence[Actor]) -> Tow | None:
    """Let the first of a group tow the second now and then, if both run on wheels or on tracks."""
    if rng.uniform() >= _TOWED:
        return None
    ahead, towed = (actor.model.vehicle for actor in actors[:2])
    # A raised launcher is not driven about.
    is_ready = {ahead.state, towed.state} == {"travel"}
    is_military = not (ahead.attributes.civil or towed.attributes.civil)
    if not (is_ready and is_military and ahead.attributes.drive == towed.attributes.drive):
        return None
    return tow(ahead, towed)


def extras(spots: Sequence[Spot], bar: Tow | None) -> tuple[Placed, ...]:
    """Return the tow bar and what holds vehicles on wagons; their track numbers are below 0."""
    placed = []
    for number, spot in enumerate(spots, start=1):
        if bar is not None and number == 2:
            mesh = bar.bar
        elif abs(spot.position[2] - DECK_HEIGHT_M) < 0.01:
            mesh = fastenings(spot.actor.model.vehicle, deck=_deck(spot))
        else:
            continue
        model = Model(mesh)
        placed.append(Placed(-number, model, spot.position, spot.heading_deg, Dress()))
    return tuple(placed)


def _deck(spot: Spot) -> tuple[float, float]:
    """Return where the deck begins and ends behind the nose of a vehicle in its middle."""
    low, high = spot.actor.model.low, spot.actor.model.high
    middle = float(low[0] + high[0]) / 2
    return middle - USUAL_LENGTH_M / 2, middle + USUAL_LENGTH_M / 2
