"""The folder a run writes to: nothing of an older result is lost before the new one is whole."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from marchpast.errors import OutputExistsError
from marchpast.report import (
    CROP_FOLDER,
    DETECTIONS_FILE,
    PAGE_FILE,
    RESULT_FILE,
    REVIEW_FILE,
    TABLE_FILE,
    load_review,
)
from marchpast.taxonomy import load_taxonomy

ANNOTATED_FOLDER = "annotated"

# The page comes last: a folder with a page is complete.
_ENTRIES = (CROP_FOLDER, ANNOTATED_FOLDER, DETECTIONS_FILE, TABLE_FILE, RESULT_FILE, PAGE_FILE)


class Staging:
    """Collects a result beside its place and moves it there at the end.

    Attributes:
        folder: Where to write until `publish`.
        target: Where the result will be.
    """

    def __init__(self, target: Path, *, overwrite: bool) -> None:
        """Create the target folder if need be, and a working folder in it.

        Raises:
            OutputExistsError: If the target is a file, or holds a result and `overwrite` is off.
            ReviewError: If a review in the target is malformed: better now than after the run.
            OSError: If the folder cannot be created or written to.
        """
        if target.exists() and not target.is_dir():
            raise OutputExistsError(f"{target}: is a file; name a folder for the result")
        if not overwrite and (found := [name for name in _ENTRIES if (target / name).exists()]):
            raise OutputExistsError(
                f"{target}: holds a result already ({', '.join(found)}); "
                "name another folder or give --overwrite"
            )
        target.mkdir(parents=True, exist_ok=True)
        load_review(target, load_taxonomy())
        self.target = target
        self.folder = Path(tempfile.mkdtemp(prefix=".run-", suffix=".part", dir=target))

    def carry_over(self) -> None:
        """Lay the target's review beside the new result, so that its page shows it.

        What people said is never replaced by a run: the file in the target stays as it is.

        Raises:
            OSError: If it cannot be copied.
        """
        review = self.target / REVIEW_FILE
        if review.is_file():
            shutil.copyfile(review, self.folder / REVIEW_FILE)

    def publish(self) -> None:
        """Move what was written to the target, replacing what is there, and drop the rest.

        Raises:
            OSError: If an entry cannot be moved.
        """
        (self.target / PAGE_FILE).unlink(missing_ok=True)
        for name in _ENTRIES:
            made, old = self.folder / name, self.target / name
            if old.is_dir():
                shutil.rmtree(old)
            else:
                old.unlink(missing_ok=True)
            if made.exists():
                made.rename(old)
        self.discard()

    def discard(self) -> None:
        """Remove the working folder; the target keeps what it had."""
        shutil.rmtree(self.folder, ignore_errors=True)
