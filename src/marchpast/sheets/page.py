"""The sheet as a page: one file, no network, marks by click or keyboard.

What came from outside reaches the page escaped, as text or inside one JSON block; the content
policy lets no other script run than the page's.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from importlib import metadata, resources
from typing import TYPE_CHECKING, Any

import cv2
import jinja2

from marchpast.identity import attribute_facts
from marchpast.records import BgrImage
from marchpast.sheets.following import MOST_DECIDING
from marchpast.sheets.marks import STATE_WORDS
from marchpast.sheets.pictures import VIEW_WORDS, VIEWS, fitted
from marchpast.sheets.tells import TARPAULIN, Tell
from marchpast.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from marchpast.sheets.sheet import Sheet

_LONGEST_SIDE_PX = 1100
_REFERENCE_SIDE_PX = 640
_JPEG_QUALITY = 86
_FRAME_HEIGHT_PX = 1100


def page_of(sheet: Sheet, *, result_sha256: str = "") -> str:
    """Return the sheet as HTML; the same sheet gives the same text.

    Args:
        sheet: What to show.
        result_sha256: Of the `result.json` that it is put beside: another run may give the name of
            the sheet's sighting to another vehicle.
    """
    folder = resources.files("marchpast.sheets") / "templates"
    template, style, script = (
        (folder / name).read_text("utf-8") for name in ("sheet.html.j2", "sheet.css", "sheet.js")
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"jpeg": _jpeg, "upper_first": upper_first, "plain": plain}
    return environment.from_string(template).render(
        sheet=sheet,
        result_sha256=result_sha256,
        style=style,
        script=script,
        script_hash=f"'sha256-{digest}'",
        data=_inert(data_of(sheet)),
        views=VIEWS,
        view_words=VIEW_WORDS,
        state_words=STATE_WORDS,
        options=options_of(sheet),
        version=metadata.version("marchpast"),
        longest=_LONGEST_SIDE_PX,
        reference_side=_REFERENCE_SIDE_PX,
    )


def frame_of(sheet: Sheet) -> str:
    """Return the page inside a frame, so that its style stays out of a notebook's."""
    content = html.escape(page_of(sheet), quote=True)
    return (
        f'<iframe title="{html.escape(plain(sheet.title), quote=True)}" srcdoc="{content}" '
        f'style="width:100%;height:{_FRAME_HEIGHT_PX}px;border:1px solid #d8dbe0"></iframe>'
    )


def data_of(sheet: Sheet) -> dict[str, Any]:
    """Return what the page's script reckons with: plain lists and texts."""
    taxonomy = load_taxonomy()
    rows = {
        json.dumps([_listed(attribute_facts(taxonomy, type_)[tell.name]) for tell in sheet.tells])
        for type_ in taxonomy.types
    }
    return {
        "names": [column.name for column in sheet.columns],
        "nodes": [column.node for column in sheet.columns],
        "tells": [_tell_row(tell) for tell in sheet.tells],
        "claims": [
            {
                "name": claim.name,
                "values": claim.choice.values,
                "words": claim.words,
                "sure": claim.is_sure,
            }
            for claim in sheet.claims
        ],
        "types": [json.loads(row) for row in sorted(rows)],
        "tarpaulin": TARPAULIN,
        "most_deciding": MOST_DECIDING,
    }


def options_of(sheet: Sheet) -> str:
    """Return the options of `marchpast compare` that make this sheet again."""
    words = ["--candidates", *(column.node for column in sheet.columns)]
    for name, choice in sheet.seen.items():
        if choice is None:
            words += ["--tell", f"{name}=hidden"]
        else:
            words += ["--attribute", f"{name}={choice.written}"]
    for column in sheet.columns:
        for feature in column.features:
            if feature.state is not None:
                words += ["--tell", f"{feature.id}={feature.state}"]
    return " ".join(words)


def upper_first(text: str) -> str:
    """Return a text that begins a sentence."""
    return text[:1].upper() + text[1:]


def plain(text: str) -> str:
    """Return a text without control, zero-width and direction-changing characters."""
    return "".join(character if character.isprintable() else " " for character in text)


def _tell_row(tell: Tell) -> dict[str, Any]:
    return {
        "name": tell.name,
        "what": tell.what,
        "absent": tell.absent,
        "facts": [_listed(fact) for fact in tell.facts],
        "has": tell.has,
        "answers": [
            {"values": row.values, "words": row.words, "written": row.written}
            for row in tell.answers
        ],
        "choices": len(tell.choices),
    }


def _listed(fact: frozenset[str] | None) -> list[str] | None:
    return None if fact is None else sorted(fact)


def _inert(data: Mapping[str, Any]) -> str:
    """Return JSON that no HTML parser takes for markup."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _jpeg(image: BgrImage, side: int) -> dict[str, Any]:
    """Return a picture as a data URI with its size in pixels; reduced, never enlarged."""
    small = fitted(image, side, side)
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    content = base64.b64encode(encoded.tobytes()).decode("ascii")
    return {
        "uri": f"data:image/jpeg;base64,{content}",
        "width": small.shape[1],
        "height": small.shape[0],
    }
