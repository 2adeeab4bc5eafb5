"""One page of a search that stands on its own, with its pictures inside."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape
from typing import Final

from marchpast.reuse.document import ClipEntry, MatchEntry, Reuse

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
       color: #1a1a1a; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; }
img { max-width: 100%; height: auto; border: 1px solid #ccc; }
.alike { color: #4a4a4a; } .small { font-size: .875rem; overflow-wrap: anywhere; }
"""


def reuse_page(reuse: Reuse, pictures: Mapping[str, bytes]) -> str:
    """Return an HTML page that needs no other file and asks for none.

    Args:
        reuse: The findings.
        pictures: JPEG by the name that `MatchEntry.picture` gives.
    """
    clips = "".join(_clip(clip, pictures) for clip in reuse.clips)
    limits = "".join(f"<li>{escape(limit)}</li>" for limit in reuse.cannot_find)
    archive = reuse.archive
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
        f"<title>Re-used footage</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>Re-used footage</h1>{clips}"
        f"<h2>What such a search cannot find</h2><ul>{limits}</ul>"
        f"<h2>How sure</h2><p>{escape(reuse.measured.sentence)}</p>"
        f'<p class="small">Archive {escape(archive.name)}, {archive.files} files, '
        f"{archive.hours:.2f} hours, SHA-256 of its files' hashes {archive.sha256}. "
        f"marchpast {escape(reuse.marchpast_version)}.</p></main></body></html>\n"
    )


def _clip(clip: ClipEntry, pictures: Mapping[str, bytes]) -> str:
    said = "".join(f"<p>{escape(words)}</p>" for words in clip.statement)
    found = "".join(_match(entry, pictures) for entry in clip.matches)
    found += "".join(_match(entry, pictures) for entry in clip.alike)
    return (
        f"<h2>{escape(clip.source)}</h2>{said}{found}"
        f'<p class="small">SHA-256 of {escape(clip.source)}: {clip.sha256}</p>'
    )


def _match(entry: MatchEntry, pictures: Mapping[str, bytes]) -> str:
    is_match = entry.verdict == "same_footage"
    title = "Same pictures as" if is_match else "No match, but looks like"
    moves = "hardly anything moves" if entry.moves is None else f"of what moves {entry.moves:.2f}"
    picture = ""
    if entry.picture is not None:
        code = base64.b64encode(pictures[entry.picture]).decode()
        words = escape(f"Frames of the clip beside frames of {entry.file}", quote=True)
        picture = f'<img src="data:image/jpeg;base64,{code}" alt="{words}">'
    return (
        f"<section{'' if is_match else ' class=alike'}><h3>{title} {escape(entry.file)}</h3>"
        f"{picture}<p>{entry.frames_alike} of {entry.frames_compared} archived frames alike; "
        f"correlation of the pictures {entry.looks:.2f}, {moves}.</p>"
        f'<p class="small">SHA-256 of {escape(entry.file)}: {entry.file_sha256}</p></section>'
    )
