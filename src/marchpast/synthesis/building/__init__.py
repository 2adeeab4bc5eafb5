"""Vehicles as data, and the meshes built from them. Needs no renderer."""

from __future__ import annotations

from marchpast.synthesis.building.attributes import VehicleAttributes
from marchpast.synthesis.building.blueprint import (
    TOLERANCE,
    Blueprint,
    blueprint_names,
    load_blueprint,
)
from marchpast.synthesis.building.builder import Vehicle, build, vehicle_states
from marchpast.synthesis.building.flatcar import Flatcar, flatcar
from marchpast.synthesis.building.mesh import Mesh
from marchpast.synthesis.building.tarpaulin import covered

__all__ = [
    "TOLERANCE",
    "Blueprint",
    "Flatcar",
    "Mesh",
    "Vehicle",
    "VehicleAttributes",
    "blueprint_names",
    "build",
    "covered",
    "flatcar",
    "load_blueprint",
    "vehicle_states",
]
