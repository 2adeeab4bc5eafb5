"""The label page: one file that needs nothing beside it and no network.

What came from outside reaches the page as data, inside one JSON block whose `<` and `&` are
escaped, and is shown as text only; the content policy lets no other script run than the page's.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final

from marchpast.errors import LabelError
from marchpast.files import write_text
from marchpast.labelling.crops import LabelCrop
from marchpast.labelling.labels import LABELS_FORMAT
from marchpast.report import content_policy, inert_json, name_data, names_script, thumbnail
from marchpast.taxonomy import Taxonomy

LONGEST_SIDE_PX: Final = 640
"""Type marks are a few pixels high, so a crop is kept large; about 40 kB each."""
_MOST_BYTES: Final = 160_000
"""Four times the usual: hardly any picture is reduced further for it."""


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
        **name_data(taxonomy, language="en"),
        "crops": rows,
    }
    write_text(out, _page(title, data))
    return out


def _page(title: str, data: dict[str, Any]) -> str:
    folder = resources.files("marchpast.labelling") / "templates"
    style, own, page = (
        (folder / name).read_text("utf-8") for name in ("labels.css", "labels.js", "labels.html")
    )
    script = f"{names_script()}\n{own}"
    parts = {
        "TITLE": html.escape(title),
        "POLICY": content_policy(scripts=(script,), styles=(style,)),
        "STYLE": style,
        "DATA": inert_json(data),
        "SCRIPT": script,
    }
    # One pass: what is put in is never searched for the next mark.
    return re.sub(r"%([A-Z_]+)%", lambda mark: parts[mark[1]], page)


def _digest(rows: Sequence[dict[str, Any]]) -> str:
    places = [[row["id"], row["source_sha256"], row["frame_index"], row["xyxy"]] for row in rows]
    return hashlib.sha256(json.dumps(places).encode()).hexdigest()


def _crop_row(crop: LabelCrop, taxonomy: Taxonomy) -> dict[str, Any]:
    if crop.suggested is not None:
        taxonomy.node(crop.suggested)
    picture = thumbnail(crop.image, most_bytes=_MOST_BYTES, side=LONGEST_SIDE_PX)
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
        "uri": picture.uri,
        "width": picture.width,
        "height": picture.height,
    }
