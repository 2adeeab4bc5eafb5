"""Rendered vehicles and scenes with known truth.

Needs the ray engine `embreex`; nothing else in the library imports this room.
"""

from __future__ import annotations

from marchpast.synthesis.blueprint import Blueprint, blueprint_names, load_blueprint
from marchpast.synthesis.builder import Vehicle, build

__all__ = ["Blueprint", "Vehicle", "blueprint_names", "build", "load_blueprint"]
