"""Model cards, verified loading, ONNX Runtime sessions and preprocessing."""

from marchpast.inference.card import (
    AttributeScale,
    ClassifierCard,
    ClassifySettings,
    DetectorCard,
    DetectSettings,
    InputCard,
    ModelCard,
    OutputsCard,
    PictureSettings,
    SetSettings,
    load_card,
)
from marchpast.inference.model import DEVICES, Device, Model, bundled_models, find_model
from marchpast.inference.preprocessing import Letterbox, fitted_size, squash

__all__ = [
    "DEVICES",
    "AttributeScale",
    "ClassifierCard",
    "ClassifySettings",
    "DetectSettings",
    "DetectorCard",
    "Device",
    "InputCard",
    "Letterbox",
    "Model",
    "ModelCard",
    "OutputsCard",
    "PictureSettings",
    "SetSettings",
    "bundled_models",
    "find_model",
    "fitted_size",
    "load_card",
    "squash",
]
