"""How well the ids of a tracker follow an invented world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.worlds import World
from marchpast.recognition.assignment import assign
from marchpast.records import IntArray


@dataclass(frozen=True, slots=True)
class Score:
    """How well the ids of a tracker follow the truth.

    Attributes:
        vehicles: The count to find.
        tracks: The count found.
        switches: A vehicle goes on under another id than before.
        fragments: Ids given to vehicles beyond one each.
        idf1: Share of detections under the right id, with one id a vehicle (Ristani 2016).
        association: Mean overlap of vehicle and track over detections (AssA of HOTA,
            Luiten 2020, at one localisation threshold).
    """

    vehicles: int
    tracks: int
    switches: int
    fragments: int
    idf1: float
    association: float

    @property
    def count_error(self) -> int:
        """Tracks found less vehicles there."""
        return self.tracks - self.vehicles


def score(world: World, track_ids: Sequence[IntArray]) -> Score:
    """Judge the ids given to every row of every frame; 0 means not followed."""
    vehicle = np.concatenate([seen.vehicle for seen in world.observations])
    track = np.concatenate([np.asarray(ids, np.int64) for ids in track_ids])
    is_hit = (vehicle >= 0) & (track > 0)
    table = np.zeros((int(vehicle.max(initial=-1)) + 1, int(track.max(initial=0)) + 1), int)
    np.add.at(table, (vehicle[is_hit], track[is_hit]), 1)
    of_vehicle = np.bincount(vehicle[vehicle >= 0], minlength=len(table))
    of_track = np.bincount(track[track > 0], minlength=table.shape[1])
    union = of_vehicle[:, None] + of_track[None, :] - table
    rows, columns = assign(-table.astype(float), limit=0.0)
    overlap = (table * table / np.maximum(union, 1)).sum() / max(1, is_hit.sum())
    return Score(
        vehicles=world.vehicles_seen,
        tracks=int((of_track > 0).sum()),
        switches=sum(_switches(track[is_hit & (vehicle == v)]) for v in range(len(table))),
        fragments=int((table > 0).sum() - (table > 0).any(axis=1).sum()),
        idf1=float(2 * table[rows, columns].sum() / max(1, of_vehicle.sum() + of_track.sum())),
        association=float(overlap),
    )


def _switches(ids: IntArray) -> int:
    """Count the changes along the ids one vehicle was given, in order of time."""
    return int((ids[1:] != ids[:-1]).sum())
