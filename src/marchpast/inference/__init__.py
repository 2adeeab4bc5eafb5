"""Model cards, verified loading, ONNX Runtime sessions and preprocessing."""

from marchpast.inference.card import (
    AttributeScale,
    ClassifierCard,
    ClassifySettings,
    DetectorCard,
    DetectSettings,
    GallerySettings,
    InputCard,
    ModelCard,
    OutputsCard,
    PictureSettings,
    SetSettings,
    load_card,
)
from marchpast.inference.model import DEVICES, Device, Model, bundled_models, find_model
from marchpast.inference.preprocessing import Letterbox, fitted_size, squash
from marchpast.inference.projection import Projection, load_projection

__all__ = [
    "DEVICES",
    "AttributeScale",
    "ClassifierCard",
    "ClassifySettings",
    "DetectSettings",
    "DetectorCard",
    "Device",
    "GallerySettings",
    "InputCard",
    "Letterbox",
    "Model",
    "ModelCard",
    "OutputsCard",
    "PictureSettings",
    "Projection",
    "SetSettings",
    "bundled_models",
    "find_model",
    "fitted_size",
    "load_card",
    "load_projection",
    "squash",
]
