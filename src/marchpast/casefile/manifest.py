"""What a package says of itself: what the result rests on, and the hash of every file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from marchpast import __version__
from marchpast.casefile import verifier
from marchpast.casefile.originals import frame_name
from marchpast.report import Result

# They decide what the frames and the metadata in a package look like.
_READERS: Final = ("av", "opencv-python-headless", "c2pa-python")
_SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,5}")


def original_name(sha256: str, path: Path) -> str:
    """Return the name in a package of a file of footage."""
    suffix = path.suffix.lower()
    return f"originals/{sha256}{suffix if _SUFFIX.fullmatch(suffix) else ''}"


def manifest_of(
    result: Result, listed: Mapping[str, Any], originals: Mapping[str, Path]
) -> dict[str, Any]:
    """Return the manifest, of plain values.

    Args:
        result: In the package.
        listed: Name -> size and SHA-256 of every other file of the package.
        originals: SHA-256 of a source -> its file, empty when the footage was not looked at.
    """
    made_with = {"marchpast": __version__}
    installed = {package.name for package in metadata.distributions()} if originals else set()
    made_with |= {name: metadata.version(name) for name in _READERS if name in installed}
    comparison = result.comparison
    return {
        "format": verifier.FORMAT,
        "made_with": made_with,
        "result": {
            "format": result.format,
            "made_with": result.provenance.marchpast_version,
            "sha256": listed[verifier.RESULT]["sha256"],
        },
        "models": [model.model_dump(mode="json", exclude={"limits"}) for model in result.models],
        "inventory": None
        if comparison is None
        else {"id": comparison.inventory.id, "sha256": result.provenance.inventory_sha256},
        "settings": dict(result.settings),
        "sources": _sources(result, listed, originals),
        "looks": _looks(result, listed),
        "files": dict(listed),
    }


def _sources(
    result: Result, listed: Mapping[str, Any], originals: Mapping[str, Path]
) -> list[dict[str, Any]]:
    """Return the sources, each with its file in the package if it is there."""
    names = {sha256: original_name(sha256, path) for sha256, path in originals.items()}
    return [
        {
            **source.model_dump(mode="json", include={"name", "kind", "sha256", "size_bytes"}),
            "file": names[source.sha256] if names.get(source.sha256) in listed else None,
        }
        for source in result.sources
    ]


def _looks(result: Result, listed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return where the picture of every sighting is from, and its files in the package."""
    hashes = {source.name: source.sha256 for source in result.sources}
    looks = []
    for sighting in result.sightings:
        best, sha256 = sighting.best, hashes[sighting.source]
        frame = frame_name(sha256, best.frame_index)
        looks.append(
            {
                "sighting": sighting.id,
                "source_sha256": sha256,
                **best.model_dump(mode="json", include={"frame_index", "time_s", "xyxy"}),
                "crop": f"result/{best.crop}",
                "frame": frame if frame in listed else None,
            }
        )
    return looks
