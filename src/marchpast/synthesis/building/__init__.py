"""Vehicles as data, and the meshes built from them. Needs no renderer."""

from __future__ import annotations

from marchpast.synthesis.building.attributes import VehicleAttributes
from marchpast.synthesis.building.blueprint import (
    TOLERANCE,
    Blueprint,
    Dimension,
    blueprint_names,
    load_blueprint,
)
from marchpast.synthesis.building.builder import Vehicle, build, vehicle_states
from marchpast.synthesis.building.fastenings import fastenings
from marchpast.synthesis.building.flatcar import DECK_HEIGHT_M, USUAL_LENGTH_M, Flatcar, flatcar
from marchpast.synthesis.building.forms import State
from marchpast.synthesis.building.mesh import NO_WHEEL, Mesh, subdivided
from marchpast.synthesis.building.paints import PAINTS, paint_index
from marchpast.synthesis.building.pieces import Accessory
from marchpast.synthesis.building.tarpaulin import covered
from marchpast.synthesis.building.tow import Tow, tow

__all__ = [
    "DECK_HEIGHT_M",
    "NO_WHEEL",
    "PAINTS",
    "TOLERANCE",
    "USUAL_LENGTH_M",
    "Accessory",
    "Blueprint",
    "Dimension",
    "Flatcar",
    "Mesh",
    "State",
    "Tow",
    "Vehicle",
    "VehicleAttributes",
    "blueprint_names",
    "build",
    "covered",
    "fastenings",
    "flatcar",
    "load_blueprint",
    "paint_index",
    "subdivided",
    "tow",
    "vehicle_states",
]
