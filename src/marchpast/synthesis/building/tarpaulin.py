"""A vehicle under canvas: the payload, or the whole upper part, hidden by a draped sheet.

The sheet is a height field over the vehicle. It spans hollows as taut canvas does (a grey closing,
see Serra, "Image analysis and mathematical morphology", 1982), hangs down steeply at the edges,
lies on the deck around a turret, and carries folds and ropes. Long thin things, a gun barrel or
an aerial, stick out of it.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from marchpast.synthesis.building.blueprint import load_module
from marchpast.synthesis.building.builder import Vehicle
from marchpast.synthesis.building.forms import Vector
from marchpast.synthesis.building.height_field import CELL_M, EMPTY, Field, height_field
from marchpast.synthesis.building.mesh import NO_WHEEL, Mesh, merge
from marchpast.synthesis.building.sheet import Mask, Sheet
from marchpast.synthesis.building.solids import solids

_CAB = "cab"
"""Modules with this in their name are cabs: the driver looks out of them."""
_MARGIN = 8
"""Cells around the vehicle, room for the hanging edge."""
_BRIDGED_M = 0.9
"""Hollows narrower than this are spanned."""
_THIN_M = 0.5
"""What is narrower than this seen from above is not covered: barrels, aerials."""
_AROUND = np.ones((3, 3), np.uint8)
_SKIRT_CELLS = 4
_FALL_PER_CELL = 0.75
"""Metres the hanging edge falls over one cell: nearly upright."""
_BARE_SHARE = 0.25
"""Share of the payload's height (of the vehicle's, without payload 0.45) that the hem leaves."""
_BARE_SHARE_WHOLE = 0.45
_SPIKE_CELLS = 5
_CLEARANCE_M = 0.03
_DECK_BELOW_HEM_M = 0.9
"""A deck less than this below the hem: the canvas reaches down to it."""
_STEP_M = 0.3
"""A chassis part higher than this over the canvas (a cab) stands beside it, not under it."""
_COLOURS: tuple[Vector, ...] = (
    # Faded khaki, dark green, grey: linear red, green, blue; own estimates from photos.
    (0.100, 0.098, 0.062),
    (0.052, 0.060, 0.038),
    (0.085, 0.086, 0.080),
)


def covered(vehicle: Vehicle, rng: np.random.Generator) -> Vehicle:
    """Return the vehicle with canvas over its payload, or over its upper part if it has none.

    Args:
        vehicle: Built with its fittings, as `build` does by default.
        rng: Where folds, ropes and the colour of the canvas are drawn from.

    Returns:
        A new vehicle whose attributes say `covered`; what the canvas hides is left out.
    """
    payload = _payload(vehicle)
    mesh = vehicle.mesh
    under = payload if payload.any() else mesh.wheel == NO_WHEEL
    sheet = _draped(mesh, under, whole=not payload.any(), rng=rng)
    hidden = under & sheet.hides(mesh.triangles)
    kept = Mesh(
        mesh.triangles[~hidden], mesh.normals[~hidden], mesh.paint[~hidden], mesh.wheel[~hidden]
    )
    colours = {**vehicle.blueprint.colours, "canvas": _COLOURS[rng.integers(len(_COLOURS))]}
    return replace(
        vehicle,
        blueprint=vehicle.blueprint.model_copy(update={"colours": colours}),
        mesh=merge([kept, sheet.mesh(), *sheet.ropes(rng)]),
        attributes=replace(vehicle.attributes, covered=True),
    )


def _payload(vehicle: Vehicle) -> Mask:
    """Tell which faces belong to payload modules, but no cab: `build` puts them last, in order."""
    blueprint, state = vehicle.blueprint, vehicle.state
    spare = load_module(blueprint.chassis).running_gear
    payload = np.zeros(len(vehicle.mesh), bool)
    end = len(vehicle.mesh)
    for mount in reversed(blueprint.payload):
        if mount.only not in (None, state):
            continue
        module = load_module(mount.module)
        gear = module.running_gear or spare
        start = end - len(solids(module, gear, state=state, with_fittings=True))
        payload[start:end] = _CAB not in mount.module
        end = start
    return payload


def _draped(mesh: Mesh, under: Mask, *, whole: bool, rng: np.random.Generator) -> Sheet:
    """Lay the sheet over the faces `under`; the others are the deck it may rest on."""
    low, high = mesh.triangles[under].min(axis=(0, 1)), mesh.triangles[under].max(axis=(0, 1))
    corner = (float(low[0]) - _MARGIN * CELL_M, float(low[1]) - _MARGIN * CELL_M)
    shape = np.ceil((high - low)[:2] / CELL_M).astype(int) + 2 * _MARGIN + 1
    bare = _BARE_SHARE_WHOLE if whole else _BARE_SHARE
    hem = float(low[2]) + bare * float(high[2] - low[2])
    top = height_field(mesh.triangles[under], corner, shape)
    # Without payload the deck is part of what is covered.
    rest = mesh.triangles[:0] if whole else mesh.triangles[~under]
    deck = height_field(rest, corner, shape)
    top[top < hem] = EMPTY
    # A cell wider, so that the sheet between two cells never dips below an edge.
    top = np.asarray(cv2.dilate(top, _AROUND), np.float32)
    foot = _footprint(top > EMPTY)
    height = _spanned(_without_spikes(np.where(foot, top, EMPTY)), foot)
    folds = _CLEARANCE_M + np.abs(_noise(shape, rng, amplitude=0.03))
    height += np.where(foot, folds, 0).astype(np.float32)
    height, mask = _hung(height, foot, deck, hem, rng)
    over_deck = mask & (deck > height) & (deck < height + _STEP_M)
    height = np.where(over_deck, deck + _CLEARANCE_M, height).astype(np.float32)
    return Sheet(height, mask, corner, hem)


def _hung(
    height: Field, foot: Mask, deck: Field, hem: float, rng: np.random.Generator
) -> tuple[Field, Mask]:
    """Let the edge of the sheet fall to its hem, or to the deck where there is one."""
    mask = foot.copy()
    shape = np.array(foot.shape)
    fall = np.clip(_FALL_PER_CELL * (1 + 0.5 * _noise(shape, rng, amplitude=1, smooth=1.5)), 0.4, 2)
    lowest = np.where(deck > hem - _DECK_BELOW_HEM_M, deck + _CLEARANCE_M, np.float32(hem))
    for _ in range(_SKIRT_CELLS):
        inner = cv2.dilate(height, _AROUND)
        edge = cv2.dilate(mask.astype(np.uint8), _AROUND) > 0
        # Not up a cab beside the load, and not past the line where the hem is reached.
        new = edge & ~mask & (deck < inner) & (inner > lowest + 2 * _CLEARANCE_M)
        height = np.where(new, np.maximum(inner - fall, lowest), height).astype(np.float32)
        mask |= new
    return height, mask


def _without_spikes(height: Field) -> Field:
    """Cut off what is thin both along and across: aerials, posts; a dish or a plate stays."""
    ridges = [
        cv2.morphologyEx(height, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        for shape in ((_SPIKE_CELLS, 1), (1, _SPIKE_CELLS))
    ]
    return np.asarray(np.maximum(*ridges), np.float32)


def _footprint(raw: Mask) -> Mask:
    """Return the covered outline seen from above: holes closed, thin things left out."""
    bridged = _ellipse(_BRIDGED_M)
    closed = cv2.morphologyEx(raw.astype(np.uint8), cv2.MORPH_CLOSE, bridged)
    broad = cv2.morphologyEx(closed, cv2.MORPH_OPEN, _ellipse(_THIN_M))
    return np.asarray((broad if broad.any() else closed) > 0)


def _spanned(height: Field, foot: Mask) -> Field:
    """Close hollows of a height field and let the spans sag a little."""
    taut = cv2.morphologyEx(height, cv2.MORPH_CLOSE, _ellipse(_BRIDGED_M))
    known = np.where(taut > EMPTY, taut, EMPTY).astype(np.float32)
    while (foot & (known <= EMPTY)).any():
        known = np.where(known > EMPTY, known, cv2.dilate(known, _AROUND))
    sag = np.where(height > EMPTY, np.clip(known - height, 0, 0.4), 0.1)
    level = np.where(foot, known - 0.2 * sag, 0).astype(np.float32)
    # Smooth within the outline only, so that the edge keeps its height.
    weight = cv2.GaussianBlur(foot.astype(np.float32), (0, 0), 0.9)
    smooth = cv2.GaussianBlur(level, (0, 0), 0.9) / np.maximum(weight, 1e-3)
    return np.where(foot, np.maximum(smooth, height), EMPTY).astype(np.float32)


def _noise(
    shape: npt.NDArray[np.int64],
    rng: np.random.Generator,
    *,
    amplitude: float,
    smooth: float = 2.5,
) -> Field:
    """Return smooth noise of zero mean; `amplitude` is its standard deviation."""
    raw = rng.standard_normal(tuple(shape)).astype(np.float32)
    field = cv2.GaussianBlur(raw, (0, 0), smooth)
    return np.asarray(field / field.std() * amplitude, np.float32)


def _ellipse(metres: float) -> npt.NDArray[np.uint8]:
    cells = 2 * round(metres / CELL_M / 2) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (cells, cells)), np.uint8)
