"""The page of a finished run, rendered again: with what has been put beside the result since."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from marchpast import files
from marchpast.report.attachments import load_attachments
from marchpast.report.html import render_page
from marchpast.report.naming import Language
from marchpast.report.reading import load_result
from marchpast.report.schema import PAGE_FILE, Result
from marchpast.taxonomy import load_taxonomy


def rebuild_page(folder: Path, *, language: Language | None = None) -> Path:
    """Render `report.html` again from the folder, with the attachments that are there.

    Args:
        folder: A result folder.
        language: Of the vehicles' names; `None` takes the one that the run was made with.

    Returns:
        The page.

    Raises:
        ResultError: If the folder is no result, or a crop is missing.
        ReviewError: If `review.json` is malformed.
        TaxonomyError: If a node of the result is not in the taxonomy.
        OSError: If the page cannot be written.
    """
    result, taxonomy = load_result(folder), load_taxonomy()
    page = render_page(
        result,
        folder=folder,
        taxonomy=taxonomy,
        language=language or _language_of(result),
        attachments=load_attachments(folder, result, taxonomy=taxonomy),
    )
    files.write_text(folder / PAGE_FILE, page)
    return folder / PAGE_FILE


def _language_of(result: Result) -> Language:
    """Return the language that the settings name, English where they name none."""
    languages: tuple[Language, ...] = get_args(Language)
    chosen = result.settings.get("language")
    return next((language for language in languages if language == chosen), "en")
