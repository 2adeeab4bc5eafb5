"""Reference pictures of vehicle types: the project's own renders, eight views a type.

They are drawings to published or estimated dimensions, not photographs: what shows them says so.

>>> from marchpast import references
>>> references.load("not_drawn_yet")
()
"""

from marchpast.references.sheets import (
    INDEX_FORMAT,
    DrawnDimension,
    ReferenceSheet,
    ReferenceView,
    load,
    nodes,
)

__all__ = [
    "INDEX_FORMAT",
    "DrawnDimension",
    "ReferenceSheet",
    "ReferenceView",
    "load",
    "nodes",
]
