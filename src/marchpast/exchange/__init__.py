"""What neighbours write and read: a result in their formats, and their archives as sources.

    convert(Path("result"), to="coco", out=Path("coco"), footage=[Path("convoy.mp4")])
    sources = import_auto_archiver(Path("sheet.csv"), base=Path("."))

What a format cannot hold is said (:attr:`Conversion.left_out`). Nothing is ever downloaded.
"""

from marchpast.exchange.archived import (
    SOURCES_FORMAT,
    ArchivedFile,
    ArchivedItem,
    SourceList,
    load_sources,
    write_sources,
)
from marchpast.exchange.auto_archiver import import_auto_archiver
from marchpast.exchange.categories import UNNAMED, Categories, Category
from marchpast.exchange.converting import (
    EXPORT_FILE,
    FORMATS,
    Conversion,
    Format,
    convert,
)
from marchpast.exchange.detections import to_supervision
from marchpast.exchange.table import DETECTION_COLUMNS

__all__ = [
    "DETECTION_COLUMNS",
    "EXPORT_FILE",
    "FORMATS",
    "SOURCES_FORMAT",
    "UNNAMED",
    "ArchivedFile",
    "ArchivedItem",
    "Categories",
    "Category",
    "Conversion",
    "Format",
    "SourceList",
    "convert",
    "import_auto_archiver",
    "load_sources",
    "to_supervision",
    "write_sources",
]
