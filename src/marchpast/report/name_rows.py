"""The names a person can choose from on a page, in every spelling, as data for its script."""

from __future__ import annotations

from importlib import resources
from typing import Any

from marchpast.report.naming import Language, Namer
from marchpast.taxonomy import Taxonomy, name_key

# Letters whose comparison key is not themselves: pages compare spellings as `name_key` does.
_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїјѕґє"


def name_data(taxonomy: Taxonomy, *, language: Language) -> dict[str, Any]:
    """Return what `names.js` needs: every node with its names, its spellings and its tells.

    Args:
        taxonomy: Where the names come from.
        language: Of the names that are shown.
    """
    namer = Namer(taxonomy, language)
    return {
        "language": language,
        "beside": namer.beside,
        "letters": {letter: name_key(letter) for letter in _LETTERS if name_key(letter) != letter},
        "nodes": [_row(id_, taxonomy, namer) for id_ in taxonomy.nodes],
    }


def names_script() -> str:
    """Return the script for the names; it comes before the page's own, in the same block."""
    return page_script("names.js")


def page_script(*names: str) -> str:
    """Return the text of files beside the templates, one after another."""
    folder = resources.files("marchpast.report") / "templates"
    return "\n".join((folder / name).read_text("utf-8") for name in names)


def _row(id_: str, taxonomy: Taxonomy, namer: Namer) -> dict[str, Any]:
    node = taxonomy.node(id_)
    spellings = (
        node.name,
        node.name_ru,
        node.name_uk,
        id_,
        *(alias.text for alias in node.aliases),
    )
    return {
        "id": id_,
        "name": namer.shown(id_),
        "other": namer.other(id_),
        "level": node.level,
        "lineage": list(taxonomy.lineage(id_)),
        "keys": sorted({name_key(text) for text in spellings}),
        "features": [feature.text for feature in node.features],
    }
