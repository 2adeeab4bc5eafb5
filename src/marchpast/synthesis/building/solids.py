"""The parts of a module as meshes: built, turned, repeated and mirrored."""

from __future__ import annotations

import numpy as np

from marchpast.errors import BlueprintError
from marchpast.synthesis.building import shapes
from marchpast.synthesis.building.forms import Module, Part, RunningGear, State
from marchpast.synthesis.building.mesh import Mesh, merge, rotation, smoothed
from marchpast.synthesis.building.paints import PAINTS, paint_index
from marchpast.synthesis.building.running_gear import wheel

_MAX_COPIES = 400


def solids(module: Module, spare: RunningGear | None, *, state: State, with_fittings: bool) -> Mesh:
    """Build all parts of a module that belong to a state.

    Args:
        module: Its parts.
        spare: The gear whose wheels are carried as spares.
        state: Parts `only` for the other state are left out.
        with_fittings: Whether mirrors and aerials are built.

    Raises:
        BlueprintError: If a paint is unknown, a part makes too many copies, there is a spare
            wheel and no gear, or no part is left.
    """
    parts = [
        part
        for part in module.parts
        if part.only in (None, state) and (with_fittings or not part.fitting)
    ]
    if not parts:
        raise BlueprintError(f"{module.name}: no part is left in the state {state!r}; add one")
    return merge([_copies(part, spare, module.name) for part in parts])


def _copies(part: Part, spare: RunningGear | None, module: str) -> Mesh:
    """Build a part, turn it, repeat it, mirror it: in this order."""
    if part.paint not in PAINTS:
        raise BlueprintError(f"{module}: unknown paint {part.paint!r}; known: {', '.join(PAINTS)}")
    copies = [_solid(part, spare, module)]
    for turn in part.turn:
        copies = [copy.moved(rotation(turn.axis, turn.deg), turn.at) for copy in copies]
    for repeat in part.repeat:
        steps = [tuple(n * step for step in repeat.step) for n in range(repeat.n)]
        still = np.eye(3, dtype=np.float32)
        copies = [copy.moved(still, (0, 0, 0), step) for copy in copies for step in steps]
        if len(copies) > _MAX_COPIES:
            raise BlueprintError(f"{module}: a part makes {len(copies)} copies, {_MAX_COPIES} max")
    if part.mirror:
        copies += [copy.mirrored() for copy in copies]
    return merge(copies)


def _solid(part: Part, spare: RunningGear | None, module: str) -> Mesh:
    paint = paint_index(part.paint)
    if part.box is not None:
        return shapes.box(part.box, paint=paint, bevel=part.bevel)
    if part.side is not None and part.y is not None:
        return shapes.extruded(part.side, part.y, paint=paint)
    if part.loft is not None:
        mesh = shapes.loft(part.loft, paint=paint)
        return smoothed(mesh) if part.smooth else mesh
    if part.stack is not None:
        mesh = shapes.stack(part.stack, paint=paint)
        return smoothed(mesh) if part.smooth else mesh
    if part.cylinder is not None and part.r is not None:
        radii = part.r if isinstance(part.r, tuple) else (part.r, part.r)
        return shapes.cylinder(
            part.cylinder,
            radii,
            paint=paint,
            sides=part.sides,
            bore=part.bore,
            bore_paint=paint_index("mouth"),
        )
    assert part.wheel is not None
    if spare is None:
        raise BlueprintError(f"{module}: a spare wheel needs a module or chassis with running_gear")
    return wheel(spare, part.wheel, side=1, index=-1)
