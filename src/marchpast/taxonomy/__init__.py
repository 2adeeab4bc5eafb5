"""The vehicles marchpast can name: a tree, names in every spelling, look-alikes, tells.

>>> taxonomy = load_taxonomy()
>>> taxonomy.find("SA-8 Gecko").id, taxonomy.find("ЗРК «Оса-АКМ»").id
('osa', 'osa')
>>> taxonomy.lineage("osa")
('vehicle', 'military_vehicle', 'air_defence', 'sam_short', 'osa')
"""

from marchpast.taxonomy.nodes import (
    Alias,
    Chassis,
    FactSource,
    Feature,
    Language,
    Lookalike,
    LookalikeGroup,
    Node,
)
from marchpast.taxonomy.running_text import FoundName
from marchpast.taxonomy.spelling import name_key
from marchpast.taxonomy.suggestions import Suggestion
from marchpast.taxonomy.tree import Taxonomy, load_taxonomy

__all__ = [
    "Alias",
    "Chassis",
    "FactSource",
    "Feature",
    "FoundName",
    "Language",
    "Lookalike",
    "LookalikeGroup",
    "Node",
    "Suggestion",
    "Taxonomy",
    "load_taxonomy",
    "name_key",
]
