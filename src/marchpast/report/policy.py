"""What a page that marchpast writes may do: show itself, run its own script, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from typing import Any


def content_policy(*, scripts: Iterable[str], styles: Iterable[str]) -> str:
    """Return the Content Security Policy of a page.

    Pictures must be inside the page; no other script or style than these runs, nothing is loaded,
    sent or framed.

    Args:
        scripts: The exact text of each inline script.
        styles: The exact text of each inline style sheet.

    >>> content_policy(scripts=[], styles=[])
    "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"
    """
    allowed = [
        " ".join((kind, *(f"'sha256-{_digest(text)}'" for text in texts)))
        for kind, texts in (("style-src", tuple(styles)), ("script-src", tuple(scripts)))
        if texts
    ]
    parts = ("default-src 'none'", "img-src data:", *allowed, "base-uri 'none'")
    return "; ".join((*parts, "form-action 'none'"))


def inert_json(data: Any) -> str:
    r"""Return JSON that no HTML parser takes for markup.

    >>> inert_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
