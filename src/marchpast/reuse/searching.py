"""The search as a user calls it: a file and an archive in, findings in words and pictures out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from marchpast.errors import SourceError
from marchpast.media import Sampling, open_source
from marchpast.progress import SILENCE, Progress
from marchpast.records import BgrImage
from marchpast.reuse.adding import watched
from marchpast.reuse.archive import Archive
from marchpast.reuse.document import ArchiveEntry, ClipEntry, MatchEntry, Reuse
from marchpast.reuse.fingerprints import LOOKUP_EVERY_S, Clip, clip_of
from marchpast.reuse.matching import Match, find_matches
from marchpast.reuse.sheet import match_sheet
from marchpast.reuse.wording import (
    CANNOT_FIND,
    length,
    measured,
    sentence,
    statement,
    verdict_of,
)

_MOST_ALIKE = 3
_CERTAIN_S = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What a search of one clip found.

    Attributes:
        entry: The findings, as `reuse.json` holds them; their pictures are not written yet.
        archive: What was searched.
        clip: The hashes of the clip.
        found: What stands behind `entry.matches` and then `entry.alike`, in the same order.
    """

    entry: ClipEntry
    archive: Archive
    clip: Clip
    found: tuple[Match, ...]

    def sheet(self, number: int) -> BgrImage:
        """Return frames beside frames of a finding, of `entry.matches` and then `entry.alike`.

        Raises:
            IndexError: If there are fewer findings.
            ArchiveError: If the archive's pictures cannot be read.
        """
        return match_sheet(self.found[number], self.clip, self.archive)


def search_archive(
    clip: Path | str, archive: Archive | Path | str, *, name: str | None = None,
    progress: Progress = SILENCE,
) -> Search:  # fmt: skip
    """Look a video up in an archive.

    Args:
        clip: A video.
        archive: An opened archive, or its file. Nothing is written to it.
        name: What to call the clip; its file name by default.
        progress: Told of every frame.

    Raises:
        SourceError: If the clip cannot be read, or is a picture.
        ArchiveError: If the archive cannot be read.
    """
    if not isinstance(archive, Archive):
        archive = Archive(archive)
    source = open_source(clip, name=name)
    if source.kind == "picture":
        raise SourceError(
            f"{source.name}: is a picture; a search needs a run of frames, give a video"
        )
    progress.start(source.name, source.frames_expected)
    hashed = clip_of(watched(source, Sampling(every_s=LOOKUP_EVERY_S), progress))
    progress.finish()
    report = source.report()
    matches = find_matches(hashed, archive, except_sha256=report.sha256)
    sure = [match for match in matches if match.is_sure]
    unsure = [match for match in matches if match.is_alike and match.is_other_moment]
    found = (*sure, *unsure[:_MOST_ALIKE])
    entries = [_entry(match, hashed, archive, source.name) for match in found]
    same = next((file.name for file in archive.files if file.sha256 == report.sha256), None)
    entry = ClipEntry(
        source=source.name,
        sha256=report.sha256,
        seconds=report.last_time_s - report.first_time_s,
        frames_used=len(hashed.time_s),
        frames_usable=hashed.frames_usable,
        same_file=same,
        statement=statement(
            entries[: len(sure)],
            entries[len(sure) :],
            searched=_searched(archive, report.sha256),
            same_file=same,
            frames_used=len(hashed.time_s),
            frames_usable=hashed.frames_usable,
        ),
        matches=tuple(entries[: len(sure)]),
        alike=tuple(entries[len(sure) :]),
    )
    return Search(entry, archive, hashed, found)


def reuse_document(
    archive: Archive, clips: tuple[ClipEntry, ...], *, result_sha256: str | None = None
) -> Reuse:
    """Return the content of `reuse.json` for clips that were searched in one archive.

    Args:
        archive: What was searched.
        clips: The entries of the searches.
        result_sha256: Of the `result.json` whose sources they are.
    """
    digests = "".join(f"{file.sha256}\n" for file in sorted(archive.files, key=lambda f: f.sha256))
    return Reuse(
        marchpast_version=metadata.version("marchpast"),
        result_sha256=result_sha256,
        archive=ArchiveEntry(
            name=archive.path.name,
            files=len(archive.files),
            hours=archive.hours,
            sha256=hashlib.sha256(digests.encode()).hexdigest(),
        ),
        clips=tuple(sorted(clips, key=lambda clip: clip.source)),
        measured=measured(),
        cannot_find=CANNOT_FIND,
    )


def _searched(archive: Archive, except_sha256: str) -> str:
    files = [file for file in archive.files if file.sha256 != except_sha256]
    seconds = sum(file.duration_s for file in files)
    if not files:
        return ""
    noun = "file" if len(files) == 1 else "files"
    return f"{length(seconds)} of your archive ({len(files)} {noun})"


def _entry(match: Match, clip: Clip, archive: Archive, source: str) -> MatchEntry:
    stretch, seen = match.stretch, match.likeness
    file, lookup = archive.files[match.file], clip.lookups[match.lookup]
    start = int(archive.starts[match.file])
    clip_s = clip.time_s[stretch.clip_frames]
    file_s = archive.time_s[start + stretch.file_frames]
    entry = MatchEntry(
        file=file.name,
        file_sha256=file.sha256,
        file_date=file.date,
        verdict=verdict_of(match),
        sentence="",
        clip_from_s=float(clip_s.min()),
        clip_to_s=float(clip_s.max()),
        file_from_s=float(file_s[0]),
        file_to_s=float(file_s[-1]),
        speed=stretch.speed,
        speed_from=stretch.speeds[0],
        speed_to=stretch.speeds[1],
        is_mirrored=lookup.is_mirrored,
        is_cropped=seen.part[2] - seen.part[0] < 1,
        part=seen.part,
        borders_removed=lookup.is_trimmed,
        covered=seen.covered,
        frames_compared=len(stretch.file_frames),
        frames_alike=int(stretch.is_near.sum()),
        looks=seen.looks,
        moves=seen.moves,
        is_time_certain=stretch.start_spread_s <= _CERTAIN_S,
        picture=None,
    )
    return entry.model_copy(update={"sentence": sentence(entry, source=source)})
