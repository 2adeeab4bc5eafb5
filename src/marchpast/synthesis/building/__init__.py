"""Vehicles as data, and the meshes built from them. Needs no renderer."""

from __future__ import annotations

from marchpast.synthesis.building.blueprint import Blueprint, blueprint_names, load_blueprint
from marchpast.synthesis.building.builder import Vehicle, build

__all__ = ["Blueprint", "Vehicle", "blueprint_names", "build", "load_blueprint"]
