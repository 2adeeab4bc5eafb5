"""What `classify-frames` calls: many sources, one result, failures recorded one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from marchpast.errors import SourceError
from marchpast.inventory import load_inventory, prior_of_place
from marchpast.media import FoundSource, find_sources, open_source
from marchpast.progress import Progress
from marchpast.records import SourceReport
from marchpast.run.linking import with_names
from marchpast.run.run import Run
from marchpast.run.settings import Settings
from marchpast.taxonomy import load_taxonomy


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to tell the user; the result folder holds the rest.

    Attributes:
        report: The report page.
        failures: One line for every source that gave no result.
        warnings: One line for every source that is truncated or damaged.
        summary: What was seen, one line.
        is_inconsistent: Whether the comparison found more than was announced.
    """

    report: Path
    failures: tuple[str, ...]
    warnings: tuple[str, ...]
    summary: str
    is_inconsistent: bool


def classify_frames(
    sources: Sequence[Path | str],
    *,
    out: Path | str,
    settings: Settings | None = None,
    overwrite: bool = False,
    annotate: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Name the vehicles of pictures, videos and folders, and write one result.

    A source that cannot be read is recorded as a failure and the others go on.

    Args:
        sources: Files or folders.
        out: Folder for the result.
        settings: `None` takes the defaults.
        overwrite: Replace a result that is there, once the new one is whole.
        annotate: Also write the footage with boxes and names.
        progress: Told how far the run is.

    Raises:
        CircularPriorError: If the settings' prior knows the event of the inventory.
        InventoryError: If the settings' inventory is malformed or unknown, or no earlier parade at
            the place of their prior is known.
        SettingsError: If the settings link a source that is not there, or contradict themselves.
        OutputExistsError: If there is a result and `overwrite` is off.
        ModelError: If a model is refused.
        SourceError: If none of the sources holds a picture or a video.
        TaxonomyError: If a label of the settings names nothing.
        OSError: If the result cannot be written.
    """
    settings = settings or Settings()
    if settings.inventory is not None:
        # Before hours of work: a typing error in the inventory ends the run now.
        inventory = load_inventory(settings.inventory)
        if settings.prior is not None:
            prior_of_place(settings.prior, before=inventory)
    found, missing = _find([Path(source) for source in sources])
    names = {item.path: item.name for item in found} | {path: path.name for path, _ in missing}
    settings = with_names(settings, names)
    with Run(out, settings=settings, overwrite=overwrite, progress=progress) as run:
        for path, error in missing:
            run.fail(path.name, error)
        for item in found:
            _classify_one(item, run)
        if settings.inventory is not None:
            run.compare(settings.inventory, prior=settings.prior)
        report = run.save(annotate=annotate)
        return Outcome(
            report=report,
            failures=tuple(failure.message for failure in run.failures),
            warnings=tuple(_warning(entry) for entry in run.reports if entry.status != "complete"),
            summary=_summary(run),
            is_inconsistent=run.comparison is not None and run.comparison.overall == "inconsistent",
        )


def _find(paths: Sequence[Path]) -> tuple[list[FoundSource], list[tuple[Path, SourceError]]]:
    """Look every path up by itself, so that a missing one does not hide the others."""
    good: list[Path] = []
    missing: list[tuple[Path, SourceError]] = []
    for path in paths:
        try:
            find_sources([path])
        except SourceError as error:
            missing.append((path, error))
        else:
            good.append(path)
    found = find_sources(good)
    if not found and not missing:
        raise SourceError(
            f"{', '.join(map(str, paths))}: no picture or video in it; "
            "name files, or folders that hold some"
        )
    return found, missing


def _classify_one(item: FoundSource, run: Run) -> None:
    try:
        for _ in run.sightings(open_source(item.path, name=item.name)):
            pass
    except SourceError as error:
        run.fail(item.name, error)


def _warning(report: SourceReport) -> str:
    return f"{report.name}: {report.status}: {report.note}"


def _summary(run: Run) -> str:
    taxonomy = load_taxonomy()
    answers = Counter(sighting.identity.node for sighting in run.seen)
    named = ", ".join(
        f"{count} × {taxonomy.name(node) if node in taxonomy.nodes else node}"
        for node, count in sorted(answers.items(), key=lambda row: (-row[1], row[0]))
    )
    files = f"{len(run.reports)} of {len(run.reports) + len(run.failures)} sources read"
    return f"{files}; {named or 'no vehicle found'}"
