"""The forms of a module file: solids, how they are copied and turned, wheels and tracks.

All coordinates are metres in the frame of :mod:`.mesh`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Vector = tuple[float, float, float]
Positive = Annotated[float, Field(gt=0)]
State = Literal["travel", "firing"]
"""How a vehicle stands: as it drives, or with its launcher, gun or antennas raised."""


class Strict(BaseModel):
    """A form without unknown keys, never changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Repeat(Strict):
    """`n` copies of a part, each shifted by `step` metres from the one before."""

    n: int = Field(ge=2, le=60)
    step: Vector


class Turn(Strict):
    """A right-handed turn about an axis through a point."""

    axis: Literal["x", "y", "z"]
    deg: float
    at: Vector


class Part(Strict):
    """One solid: exactly one of the shape keys, its paint, and how it is copied.

    The shapes are `box` (x0, x1, y0, y1, z0, z1), `side` (an x-z polygon drawn out along `y`),
    `loft` (half cross-sections along x), `stack` (half outlines seen from above, along z),
    `cylinder` (two end points with radius `r`) and `wheel` (the centre of a spare wheel). A
    `fitting` (mirror, aerial) is built but not counted in the published dimensions. `smooth`
    rounds the shading of a loft or stack, as of cast armour. `only` keeps a part out of the other
    state.
    """

    box: tuple[float, float, float, float, float, float] | None = None
    side: tuple[tuple[float, float], ...] | None = None
    loft: tuple[tuple[float, tuple[tuple[float, float], ...]], ...] | None = None
    stack: tuple[tuple[float, tuple[tuple[float, float], ...]], ...] | None = None
    cylinder: tuple[Vector, Vector] | None = None
    wheel: Vector | None = None
    paint: str
    y: tuple[float, float] | None = None
    r: Positive | tuple[float, float] | None = None
    sides: int = Field(default=18, ge=3, le=64)
    bore: float = Field(default=0.0, ge=0, lt=1)
    bevel: float = Field(default=0.0, ge=0)
    smooth: bool = False
    mirror: bool = False
    fitting: bool = False
    only: State | None = None
    repeat: tuple[Repeat, ...] = ()
    turn: tuple[Turn, ...] = ()

    @model_validator(mode="after")
    def _one_shape(self) -> Part:
        shapes = ("box", "side", "loft", "stack", "cylinder", "wheel")
        given = [name for name in shapes if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a part has exactly one of {', '.join(shapes)}; got {given}")
        needed = {"side": "y", "cylinder": "r"}.get(given[0])
        if needed and getattr(self, needed) is None:
            raise ValueError(f"a part with {given[0]!r} also needs {needed!r}")
        for sections in (self.loft, self.stack):
            if sections is not None and len({len(half) for _, half in sections}) != 1:
                raise ValueError(f"every section of a {given[0]} needs equally many points")
        return self


class RunningGear(Strict):
    """Wheels: axle places behind the nose, and how wide the wheels stand."""

    axle_x: tuple[float, ...] = Field(min_length=1)
    wheel_diameter: Positive
    wheel_width: Positive
    width_over_wheels: Positive


class Round(Strict):
    """A sprocket, an idler or a return roller: its centre and radius under the track."""

    x: float
    z: Positive
    r: Positive


class Tracks(Strict):
    """Road wheels, sprocket, idler and track, alike on both sides.

    Attributes:
        wheel_x: Places of the road wheels behind the nose.
        wheel_diameter: Over the rubber.
        wheel_width: Of a road wheel, both discs and the gap between them.
        ribs: Spokes that show on a road wheel.
        sprocket: The driving wheel, at the front or the rear.
        idler: At the other end.
        rollers: Return rollers; without any the upper run lies on the road wheels.
        track_width: Of one track.
        track_thickness: From the road wheels to the ground.
        width_over_tracks: Outer edge to outer edge.
        sag: How far the upper run hangs between two supports.
    """

    wheel_x: tuple[float, ...] = Field(min_length=2)
    wheel_diameter: Positive
    wheel_width: Positive
    ribs: int = Field(default=6, ge=0, le=16)
    sprocket: Round
    idler: Round
    rollers: tuple[Round, ...] = ()
    track_width: Positive
    track_thickness: Positive
    width_over_tracks: Positive
    sag: float = Field(default=0.03, ge=0)


class Module(Strict):
    """A chassis (with wheels or tracks) or a payload (mostly without)."""

    format: Literal["marchpast-module/1"]
    name: str
    running_gear: RunningGear | None = None
    tracks: Tracks | None = None
    parts: tuple[Part, ...] = Field(min_length=1)


class Mount(Strict):
    """A module and where it goes.

    The turns are about points in the module's own coordinates: `turn` always, then `firing` in
    the firing state, then everything is shifted by `at`. A module `only` for one state is left
    out of the other. Wheels of the module are shifted by `at` and never turned.
    """

    module: str
    at: Vector = (0.0, 0.0, 0.0)
    turn: tuple[Turn, ...] = ()
    firing: tuple[Turn, ...] = ()
    only: State | None = None
