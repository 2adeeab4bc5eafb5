"""A finished run as files: data, a table, a page to read, pictures and videos with boxes.

The run writes `detections.jsonl` through :class:`DetectionJournal` and each crop through
:func:`save_sighting` as it goes, then :func:`write_result` writes the rest, the page last.
"""

from marchpast.report.annotate import DrawnTrack, annotate_source, draw_frame, drawn_tracks
from marchpast.report.announced import (
    AmountEntry,
    AnnouncedEntry,
    FiguresEntry,
    IndependentEntry,
    InventoryEntry,
    OriginEntry,
)
from marchpast.report.compared import ComparisonEntry, LineEntry, MomentEntry
from marchpast.report.counts import CountEntry, IntervalEntry, LinkEntry
from marchpast.report.detections import DetectionJournal
from marchpast.report.drawing import LEVEL_COLOURS, draw_sightings
from marchpast.report.html import render_page
from marchpast.report.naming import LANGUAGES, Language
from marchpast.report.ranked import PriorEntry, RankedEntry, RankingEntry
from marchpast.report.reading import load_result, read_rows
from marchpast.report.schema import (
    CROP_FOLDER,
    DETECTIONS_FILE,
    PAGE_FILE,
    RESULT_FILE,
    RESULT_FORMAT,
    TABLE_FILE,
    DetectionEntry,
    DetectionRow,
    FailureEntry,
    ModelEntry,
    Provenance,
    Result,
    Setting,
    SourceEntry,
    json_schemas,
)
from marchpast.report.sighted import (
    AnswerEntry,
    AttributeEntry,
    BestEntry,
    CandidateEntry,
    SightingEntry,
)
from marchpast.report.validate import validate_result
from marchpast.report.writing import save_sighting, table_cell, write_result

__all__ = [
    "CROP_FOLDER",
    "DETECTIONS_FILE",
    "LANGUAGES",
    "LEVEL_COLOURS",
    "PAGE_FILE",
    "RESULT_FILE",
    "RESULT_FORMAT",
    "TABLE_FILE",
    "AmountEntry",
    "AnnouncedEntry",
    "AnswerEntry",
    "AttributeEntry",
    "BestEntry",
    "CandidateEntry",
    "ComparisonEntry",
    "CountEntry",
    "DetectionEntry",
    "DetectionJournal",
    "DetectionRow",
    "DrawnTrack",
    "FailureEntry",
    "FiguresEntry",
    "IndependentEntry",
    "IntervalEntry",
    "InventoryEntry",
    "Language",
    "LineEntry",
    "LinkEntry",
    "ModelEntry",
    "MomentEntry",
    "OriginEntry",
    "PriorEntry",
    "Provenance",
    "RankedEntry",
    "RankingEntry",
    "Result",
    "Setting",
    "SightingEntry",
    "SourceEntry",
    "annotate_source",
    "draw_frame",
    "draw_sightings",
    "drawn_tracks",
    "json_schemas",
    "load_result",
    "read_rows",
    "render_page",
    "save_sighting",
    "table_cell",
    "validate_result",
    "write_result",
]
