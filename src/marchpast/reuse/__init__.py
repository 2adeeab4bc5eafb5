r"""Re-used footage: does a clip show the pictures of footage that the user already has?

    from marchpast.reuse import add_to_archive, search_archive

    add_to_archive(["footage"], "archive.sqlite")
    found = search_archive("clip.mp4", "archive.sqlite")
    print("\n".join(found.entry.statement))

The only room that imports pdqhash.
"""

from marchpast.reuse.adding import Added, add_to_archive
from marchpast.reuse.archive import Archive
from marchpast.reuse.archive_writer import ArchiveWriter
from marchpast.reuse.document import (
    REUSE_FILE,
    REUSE_FORMAT,
    ArchiveEntry,
    ClipEntry,
    MatchEntry,
    MeasuredEntry,
    Reuse,
    load_reuse,
)
from marchpast.reuse.fingerprints import (
    ARCHIVE_EVERY_S,
    LOOKUP_EVERY_S,
    Clip,
    Fingerprint,
    clip_of,
    fingerprint,
)
from marchpast.reuse.matching import Match, find_matches
from marchpast.reuse.searching import Search, reuse_document, search_archive
from marchpast.reuse.storage import ARCHIVE_FORMAT, ArchivedFile, archived_files
from marchpast.reuse.wording import length
from marchpast.reuse.writing import attach_search, check_attachable, write_search

__all__ = [
    "ARCHIVE_EVERY_S",
    "ARCHIVE_FORMAT",
    "LOOKUP_EVERY_S",
    "REUSE_FILE",
    "REUSE_FORMAT",
    "Added",
    "Archive",
    "ArchiveEntry",
    "ArchiveWriter",
    "ArchivedFile",
    "Clip",
    "ClipEntry",
    "Fingerprint",
    "Match",
    "MatchEntry",
    "MeasuredEntry",
    "Reuse",
    "Search",
    "add_to_archive",
    "archived_files",
    "attach_search",
    "check_attachable",
    "clip_of",
    "find_matches",
    "fingerprint",
    "length",
    "load_reuse",
    "reuse_document",
    "search_archive",
    "write_search",
]
