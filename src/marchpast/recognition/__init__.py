"""Finding vehicles, following them, keeping their best looks, scoring what they are."""

from marchpast.recognition.assignment import assign
from marchpast.recognition.boxes import area, clip, iou
from marchpast.recognition.classifier import Classifier, CropScores, OnnxClassifier
from marchpast.recognition.crops import BestLooks, cut
from marchpast.recognition.detecting import detect_in_order
from marchpast.recognition.detector import Detector, OnnxDetector
from marchpast.recognition.following import follow
from marchpast.recognition.histories import FollowedFrame, TrackHistory
from marchpast.recognition.motion import CameraMotion, Motion
from marchpast.recognition.tracker import Tracker
from marchpast.recognition.views import View, ViewsDetector, fused, picture_detector

__all__ = [
    "BestLooks",
    "CameraMotion",
    "Classifier",
    "CropScores",
    "Detector",
    "FollowedFrame",
    "Motion",
    "OnnxClassifier",
    "OnnxDetector",
    "TrackHistory",
    "Tracker",
    "View",
    "ViewsDetector",
    "area",
    "assign",
    "clip",
    "cut",
    "detect_in_order",
    "follow",
    "fused",
    "iou",
    "picture_detector",
]
