"""Reference pictures of vehicle types: bundled drawings, and the user's own photos.

The drawings are the project's own renders, eight views a type, to published or estimated
dimensions; what shows them says so.

>>> from marchpast import references
>>> references.load("not_drawn_yet")
()

A store is a folder of the user's own pictures with credit and licence (`open_store`). A gallery
compares vehicles with them, so that a type without training pictures can be recognised.
"""

from marchpast.references.entries import STORE_FORMAT, PixelBox, Reference
from marchpast.references.finding import find_box
from marchpast.references.gallery import Gallery, Nearness, prototype
from marchpast.references.loading import load_gallery
from marchpast.references.sheets import (
    INDEX_FORMAT,
    DrawnDimension,
    ReferenceSheet,
    ReferenceView,
    load,
    nodes,
)
from marchpast.references.store import DEFAULT_STORE, Store, create_store, open_store

__all__ = [
    "DEFAULT_STORE",
    "INDEX_FORMAT",
    "STORE_FORMAT",
    "DrawnDimension",
    "Gallery",
    "Nearness",
    "PixelBox",
    "Reference",
    "ReferenceSheet",
    "ReferenceView",
    "Store",
    "create_store",
    "find_box",
    "load",
    "load_gallery",
    "nodes",
    "open_store",
    "prototype",
]
