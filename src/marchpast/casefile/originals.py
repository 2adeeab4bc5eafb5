"""The footage behind a result: found again by its hash, and its best frames taken out anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import cv2

from marchpast.errors import EvidenceError
from marchpast.files import sha256_of, write_bytes
from marchpast.media import Sampling, open_source
from marchpast.records import BgrImage
from marchpast.report import Result, SightingEntry, SourceEntry, printable

_JPEG_QUALITY: Final = 95


def find_originals(folder: Path, sources: Sequence[SourceEntry]) -> dict[str, Path]:
    """Return the file of every source by the source's SHA-256, whatever it is called now.

    Args:
        folder: Searched with everything below it.
        sources: Of a result.

    Raises:
        EvidenceError: If the folder is none, or a source is not in it.
    """
    if not folder.is_dir():
        raise EvidenceError(f"{folder}: is no folder; name the one that holds the footage")
    sizes = {source.size_bytes for source in sources}
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        # Only what has the right length is worth a hash.
        if path.is_file() and path.stat().st_size in sizes:
            try:
                found.setdefault(sha256_of(path), path)
            except OSError as error:
                raise EvidenceError(f"{path}: cannot be read ({error.strerror})") from error
    missing = [source for source in sources if source.sha256 not in found]
    if missing:
        raise EvidenceError(
            f"{folder}: {len(missing)} of {len(sources)} sources are not in it, such as "
            f"{printable(missing[0].name)} (SHA-256 {missing[0].sha256}); put the very files "
            "there, or pack without originals"
        )
    return {source.sha256: found[source.sha256] for source in sources}


def frame_name(sha256: str, frame_index: int) -> str:
    """Return the name in a package of a frame of a source."""
    return f"frames/{sha256[:16]}-{frame_index:08d}.jpg"


def write_frames(result: Result, originals: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    """Write the whole frame of every sighting's best look, and return the files by name.

    Upright, JPEG. The same versions of FFmpeg and OpenCV write the same bytes.

    Args:
        result: Whose sightings.
        originals: SHA-256 of a source -> its file.
        folder: Where to write.

    Raises:
        EvidenceError: If a frame of the result is not in the source as it decodes here.
        SourceError: If a source cannot be read.
        OSError: If the folder cannot be written to.
    """
    written: dict[str, Path] = {}
    sampling = _sampling_of(result)
    looks: dict[str, list[SightingEntry]] = defaultdict(list)
    for sighting in result.sightings:
        looks[sighting.source].append(sighting)
    for source in result.sources:
        wanted = {row.best.frame_index: row.best.time_s for row in looks[source.name]}
        if not wanted:
            continue
        opened = open_source(originals[source.sha256], name=source.name)
        for frame in opened.frames(sampling):
            time_s = wanted.pop(frame.index, None)
            if time_s is None:
                continue
            if abs(frame.time_s - time_s) > 1e-6:
                raise _decodes_otherwise(source.name)
            name = frame_name(source.sha256, frame.index)
            path = folder / name.rpartition("/")[2]
            write_bytes(path, _encoded(frame.image))
            written[name] = path
            if not wanted:
                break
        if wanted:
            raise _decodes_otherwise(source.name)
    return written


def _sampling_of(result: Result) -> Sampling:
    """Return the sampling of the run, so that only frames that it looked at are converted."""
    every_s, stride = result.settings.get("every_s"), result.settings.get("stride")
    if isinstance(every_s, int | float) and not isinstance(every_s, bool):
        return Sampling(every_s=float(every_s))
    return Sampling(stride=stride) if isinstance(stride, int) and stride > 0 else Sampling()


def _encoded(image: BgrImage) -> bytes:
    choices = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    return cv2.imencode(".jpg", image, choices)[1].tobytes()


def _decodes_otherwise(name: str) -> EvidenceError:
    return EvidenceError(
        f"{printable(name)}: decodes to other frames here than when the result was made; pack with "
        "the versions that made the result, or without originals"
    )
