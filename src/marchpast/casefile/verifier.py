"""Check an evidence package: is every byte of it what its manifest says?

    python3 verify.py package.zip
    python3 verify.py package.zip --sha256 HEX

This file is a module of marchpast and, unchanged, the `verify.py` in every package. It needs
Python 3.9 or newer and nothing else, opens only the package, and writes nothing.

A package (format `marchpast-evidence/1`) is a ZIP file of which every byte follows from the
contents of its files: `manifest.json` first, then the files that it lists in that order, stored
without compression, with fixed dates and attributes, without extra fields, comments or gaps. So
the checker builds the ZIP structure anew and compares, and a change anywhere shows. Nothing is
decompressed and nothing is unpacked: a compressed, encrypted or foreign entry is a difference
like any other.

What this cannot show: that nobody made another package. Who changes a file can also write a new
manifest. That shows only against a SHA-256 of the package (`--sha256`) that was published, or
sent, when the package was made. And the `verify.py` in a package is a program from whoever sent it:
when you would not run that, take this file from marchpast itself.

Exit codes: 0 nothing differs, 1 something differs, 2 the file cannot be read.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import json
import re
import struct
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

FORMAT = "marchpast-evidence/1"
MANIFEST = "manifest.json"
RESULT = "result/result.json"
MANIFEST_LIMIT_BYTES = 64 << 20
PROBLEM_LIMIT = 50
NAME_LIMIT = 250

# Above these, a ZIP file needs the fields of ZIP64 (APPNOTE.TXT 6.3.10, 4.4.1.4).
SIZE_LIMIT = 0xFFFFFFFF
COUNT_LIMIT = 0xFFFF
# ASCII only, no part begins with a dot: such a name is the same file on every system.
_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*\Z")
_CHUNK_BYTES = 1 << 20
_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
# 1980-01-01 00:00, the first moment that a ZIP file can state; no moment belongs to a package.
_TIME, _DATE = 0, 0x21
_UNIX_FILE_0644 = 0o100644 << 16


class Entry(NamedTuple):
    """A file of the package and where its header begins."""

    name: str
    size: int
    crc: int
    offset: int


class Verification(NamedTuple):
    """What came of checking a package.

    Attributes:
        sha256: Of the package, hex.
        problems: One line each, about :data:`PROBLEM_LIMIT` at most; empty when nothing differs.
        manifest: As read; `None` where there is none that can be read.
    """

    sha256: str
    problems: tuple[str, ...]
    manifest: dict[str, Any] | None


class _Refused(Exception):  # noqa: N818 - it ends the check, it is no fault of the program
    """Nothing more can be said about the file."""


def local_header(entry: Entry) -> bytes:
    """Return what stands before a file's bytes (APPNOTE.TXT 6.3.10, 4.3.7)."""
    name, size = entry.name.encode("ascii"), min(entry.size, SIZE_LIMIT)
    extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.size) if size == SIZE_LIMIT else b""
    needs = 45 if extra else 20
    fixed = struct.pack(
        "<5H3I2H", needs, 0, 0, _TIME, _DATE, entry.crc, size, size, len(name), len(extra)
    )
    return _LOCAL + fixed + name + extra


def closing(entries: Sequence[Entry], offset: int) -> bytes:
    """Return everything behind the last file: directory and end records (4.3.12 to 4.3.16).

    Args:
        entries: In the order of the package.
        offset: Where the directory begins.
    """
    directory = b"".join(map(_central_header, entries))
    count, size = len(entries), len(directory)
    records = b""
    if count >= COUNT_LIMIT or size >= SIZE_LIMIT or offset >= SIZE_LIMIT:
        wide = struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)
        records = b"PK\x06\x06" + wide + b"PK\x06\x07" + struct.pack("<IQI", 0, offset + size, 1)
    counts, size = min(count, COUNT_LIMIT), min(size, SIZE_LIMIT)
    end = struct.pack("<4H2IH", 0, 0, counts, counts, size, min(offset, SIZE_LIMIT), 0)
    return directory + records + b"PK\x05\x06" + end


