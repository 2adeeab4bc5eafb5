"""How long a search takes in an archive of a million frames.

    python -m benchmarks.reuse_scale

The archive holds the films of `benchmarks.reuse` and, up to a million frames, copies of their
hashes with a mask of random bits turned over, another for each file: frames of one file stay alike,
as in real footage, and files are unlike each other. Clips of ten seconds are hashed first; what is
timed is one whole search, from the hashes to the compared pictures, in an archive that is open. The
ratio compares the look-up with comparing every hash of the clip with every archived one, timed on a
part of them.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from benchmarks.common import RESULTS, made_cache, print_table, write_results
from benchmarks.reuse import FOLDER, films, made_archive
from benchmarks.reuse_alterations import NONE, Cut, frames_of
from marchpast.records import SourceReport
from marchpast.reuse import Archive, ArchiveWriter, Clip, Fingerprint, clip_of, find_matches
from marchpast.reuse.hashing import distances

FRAMES: Final = 1_000_000
_FRAMES_A_FILE: Final = 490
_CLIP_S: Final = 10.0
_KINDS: Final = (NONE, "mirrored", "vertical crop", "borders")
_EACH: Final = 5
_PART: Final = 2000


def main() -> None:
    """Make the archive, search it, print and write the times."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--out", type=Path, default=RESULTS / "reuse_scale.json")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    made_cache(FOLDER)
    path = _large(FOLDER / f"scale-{arguments.frames}.sqlite", arguments.frames)
    began = time.perf_counter()
    archive = Archive(path)
    opened = time.perf_counter()
    _ = archive.index
    indexed = time.perf_counter()
    rows = [_searched(kind, number, archive) for kind in _KINDS for number in range(_EACH)]
    figures: dict[str, Any] = {
        "frames": len(archive.time_s),
        "hashes": int(archive.is_usable.sum()),
        "hours": round(len(archive.time_s) * 0.5 / 3600, 1),
        "clip_seconds": _CLIP_S,
        "read_s": round(opened - began, 2),
        "index_s": round(indexed - opened, 2),
        "search_s": {
            kind: {
                "median": round(
                    float(np.median([row["s"] for row in rows if row["kind"] == kind])), 3
                ),
                "max": round(max(row["s"] for row in rows if row["kind"] == kind), 3),
            }
            for kind in _KINDS
        },
        "found": f"{sum(row['found'] for row in rows)} of {len(rows)}",
        "faster_than_comparing_all": round(_ratio(rows[0]["clip"], archive), 0),
    }
    times = [(kind, row["median"], row["max"]) for kind, row in figures["search_s"].items()]
    print_table(f"{figures['frames']} frames", ("clip of 10 s", "median s", "max s"), times)
    print({key: value for key, value in figures.items() if key != "search_s"})
    write_results(arguments.out, figures)


def _searched(kind: str, number: int, archive: Archive) -> dict[str, Any]:
    film = (7 * number + 3) % 200
    clip = clip_of(frames_of(Cut(films()[film], 4.0, _CLIP_S, kind, number)))
    began = time.perf_counter()
    found = find_matches(clip, archive)
    seconds = time.perf_counter() - began
    is_found = any(match.is_sure and match.file == film for match in found)
    return {"kind": kind, "s": seconds, "found": is_found, "clip": clip}


def _ratio(clip: Clip, archive: Archive) -> float:
    """Return how many times faster the look-up is than comparing everything with everything."""
    asked = np.concatenate([lookup.hashes[lookup.is_usable] for lookup in clip.lookups])
    began = time.perf_counter()
    archive.index.near(asked, most_bits=64)
    looked_up = time.perf_counter() - began
    hashes = archive.hashes.reshape(-1, archive.hashes.shape[-1])
    part = hashes[:: len(hashes) // _PART]
    began = time.perf_counter()
    distances(asked, part)
    return (time.perf_counter() - began) * len(hashes) / len(part) / looked_up


def _large(path: Path, frames: int) -> Path:
    """Return an archive of so many frames, made first where it is not there."""
    if path.exists():
        return path
    base = Archive(made_archive(FOLDER / "archive.sqlite"))
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    rng = np.random.default_rng(31)
    with ArchiveWriter(unfinished) as writer:
        for number, file in enumerate(base.files):
            rows = slice(int(base.starts[number]), int(base.starts[number + 1]))
            previews = tuple(base.previews(number, list(range(file.frames))))
            writer.add(_report(number, file.frames), Path(file.name), _prints(base, rows, previews))
        for number in range(len(base.files), len(base.files) + -(-frames // _FRAMES_A_FILE)):
            start = int(rng.integers(0, len(base.time_s) - _FRAMES_A_FILE))
            prints = _prints(base, slice(start, start + _FRAMES_A_FILE), ())
            mask = np.packbits(rng.random(256) < 0.4)
            times = np.linspace(0, (_FRAMES_A_FILE - 1) / 2, _FRAMES_A_FILE)
            made = replace(prints, hashes=prints.hashes ^ mask, time_s=times)
            writer.add(_report(number, _FRAMES_A_FILE), Path(f"made-{number}"), made)
    return unfinished.replace(path)


def _prints(base: Archive, rows: slice, previews: tuple[bytes, ...]) -> Fingerprint:
    return Fingerprint(
        base.time_s[rows], base.rects[rows], base.hashes[rows], base.is_usable[rows], previews
    )


def _report(number: int, frames: int) -> SourceReport:
    return SourceReport(
        f"film {number}", "video", f"{number:064x}", 0, 384, 216, frames, frames, frames, 0.0,
        frames / 2, frames / 2, 0, "complete", "",
    )  # fmt: skip


if __name__ == "__main__":
    main()
