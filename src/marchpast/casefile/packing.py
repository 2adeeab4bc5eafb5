"""Making and checking an evidence package: everything that a result rests on, with its hash."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from marchpast.casefile import verifier
from marchpast.casefile.case import open_case
from marchpast.casefile.manifest import manifest_of, original_name
from marchpast.casefile.metadata import METADATA_FORMAT, describe_original
from marchpast.casefile.originals import find_originals, write_frames
from marchpast.casefile.package_readme import readme
from marchpast.casefile.showing import case_facts
from marchpast.casefile.writing import Content, write_package
from marchpast.errors import EvidenceError, OutputExistsError
from marchpast.files import sha256_of
from marchpast.report import (
    CROP_FOLDER,
    DETECTIONS_FILE,
    PAGE_FILE,
    RESULT_FILE,
    TABLE_FILE,
    Result,
    load_result,
    validate_result,
)

# What a result folder may hold beside the files of the run; each is its owner's.
_FILES: Final = (RESULT_FILE, DETECTIONS_FILE, TABLE_FILE, PAGE_FILE)
_ATTACHMENTS: Final = ("explanations.json", "reuse.json", "review.json")
_FOLDERS: Final = (CROP_FOLDER, "sheets")
_PACKED_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Packed:
    """A package that was made.

    Attributes:
        path: The file.
        sha256: Its hash, hex: what to publish or send, so that others can tell this package from
            another.
        file_count: Files in it, the manifest included.
        left_out: Names in the result folder that are not in it, sorted.
    """

    path: Path
    sha256: str
    file_count: int
    left_out: tuple[str, ...]


def pack_evidence(
    folder: Path | str,
    out: Path | str,
    *,
    originals: Path | str | None = None,
    include_originals: bool = False,
    private_metadata: bool = False,
    case: Path | str | None = None,
    overwrite: bool = False,
) -> Packed:
    """Pack a result so that others can check it.

    The same inputs give the same bytes; nothing in a package says when or where it was made.

    Args:
        folder: A result folder.
        out: The package to write, a ZIP file.
        originals: Folder with the footage, found there by its SHA-256: adds the frames of the best
            looks and what the files say of themselves.
        include_originals: Also put the footage itself into the package.
        private_metadata: Also record metadata that may name a person or a place.
        case: A case file that holds the result: adds its sources, results, notes and predictions.
        overwrite: Replace a file that is there.

    Raises:
        EvidenceError: If the result is not valid, a file is missing, or the case does not hold it.
        ResultError: If the folder holds no result.
        CaseError: If the case file cannot be used.
        SourceError: If footage cannot be read.
        OutputExistsError: If `out` is there and `overwrite` is off.
        ValueError: If footage is to be included or described and no folder with it is given.
        OSError: If the package cannot be written.
    """
    folder, out = Path(folder), Path(out)
    if originals is None and (include_originals or private_metadata):
        raise ValueError("including or describing originals needs the folder that holds them")
    if out.exists() and not overwrite:
        raise OutputExistsError(f"{out} exists; replace it (--overwrite) or name another file")
    if problems := validate_result(folder):
        raise EvidenceError(f"{folder}: is no valid result, so it is not packed: {problems[0]}")
    result = load_result(folder)
    contents: dict[str, Content] = dict(_of_result(folder))
    files: dict[str, Path] = {}
    with tempfile.TemporaryDirectory(prefix="marchpast-") as scratch:
        if originals is not None:
            files = find_originals(Path(originals), result.sources)
            contents["metadata.json"] = _metadata_of(
                files, result, is_private_shown=private_metadata
            )
            contents.update(write_frames(result, files, Path(scratch)))
        if include_originals:
            contents.update((original_name(sha256, path), path) for sha256, path in files.items())
        if case is not None:
            contents["case.json"] = _case_of(Path(case), folder)
        contents["verify.py"] = _verifier_source()
        contents["README.txt"] = readme(set(contents)).encode()
        sha256 = write_package(out, contents, lambda listed: manifest_of(result, listed, files))
    packed = {name.removeprefix("result/").partition("/")[0] for name in contents}
    left_out = sorted(path.name for path in folder.iterdir() if path.name not in packed)
    return Packed(out, sha256, len(contents) + 1, tuple(left_out))


def verify_evidence(path: Path | str, *, sha256: str | None = None) -> verifier.Verification:
    """Check every byte of a package against its manifest.

    Args:
        path: The package.
        sha256: The hash that was published or sent when it was made, hex; without it nobody can
            tell a package from another one that was made later.

    Raises:
        EvidenceError: If the file cannot be read.
    """
    try:
        return verifier.verify_package(Path(path), sha256=sha256)
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read ({error.strerror})") from error


def _of_result(folder: Path) -> dict[str, Path]:
    """Return the files of a result folder by their name in the package."""
    paths = [folder / name for name in (*_FILES, *_ATTACHMENTS) if (folder / name).exists()]
    paths += [path for name in _FOLDERS for path in sorted((folder / name).glob("*"))]
    for path in paths:
        if path.is_symlink() or not path.is_file() or not _PACKED_NAME.fullmatch(path.name):
            raise EvidenceError(
                f"{path}: cannot be packed; only plain files whose names have ASCII letters, "
                "digits, '_', '.' and '-' are, so move or rename it"
            )
    return {f"result/{path.relative_to(folder).as_posix()}": path for path in paths}


def _metadata_of(files: dict[str, Path], result: Result, *, is_private_shown: bool) -> bytes:
    described = {
        sha256: describe_original(path, is_private_shown=is_private_shown)
        for sha256, path in files.items()
    }
    document = {
        "format": METADATA_FORMAT,
        "private_metadata": is_private_shown,
        "sources": [
            {"name": source.name, "sha256": source.sha256, **described[source.sha256]}
            for source in result.sources
        ],
    }
    return _json(document)


def _case_of(path: Path, folder: Path) -> bytes:
    with open_case(path) as case:
        facts = case_facts(case)
        held = {result.sha256 for result in case.results()}
    if sha256_of(folder / RESULT_FILE) not in held:
        raise EvidenceError(
            f"{path}: this case does not hold the result; "
            f"add it: marchpast case add {path} {folder}"
        )
    return _json(facts)


def _json(document: Any) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _verifier_source() -> bytes:
    # A checkout on Windows may have other line ends.
    return Path(verifier.__file__).read_bytes().replace(b"\r\n", b"\n")
