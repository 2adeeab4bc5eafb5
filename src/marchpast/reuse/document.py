"""`reuse.json`, format `marchpast-reuse/1`: what a search found, as a file beside a result."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from marchpast.errors import ResultError
from marchpast.files import write_text

REUSE_FORMAT: Final = "marchpast-reuse/1"
REUSE_FILE: Final = "reuse.json"
PICTURE_FOLDER: Final = "reuse"


def _rounded(value: float) -> float:
    return round(value, 3) + 0.0


Number = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_rounded)]
Count = Annotated[int, Field(ge=0)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Verdict = Literal["same_footage", "nothing_moves", "moves_differ"]


class Strict(BaseModel):
    """Frozen, complete and strict: no unknown key, no text where a number belongs."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ArchiveEntry(Strict):
    """What was searched.

    Attributes:
        name: File name of the archive.
        files: How many videos it holds.
        hours: How long they are together.
        sha256: Of the sorted SHA-256 of these videos, one a line: the same archive or another.
    """

    name: str
    files: Count
    hours: Number
    sha256: Sha256


class MatchEntry(Strict):
    """A stretch of the clip and a stretch of an archived file that look alike.

    Attributes:
        file: Name of the file in the archive.
        file_sha256: Of its bytes.
        file_date: What the user said: published or filmed then at the latest.
        verdict: `same_footage`: also what moves in them moves alike. `nothing_moves`: the same
            view, and no match, since it looks the same at another moment. `moves_differ`: the same
            view, and what moves in them is not the same.
        sentence: The finding in words.
        clip_from_s: First compared moment of the clip, seconds.
        clip_to_s: Last compared moment of the clip.
        file_from_s: First compared moment of the file.
        file_to_s: Last compared moment of the file.
        speed: File seconds a clip second.
        speed_from: Slowest that explains the frames about as well.
        speed_to: Fastest that does.
        is_mirrored: The clip is flipped left to right.
        is_cropped: The clip shows part of the width.
        part: Which part of the file's picture the clip shows: `x1, y1, x2, y2`, shares of its sides
            inside its borders.
        borders_removed: The clip has bars or borders that the comparison left out.
        covered: Edges of the clip's picture where something else is shown, such as a caption.
        frames_compared: Archived frames in the stretch.
        frames_alike: Of these, with a near frame of the clip.
        looks: Mean correlation of the pictures.
        moves: Correlation of what moves; `None` where hardly anything does.
        is_time_certain: The moment of the file is known to a second.
        picture: Frames beside frames: name of a JPEG in the folder, `None` when none was written.
    """

    file: str
    file_sha256: Sha256
    file_date: datetime.date | None
    verdict: Verdict
    sentence: str
    clip_from_s: Number
    clip_to_s: Number
    file_from_s: Number
    file_to_s: Number
    speed: Number
    speed_from: Number
    speed_to: Number
    is_mirrored: bool
    is_cropped: bool
    part: tuple[Number, Number, Number, Number]
    borders_removed: bool
    covered: tuple[Literal["top", "bottom"], ...]
    frames_compared: Count
    frames_alike: Count
    looks: Number
    moves: Number | None
    is_time_certain: bool
    picture: str | None


class ClipEntry(Strict):
    """What was found of one clip.

    Attributes:
        source: Its name.
        sha256: Of its bytes.
        seconds: How long it is.
        frames_used: How many of its frames were looked up.
        frames_usable: Of these, not too plain to be told from others.
        same_file: Name of the archived file with the very same bytes, which is passed over.
        statement: What to say, a sentence each.
        matches: Same footage, best first.
        alike: Looks alike and is no match.
    """

    source: str
    sha256: Sha256
    seconds: Number
    frames_used: Count
    frames_usable: Count
    same_file: str | None
    statement: tuple[str, ...]
    matches: tuple[MatchEntry, ...]
    alike: tuple[MatchEntry, ...]


class MeasuredEntry(Strict):
    """How often the search was wrong where the truth was known.

    Attributes:
        sentence: The figures in words.
        unrelated_clips: Clips of other footage that were searched.
        false_matches: How many of them had a match.
        upper_95: Upper end of the 95 % interval of their share.
        hours: Of the archive they were searched in.
    """

    sentence: str
    unrelated_clips: Count
    false_matches: Count
    upper_95: Number
    hours: Number


class Reuse(Strict):
    """The content of `reuse.json`.

    Attributes:
        format: Always `marchpast-reuse/1`.
        marchpast_version: Of the library.
        result_sha256: Of the bytes of the `result.json` it was made for, `None` when for none.
        archive: What was searched.
        clips: One for each source that was searched, by name.
        measured: How often the search was wrong where the truth was known.
        cannot_find: What no such search finds, a sentence each.
    """

    format: Literal["marchpast-reuse/1"] = REUSE_FORMAT
    marchpast_version: str
    result_sha256: Sha256 | None
    archive: ArchiveEntry
    clips: tuple[ClipEntry, ...]
    measured: MeasuredEntry
    cannot_find: tuple[str, ...]


def load_reuse(folder: Path) -> Reuse | None:
    """Return the content of a folder's `reuse.json`, `None` where there is none.

    Raises:
        ResultError: If the file cannot be read or is not of the format.
    """
    path = Path(folder) / REUSE_FILE
    if not path.exists():
        return None
    try:
        return Reuse.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise ResultError(
            f"{path}: not of the format {REUSE_FORMAT} ({reason}); search again with --overwrite"
        ) from error


def write_reuse(folder: Path, reuse: Reuse) -> Path:
    """Write a folder's `reuse.json` atomically and return its path.

    Raises:
        OSError: If the folder is missing, full or not writable.
    """
    path = Path(folder) / REUSE_FILE
    write_text(path, reuse.model_dump_json(indent=2) + "\n")
    return path
