"""From a world, a light and a camera to a picture with exact truth. Needs `embreex`."""

from __future__ import annotations

from marchpast.synthesis.rendering.backdrop import Backdrop, backdrop
from marchpast.synthesis.rendering.camera import Camera
from marchpast.synthesis.rendering.develop import develop, metered
from marchpast.synthesis.rendering.grain import Grain, shared_grain
from marchpast.synthesis.rendering.lens import LENSES, Lens, lens
from marchpast.synthesis.rendering.light import Lamp, Light
from marchpast.synthesis.rendering.lights import LIGHTS, light
from marchpast.synthesis.rendering.model import Model
from marchpast.synthesis.rendering.renderer import Exposure, render
from marchpast.synthesis.rendering.truth import VehicleTruth, truth
from marchpast.synthesis.rendering.world import (
    Dress,
    Place,
    Placed,
    Scheme,
    Things,
    World,
    usual_dress,
)

__all__ = [
    "LENSES",
    "LIGHTS",
    "Backdrop",
    "Camera",
    "Dress",
    "Exposure",
    "Grain",
    "Lamp",
    "Lens",
    "Light",
    "Model",
    "Place",
    "Placed",
    "Scheme",
    "Things",
    "VehicleTruth",
    "World",
    "backdrop",
    "develop",
    "lens",
    "light",
    "metered",
    "render",
    "shared_grain",
    "truth",
    "usual_dress",
]
