"""The label page: one file that needs nothing beside it and no network.

What came from outside reaches the page as data, inside one JSON block whose `<` and `&` are
escaped, and is shown as text only; the content policy lets no other script run than the page's.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from marchpast.errors import LabelError
from marchpast.files import write_text
from marchpast.labelling.crops import LabelCrop
from marchpast.labelling.labels import LABELS_FORMAT
from marchpast.records import BgrImage
from marchpast.taxonomy import Taxonomy, name_key

LONGEST_SIDE_PX: Final = 640
"""Type marks are a few pixels high, so a crop is kept large; about 40 kB each."""
_JPEG_QUALITY = 85

# Letters whose comparison key is not themselves: the page compares spellings as `name_key` does.
_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїјѕґє"


def write_label_page(
    crops: Iterable[LabelCrop], *, taxonomy: Taxonomy, out: Path, title: str
) -> Path:
    """Write a page on which a person names crops by keyboard or touch, and saves a label file.

    The same crops, taxonomy and title give the same bytes. Decisions are kept in the browser
    under a key made of the crops, so a page that is opened again goes on where it was.

    Args:
        crops: What to show, in this order; each with an id of its own.
        taxonomy: Names to choose from; every suggestion is one of its nodes.
        out: The page, usually `*.html`; replaced if it is there.
        title: Shown at the top and written into the label file.

    Returns:
        `out`.

    Raises:
        LabelError: If there is no crop, or two have the same id.
        TaxonomyError: If a suggestion is not in the taxonomy.
        OSError: If the page cannot be written.
    """
    rows = [_crop_row(crop, taxonomy) for crop in crops]
    if not rows:
        raise LabelError(f"{title}: no vehicle to label was found; nothing is written")
    for id_, count in Counter(row["id"] for row in rows).items():
        if count > 1:
            raise LabelError(f"{count} crops are called {id_!r}; give every source its own name")
    data = {
        "format": LABELS_FORMAT,
        "title": title,
        "key": f"marchpast-labels/{_digest(rows)[:32]}",
        "version": metadata.version("marchpast"),
        "letters": {letter: name_key(letter) for letter in _LETTERS if name_key(letter) != letter},
        "nodes": [_node_row(id_, taxonomy) for id_ in taxonomy.nodes],
        "crops": rows,
    }
    write_text(out, _page(title, data))
    return out


def _page(title: str, data: dict[str, Any]) -> str:
    folder = resources.files("marchpast.labelling") / "templates"
    style, script, page = (
        (folder / name).read_text("utf-8") for name in ("labels.css", "labels.js", "labels.html")
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    parts = {
        "TITLE": html.escape(title),
        "SCRIPT_HASH": f"'sha256-{digest}'",
        "STYLE": style,
        "DATA": _inert(data),
        "SCRIPT": script,
    }
    # One pass: what is put in is never searched for the next mark.
    return re.sub(r"%([A-Z_]+)%", lambda mark: parts[mark[1]], page)


def _inert(data: dict[str, Any]) -> str:
    """Return JSON that no HTML parser takes for markup."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _digest(rows: Sequence[dict[str, Any]]) -> str:
    places = [[row["id"], row["source_sha256"], row["frame_index"], row["xyxy"]] for row in rows]
    return hashlib.sha256(json.dumps(places).encode()).hexdigest()


def _crop_row(crop: LabelCrop, taxonomy: Taxonomy) -> dict[str, Any]:
    if crop.suggested is not None:
        taxonomy.node(crop.suggested)
    uri, width, height = _embedded(crop.image)
    return {
        "id": crop.id,
        "source": crop.source,
        "source_sha256": crop.source_sha256,
        "kind": crop.kind,
        "frame_index": int(crop.frame_index),
        "time_s": float(crop.time_s),
        "xyxy": [round(float(value), 2) for value in crop.xyxy],
        "frame_width": int(crop.frame_width),
        "frame_height": int(crop.frame_height),
        "suggested": crop.suggested,
        "mass": round(float(crop.mass), 4),
        "reason": crop.reason,
        "candidates": [[row.node, round(float(row.probability), 4)] for row in crop.candidates],
        "uri": uri,
        "width": width,
        "height": height,
    }


def _node_row(id_: str, taxonomy: Taxonomy) -> dict[str, Any]:
    node = taxonomy.node(id_)
    spellings = [
        node.name,
        node.name_ru,
        node.name_uk,
        id_,
        *(alias.text for alias in node.aliases),
    ]
    return {
        "id": id_,
        "name": node.name,
        "ru": node.name_ru,
        "level": node.level,
        "lineage": list(taxonomy.lineage(id_)),
        "keys": sorted({name_key(text) for text in spellings}),
        "features": [feature.text for feature in node.features],
    }


def _embedded(image: BgrImage) -> tuple[str, int, int]:
    """Return a picture as a data URI with its size in pixels; reduced, never enlarged."""
    height, width = image.shape[:2]
    scale = min(1.0, LONGEST_SIDE_PX / max(height, width))
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    content = base64.b64encode(encoded.tobytes()).decode("ascii")
    return f"data:image/jpeg;base64,{content}", image.shape[1], image.shape[0]
