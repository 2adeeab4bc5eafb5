"""One run: sources in, a result folder out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from marchpast import __version__
from marchpast.errors import MarchpastError
from marchpast.inventory import Comparison, Inventory, compare, count_seen, load_inventory
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
    ModelEntry,
    Provenance,
    Result,
    SightingEntry,
    SourceEntry,
    annotate_source,
    drawn_tracks,
    save_sighting,
    write_result,
)
from marchpast.run.settings import Settings
from marchpast.run.staging import ANNOTATED_FOLDER, Staging
from marchpast.taxonomy import load_taxonomy

UNVALIDATED_FLAG = "type never validated: no picture of it was left to measure on"
RENDERED_FLAG = "learnt from rendered pictures only: no photo of this type was learnt from"


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
        )
        self._staging = Staging(Path(out), overwrite=overwrite)
        self._journal = DetectionJournal(self._staging.folder)
        self._answers: dict[tuple[str, int], tuple[int | None, str | None]] = {}
        self._entries: list[SightingEntry] = []
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
            if self._is_wanted(sighting):
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
        self._progress.finish()
        self.failures.append(
            FailureEntry(source=name, error=type(error).__name__, message=str(error))
        )

    def compare(self, inventory: str | Path) -> Comparison:
        """Hold what was seen so far against an announced inventory.

        Args:
            inventory: An inventory file, or the name of a bundled one.

        Raises:
            InventoryError: If it is malformed or unknown.
        """
        self._inventory = load_inventory(inventory)
        self.comparison = compare(self.seen, self._inventory, self._taxonomy)
        return self.comparison

    def save(self, *, annotate: bool = False) -> Path:
        """Write the result and return the path of its report.

        Args:
            annotate: Also write the sources with boxes and names, in a second pass.

        Raises:
            ValueError: If a source was not read to its end.
            OSError: If the disk is full or the folder not writable; an older result is then
                intact.
        """
        if self._open_sources:
            names = ", ".join(sorted(self._open_sources))
            raise ValueError(f"not read to the end: {names}; iterate over all its sightings first")
        self._journal.finish(self._answers)
        write_result(self._staging.folder, self._result(), taxonomy=self._taxonomy)
        if annotate:
            self._annotate()
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
        node = sighting.identity.node
        if not self._wanted:
            return True
        return node in self._taxonomy.nodes and any(
            self._taxonomy.is_within(node, wanted) for wanted in self._wanted
        )

    def _note_sighting(self, sighting: Sighting) -> None:
        track, node = sighting.track, sighting.identity.node
        cautions = {
            RENDERED_FLAG: self._recognizer.rendered_only,
            UNVALIDATED_FLAG: self._recognizer.unvalidated_types,
        }
        flags = tuple(flag for flag, types in cautions.items() if node in types)
        self._entries.append(save_sighting(self._staging.folder, sighting, flags=flags))
        self._answers[sighting.source, track.track_id] = (track.track_id, node)
        self.seen.append(dataclasses.replace(sighting, track=dataclasses.replace(track, crops=())))

    def _result(self) -> Result:
        order = {report.name: place for place, report in enumerate(self.reports)}
        entries = sorted(self._entries, key=lambda row: (order[row.source], row.track_id))
        return Result(
            provenance=Provenance(
                marchpast_version=__version__,
                inventory_sha256=self._inventory.sha256 if self._inventory else None,
            ),
            models=tuple(
                ModelEntry(
                    name=card.name,
                    version=card.version,
                    sha256=card.sha256,
                    task=card.task,
                    provider=provider,
                    limits=tuple(card.limits.get("text", ())),
                )
                for card, provider in self._recognizer.models
            ),
            settings=self._plain_settings(),
            sources=tuple(SourceEntry.from_report(report) for report in self.reports),
            failures=tuple(self.failures),
            sightings=tuple(entries),
            counts=tuple(
                CountEntry.from_count(count) for count in count_seen(self.seen, self._taxonomy)
            ),
            comparison=ComparisonEntry.from_comparison(self.comparison, self._inventory)
            if self.comparison and self._inventory
            else None,
        )

    def _plain_settings(self) -> dict[str, bool | int | float | str | None]:
        """Everything that shapes the answers; not workers or paths, which do not."""
        sampling = self._settings.sampling
        return {
            "every_s": sampling.every_s,
            "stride": sampling.stride,
            "labels": ",".join(self._wanted),
            "long_side": self._settings.long_side,
            "min_confidence": self._recognizer.min_confidence,
            "track_confidence": self._recognizer.track_confidence,
        }

    def _annotate(self) -> None:
        folder = self._staging.folder / ANNOTATED_FOLDER
        folder.mkdir()
        for place, report in enumerate(self.reports, start=1):
            suffix = ".mp4" if report.kind == "video" else ".jpg"
            tracks = drawn_tracks(self._staging.folder, report.name, taxonomy=self._taxonomy)
            stem = Path(report.name).stem[:60] or "source"
            output = folder / f"{place:03d}-{stem}{suffix}"
            annotate_source(self._paths[report.name], tracks, output)
