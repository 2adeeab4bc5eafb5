"""Rendered vehicles and scenes with known truth.

Needs the ray engine `embreex`; nothing else in the library imports this room.
"""

from __future__ import annotations

from marchpast.synthesis.building import Blueprint, Vehicle, blueprint_names, build, load_blueprint

__all__ = ["Blueprint", "Vehicle", "blueprint_names", "build", "load_blueprint"]
