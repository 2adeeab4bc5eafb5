"""Vehicles as data: a blueprint names a chassis module and payload modules, all of them YAML.

`vehicles/<id>.yaml` is one vehicle: its taxonomy node, which modules it is made of, its colours,
and the published dimensions its mesh is tested against. `parts/<module>.yaml` is a module: a list
of solids in the vehicle frame of :mod:`.mesh` and, for a chassis, its wheels or tracks.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError

from marchpast.errors import BlueprintError
from marchpast.synthesis.building.forms import Module, Mount, Positive, Strict, Vector

_DATA = Path(__file__).parent
# The C loader is ten times as fast; wheels of PyYAML carry it, source builds may not.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ModelT = TypeVar("_ModelT", bound=BaseModel)

TOLERANCE = {"high": 0.02, "medium": 0.05, "low": 0.10}
"""Relative error of a dimension by its certainty, as the compilers of the facts defined it."""

Certainty = Literal["high", "medium", "low"]
Scheme = Literal["plain", "three_tone", "digital", "winter", "parade"]


class Dimension(Strict):
    """A length in metres (or lengths, for axle gaps), how sure it is and where it is from."""

    value: Positive | tuple[Positive, ...]
    certainty: Certainty
    source: Literal["published", "measured", "guess"]


class Declared(Strict):
    """What a person can count or see on the vehicle and no module says.

    Attributes:
        canisters: Closed launch canisters or tubes that can be told apart from outside.
        firing_canisters: The same when it is ready to fire, where that shows other ones.
        turret: Whether it has a turret or a turntable with a gun, a launcher or missiles.
    """

    canisters: int = Field(default=0, ge=0)
    firing_canisters: int | None = Field(default=None, ge=0)
    turret: bool = False


class Blueprint(Strict):
    """One vehicle; `node` is its place in the taxonomy.

    `gaps` are the gaps between axles, or between the road wheels of a tracked vehicle, front to
    rear. `height` is that of the travel state. `length` is overall; where a gun reaches past the
    nose, `hull_length` is that of the chassis, whose nose is the origin: the gun is at x < 0.
    """

    format: Literal["marchpast-vehicle/1"]
    node: str
    name: str
    chassis: str
    payload: tuple[Mount, ...] = ()
    civil: bool = False
    attributes: Declared = Declared()
    scheme: Scheme = "plain"
    colours: dict[str, Vector] = Field(default_factory=dict)
    length: Dimension
    hull_length: Dimension | None = None
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


@functools.cache
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
