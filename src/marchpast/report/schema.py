"""The format of a result, `marchpast-result/3`: what `result.json` and `detections.jsonl` hold.

Nothing in it depends on when, where or by whom the run was made, so the same input gives the
same bytes. Numbers are rounded as they enter a model: times to 6 decimals (a microsecond),
pixels to 2, probabilities and confidences to 4; a model therefore equals its file. A NaN or
an infinity is refused. Keys are written in the order of the fields below.

Models are strict, so a reader of one number refuses a file with fields of another: a field more
or less raises the number. 2 has added sets, masses, attributes, conflicts, count intervals and
links, and has moved what was announced into `comparison.inventory`; 3 has added
`comparison.prior`.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from marchpast.records import SourceKind, SourceReport, SourceStatus
from marchpast.report.compared import ComparisonEntry
from marchpast.report.counts import CountEntry, IntervalEntry, LinkEntry
from marchpast.report.fields import (
    Count,
    Finite,
    Node,
    Pixels,
    Probability,
    Seconds,
    Sha256,
    StrictModel,
    Text,
)
from marchpast.report.sighted import SightingEntry

RESULT_FORMAT: Final = "marchpast-result/3"
RESULT_FILE: Final = "result.json"
DETECTIONS_FILE: Final = "detections.jsonl"
TABLE_FILE: Final = "sightings.csv"
PAGE_FILE: Final = "report.html"
CROP_FOLDER: Final = "crops"

Setting = bool | int | Finite | Text | None


class ModelEntry(StrictModel):
    """A network that took part.

    Attributes:
        name: Of the model folder.
        version: Of its card.
        sha256: Of the ONNX file that was loaded.
        task: What it does.
        provider: The execution provider that really ran it.
        limits: What the reader of a report must know about it, one sentence each.
    """

    name: Text
    version: Text
    sha256: Sha256
    task: Literal["detect", "classify"]
    provider: Text
    limits: tuple[Text, ...] = ()


def _sorted_by_key(settings: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(settings.items()))


class Provenance(StrictModel):
    """What a second run would need, beside models and settings, to give the same result.

    Attributes:
        marchpast_version: Of the library.
        inventory_sha256: Of the inventory file, `None` when nothing was compared.
    """

    marchpast_version: Text
    inventory_sha256: Sha256 | None


class SourceEntry(StrictModel):
    """The fields of :class:`marchpast.records.SourceReport`, which documents them."""

    name: Text
    kind: SourceKind
    sha256: Sha256
    size_bytes: Count
    width: Count
    height: Count
    frames_expected: Count | None
    frames_decoded: Count
    frames_used: Count
    first_time_s: Seconds
    last_time_s: Seconds
    duration_s: Seconds | None
    decode_errors: Count
    status: SourceStatus
    note: Text

    @classmethod
    def from_report(cls, report: SourceReport) -> SourceEntry:
        """Return the entry of a source's report."""
        return cls(**{name: getattr(report, name) for name in cls.model_fields})


class FailureEntry(StrictModel):
    """A file that gave no result.

    Attributes:
        source: Its name in this run.
        error: The exception's class name.
        message: One line: what failed, what was received, what is allowed, what to do.
    """

    source: Text
    error: Text
    message: Text


class DetectionEntry(StrictModel):
    """One box.

    Attributes:
        xyxy: Pixels of the upright source frame.
        confidence: Of the detector.
        node: The answer for its vehicle, `None` when it belongs to no sighting.
        track_id: Of its sighting, `None` when it belongs to none.
    """

    xyxy: tuple[Pixels, Pixels, Pixels, Pixels]
    confidence: Probability
    node: Node | None
    track_id: Annotated[int, Field(ge=1)] | None


class DetectionRow(StrictModel):
    """One line of `detections.jsonl`: one frame that was looked at.

    Attributes:
        source: A name from the result's `sources`.
        frame_index: In decode order, from 0; ascending within a source.
        time_s: Presentation time in seconds.
        detections: Possibly none.
    """

    source: Text
    frame_index: Count
    time_s: Seconds
    detections: tuple[DetectionEntry, ...]


class Result(StrictModel):
    """The content of `result.json`.

    Attributes:
        format: Always `marchpast-result/3`.
        provenance: What made it.
        models: The networks, in the order they ran.
        settings: Thresholds and options as plain values, sorted by name.
        sources: In the order they were read.
        failures: Files that gave no result.
        sightings: In the order of their sources, then of their track ids.
        counts: How many of each node that was answered; boxes without a vehicle do not count.
        count_intervals: How many different vehicles of each kind the footage shows; of every node
            that an answer names or that stands above one.
        links: What the user said of several sources.
        comparison: `None` when there was no inventory to compare with.
    """

    format: Literal["marchpast-result/3"] = RESULT_FORMAT
    provenance: Provenance
    models: tuple[ModelEntry, ...]
    settings: Annotated[dict[Text, Setting], AfterValidator(_sorted_by_key)]
    sources: tuple[SourceEntry, ...]
    failures: tuple[FailureEntry, ...]
    sightings: tuple[SightingEntry, ...]
    counts: tuple[CountEntry, ...]
    count_intervals: tuple[IntervalEntry, ...]
    links: tuple[LinkEntry, ...]
    comparison: ComparisonEntry | None


def json_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each file of the format, by file name.

    >>> sorted(json_schemas())
    ['detections.jsonl', 'result.json']
    """
    return {
        RESULT_FILE: Result.model_json_schema(),
        DETECTIONS_FILE: DetectionRow.model_json_schema(),
    }
