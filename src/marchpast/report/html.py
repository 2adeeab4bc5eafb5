"""The report page: one file that needs nothing beside it and no network.

It can be read without a script. With one it filters its sightings and takes a review, which stays
in the browser until the reader exports it; the content policy lets no other script run than the
page's own, and nothing leaves the page. Every text that came from outside passes
:func:`~marchpast.report.text.printable` and Jinja2's escaping, or stands in a block of JSON that
the script shows as text only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from marchpast.report import wording
from marchpast.report.attachments import Attachments
from marchpast.report.cards import Card, answers_of, cards_of, grouped
from marchpast.report.compared import LineEntry
from marchpast.report.counts import IntervalEntry
from marchpast.report.name_rows import page_script
from marchpast.report.naming import MILITARY, Language, Namer
from marchpast.report.opinions import Opinions, reviewed_count, reviewer_lines
from marchpast.report.page_data import page_data
from marchpast.report.policy import content_policy, inert_json
from marchpast.report.ranked_rows import ranked_rows
from marchpast.report.schema import Result
from marchpast.report.templating import environment
from marchpast.report.timeline import timelines
from marchpast.taxonomy import Taxonomy

_STYLES: Final = ("report.css", "review.css")
# Runs before anything is drawn: who opens the page to review blind sees no answer first.
_EARLY_SCRIPT: Final = "early.js"
_SCRIPTS: Final = (
    "names.js",
    "edits.js",
    "shown.js",
    "filters.js",
    "desk.js",
    "files.js",
    "keys.js",
)


def render_page(
    result: Result,
    *,
    folder: Path,
    taxonomy: Taxonomy,
    language: Language = "en",
    attachments: Attachments | None = None,
) -> str:
    """Return the text of `report.html`: the same result and attachments give the same text.

    Args:
        result: What to show.
        folder: The result folder, where the crops are.
        taxonomy: Where names come from.
        language: Of the vehicles' names; everything else is English.
        attachments: What lies beside the result; `None` shows the result alone.

    Raises:
        ResultError: If a crop is missing or does not open.
        TaxonomyError: If a node of the result is not in the taxonomy.
    """
    namer = Namer(taxonomy, language)
    attachments = attachments or Attachments()
    opinions = {id_: Opinions.of(rows) for id_, rows in attachments.edits.by_sighting.items()}
    cards = tuple(cards_of(result, folder, namer, opinions=opinions, sheets=attachments.sheets))
    data = page_data(result, cards, attachments=attachments, taxonomy=taxonomy, language=language)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            namer=namer,
            cards=cards,
            timelines=timelines(result, cards),
            attachments=attachments,
            reviewers=reviewer_lines(attachments.edits),
            reviewed=reviewed_count([card.opinions for card in cards]),
            data=Markup(inert_json(data)),
            **_inline(),
            **_sightings(result, cards, namer),
            **_compared(result, namer),
        )
    )


def _inline() -> dict[str, Any]:
    """Return the page's own style and scripts, and the policy that allows no others."""
    style = page_script(*_STYLES)
    early, script = page_script(_EARLY_SCRIPT), page_script(*_SCRIPTS)
    return {
        "style": Markup(style),
        "early": Markup(early),
        "script": Markup(script),
        "policy": content_policy(scripts=(early, script), styles=(style,)),
    }


def _sightings(result: Result, cards: Sequence[Card], namer: Namer) -> Mapping[str, Any]:
    """Return what was seen, for the templates."""
    military, civil, untold, empty = (
        tuple(card for card in cards if card.side == side)
        for side in ("military", "civil", "untold", "none")
    )
    return {
        "headline": _headline(result, len(military), len(civil), len(untold)),
        "answers": answers_of(military, namer.shown),
        "groups": grouped(military),
        "untold": untold,
        "civil": civil,
        "empty": empty,
        "kinds": _kinds(result, namer),
        "military_count": _military_count(result),
        "frames_used": sum(source.frames_used for source in result.sources),
        "broken": sum(source.status != "complete" for source in result.sources),
    }


def _compared(result: Result, namer: Namer) -> Mapping[str, Any]:
    """Return what came of comparing, for the templates."""
    return {
        "comparison": result.comparison,
        "ranked": ranked_rows(result, namer),
        "announced_words": _announced_words(result),
        "told": _lines(result, is_open=False),
        "untold_lines": _lines(result, is_open=True),
    }


def _announced_words(result: Result) -> str:
    """Return what was announced in all, in words."""
    if result.comparison is None:
        return ""
    announced = result.comparison.inventory.announced
    parts = ["no total"] if announced.total is None else []
    return "; ".join([*parts, *filter(None, [wording.figures(announced)])])


def _lines(result: Result, *, is_open: bool) -> tuple[LineEntry, ...]:
    """Return the lines of the comparison that say something, or the others.

    Vehicles of many kinds at once, of which the announcement settles nothing, have a table of
    their own: the page would not be read for them.
    """
    lines = result.comparison.lines if result.comparison is not None else ()
    return tuple(
        line
        for line in lines
        if is_open == (line.announced is None and line.verdict == "cannot tell")
    )


def _kinds(result: Result, namer: Namer) -> tuple[IntervalEntry, ...]:
    """Return what may have been there, each kind right after the one that holds it."""
    rows = (row for row in result.count_intervals if row.high > 0)
    return tuple(sorted(rows, key=lambda row: namer.place(row.node)))


def _military_count(result: Result) -> IntervalEntry | None:
    return next((row for row in result.count_intervals if row.node == MILITARY), None)


def _headline(result: Result, military: int, civil: int, untold: int) -> str:
    """Return what was seen, in one line that claims no more than the run can know."""
    sources = wording.counted(len(result.sources), "source")
    if not result.sources:
        return "No source could be read"
    if military:
        return f"{wording.counted(military, 'sighting')} of military vehicles in {sources}"
    if untold:
        return f"No vehicle was answered as military in {sources}"
    if civil:
        return f"No military vehicle was found in {sources}"
    return f"No vehicle was found in {sources}"
