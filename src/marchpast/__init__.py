"""Check claims about military equipment in published footage.

    import marchpast

    with marchpast.Run("result") as run:
        for sighting in run.sightings(marchpast.open_source("convoy.mp4")):
            print(sighting.identity.node, sighting.identity.reason)
        print(run.compare("vladivostok-2017").overall)
        run.save()

Names are loaded on first use, so `import marchpast` costs nothing.
"""

from __future__ import annotations

import importlib
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marchpast.errors import MarchpastError
    from marchpast.inventory import Comparison, Inventory, compare, load_inventory
    from marchpast.media import Sampling, Source, open_source
    from marchpast.pipeline import Recognizer, sightings
    from marchpast.records import (
        Candidate,
        Crop,
        Detections,
        Frame,
        Identity,
        Sighting,
        SourceReport,
        Track,
    )
    from marchpast.run import Outcome, Run, Settings, classify_frames
    from marchpast.taxonomy import Taxonomy, load_taxonomy

_HOME = {
    "Candidate": "records",
    "Comparison": "inventory",
    "Crop": "records",
    "Detections": "records",
    "Frame": "records",
    "Identity": "records",
    "Inventory": "inventory",
    "MarchpastError": "errors",
    "Outcome": "run",
    "Recognizer": "pipeline",
    "Run": "run",
    "Sampling": "media",
    "Settings": "run",
    "Sighting": "records",
    "Source": "media",
    "SourceReport": "records",
    "Taxonomy": "taxonomy",
    "Track": "records",
    "classify_frames": "run",
    "compare": "inventory",
    "load_inventory": "inventory",
    "load_taxonomy": "taxonomy",
    "open_source": "media",
    "sightings": "pipeline",
}

__version__ = metadata.version("marchpast")

__all__ = [
    "Candidate",
    "Comparison",
    "Crop",
    "Detections",
    "Frame",
    "Identity",
    "Inventory",
    "MarchpastError",
    "Outcome",
    "Recognizer",
    "Run",
    "Sampling",
    "Settings",
    "Sighting",
    "Source",
    "SourceReport",
    "Taxonomy",
    "Track",
    "__version__",
    "classify_frames",
    "compare",
    "load_inventory",
    "load_taxonomy",
    "open_source",
    "sightings",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'marchpast' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"marchpast.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
