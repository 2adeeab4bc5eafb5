"""Making the reference sheets that `marchpast.references` reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from marchpast.files import write_bytes, write_text
from marchpast.progress import SILENCE, Progress
from marchpast.references import INDEX_FORMAT
from marchpast.synthesis.building import Blueprint, build, load_blueprint
from marchpast.synthesis.rendering import Model
from marchpast.synthesis.studio import EIGHT_SIDES, portrait

VIEW_SIZE = (320, 220)
_COLUMNS = 4
_QUALITY = 84
"""Of WebP: about 9 KB a view, without marks that one would take for a part of the vehicle."""


def write_references(
    folder: Path,
    *,
    types: Sequence[str],
    overwrite: bool = False,
    progress: Progress = SILENCE,
) -> Path:
    """Write one sheet a vehicle, and the index of all that are in the folder.

    Args:
        folder: Made if missing. Sheets that are there are kept, so an interrupted run goes on.
        types: Ids of blueprints.
        overwrite: Draw the sheets of `types` again.
        progress: Told of every vehicle.

    Returns:
        The index.

    Raises:
        BlueprintError: If there is no such vehicle, or its files break the form.
        OSError: If the folder is full or not writable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    progress.start("reference sheets", len(types))
    for number, name in enumerate(types):
        path = folder / f"{name}.webp"
        if overwrite or not path.exists():
            write_bytes(path, _sheet(load_blueprint(name)))
        progress.advance(number)
    progress.finish()
    drawn = sorted(path.stem for path in folder.glob("*.webp"))
    index = {
        "format": INDEX_FORMAT,
        "made_by": "marchpast synth references",
        "view_size": list(VIEW_SIZE),
        "columns": _COLUMNS,
        "views": [
            {"azimuth_deg": angle.azimuth_deg, "elevation_deg": angle.elevation_deg}
            for angle in EIGHT_SIDES
        ],
        "vehicles": [_row(name, load_blueprint(name)) for name in drawn],
    }
    path = folder / "index.json"
    write_text(path, json.dumps(index, indent=1, ensure_ascii=False) + "\n")
    return path


def _sheet(blueprint: Blueprint) -> bytes:
    """Return the eight views of a vehicle as one WebP picture."""
    width, height = VIEW_SIZE
    model = Model(build(blueprint))
    views = [portrait(model, angle, width=width, height=height) for angle in EIGHT_SIDES]
    bands = [np.hstack(views[start : start + _COLUMNS]) for start in range(0, len(views), _COLUMNS)]
    _, packed = cv2.imencode(".webp", np.vstack(bands), [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])
    return packed.tobytes()


def _row(name: str, blueprint: Blueprint) -> dict[str, object]:
    dimensions = []
    for key in ("length", "width", "height", "gaps"):
        dimension = getattr(blueprint, key)
        value = dimension.value
        dimensions.append(
            {
                "name": key,
                "metres": list(value) if isinstance(value, tuple) else [value],
                "certainty": dimension.certainty,
                "source": dimension.source,
            }
        )
    return {
        "vehicle": name,
        "node": blueprint.node,
        "name": blueprint.name,
        "file": f"{name}.webp",
        "dimensions": dimensions,
    }
