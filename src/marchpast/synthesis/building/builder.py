"""From a blueprint to a mesh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from marchpast.errors import BlueprintError
from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.building.attributes import VehicleAttributes, axle_groups
from marchpast.synthesis.building.blueprint import Blueprint, load_module
from marchpast.synthesis.building.forms import Module, Mount, State
from marchpast.synthesis.building.mesh import Mesh, merge, rotation
from marchpast.synthesis.building.paints import PAINTS
from marchpast.synthesis.building.running_gear import Gear, tracks, wheels
from marchpast.synthesis.building.solids import solids

_STRETCH = 0.02
_PAYLOAD_SCALE, _PAYLOAD_SHIFT_M = 0.04, 0.10


@dataclass(frozen=True, slots=True, eq=False)
class Vehicle:
    """A built vehicle.

    Attributes:
        blueprint: What it was built from.
        mesh: All faces, in the vehicle frame, metres.
        wheel_centres: `(W, 3)` float32, centres of the turning wheels (on tracks also sprockets,
            idlers and rollers), by the number in `Mesh.wheel`.
        wheel_radii: `(W,)` float32, the radius each rolls on, metres.
        axle_x: Places of the axles, or of the road wheels of one side, behind the nose, sorted.
        attributes: What can be counted on it.
        state: How it stands.
    """

    blueprint: Blueprint
    mesh: Mesh
    wheel_centres: FloatArray
    wheel_radii: FloatArray
    axle_x: tuple[float, ...]
    attributes: VehicleAttributes
    state: State = "travel"

    @property
    def wheel_radius(self) -> float:
        """Radius of the first wheel, metres."""
        return float(self.wheel_radii[0])


def vehicle_states(blueprint: Blueprint) -> tuple[State, ...]:
    """Return the states a vehicle can be built in; one that never changes only travels."""
    mounts = [Mount(module=blueprint.chassis), *blueprint.payload]
    changes = any(mount.firing or mount.only for mount in mounts) or any(
        part.only for mount in mounts for part in load_module(mount.module).parts
    )
    return ("travel", "firing") if changes else ("travel",)


def build(
    blueprint: Blueprint,
    *,
    state: State = "travel",
    with_fittings: bool = True,
    jitter: np.random.Generator | None = None,
) -> Vehicle:
    """Assemble the chassis, its wheels or tracks and the payload.

    Args:
        blueprint: What to build.
        state: As it drives, or ready to fire.
        with_fittings: Without them (mirrors, aerials) the extent is the published one.
        jitter: Where small changes are drawn from: every direction by up to 2 %, and the payload
            by up to 4 % in size and 0.1 m along the vehicle. Figures are published for the usual
            vehicle and no two are alike.

    Raises:
        BlueprintError: If a module or paint is unknown, the chassis has neither wheels nor
            tracks, or the vehicle has no such state.
    """
    _check(blueprint, state)
    mounts = [Mount(module=blueprint.chassis), *blueprint.payload]
    mounts = [mount for mount in mounts if mount.only in (None, state)]
    modules = [load_module(mount.module) for mount in mounts]
    gears: list[Gear] = []
    pieces: list[Mesh] = []
    for mount, module in zip(mounts, modules, strict=True):
        gears.extend(_gears(module, mount, first=sum(len(gear.radii) for gear in gears)))
        pieces.append(_placed(mount, module, modules[0], state, with_fittings=with_fittings))
    if jitter is not None and len(pieces) > 1:
        pieces[1:] = [_jittered(merge(pieces[1:]), jitter)]
    mesh = merge([*(gear.mesh for gear in gears), *pieces])
    centres = np.concatenate([gear.centres for gear in gears])
    if jitter is not None:
        stretch = jitter.uniform(1 - _STRETCH, 1 + _STRETCH, 3).astype(np.float32)
        mesh, centres = mesh.stretched(stretch.tolist()), centres * stretch
    return Vehicle(
        blueprint,
        mesh,
        centres,
        np.concatenate([gear.radii for gear in gears]),
        tuple(sorted(x for gear in gears for x in gear.axle_x)),
        _attributes(blueprint, mounts, modules, state),
        state,
    )


def _check(blueprint: Blueprint, state: State) -> None:
    chassis = load_module(blueprint.chassis)
    if chassis.running_gear is None and chassis.tracks is None:
        raise BlueprintError(
            f"{blueprint.node}: chassis module {blueprint.chassis!r} has no running_gear or tracks"
        )
    unknown = sorted(set(blueprint.colours) - set(PAINTS))
    if unknown:
        raise BlueprintError(
            f"{blueprint.node}: unknown paints {unknown}; known: {', '.join(PAINTS)}"
        )
    allowed = vehicle_states(blueprint)
    if state not in allowed:
        raise BlueprintError(
            f"{blueprint.node}: it has no state {state!r}; it can be built in: {', '.join(allowed)}"
        )


def _gears(module: Module, mount: Mount, *, first: int) -> Iterator[Gear]:
    if module.running_gear is not None:
        gear = wheels(module.running_gear, at=mount.at, first=first)
        first += len(gear.radii)
        yield gear
    if module.tracks is not None:
        yield tracks(module.tracks, at=mount.at, first=first)


def _placed(
    mount: Mount, module: Module, chassis: Module, state: State, *, with_fittings: bool
) -> Mesh:
    spare = module.running_gear or chassis.running_gear
    mesh = solids(module, spare, state=state, with_fittings=with_fittings)
    for turn in (*mount.turn, *(mount.firing if state == "firing" else ())):
        mesh = mesh.moved(rotation(turn.axis, turn.deg), turn.at)
    return mesh.moved(np.eye(3, dtype=np.float32), (0, 0, 0), mount.at)


def _jittered(payload: Mesh, rng: np.random.Generator) -> Mesh:
    """Change the size of a payload about the middle of its base, and its place along x."""
    low, high = payload.extent()
    base = ((low[0] + high[0]) / 2, 0.0, float(low[2]))
    size = rng.uniform(1 - _PAYLOAD_SCALE, 1 + _PAYLOAD_SCALE, 3).tolist()
    grown = payload.stretched(size, base)
    shift = float(rng.uniform(-_PAYLOAD_SHIFT_M, _PAYLOAD_SHIFT_M))
    return grown.moved(np.eye(3, dtype=np.float32), (0, 0, 0), (shift, 0, 0))


def _attributes(
    blueprint: Blueprint, mounts: list[Mount], modules: list[Module], state: State
) -> VehicleAttributes:
    pairs = list(zip(mounts, modules, strict=True))
    rolling = [(mount.at[0], gear) for mount, module in pairs if (gear := module.running_gear)]
    axles = [x + shift for shift, gear in rolling for x in gear.axle_x]
    widest = max((gear.wheel_diameter for _, gear in rolling), default=0.0)
    tracked = [module.tracks for module in modules if module.tracks is not None]
    canisters, raised = blueprint.attributes.canisters, blueprint.attributes.firing_canisters
    if state == "firing" and raised is not None:
        canisters = raised
    return VehicleAttributes(
        drive="tracks" if tracked else "wheels",
        axles=len(axles),
        axle_groups=axle_groups(axles, widest) if axles else (),
        road_wheels=sum(len(gear.wheel_x) for gear in tracked),
        canisters=canisters,
        turret=blueprint.attributes.turret,
        civil=blueprint.civil,
    )
