"""One run from sources to a result folder."""

from marchpast.run.classify import Outcome, classify_frames
from marchpast.run.run import Progress, Run
from marchpast.run.settings import Settings

__all__ = ["Outcome", "Progress", "Run", "Settings", "classify_frames"]
