"""The format of a result, `marchpast-result/1`: what `result.json` and `detections.jsonl` hold.

Nothing in it depends on when, where or by whom the run was made, so the same input gives the
same bytes. Numbers are rounded as they enter a model: times to 6 decimals (a microsecond),
pixels to 2, probabilities and confidences to 4; a model therefore equals its file. A NaN or
an infinity is refused. Keys are written in the order of the fields below.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from marchpast.records import Level, Sighting, SourceKind, SourceReport, SourceStatus
from marchpast.report.compared import ComparisonEntry, CountEntry
from marchpast.report.fields import (
    Count,
    CropPath,
    Finite,
    Node,
    Pixels,
    Probability,
    Seconds,
    Sha256,
    StrictModel,
    Text,
)

RESULT_FORMAT: Final = "marchpast-result/1"
RESULT_FILE: Final = "result.json"
DETECTIONS_FILE: Final = "detections.jsonl"
TABLE_FILE: Final = "sightings.csv"
PAGE_FILE: Final = "report.html"
CROP_FOLDER: Final = "crops"

CANDIDATE_LIMIT: Final = 5

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


class CandidateEntry(StrictModel):
    """A vehicle type and its calibrated probability."""

    node: Node
    probability: Probability


class BestEntry(StrictModel):
    """The best look at a vehicle.

    Attributes:
        frame_index: In decode order, from 0.
        time_s: Presentation time in seconds.
        xyxy: Box in pixels of the upright source frame.
        crop: The picture, relative to the result folder.
    """

    frame_index: Count
    time_s: Seconds
    xyxy: tuple[Pixels, Pixels, Pixels, Pixels]
    crop: CropPath


class SightingEntry(StrictModel):
    """One vehicle followed through one source, and what it is.

    Attributes:
        id: `<source>#<track_id>`, unique in the result.
        source: A name from `sources`.
        track_id: From 1, per source.
        node: The answer, a taxonomy node, or `unknown`.
        level: How exact the answer is.
        probability: Calibrated probability of `node`.
        reason: Why the answer stopped at this level, one sentence.
        candidates: The likeliest types whatever the answer, likeliest first.
        first_time_s: Of the first detection, seconds.
        last_time_s: Of the last detection, seconds.
        frame_count: In how many frames it was detected.
        best: Where to find the picture again.
        flags: Cautions, one phrase each, such as "type never validated".
    """

    id: Text
    source: Text
    track_id: Annotated[int, Field(ge=1)]
    node: Node
    level: Level
    probability: Probability
    reason: Text
    candidates: Annotated[tuple[CandidateEntry, ...], Field(max_length=CANDIDATE_LIMIT)]
    first_time_s: Seconds
    last_time_s: Seconds
    frame_count: Annotated[int, Field(ge=1)]
    best: BestEntry
    flags: tuple[Text, ...]

    @classmethod
    def from_sighting(
        cls, sighting: Sighting, *, crop: str, flags: tuple[str, ...] = ()
    ) -> SightingEntry:
        """Return the entry of a sighting whose best crop was written to `crop`."""
        track, identity, best = sighting.track, sighting.identity, sighting.track.crops[0]
        candidates = tuple(
            CandidateEntry(node=candidate.node, probability=float(candidate.probability))
            for candidate in identity.candidates[:CANDIDATE_LIMIT]
        )
        x1, y1, x2, y2 = (float(value) for value in best.xyxy)
        return cls(
            id=sighting.id,
            source=sighting.source,
            track_id=int(track.track_id),
            node=identity.node,
            level=identity.level,
            probability=float(identity.probability),
            reason=identity.reason,
            candidates=candidates,
            first_time_s=float(track.time_s[0]),
            last_time_s=float(track.time_s[-1]),
            frame_count=len(track.frame_index),
            best=BestEntry(
                frame_index=int(best.frame_index),
                time_s=float(best.time_s),
                xyxy=(x1, y1, x2, y2),
                crop=crop,
            ),
            flags=flags,
        )


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
        format: Always `marchpast-result/1`.
        provenance: What made it.
        models: The networks, in the order they ran.
        settings: Thresholds and options as plain values, sorted by name.
        sources: In the order they were read.
        failures: Files that gave no result.
        sightings: In the order of their sources, then of their track ids.
        counts: How many of each node that was answered; boxes without a vehicle do not count.
        comparison: `None` when there was no inventory to compare with.
    """

    format: Literal["marchpast-result/1"] = RESULT_FORMAT
    provenance: Provenance
    models: tuple[ModelEntry, ...]
    settings: Annotated[dict[Text, Setting], AfterValidator(_sorted_by_key)]
    sources: tuple[SourceEntry, ...]
    failures: tuple[FailureEntry, ...]
    sightings: tuple[SightingEntry, ...]
    counts: tuple[CountEntry, ...]
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
