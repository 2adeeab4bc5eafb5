"""What a target format cannot hold, as sentences for a person: said, never silently lost."""

from __future__ import annotations

from collections.abc import Iterator

from marchpast.exchange.categories import UNNAMED
from marchpast.exchange.view import ResultView
from marchpast.identity import NOT_A_VEHICLE


def left_by_all(view: ResultView) -> Iterator[str]:
    """Yield what no format of boxes holds, of what this result has."""
    result = view.result
    parts = ["counts, count intervals"]
    if result.links:
        parts.append("what was said of several sources")
    if result.comparison is not None:
        parts.append("the comparison with the inventory")
    yield f"{_listed(parts)}: they are about vehicles and not about boxes, and stay in result.json"
    for source in result.sources:
        if source.status != "complete":
            yield f"{source.name} is {source.status} ({source.note}); the export does not show it"


def left_of_names(*, holds: str, flags: bool = False) -> str:
    """Return what is lost of what a vehicle is.

    Args:
        holds: What the format does hold of it, a phrase.
        flags: It holds the cautions too.
    """
    cautions = "" if flags else "cautions, "
    return (
        f"of what a vehicle is: {holds}; reasons, conflicts, attributes, {cautions}masses and the "
        "likeliest types stay in result.json"
    )


def odd_classes(view: ResultView) -> Iterator[str]:
    """Yield what to know of boxes whose class is no vehicle of the taxonomy."""
    counts = view.class_counts()
    if number := counts[UNNAMED]:
        yield (
            f"{boxes(number)} of class {UNNAMED!r}: in no sighting, because not followed long "
            "enough or, with --labels, not asked for"
        )
    if number := counts[NOT_A_VEHICLE]:
        yield f"{boxes(number)} of class {NOT_A_VEHICLE!r}: no vehicle, says the classifier"


def failures(view: ResultView) -> Iterator[str]:
    """Yield that files without a result are not in the export."""
    if number := len(view.result.failures):
        yield f"{number} of the files given to the run failed; the export does not name them"


def boxes(number: int) -> str:
    """Return the number and the noun with its verb.

    >>> boxes(1), boxes(2)
    ('1 box is', '2 boxes are')
    """
    return "1 box is" if number == 1 else f"{number} boxes are"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
