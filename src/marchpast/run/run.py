"""One run: sources in, a result folder out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from marchpast import __version__
from marchpast.errors import MarchpastError
from marchpast.inventory import (
    ClipLink,
    Comparison,
    CountInterval,
    Inventory,
    count_intervals,
    count_seen,
    load_inventory,
    prior_of_place,
    reconcile,
)
from marchpast.media import Source
from marchpast.pipeline import Recognizer, sightings
from marchpast.progress import SILENCE, Progress
from marchpast.recognition import FollowedFrame
from marchpast.records import Sighting, SourceReport
from marchpast.report import (
    PAGE_FILE,
    ComparisonEntry,
    CountEntry,
    DetectionJournal,
    FailureEntry,
    IntervalEntry,
    LinkEntry,
    Provenance,
    Result,
    SightingEntry,
    SourceEntry,
    save_sighting,
    write_result,
)
from marchpast.run.annotating import annotate_all
from marchpast.run.linking import links_between
from marchpast.run.settings import Settings
from marchpast.run.staging import Staging
from marchpast.run.stating import flags_of, models_of, plain_settings
from marchpast.taxonomy import load_taxonomy


class Run:
    """Names the vehicles of one or more sources and writes one result.

    Pictures leave memory as they are written, so memory does not grow with the footage. Use
    it in a `with` block: leaving it without `save` leaves the target folder as it was.

        with marchpast.Run("result") as run:
            for sighting in run.sightings(marchpast.open_source("convoy.mp4")):
                print(sighting.identity.node)
            run.compare("vladivostok-2017")
            run.save()

    Attributes:
        failures: What became of the sources that gave no result.
        reports: One for every source that was read to its end.
        seen: The sightings so far, without their pictures.
        comparison: What came of `compare`.
    """

    def __init__(
        self,
        out: Path | str,
        *,
        settings: Settings | None = None,
        recognizer: Recognizer | None = None,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> None:
        """Load the models and prepare the folder.

        Args:
            out: Folder for the result.
            settings: `None` takes the defaults.
            recognizer: One that is loaded already, or of your own parts; `None` loads what the
                settings name.
            overwrite: Replace a result that is there, once the new one is whole.
            progress: Told how far the run is.

        Raises:
            OutputExistsError: If there is a result and `overwrite` is off.
            ModelError: If a model is refused.
            ReferencesError: If the store of references is missing or damaged.
            ReviewError: If a review in the folder is malformed.
            TaxonomyError: If a label of the settings names nothing.
            OSError: If the folder cannot be created or written to.
        """
        self._settings = settings or Settings()
        self._taxonomy = load_taxonomy()
        self._wanted = tuple(self._taxonomy.find(name).id for name in self._settings.labels)
        self._progress = progress or SILENCE
        self._recognizer = recognizer or Recognizer.load(
            detector=self._settings.detector,
            classifier=self._settings.classifier,
            device=self._settings.device,
            long_side=self._settings.long_side,
            min_confidence=self._settings.min_confidence,
            references=self._settings.references,
        )
        self._staging = Staging(Path(out), overwrite=overwrite)
        self._journal = DetectionJournal(self._staging.folder)
        self._answers: dict[tuple[str, int], tuple[int | None, str | None]] = {}
        self._entries: list[SightingEntry] = []
        self._followed: list[Sighting] = []
        self._inventory: Inventory | None = None
        self._paths: dict[str, Path] = {}
        self._open_sources: set[str] = set()
        self.failures: list[FailureEntry] = []
        self.reports: list[SourceReport] = []
        self.seen: list[Sighting] = []
        self.comparison: Comparison | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._journal.close()
        self._staging.discard()

    def sightings(self, source: Source) -> Iterator[Sighting]:
        """Follow and name every vehicle of a source, writing down what is found.

        Yields:
            Each vehicle once its track has ended, with its crops; boxes that hold no vehicle are
            left out, and so is what the settings' labels exclude.

        Raises:
            SourceError: If no frame of it decodes.
            ValueError: If a source of that name was part of this run already.
        """
        if source.name in self._paths:
            raise ValueError(f"{source.name!r} is part of this run already; give it another name")
        self._paths[source.name] = source.path
        self._open_sources.add(source.name)
        self._progress.start(source.name, source.frames_expected)
        for sighting in sightings(
            source,
            self._recognizer,
            sampling=self._settings.sampling,
            workers=self._settings.worker_count,
            on_frame=lambda frame: self._note_frame(source.name, frame),
        ):
            bare = dataclasses.replace(
                sighting, track=dataclasses.replace(sighting.track, crops=())
            )
            self._followed.append(bare)
            if self._is_wanted(sighting):
                self.seen.append(bare)
                self._note_sighting(sighting)
                yield sighting
        self.reports.append(source.report())
        self._open_sources.discard(source.name)
        self._progress.finish()

    def fail(self, name: str, error: MarchpastError) -> None:
        """Note that a source gave no result; the run goes on without it.

        What it had given before it failed is taken back: half a source is no result.
        """
        self._open_sources.discard(name)
        self._entries = [entry for entry in self._entries if entry.source != name]
        self.seen = [sighting for sighting in self.seen if sighting.source != name]
        self._followed = [sighting for sighting in self._followed if sighting.source != name]
        self._progress.finish()
        self.failures.append(
            FailureEntry(source=name, error=type(error).__name__, message=str(error))
        )

    def compare(self, inventory: str | Path, *, prior: str | None = None) -> Comparison:
        """Hold what was seen so far against an announced inventory.

        Args:
            inventory: An inventory file, or the name of a bundled one.
            prior: A place whose earlier bundled parades give a second order of the likeliest
                types, beside the one by the picture alone. Nothing else depends on it.

        Raises:
            CircularPriorError: If the prior knows the announced event.
            InventoryError: If the inventory is malformed or unknown, or no earlier parade at the
                place of the prior is known.
            ValueError: If the settings link a source that is not part of this run, or contradict
                themselves.
        """
        self._inventory = load_inventory(inventory)
        self.comparison = reconcile(
            self.seen,
            self._inventory,
            self._taxonomy,
            links=self._links(self.seen),
            prior=None if prior is None else prior_of_place(prior, before=self._inventory),
        )
        return self.comparison

    def count_intervals(self) -> tuple[CountInterval, ...]:
        """Return how many different vehicles of each kind the footage so far shows.

        With labels in the settings, only of kinds that they name; vehicles that they leave out are
        counted with.

        Raises:
            ValueError: See `compare`.
        """
        intervals = count_intervals(
            self._followed, self._taxonomy, links=self._links(self._followed)
        )
        return tuple(row for row in intervals if self._is_listed(row.node))

    def save(self, *, annotate: bool = False) -> Path:
        """Write the result and return the path of its report.

        Args:
            annotate: Also write the sources with boxes and names, in a second pass.

        Raises:
            ValueError: If a source was not read to its end; or see `compare`.
            OSError: If the disk is full or the folder not writable; an older result is then
                intact.
        """
        if self._open_sources:
            names = ", ".join(sorted(self._open_sources))
            raise ValueError(f"not read to the end: {names}; iterate over all its sightings first")
        self._journal.finish(self._answers)
        self._staging.carry_over()
        write_result(
            self._staging.folder,
            self._result(),
            taxonomy=self._taxonomy,
            language=self._settings.language,
        )
        if annotate:
            annotate_all(
                self._staging.folder, self.reports, paths=self._paths, taxonomy=self._taxonomy
            )
        self._journal.close()
        self._staging.publish()
        return self._staging.target / PAGE_FILE

    def _note_frame(self, source: str, frame: FollowedFrame) -> None:
        self._journal.append(
            source,
            frame_index=frame.frame_index,
            time_s=frame.time_s,
            detections=frame.detections,
            track_ids=frame.track_id.tolist(),
        )
        self._progress.advance(frame.frame_index)

    def _is_wanted(self, sighting: Sighting) -> bool:
        return self._is_listed(sighting.identity.node)

    def _is_listed(self, node: str) -> bool:
        if not self._wanted:
            return True
        return node in self._taxonomy.nodes and any(
            self._taxonomy.is_within(node, wanted) for wanted in self._wanted
        )

    def _links(self, sightings: list[Sighting]) -> tuple[ClipLink, ...]:
        known = {*self._paths, *(failure.source for failure in self.failures)}
        seen_in = {sighting.source for sighting in sightings}
        return links_between(self._settings.links, seen_in, known=known)

    def _note_sighting(self, sighting: Sighting) -> None:
        track, node = sighting.track, sighting.identity.node
        flags = flags_of(sighting.identity, self._recognizer)
        self._entries.append(save_sighting(self._staging.folder, sighting, flags=flags))
        self._answers[sighting.source, track.track_id] = (track.track_id, node)

    def _result(self) -> Result:
        order = {report.name: place for place, report in enumerate(self.reports)}
        entries = sorted(self._entries, key=lambda row: (order[row.source], row.track_id))
        return Result(
            provenance=Provenance(
                marchpast_version=__version__,
                inventory_sha256=self._inventory.sha256 if self._inventory else None,
            ),
            models=models_of(self._recognizer),
            settings=plain_settings(self._settings, self._recognizer, wanted=self._wanted),
            sources=tuple(SourceEntry.from_report(report) for report in self.reports),
            failures=tuple(self.failures),
            sightings=tuple(entries),
            counts=tuple(
                CountEntry.from_count(count) for count in count_seen(self.seen, self._taxonomy)
            ),
            count_intervals=tuple(map(IntervalEntry.from_interval, self.count_intervals())),
            links=tuple(map(LinkEntry.from_link, self._settings.links)),
            comparison=ComparisonEntry.from_comparison(self.comparison, self._inventory)
            if self.comparison and self._inventory
            else None,
        )
