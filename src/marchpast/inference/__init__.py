"""Model cards, verified loading, ONNX Runtime sessions and preprocessing."""

from marchpast.inference.card import (
    ClassifierCard,
    ClassifySettings,
    DetectorCard,
    DetectSettings,
    InputCard,
    ModelCard,
    OutputsCard,
    load_card,
)
from marchpast.inference.model import DEVICES, Device, Model, bundled_models, find_model
from marchpast.inference.preprocessing import Letterbox, fitted_size, squash

__all__ = [
    "DEVICES",
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
    "bundled_models",
    "find_model",
    "fitted_size",
    "load_card",
    "squash",
]
