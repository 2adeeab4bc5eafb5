"""One run from sources to a result folder."""

from marchpast.progress import Progress
from marchpast.run.classify import Outcome, classify_frames
from marchpast.run.run import Run
from marchpast.run.settings import Settings

__all__ = ["Outcome", "Progress", "Run", "Settings", "classify_frames"]
