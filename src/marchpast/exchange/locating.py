"""Finding archived files in a folder, and holding them against the hashes that were stated."""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from marchpast.errors import SourceError
from marchpast.exchange.archived import ArchivedFile, Check, Kind, Role
from marchpast.files import sha256_of
from marchpast.media import open_source

PAGE_SUFFIXES: Final = frozenset({".html", ".htm"})
_CHUNK: Final = 1 << 20
# The two algorithms that auto-archiver offers, by the names it writes before the colon.
_ALGORITHMS: Final = {"sha-256": "sha256", "sha256": "sha256", "sha3-512": "sha3_512"}
_NOT_A_HASH: Final = "not-calculated"
# What auto-archiver names a stored file, unless told to name it at random: its hash, cut.
_HASH_NAME: Final = re.compile(r"[0-9a-f]{24}")


class Shelf:
    """The files of a folder, found by the end of the path that an archive gives them."""

    def __init__(self, root: Path) -> None:
        """List the folder.

        Args:
            root: Searched recursively; a link that leads out of it is not followed.
        """
        self.root = root.resolve()
        self._by_name: dict[str, list[Path]] = defaultdict(list)
        for folder, below, names in os.walk(self.root):
            below.sort()
            for name in sorted(names):
                path = Path(folder) / name
                if path.resolve().is_relative_to(self.root) and path.is_file():
                    self._by_name[name].append(path)
        self.paths = tuple(path for paths in self._by_name.values() for path in paths)

    def find(self, location: str) -> Path | None:
        """Return the file that a stated location means, `None` when none fits, or several do.

        A location is an address (of which the path counts) or a path from where the archive was
        made; of the files with its name the one counts whose path ends most like it.
        """
        parts = _parts(location)
        if not parts:
            return None
        scored = [(_common_end(path, parts), path) for path in self._by_name.get(parts[-1], ())]
        best = max((score for score, _ in scored), default=0)
        fitting = [path for score, path in scored if score == best]
        return fitting[0] if len(fitting) == 1 else None


def checked_file(
    key: str, *, shelf: Shelf, base: Path, role: Role, stated: str | None
) -> ArchivedFile:
    """Return the entry of a stated file, its hash recomputed.

    Args:
        key: Where the archive says it is.
        shelf: Where to look for it.
        base: The folder that the entry's path is to be relative to.
        role: What it is to the item.
        stated: Its hash as stated, such as `SHA-256:ab12...`; where none is, the file's name
            may be the start of one.

    Raises:
        OSError: If a file that was found cannot be read.
    """
    stated = None if stated in (None, "", _NOT_A_HASH) else stated
    path = shelf.find(key)
    if path is None:
        return ArchivedFile(
            key=key, path=None, role=role, kind="other", size_bytes=None, sha256=None,
            stated=stated, check="missing",
        )  # fmt: skip
    sha256 = sha256_of(path)
    if stated is None and _HASH_NAME.fullmatch(path.stem):
        stated = f"name:{path.stem}"
    return ArchivedFile(
        key=key,
        path=Path(os.path.relpath(path, base.resolve())).as_posix(),
        role=role,
        kind=kind_of(path),
        size_bytes=path.stat().st_size,
        sha256=sha256,
        stated=stated,
        check=_check(path, sha256=sha256, stated=stated),
    )


def suffix_of(location: str) -> str:
    """Return the suffix of what a location names, in lower case.

    >>> suffix_of("https://example.org/a/b.HTML?signed=1")
    '.html'
    """
    parts = _parts(location)
    return PurePosixPath(parts[-1]).suffix.lower() if parts else ""


def _check(path: Path, *, sha256: str, stated: str | None) -> Check:
    if stated is None:
        return "not stated"
    name, _, value = stated.rpartition(":")
    value = value.strip().lower()
    if name == "name":
        # It may also be random, or the start of another hash: a name that differs proves nothing.
        return "same" if sha256.startswith(value) else "not checked"
    if not name and re.fullmatch(r"[0-9a-f]{64}", value):
        name = "sha-256"
    algorithm = _ALGORITHMS.get(name.strip().lower())
    if algorithm is None:
        return "not checked"
    found = sha256 if algorithm == "sha256" else _digest(path, algorithm)
    return "same" if found == value else "differs"


def _digest(path: Path, algorithm: str) -> str:
    digest = hashlib.new(algorithm)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def kind_of(path: Path) -> Kind:
    """Return what a file is by its content; only its beginning is read."""
    try:
        return open_source(path).kind
    except SourceError:
        return "other"


def _parts(location: str) -> tuple[str, ...]:
    """Return the parts of the path of an address or a path, without `.` and `..`."""
    text = location.strip().replace("\\", "/")
    if "://" in text:
        text = unquote(urlsplit(text).path)
    return tuple(part for part in PurePosixPath(text).parts if part not in ("/", ".", ".."))


def _common_end(path: Path, parts: tuple[str, ...]) -> int:
    """Return how many parts at the end of the two paths are the same."""
    number = 0
    for ours, theirs in zip(reversed(path.parts), reversed(parts), strict=False):
        if ours != theirs:
            break
        number += 1
    return number