def _central_header(entry: Entry) -> bytes:
    name, size = entry.name.encode("ascii"), min(entry.size, SIZE_LIMIT)
    offset = min(entry.offset, SIZE_LIMIT)
    wide = [entry.size, entry.size] if size == SIZE_LIMIT else []
    wide += [entry.offset] if offset == SIZE_LIMIT else []
    extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    needs = 45 if extra else 20
    # 3: the attributes are those of Unix.
    fixed = struct.pack("<6H3I", 3 << 8 | needs, needs, 0, 0, _TIME, _DATE, entry.crc, size, size)
    tail = struct.pack("<5H2I", len(name), len(extra), 0, 0, 0, _UNIX_FILE_0644, offset)
    return _CENTRAL + fixed + tail + name + extra


def manifest_bytes(manifest: dict[str, Any]) -> bytes:
    """Return the one way to write a manifest."""
    return (json.dumps(manifest, indent=1, allow_nan=False) + "\n").encode("ascii")


def verify_package(path: Path, *, sha256: str | None = None) -> Verification:
    """Check a package.

    Args:
        path: The package.
        sha256: What its own SHA-256 was when it was made, hex, as published or sent.

    Raises:
        OSError: If the file cannot be read.
    """
    problems: list[str] = []
    manifest = None
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a regular file")
    with path.open("rb") as stream:
        found, _, _ = _digest(stream, None)
        if sha256 is not None and sha256.strip().lower() != found:
            problems.append(f"the package is another one: its SHA-256 is {found}")
        stream.seek(0)
        try:
            manifest = _read_manifest(stream)
            _check_manifest(manifest)
            _check_files(stream, manifest, problems)
        except _Refused as refused:
            problems.append(str(refused))
    return Verification(
        found, tuple(line[:2000] for line in problems[: PROBLEM_LIMIT + 1]), manifest
    )


def _read_manifest(stream: BinaryIO) -> dict[str, Any]:
    head = _next_header(stream)
    if head is None or head.name != MANIFEST:
        raise _Refused(f"no evidence package: it does not begin with {MANIFEST}")
    if head.size > MANIFEST_LIMIT_BYTES:
        raise _Refused(f"{MANIFEST}: states {head.size} bytes, more than any manifest has")
    content = stream.read(head.size)
    try:
        manifest = json.loads(content)
        is_canonical = manifest_bytes(manifest) == content
    except (ValueError, TypeError, RecursionError) as error:
        raise _Refused(f"{MANIFEST}: cannot be read ({error})") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _Refused(f"{MANIFEST}: is not of the format {FORMAT}; a newer marchpast may read it")
    if not is_canonical:
        raise _Refused(f"{MANIFEST}: is not written as a manifest is written")
    return manifest


def _check_manifest(manifest: dict[str, Any]) -> None:
    """Refuse names that are not safe, and statements that do not fit each other."""
    try:
        files = manifest["files"]
        for name, facts in files.items():
            if len(name) >= NAME_LIMIT or not _SAFE_NAME.match(name) or name == MANIFEST:
                raise _Refused(f"{MANIFEST}: lists a name that no file of a package has: {name!r}")
            if set(facts) != {"size", "sha256"} or type(facts["size"]) is not int:
                raise _Refused(f"{MANIFEST}: {name}: needs its size and its SHA-256")
        if len({name.lower() for name in files}) < len(files):
            raise _Refused(f"{MANIFEST}: lists names that are one on some systems")
        claims = [(row["file"], row["sha256"]) for row in manifest["sources"] if row["file"]]
        claims.append((RESULT, manifest["result"]["sha256"]))
        for name, sha256 in claims:
            if files[name]["sha256"] != sha256:
                raise _Refused(f"{MANIFEST}: states two SHA-256 for {name}")
        for look in manifest["looks"]:
            for name in (look["crop"], look["frame"]):
                if name is not None and name not in files:
                    raise _Refused(f"{MANIFEST}: names {name!r}, which is not among its files")
    except (KeyError, TypeError, AttributeError) as error:
        raise _Refused(f"{MANIFEST}: is malformed ({type(error).__name__}: {error})") from error


