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
from marchpast.report.facts import explain, facts_of
from marchpast.report.html import render_page
from marchpast.report.name_rows import name_data, names_script
from marchpast.report.naming import LANGUAGES, Language, Namer
from marchpast.report.pictures import Thumbnail, thumbnail
from marchpast.report.policy import content_policy, inert_json
from marchpast.report.ranked import PriorEntry, RankedEntry, RankingEntry
from marchpast.report.reading import load_result, read_rows
from marchpast.report.rebuilding import rebuild_page
from marchpast.report.review_matching import MatchedEdits, match_edits
from marchpast.report.reviewed import (
    REVIEW_FILE,
    REVIEW_FORMAT,
    Decision,
    EditEntry,
    Review,
    load_review,
    read_review,
    result_sha256,
)
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
from marchpast.report.text import printable, storable
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
    "REVIEW_FILE",
    "REVIEW_FORMAT",
    "TABLE_FILE",
    "AmountEntry",
    "AnnouncedEntry",
    "AnswerEntry",
    "AttributeEntry",
    "BestEntry",
    "CandidateEntry",
    "ComparisonEntry",
    "CountEntry",
    "Decision",
    "DetectionEntry",
    "DetectionJournal",
    "DetectionRow",
    "DrawnTrack",
    "EditEntry",
    "FailureEntry",
    "FiguresEntry",
    "IndependentEntry",
    "IntervalEntry",
    "InventoryEntry",
    "Language",
    "LineEntry",
    "LinkEntry",
    "MatchedEdits",
    "ModelEntry",
    "MomentEntry",
    "Namer",
    "OriginEntry",
    "PriorEntry",
    "Provenance",
    "RankedEntry",
    "RankingEntry",
    "Result",
    "Review",
    "Setting",
    "SightingEntry",
    "SourceEntry",
    "Thumbnail",
    "annotate_source",
    "content_policy",
    "draw_frame",
    "draw_sightings",
    "drawn_tracks",
    "explain",
    "facts_of",
    "inert_json",
    "json_schemas",
    "load_result",
    "load_review",
    "match_edits",
    "name_data",
    "names_script",
    "printable",
    "read_review",
    "read_rows",
    "rebuild_page",
    "render_page",
    "result_sha256",
    "save_sighting",
    "storable",
    "table_cell",
    "thumbnail",
    "validate_result",
    "write_result",
]
