"""YOLO: a text file a frame, `classes.txt`, `data.yaml`; five columns, as data sets have them.

A line is `class x y width height`, the middle and the size as shares of the picture's. The sixth
column that some programs write for a confidence is left out: readers of data sets take a line of
more than five numbers for a polygon, or refuse it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from marchpast import files
from marchpast.exchange import lost
from marchpast.exchange.view import FrameBoxes, NamedBox, ResultView

CLASSES_FILE: Final = "classes.txt"
DATA_FILE: Final = "data.yaml"
PICTURE_FOLDER: Final = "images"
LABEL_FOLDER: Final = "labels"
_HEAD: Final = """\
# Predictions of marchpast, not checked labels: look at them before training on them.
# Both sides are the same pictures; splitting them is yours to do.
"""


def write_yolo(view: ResultView, out: Path, *, has_pictures: bool) -> Iterator[str]:
    """Write labels, classes and `data.yaml`, and yield what they cannot hold.

    Args:
        view: Of the result.
        out: Folder of the export.
        has_pictures: The frames are written to `images`.

    Raises:
        ResultError: If a line of the result is not of the format.
        OSError: If the folder cannot be written to.
    """
    (out / LABEL_FOLDER).mkdir(exist_ok=True)
    for frame in view.frames():
        lines = "".join(_line(box, frame) for box in frame.boxes)
        # The folder is moved to its place whole; syncing ten thousand small files takes minutes.
        (out / LABEL_FOLDER / f"{frame.stem}.txt").write_text(lines, "utf-8", newline="\n")
    nodes = [row.node for row in view.categories.rows]
    files.write_text(out / CLASSES_FILE, "".join(f"{node}\n" for node in nodes))
    names = "".join(f"  {number}: {node}\n" for number, node in enumerate(nodes))
    places = f"train: {PICTURE_FOLDER}\nval: {PICTURE_FOLDER}\n"
    files.write_text(out / DATA_FILE, f"{_HEAD}{places}names:\n{names}")
    yield from lost.left_by_all(view)
    yield lost.left_of_names(holds="the answer is kept, no probability and no set")
    yield "confidences, tracks and times; source and frame are in a file's name only"
    yield from lost.failures(view)
    yield from lost.odd_classes(view)
    if not has_pictures:
        yield f"pictures: {PICTURE_FOLDER} is not there until you give --footage"


def _line(box: NamedBox, frame: FrameBoxes) -> str:
    x1, y1, x2, y2 = box.xyxy
    width, height = frame.source.width, frame.source.height
    shares = (
        (x1 + x2) / 2 / width,
        (y1 + y2) / 2 / height,
        (x2 - x1) / width,
        (y2 - y1) / height,
    )
    return f"{box.category.index} {' '.join(f'{share:.8f}' for share in shares)}\n"