def _check_files(stream: BinaryIO, manifest: dict[str, Any], problems: list[str]) -> None:
    """Walk the package once from its first byte to its last."""
    content = manifest_bytes(manifest)
    listed = {MANIFEST: (len(content), hashlib.sha256(content).hexdigest())}
    files = manifest["files"]
    listed.update((name, (files[name]["size"], files[name]["sha256"])) for name in sorted(files))
    entries: dict[str, Entry] = {}
    stream.seek(0)
    while (head := _next_header(stream)) is not None:
        digest, crc, size = _digest(stream, head.size)
        entry = Entry(head.name, size, crc, head.offset)
        if head.name not in listed:
            problems.append(f"{head.name}: is in the package and not in its manifest")
        elif head.name in entries:
            problems.append(f"{head.name}: is in the package twice")
        elif (size, digest) != listed[head.name]:
            problems.append(f"{head.name}: was changed, it is not the file of the manifest")
        if head.raw != local_header(entry):
            problems.append(f"{head.name}: its entry is not one that a package has{head.oddity}")
        if len(problems) >= PROBLEM_LIMIT:
            # A file made to keep a checker busy ends here.
            raise _Refused("and more")
        entries[head.name] = entry
    _check_end(stream, list(listed), entries, problems)


def _check_end(
    stream: BinaryIO, names: list[str], entries: dict[str, Entry], problems: list[str]
) -> None:
    position = stream.tell()
    is_broken = stream.read(4) != _CENTRAL
    if is_broken:
        problems.append(f"the structure of the package breaks at byte {position}")
    absent = [name for name in names if name not in entries]
    problems += [f"{name}: is {'not reached' if is_broken else 'missing'}" for name in absent]
    if not absent and list(entries) != names:
        problems.append("the files are not in the order of the manifest")
    stream.seek(position)
    expected = closing(list(entries.values()), position)
    if not is_broken and stream.read(len(expected) + 1) != expected:
        problems.append(f"the directory of the package, from byte {position} on, was changed")


class _Head(NamedTuple):
    """A file's header as it was found."""

    name: str
    size: int
    offset: int
    raw: bytes
    oddity: str


def _next_header(stream: BinaryIO) -> _Head | None:
    """Return the header at the stream's position, and leave the stream behind it."""
    offset = stream.tell()
    raw = stream.read(30)
    if len(raw) < 30 or raw[:4] != _LOCAL:
        stream.seek(offset)
        return None
    _, flags, method, _, _, _, size, _, name_length, extra_length = struct.unpack(
        "<5H3I2H", raw[4:]
    )
    name, extra = stream.read(name_length), stream.read(extra_length)
    if size == SIZE_LIMIT and len(extra) == 20:
        (size,) = struct.unpack("<Q", extra[4:12])
    oddity = " (encrypted)" if flags & 1 else " (compressed)" if method else ""
    # Long enough for every name that a package has, and short enough for a header made of it.
    shown = name[:NAME_LIMIT].decode("ascii", "backslashreplace")
    return _Head(shown, size, offset, raw + name + extra, oddity)


def _digest(stream: BinaryIO, size: int | None) -> tuple[str, int, int]:
    """Return SHA-256, CRC-32 and number of the next `size` bytes, of all when it is `None`."""
    digest, crc, done = hashlib.sha256(), 0, 0
    while size is None or done < size:
        chunk = stream.read(_CHUNK_BYTES if size is None else min(_CHUNK_BYTES, size - done))
        if not chunk:
            break
        digest.update(chunk)
        crc, done = zlib.crc32(chunk, crc), done + len(chunk)
    return digest.hexdigest(), crc, done


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the package that the arguments name and return the exit code."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Check an evidence package.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--sha256", metavar="HEX", help="of the package, as it was published")
    given = parser.parse_args(arguments)
    try:
        verification = verify_package(given.package, sha256=given.sha256)
    except OSError as error:
        sys.stderr.write(f"error: {given.package}: cannot be read ({error.strerror})\n")
        return 2
    for problem in verification.problems:
        sys.stdout.write(ascii(problem)[1:-1] + "\n")
    sys.stdout.write(f"SHA-256 of the package: {verification.sha256}\n")
    sys.stdout.write("DIFFERS\n" if verification.problems else "nothing differs\n")
    return 1 if verification.problems else 0


if __name__ == "__main__":
    sys.exit(main())
