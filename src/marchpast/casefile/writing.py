"""Writing an evidence package: the same contents give the same bytes, whenever and wherever.

Files are stored, not compressed: what deflate makes of a file differs between versions of zlib,
and most of a package (pictures, videos) is compressed already. The layout of the ZIP file is in
`verifier.py`, which checks it by building it again.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from marchpast import files
from marchpast.casefile import verifier
from marchpast.errors import EvidenceError

Content = bytes | Path
_CHUNK_BYTES: Final = 1 << 20


class _Facts(NamedTuple):
    size: int
    sha256: str
    crc: int


def write_package(
    path: Path, contents: Mapping[str, Content], describe: Callable[[dict[str, Any]], Any]
) -> str:
    """Write a package atomically and return its SHA-256.

    Args:
        path: The package, replaced when it is there.
        contents: Name in the package -> its bytes, or the file that holds them.
        describe: Makes the manifest from its `files`.

    Raises:
        EvidenceError: If a file cannot be read, or is written to meanwhile.
        OSError: If the package cannot be written.
    """
    facts = {name: _facts_of(contents[name]) for name in sorted(contents)}
    listed = {name: {"size": one.size, "sha256": one.sha256} for name, one in facts.items()}
    manifest = verifier.manifest_bytes(describe(listed))
    parts: dict[str, Content] = {verifier.MANIFEST: manifest}
    parts.update((name, contents[name]) for name in facts)
    facts[verifier.MANIFEST] = _facts_of(manifest)
    digest, entries = hashlib.sha256(), list[verifier.Entry]()
    with files.replacing(path) as stream:

        def write(content: bytes) -> None:
            stream.write(content)
            digest.update(content)

        for name, content in parts.items():
            entry = verifier.Entry(name, facts[name].size, facts[name].crc, stream.tell())
            entries.append(entry)
            write(verifier.local_header(entry))
            crc = 0
            for chunk in _chunks(content):
                write(chunk)
                crc = zlib.crc32(chunk, crc)
            if crc != entry.crc:
                raise EvidenceError(f"{content!s:.200}: changed while it was packed; try again")
        write(verifier.closing(entries, stream.tell()))
    return digest.hexdigest()


def _facts_of(content: Content) -> _Facts:
    digest, crc, size = hashlib.sha256(), 0, 0
    for chunk in _chunks(content):
        digest.update(chunk)
        crc, size = zlib.crc32(chunk, crc), size + len(chunk)
    return _Facts(size, digest.hexdigest(), crc)


def _chunks(content: Content) -> Iterator[bytes]:
    try:
        with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise EvidenceError(f"{content!s:.200}: cannot be read ({error.strerror})") from error
