"""The part of a classifier's document about its sets: a table and a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from marchpast.training.card_page_plots import svg
from marchpast.training.card_page_tables import table

_ROW, _TOP, _FOOT = 34, 74, 56
_NAMES_END, _SHARES, _SIZES = 208, 220, 560
_WIDTH = 250
_LOW = 0.6
_TICKS = (0.6, 0.7, 0.8, 0.9, 1.0)


def sets_part(own: Mapping[str, Any]) -> str:
    """Return the part, nothing without figures of sets.

    Args:
        own: Content of `figures.json`: rows `sets` by condition and `set_rates` by stated rate.
    """
    if not own.get("sets"):
        return ""
    rates = [
        (
            f"{row['rate']:.2f}",
            f"{row['share']:.3f}",
            f"{row['mean_names']:.2f}",
            f"{row['mean_types']:.1f}",
            f"{row['one_type']:.2f}",
        )
        for row in own["set_rates"]
    ]
    return (
        "## Sets\n\nShare of sets that hold the truth, and how many names are in one and how many "
        "types it leaves open, by condition: military crops of events that set no penalty (means "
        "over ten foldings of the events in five). The band is where 95 of 100 such samples lie "
        "if the stated rate is true. A label that is too coarse to tell is left out.\n\n"
        "![Sets: share that hold the truth, and size](sets.svg)\n\n"
        + table(
            (
                "condition",
                "crops",
                "events",
                "judged",
                "hold the truth",
                "band",
                "names",
                "types left open",
                "one type",
                "nothing known fits",
            ),
            [_cells(row) for row in own["sets"]],
        )
        + "\nThe same over all crops at other stated rates:\n\n"
        + table(("stated rate", "hold the truth", "names", "types left open", "one type"), rates)
    )


def sets_plot(rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw share and size of the sets, a line a condition.

    Args:
        rows: Of `figures.json`, `sets`.
    """
    height = _TOP + len(rows) * _ROW + _FOOT
    bottom = _TOP + len(rows) * _ROW
    largest = max(row["mean_types"] for row in rows)
    parts = [
        f'<text class="title" x="{_SHARES}" y="26">sets that hold the truth</text>',
        f'<text class="quiet" x="{_SHARES}" y="42">band: 95 % of samples at the stated '
        f"rate {rows[0]['rate']:g}</text>",
        f'<text class="title" x="{_SIZES}" y="26">mean size of a set</text>',
        f'<text class="quiet" x="{_SIZES}" y="42">upper bar: types left open; lower: names</text>',
    ]
    for tick in _TICKS:
        x = _share_x(tick)
        parts += [
            f'<line class="grid" x1="{x:.1f}" y1="{_TOP - 14}" x2="{x:.1f}" y2="{bottom}"/>',
            f'<text class="quiet" x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">'
            f"{tick:.1f}</text>",
        ]
    stated = _share_x(rows[0]["rate"])
    parts.append(
        f'<line class="ideal" x1="{stated:.1f}" y1="{_TOP - 14}" x2="{stated:.1f}" y2="{bottom}"/>'
    )
    for index, row in enumerate(rows):
        parts += _line(row, _TOP + index * _ROW + 10, largest)
    parts.append(
        f'<text class="quiet" x="24" y="{height - 14}">crops of events that set no penalty; '
        "n: crops whose label can tell</text>"
    )
    return svg(_SIZES + _WIDTH + 60, height, "Sets: coverage and mean size by condition", parts)


def _line(row: Mapping[str, Any], y: float, largest: float) -> list[str]:
    low, high = (_share_x(value) for value in row["binomial_95"])
    scale = _WIDTH / max(largest, 1.0)
    types, names = row["mean_types"] * scale, row["mean_names"] * scale
    return [
        f'<text x="{_NAMES_END}" y="{y + 1:.1f}" text-anchor="end">'
        f"{escape(row['condition'])}</text>",
        f'<text class="quiet" x="{_NAMES_END}" y="{y + 14:.1f}" text-anchor="end">'
        f"n = {row['judged']:.0f}</text>",
        f'<rect class="cell" opacity="0.22" x="{low:.1f}" y="{y - 8:.1f}" '
        f'width="{high - low:.1f}" height="16"/>',
        f'<circle class="mark" cx="{_share_x(row["share"]):.1f}" cy="{y:.1f}" r="4.5"/>',
        f'<rect class="cell" opacity="0.45" x="{_SIZES}" y="{y - 9:.1f}" width="{types:.1f}" '
        'height="9"/>',
        f'<text class="quiet" x="{_SIZES + types + 5:.1f}" y="{y - 1:.1f}">'
        f"{row['mean_types']:.1f}</text>",
        f'<rect class="cell" x="{_SIZES}" y="{y + 1:.1f}" width="{names:.1f}" height="7"/>',
        f'<text class="small" x="{_SIZES + names + 5:.1f}" y="{y + 8:.1f}">'
        f"{row['mean_names']:.1f}</text>",
    ]


def _share_x(share: float) -> float:
    return _SHARES + (max(share, _LOW) - _LOW) / (1 - _LOW) * _WIDTH


def _cells(row: Mapping[str, Any]) -> tuple[object, ...]:
    low, high = row["binomial_95"]
    return (
        row["condition"],
        row["n"],
        row["events"],
        f"{row['judged']:.0f}",
        f"{row['share']:.3f}",
        f"{low:.2f} to {high:.2f}",
        f"{row['mean_names']:.2f}",
        f"{row['mean_types']:.1f} (median {row['median_types']:.0f})",
        f"{row['one_type']:.2f}",
        f"{row['empty']:.3f}",
    )
