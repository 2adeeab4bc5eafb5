"""A sheet for whoever writes a blueprint: the vehicle from eight sides, and its dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from marchpast.errors import OutputExistsError
from marchpast.files import write_bytes
from marchpast.records import BgrImage
from marchpast.synthesis.building import TOLERANCE, Dimension, State, Vehicle, build, load_blueprint
from marchpast.synthesis.rendering import Model
from marchpast.synthesis.studio import EIGHT_SIDES, portrait

_VIEW = (420, 290)
_COLUMNS = 4
_LINE_PX = 26
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_INK, _WRONG, _PAPER = (30, 30, 30), (20, 20, 190), 250


@dataclass(frozen=True, slots=True)
class Measured:
    """One dimension of a built vehicle beside what its blueprint asks for.

    Attributes:
        name: `length`, `width`, `height` or `gaps`.
        built_m: What the mesh measures, without mirrors and aerials.
        wanted: What the blueprint says; `None` where it does not hold in this state.
    """

    name: str
    built_m: tuple[float, ...]
    wanted: Dimension | None

    @property
    def fits(self) -> bool:
        """Whether every value lies within what its certainty allows."""
        if self.wanted is None:
            return True
        wanted = _values(self.wanted)
        allowed = TOLERANCE[self.wanted.certainty]
        return len(wanted) == len(self.built_m) and all(
            abs(built - value) <= allowed * value
            for built, value in zip(self.built_m, wanted, strict=True)
        )


def measured(vehicle: Vehicle, bare: Vehicle) -> tuple[Measured, ...]:
    """Measure a vehicle.

    Args:
        vehicle: As it is shown.
        bare: The same without fittings, which published dimensions leave out.
    """
    blueprint = vehicle.blueprint
    low, high = bare.mesh.extent()
    size = [float(value) for value in high - low]
    axles = np.diff(np.asarray(vehicle.axle_x, np.float64)).tolist()
    travels = vehicle.state == "travel"
    return (
        Measured("length", (size[0],), blueprint.length if travels else None),
        Measured("width", (size[1],), blueprint.width if travels else None),
        Measured("height", (size[2],), blueprint.height if travels else None),
        Measured("gaps", tuple(axles), blueprint.gaps),
    )


def preview(name: str, *, state: State = "travel") -> BgrImage:
    """Return the sheet of a vehicle, `(H, W, 3)` uint8 BGR.

    Args:
        name: Id of its blueprint.
        state: As it drives, or ready to fire.

    Raises:
        BlueprintError: If there is no such vehicle, or its files break the form.
    """
    blueprint = load_blueprint(name)
    vehicle = build(blueprint, state=state)
    rows = measured(vehicle, build(blueprint, state=state, with_fittings=False))
    model = Model(vehicle)
    width, height = _VIEW
    views = [portrait(model, angle, width=width, height=height, grid=2) for angle in EIGHT_SIDES]
    for view, angle in zip(views, EIGHT_SIDES, strict=True):
        text = f"{angle.azimuth_deg:g} deg, {angle.elevation_deg:g} up"
        cv2.putText(view, text, (8, height - 10), _FONT, 0.42, _INK, 1, cv2.LINE_AA)
    bands = [np.hstack(views[start : start + _COLUMNS]) for start in range(0, len(views), _COLUMNS)]
    return np.vstack([*bands, _table(name, vehicle, rows, width=bands[0].shape[1])])


def write_preview(
    name: str, path: Path, *, state: State = "travel", overwrite: bool = False
) -> None:
    """Write the sheet of a vehicle as PNG; some seconds.

    Raises:
        BlueprintError: If there is no such vehicle, or its files break the form.
        OutputExistsError: If the file exists and `overwrite` is not given.
        OSError: If the folder is missing, full or not writable.
    """
    if path.exists() and not overwrite:
        raise OutputExistsError(f"{path} exists; replace it (--overwrite) or name another file")
    _, packed = cv2.imencode(".png", preview(name, state=state))
    write_bytes(path, packed.tobytes())


def _table(name: str, vehicle: Vehicle, rows: Sequence[Measured], *, width: int) -> BgrImage:
    blueprint, attributes = vehicle.blueprint, vehicle.attributes
    groups = "+".join(str(number) for number in attributes.axle_groups) or "none"
    drive = (
        f"{attributes.axles} axles in groups {groups}"
        if attributes.drive == "wheels"
        else f"tracks, {attributes.road_wheels} road wheels a side"
    )
    turret = "turret" if attributes.turret else "no turret"
    lines = [
        (f"{name}: {blueprint.name} ({blueprint.node}), {vehicle.state}", _INK),
        (f"{drive}; {attributes.canisters} canisters; {turret}; {len(vehicle.mesh)} faces", _INK),
        *((_line(row), _INK if row.fits else _WRONG) for row in rows),
    ]
    image = np.full((_LINE_PX * len(lines) + 24, width, 3), _PAPER, np.uint8)
    for number, (text, ink) in enumerate(lines, start=1):
        place = (14, _LINE_PX * number + 4)
        cv2.putText(image, text, place, _FONT, 0.56, ink, 1, cv2.LINE_AA)
    return image


def _line(row: Measured) -> str:
    built = f"{row.name}: built {_listed(row.built_m)} m"
    if row.wanted is None:
        return built
    wanted = f"blueprint {_listed(_values(row.wanted))} m"
    allowed = f"within {100 * TOLERANCE[row.wanted.certainty]:.0f} %"
    verdict = "" if row.fits else "  DIFFERS"
    return f"{built}; {wanted} ({row.wanted.source}, {row.wanted.certainty}: {allowed}){verdict}"


def _values(dimension: Dimension) -> tuple[float, ...]:
    return dimension.value if isinstance(dimension.value, tuple) else (dimension.value,)


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)
