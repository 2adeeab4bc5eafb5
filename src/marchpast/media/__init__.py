"""Opening pictures and videos, decoding them forward, and accounting for every loss.

The only room that imports PyAV. What is open, which frames are looked at, and how the footage
ended are told by the types below; pixels leave as upright `(H, W, 3)` uint8 BGR.
"""

from marchpast.media.metadata import MetadataField, read_metadata
from marchpast.media.opening import open_source
from marchpast.media.sampling import Sampling
from marchpast.media.source import Source
from marchpast.media.sources import FoundSource, find_sources
from marchpast.media.writing import write_video

__all__ = [
    "FoundSource",
    "MetadataField",
    "Sampling",
    "Source",
    "find_sources",
    "open_source",
    "read_metadata",
    "write_video",
]
