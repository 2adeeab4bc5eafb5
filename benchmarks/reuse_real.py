"""Sub-clips of real clips, searched among them: what drawn films may not show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.reuse_alterations import NONE, PAIRS, SINGLES, altered
from marchpast import Sampling, open_source
from marchpast.evaluation.shares import share
from marchpast.media import find_sources
from marchpast.records import BgrImage
from marchpast.reuse import LOOKUP_EVERY_S, Archive, add_to_archive, clip_of, find_matches

_EACH: Final = 3
_MOST_S: Final = 40.0


def real_figures(folder: Path, cache: Path) -> dict[str, Any]:
    """Return recall by alteration, and false matches when the clip's own file is left out.

    Args:
        folder: Videos; of each, stretches of 3 to 6 s of the first 40 s are altered and searched.
        cache: Where the archive is kept.
    """
    path = cache / "real.sqlite"
    add_to_archive([folder], path)
    archive = Archive(path)
    rng = np.random.default_rng(5)
    rows: list[tuple[str, bool, bool]] = []
    for item in find_sources([folder]):
        source = open_source(item.path, name=item.name)
        if source.kind == "picture":
            continue
        every = Sampling(every_s=LOOKUP_EVERY_S / 2)
        frames = [f for f in source.frames(every) if f.time_s <= _MOST_S]
        times, images = np.array([f.time_s for f in frames]), [f.image for f in frames]
        for name in (NONE, *SINGLES, *PAIRS):
            rows += [
                (name, *_searched(name, times, images, source.sha256, archive, rng))
                for _ in range(_EACH)
            ]
    names = {name: [row for row in rows if row[0] == name] for name in (NONE, *SINGLES, *PAIRS)}
    return {
        "files": len(archive.files),
        "hours": round(archive.hours, 3),
        "altered": {
            name: share(sum(row[1] for row in kept), len(kept)) for name, kept in names.items()
        },
        "false": share(sum(row[2] for row in rows), len(rows)),
    }


def _searched(
    name: str,
    times: np.ndarray,
    images: Sequence[BgrImage],
    sha256: str,
    archive: Archive,
    rng: np.random.Generator,
) -> tuple[bool, bool]:
    """Return whether one altered stretch was found, and whether another file matched it."""
    length = min(float(rng.uniform(3, 6)), 0.75 * (times[-1] - times[0]))
    speed = float(rng.uniform(0.8, 1.25)) if "speed" in name else 1.0
    first = float(rng.uniform(times[0], times[-1] - length * speed))
    clip_s = np.arange(0, length, LOOKUP_EVERY_S)
    chosen = np.abs(times[None] - (first + speed * clip_s)[:, None]).argmin(axis=1)
    frames = altered([images[n] for n in chosen], clip_s.tolist(), name, int(rng.integers(1 << 30)))
    found = [match for match in find_matches(clip_of(frames), archive) if match.is_sure]
    is_own = [archive.files[match.file].sha256 == sha256 for match in found]
    right = [
        abs(match.stretch.start_s + match.stretch.speed * length / 2 - first - speed * length / 2)
        < 0.6
        for match in found
    ]
    return any(own and near for own, near in zip(is_own, right, strict=True)), not all(is_own)
