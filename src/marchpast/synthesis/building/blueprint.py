"""Vehicles as data: a blueprint names a chassis module and payload modules, all of them YAML.

`vehicles/<id>.yaml` is one vehicle: its taxonomy node, which modules it is made of, its colours,
and the published dimensions its mesh is tested against. `parts/<module>.yaml` is a module: a list
of solids in the vehicle frame of :mod:`.mesh` and, for a chassis, its axles and wheels.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from marchpast.errors import BlueprintError

_DATA = Path(__file__).parent
# The C loader is ten times as fast; wheels of PyYAML carry it, source builds may not.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ModelT = TypeVar("_ModelT", bound=BaseModel)

TOLERANCE = {"high": 0.02, "medium": 0.05, "low": 0.10}
"""Relative error of a dimension by its certainty, as the compilers of the facts defined it."""

Certainty = Literal["high", "medium", "low"]
Vector = tuple[float, float, float]
Positive = Annotated[float, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dimension(_Strict):
    """A length in metres (or lengths, for axle gaps), how sure it is and where it is from."""

    value: Positive | tuple[Positive, ...]
    certainty: Certainty
    source: Literal["published", "measured", "guess"]


class Repeat(_Strict):
    """`n` copies of a part, each shifted by `step` metres from the one before."""

    n: int = Field(ge=2, le=60)
    step: Vector


class Turn(_Strict):
    """A right-handed turn about an axis through a point."""

    axis: Literal["x", "y", "z"]
    deg: float
    at: Vector


class Part(_Strict):
    """One solid: exactly one of the shape keys, its paint, and how it is copied.

    The shapes are `box` (x0, x1, y0, y1, z0, z1), `side` (an x-z polygon drawn out along `y`),
    `loft` (cross-sections along x), `cylinder` (two end points with radius `r`) and `wheel`
    (the centre of a spare wheel). A `fitting` (mirror, aerial) is built but not counted in the
    published dimensions.
    """

    box: tuple[float, float, float, float, float, float] | None = None
    side: tuple[tuple[float, float], ...] | None = None
    loft: tuple[tuple[float, tuple[tuple[float, float], ...]], ...] | None = None
    cylinder: tuple[Vector, Vector] | None = None
    wheel: Vector | None = None
    paint: str
    y: tuple[float, float] | None = None
    r: Positive | tuple[float, float] | None = None
    sides: int = Field(default=18, ge=3, le=64)
    bore: float = Field(default=0.0, ge=0, lt=1)
    bevel: float = Field(default=0.0, ge=0)
    mirror: bool = False
    fitting: bool = False
    repeat: tuple[Repeat, ...] = ()
    turn: tuple[Turn, ...] = ()

    @model_validator(mode="after")
    def _one_shape(self) -> Part:
        shapes = ("box", "side", "loft", "cylinder", "wheel")
        given = [name for name in shapes if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a part has exactly one of {', '.join(shapes)}; got {given}")
        needed = {"side": "y", "cylinder": "r"}.get(given[0])
        if needed and getattr(self, needed) is None:
            raise ValueError(f"a part with {given[0]!r} also needs {needed!r}")
        if self.loft is not None and len({len(half) for _, half in self.loft}) != 1:
            raise ValueError("every section of a loft needs equally many points")
        return self


class RunningGear(_Strict):
    """The wheels of a chassis: axle places behind the nose, and how wide the wheels stand."""

    axle_x: tuple[float, ...] = Field(min_length=2)
    wheel_diameter: Positive
    wheel_width: Positive
    width_over_wheels: Positive


class Module(_Strict):
    """A chassis (with running gear) or a payload (without)."""

    format: Literal["marchpast-module/1"]
    name: str
    running_gear: RunningGear | None = None
    parts: tuple[Part, ...] = Field(min_length=1)


class Mount(_Strict):
    """A module and how far it is shifted from where its file puts it."""

    module: str
    at: Vector = (0.0, 0.0, 0.0)


class Blueprint(_Strict):
    """One vehicle; `node` is its place in the taxonomy."""

    format: Literal["marchpast-vehicle/1"]
    node: str
    name: str
    chassis: str
    payload: tuple[Mount, ...] = ()
    scheme: Literal["plain", "three_tone"] = "plain"
    colours: dict[str, Vector] = {}
    length: Dimension
    width: Dimension
    height: Dimension
    gaps: Dimension
    note: str = ""


def blueprint_names() -> list[str]:
    """Return the ids of the vehicles that can be built, sorted."""
    return sorted(path.stem for path in (_DATA / "vehicles").glob("*.yaml"))


def load_blueprint(name: str) -> Blueprint:
    """Read `vehicles/<name>.yaml`.

    Raises:
        BlueprintError: If there is no such vehicle, or its file breaks the form.
    """
    known = blueprint_names()
    if name not in known:
        raise BlueprintError(f"no blueprint {name!r}; the known ones are: {', '.join(known)}")
    return read_blueprint(_DATA / "vehicles" / f"{name}.yaml")


def load_module(name: str) -> Module:
    """Read `parts/<name>.yaml`.

    Raises:
        BlueprintError: If there is no such module, or its file breaks the form.
    """
    path = _DATA / "parts" / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in path.parent.glob("*.yaml")))
        raise BlueprintError(f"no module {name!r}; the known ones are: {known}")
    return _read(path, Module)


def read_blueprint(path: Path) -> Blueprint:
    """Read one vehicle file.

    Raises:
        BlueprintError: If the file is no YAML of the form `marchpast-vehicle/1`.
    """
    return _read(path, Blueprint)


def _read(path: Path, model: type[_ModelT]) -> _ModelT:
    try:
        return model.model_validate(yaml.load(path.read_text("utf-8"), _LOADER))
    except yaml.YAMLError as error:
        line = " ".join(str(error).split())
        raise BlueprintError(f"{path.name} is not YAML: {line}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "file"
        raise BlueprintError(
            f"{path.name}: {where}: {first['msg']}, got {first['input']!r:.80}"
        ) from error
