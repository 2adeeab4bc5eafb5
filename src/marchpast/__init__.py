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
    from marchpast.casefile import create_case, open_case, pack_evidence, verify_evidence
    from marchpast.errors import MarchpastError
    from marchpast.identity import LabelCheck, check_label, parse_attribute
    from marchpast.inventory import (
        ClipLink,
        Comparison,
        CountInterval,
        Inventory,
        count_intervals,
        draft_inventory,
        load_inventory,
        prior_of,
        rank_with_prior,
        reconcile,
        series,
    )
    from marchpast.media import Sampling, Source, open_source
    from marchpast.pipeline import Recognizer, sightings
    from marchpast.records import (
        AnswerSet,
        Candidate,
        Crop,
        Detections,
        Frame,
        Identity,
        SeenAttribute,
        Sighting,
        SourceReport,
        Track,
    )
    from marchpast.report import explain, rebuild_page
    from marchpast.reuse import add_to_archive, search_archive
    from marchpast.review import apply_review
    from marchpast.run import Outcome, Run, Settings, classify_frames
    from marchpast.sheets import Sheet, compare
    from marchpast.taxonomy import Taxonomy, load_taxonomy

_HOME = {
    "AnswerSet": "records",
    "Candidate": "records",
    "ClipLink": "inventory",
    "Comparison": "inventory",
    "CountInterval": "inventory",
    "Crop": "records",
    "Detections": "records",
    "Frame": "records",
    "Identity": "records",
    "Inventory": "inventory",
    "LabelCheck": "identity",
    "MarchpastError": "errors",
    "Outcome": "run",
    "Recognizer": "pipeline",
    "Run": "run",
    "Sampling": "media",
    "SeenAttribute": "records",
    "Settings": "run",
    "Sheet": "sheets",
    "Sighting": "records",
    "Source": "media",
    "SourceReport": "records",
    "Taxonomy": "taxonomy",
    "Track": "records",
    "add_to_archive": "reuse",
    "apply_review": "review",
    "check_label": "identity",
    "classify_frames": "run",
    "compare": "sheets",
    "count_intervals": "inventory",
    "create_case": "casefile",
    "draft_inventory": "inventory",
    "explain": "report",
    "load_inventory": "inventory",
    "load_taxonomy": "taxonomy",
    "open_case": "casefile",
    "open_source": "media",
    "pack_evidence": "casefile",
    "parse_attribute": "identity",
    "prior_of": "inventory",
    "rank_with_prior": "inventory",
    "rebuild_page": "report",
    "reconcile": "inventory",
    "search_archive": "reuse",
    "series": "inventory",
    "sightings": "pipeline",
    "verify_evidence": "casefile",
}

__version__ = metadata.version("marchpast")

__all__ = [
    "AnswerSet",
    "Candidate",
    "ClipLink",
    "Comparison",
    "CountInterval",
    "Crop",
    "Detections",
    "Frame",
    "Identity",
    "Inventory",
    "LabelCheck",
    "MarchpastError",
    "Outcome",
    "Recognizer",
    "Run",
    "Sampling",
    "SeenAttribute",
    "Settings",
    "Sheet",
    "Sighting",
    "Source",
    "SourceReport",
    "Taxonomy",
    "Track",
    "__version__",
    "add_to_archive",
    "apply_review",
    "check_label",
    "classify_frames",
    "compare",
    "count_intervals",
    "create_case",
    "draft_inventory",
    "explain",
    "load_inventory",
    "load_taxonomy",
    "open_case",
    "open_source",
    "pack_evidence",
    "parse_attribute",
    "prior_of",
    "rank_with_prior",
    "rebuild_page",
    "reconcile",
    "search_archive",
    "series",
    "sightings",
    "verify_evidence",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'marchpast' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"marchpast.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
