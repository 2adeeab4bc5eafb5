"""The frames of a result as pictures, for formats that point at picture files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import cv2

from marchpast import files
from marchpast.errors import ExchangeError
from marchpast.exchange.view import FrameBoxes, ResultView
from marchpast.media import Sampling, find_sources, open_source

_JPEG_QUALITY = 95


def write_pictures(view: ResultView, footage: Sequence[Path], out: Path) -> int:
    """Write every frame that was looked at as an upright JPEG, and return how many.

    Pictures are written anew too: boxes are in pixels of the upright picture, and many readers
    ignore the orientation that a camera notes in the file.

    Args:
        view: Of the result.
        footage: Files and folders of them; told by content, so names do not matter.
        out: Folder of the pictures; it is created.

    Raises:
        ExchangeError: If footage is missing, or has other frames than the result.
        SourceError: If footage cannot be read.
        OSError: If the folder cannot be written to.
    """
    paths = _paths(view, footage)
    out.mkdir(parents=True, exist_ok=True)
    wanted: dict[str, dict[int, list[FrameBoxes]]] = defaultdict(lambda: defaultdict(list))
    for frame in view.frames():
        wanted[frame.source.sha256][frame.frame_index].append(frame)
    return sum(_write(paths[sha256], frames, out) for sha256, frames in wanted.items())


def _paths(view: ResultView, footage: Sequence[Path]) -> dict[str, Path]:
    """Return the file of every source, by hash."""
    found = {files.sha256_of(row.path): row.path for row in find_sources(footage)}
    missing = [row.name for row in view.result.sources if row.sha256 not in found]
    if missing:
        raise ExchangeError(
            f"the footage of {', '.join(missing)} is not among the {len(found)} files given "
            "(told by content); give the very files that the result is of"
        )
    return found


def _write(path: Path, wanted: dict[int, list[FrameBoxes]], out: Path) -> int:
    """Write the wanted frames of one file; one file may be several sources of a run."""
    missing = dict(wanted)
    written = 0
    for frame in open_source(path).frames(Sampling(stride=1)):
        for shown in missing.pop(frame.index, ()):
            size = (shown.source.width, shown.source.height)
            if frame.image.shape[1::-1] != size:
                raise ExchangeError(
                    f"{path.name}: frame {frame.index} is {frame.image.shape[1]} x "
                    f"{frame.image.shape[0]} pixels, and the result says {size[0]} x {size[1]}"
                )
            _, packed = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
            (out / shown.picture).write_bytes(packed.tobytes())
            written += 1
        if not missing:
            return written
    raise ExchangeError(
        f"{path.name}: frame {min(missing)} of the result does not decode here; "
        "decode with the version of PyAV that made the result"
    )
