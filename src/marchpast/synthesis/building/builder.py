"""From a blueprint to a mesh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.errors import BlueprintError
from marchpast.synthesis.building import shapes
from marchpast.synthesis.building.blueprint import Blueprint, Module, Part, RunningGear, load_module
from marchpast.synthesis.building.mesh import FloatArray, Mesh, merge, rotation
from marchpast.synthesis.building.paints import PAINTS, paint_index

_MAX_COPIES = 400


@dataclass(frozen=True, slots=True, eq=False)
class Vehicle:
    """A built vehicle.

    Attributes:
        blueprint: What it was built from.
        mesh: All faces, in the vehicle frame, metres.
        wheel_centres: `(W, 3)` float32, centres of the turning wheels.
        wheel_radius: In metres.
    """

    blueprint: Blueprint
    mesh: Mesh
    wheel_centres: FloatArray
    wheel_radius: float


def build(blueprint: Blueprint, *, with_fittings: bool = True) -> Vehicle:
    """Assemble the chassis, its wheels and the payload.

    Args:
        blueprint: What to build.
        with_fittings: Without them (mirrors, aerials) the extent is the published one.

    Raises:
        BlueprintError: If a module or paint is unknown, or the chassis has no running gear.
    """
    chassis = load_module(blueprint.chassis)
    if chassis.running_gear is None:
        raise BlueprintError(
            f"{blueprint.node}: chassis module {blueprint.chassis!r} has no running_gear"
        )
    unknown = sorted(set(blueprint.colours) - set(PAINTS))
    if unknown:
        raise BlueprintError(
            f"{blueprint.node}: unknown paints {unknown}; known: {', '.join(PAINTS)}"
        )
    gear = chassis.running_gear
    wheels, centres = _wheels(gear)
    pieces = [wheels, _solids(chassis, gear, with_fittings)]
    for mount in blueprint.payload:
        solids = _solids(load_module(mount.module), gear, with_fittings)
        pieces.append(solids.moved(np.eye(3, dtype=np.float32), (0, 0, 0), mount.at))
    return Vehicle(blueprint, merge(pieces), centres, gear.wheel_diameter / 2)


def _wheels(gear: RunningGear) -> tuple[Mesh, FloatArray]:
    radius, offset = gear.wheel_diameter / 2, (gear.width_over_wheels - gear.wheel_width) / 2
    meshes: list[Mesh] = []
    centres: list[tuple[float, float, float]] = []
    for x in gear.axle_x:
        for side in (1, -1):
            centre = (x, side * offset, radius)
            meshes.append(_wheel(gear, centre, side=side, index=len(centres)))
            centres.append(centre)
    return merge(meshes), np.array(centres, np.float32)


def _wheel(gear: RunningGear, centre: tuple[float, ...], *, side: int, index: int) -> Mesh:
    return shapes.wheel(
        centre,
        gear.wheel_diameter / 2,
        gear.wheel_width,
        side=side,
        rubber=paint_index("rubber"),
        rim=paint_index("rim"),
        index=index,
    )


def _solids(module: Module, gear: RunningGear, with_fittings: bool) -> Mesh:  # noqa: FBT001
    parts = [part for part in module.parts if with_fittings or not part.fitting]
    return merge([_copies(part, gear, module.name) for part in parts])


def _copies(part: Part, gear: RunningGear, module: str) -> Mesh:
    """Build a part, turn it, repeat it, mirror it: in this order."""
    if part.paint not in PAINTS:
        raise BlueprintError(f"{module}: unknown paint {part.paint!r}; known: {', '.join(PAINTS)}")
    copies = [_solid(part, gear)]
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


def _solid(part: Part, gear: RunningGear) -> Mesh:
    paint = paint_index(part.paint)
    if part.box is not None:
        return shapes.box(part.box, paint=paint, bevel=part.bevel)
    if part.side is not None and part.y is not None:
        return shapes.extruded(part.side, part.y, paint=paint)
    if part.loft is not None:
        return shapes.loft(part.loft, paint=paint)
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
    return _wheel(gear, part.wheel, side=1, index=-1)
