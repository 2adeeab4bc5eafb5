"""FiftyOne: its `FiftyOneImageDetectionDataset`, every frame a picture of its own.

Format: https://docs.voxel51.com/user_guide/import_datasets.html. The reader finds a picture by its
path in `data` without suffix, so the pictures are needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from marchpast import files
from marchpast.exchange import lost
from marchpast.exchange.view import FrameBoxes, NamedBox, ResultView, relative_xywh

LABELS_FILE: Final = "labels.json"
PICTURE_FOLDER: Final = "data"


def write_fiftyone(view: ResultView, out: Path) -> Iterator[str]:
    """Write `labels.json` beside the pictures and yield what it cannot hold.

    Raises:
        ResultError: If a line of the result is not of the format.
        OSError: If the folder cannot be written to.
    """
    content = {
        "classes": [row.node for row in view.categories.rows],
        "labels": {
            frame.stem: [_detection(frame, box) for box in frame.boxes] for frame in view.frames()
        },
    }
    files.write_text(out / LABELS_FILE, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    yield from lost.left_by_all(view)
    yield lost.left_of_names(holds="the answer, its probability and its set are kept")
    yield "that frames are of one video: each is a picture with its source, frame and time"
    yield from lost.failures(view)
    yield from lost.odd_classes(view)


def _detection(frame: FrameBoxes, box: NamedBox) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "source": frame.source.name,
        "source_sha256": frame.source.sha256,
        "frame_index": frame.frame_index,
        "time_s": frame.time_s,
        "name": box.category.name,
    }
    if (sighting := box.sighting) is not None:
        # FiftyOne's own field for which object of a source a box belongs to.
        attributes["index"] = sighting.track_id
        attributes |= {
            "sighting": sighting.id,
            "level": sighting.level,
            "probability": sighting.probability,
        }
        if (answer := sighting.answer) is not None:
            attributes |= {"set": list(answer.nodes), "set_rate": answer.rate}
    return {
        "label": box.category.node,
        "bounding_box": list(relative_xywh(box, frame.source)),
        "confidence": box.confidence,
        "attributes": attributes,
    }
