"""Vehicles on a train: a flat wagon under each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from marchpast.synthesis.building import USUAL_LENGTH_M, Flatcar, flatcar
from marchpast.synthesis.clips_takes import Member
from marchpast.synthesis.motion import Array
from marchpast.synthesis.rendering import Dress, Model

COUPLING_M = 0.1
"""Between two wagons, coupler to coupler."""


@dataclass(frozen=True, slots=True, eq=False)
class Train:
    """Wagons and what stands on them.

    Attributes:
        wagons: The first wagon first; their numbers are below 0.
        loads: One on each wagon.
        load_x: `(N,)` metres from the front of each deck to the nose of its load.
    """

    wagons: tuple[Member, ...]
    loads: tuple[Member, ...]
    load_x: Array


def loaded(loads: Sequence[Member], rng: np.random.Generator) -> Train:
    """Put every vehicle on a wagon of its own, chocked and lashed; long ones on long wagons."""
    made: dict[int, tuple[Flatcar, Model]] = {}
    wagons, lifted, load_x = [], [], []
    for number, member in enumerate(loads, start=1):
        key = id(member.model)
        if key not in made:
            length = max(USUAL_LENGTH_M, member.length_m)
            car = flatcar(length, load=member.model.vehicle)
            made[key] = car, Model(car)
        car, model = made[key]
        wagons.append(Member(-number, model, Dress(seed=int(rng.integers(2**31)))))
        lifted.append(replace(member, lift_m=car.deck_height_m))
        load_x.append(car.load_x)
    return Train(tuple(wagons), tuple(lifted), np.array(load_x))
