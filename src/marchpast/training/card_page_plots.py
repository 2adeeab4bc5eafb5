"""Two plots for a classifier's document, as SVG that reads on light and on dark pages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

_STYLE = """\
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .page { fill: #ffffff; } .frame { fill: none; stroke: #8c959f; }
  .grid { stroke: #d0d7de; stroke-width: 1; } .ideal { stroke: #8c959f; stroke-dasharray: 4 4; }
  .mark { fill: #0969da; } .room { stroke: #0969da; stroke-width: 1.5; opacity: 0.55; }
  .cell { fill: #0969da; } .own { fill: none; stroke: #57606a; }
  .quiet { fill: #57606a; font-size: 11px; } .title { font-weight: 600; font-size: 13px; }
  .small { font-size: 10px; } .over { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .page { fill: #0d1117; } .frame { stroke: #6e7681; }
    .grid { stroke: #30363d; } .ideal { stroke: #8b949e; }
    .mark { fill: #58a6ff; } .room { stroke: #58a6ff; }
    .cell { fill: #388bfd; } .own { stroke: #8b949e; } .quiet { fill: #9198a1; }
    .over { fill: #ffffff; }
  }
</style>
"""
_SIDE, _LEFT, _TOP, _GAP = 240, 56, 44, 76
_COLUMNS = 3
_TICKS = 5
_STARTS = (0.0, 0.5, 0.75)
"""Where the axes of a panel may begin, so that its marks are round numbers."""
_CELL = 20
_LETTER = 6.2
_Z_95 = 1.96


def reliability_plot(rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw how often answers are right against how sure they are, a panel a condition.

    Args:
        rows: `condition`, `confidence` (mean of the bin), `right` (share) and `n` of every bin.
    """
    names = list(dict.fromkeys(str(row["condition"]) for row in rows))
    columns = min(_COLUMNS, max(1, len(names)))
    width = _LEFT + columns * (_SIDE + _GAP)
    height = math.ceil(len(names) / columns) * (_SIDE + _GAP + 28) + 10
    parts = []
    for index, name in enumerate(names):
        x = _LEFT + index % columns * (_SIDE + _GAP)
        y = _TOP + index // columns * (_SIDE + _GAP + 28)
        own = [row for row in rows if str(row["condition"]) == name]
        parts.append(_panel(name, own, x, y))
    return svg(width, height, "Reliability: share right against confidence", parts)


def confusion_plot(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Draw a confusion matrix: rows are the truth, shades the share of the row.

    Labels without any crop in their row and without any answer are left out.

    Args:
        labels: Of rows and columns.
        counts: `(L, L)`; may have a column more than rows for "nothing answered".
    """
    totals = [sum(row) for row in counts]
    rows = [index for index in range(len(counts)) if totals[index] > 0]
    answered = {index for row in counts for index, count in enumerate(row) if count}
    kept = [index for index in range(len(labels)) if index in answered or index in rows]
    left = 24 + _LETTER * max((len(labels[index]) for index in kept), default=1) + 40
    top = 48 + _LETTER * 0.72 * max((len(labels[index]) for index in kept), default=1)
    parts = [f'<text class="quiet" x="{left - 8:.0f}" y="{top - 8:.0f}" text-anchor="end">n</text>']
    for column, index in enumerate(kept):
        x = left + column * _CELL + 0.65 * _CELL
        parts.append(
            f'<text transform="translate({x:.1f} {top - 8:.1f}) rotate(-50)">'
            f"{escape(labels[index])}</text>"
        )
    for row, truth in enumerate(rows):
        parts += _matrix_row(labels[truth], counts[truth], kept, truth, left, top + row * _CELL)
    right = left + len(kept) * _CELL + 0.65 * _LETTER * max((len(n) for n in labels), default=1)
    caption = top + len(rows) * _CELL + 22
    parts.append(
        f'<text class="quiet" x="24" y="{caption:.0f}">rows: what it is; columns: the likeliest '
        "label; shade: share of the row</text>"
    )
    return svg(max(right + 24, 520), caption + 16, "Confusion matrix", parts)


def _panel(name: str, rows: Sequence[Mapping[str, Any]], x: float, y: float) -> str:
    lowest = min(min(row["confidence"], _interval(row)[0]) for row in rows)
    low = max(start for start in _STARTS if start <= max(lowest, 0.0))
    scale = _SIDE / (1 - low)

    def at(confidence: float, right: float) -> tuple[float, float]:
        return x + (confidence - low) * scale, y + _SIDE - (max(right, low) - low) * scale

    total = sum(row["n"] for row in rows)
    gap = sum(abs(row["confidence"] - row["right"]) * row["n"] for row in rows) / max(1, total)
    parts = [
        f'<text class="title" x="{x}" y="{y - 22}">{escape(name)}</text>',
        f'<text class="quiet" x="{x}" y="{y - 7}">{total} answers, mean gap {gap:.3f}</text>',
    ]
    for step in range(_TICKS + 1):
        value = low + (1 - low) * step / _TICKS
        tick_x, tick_y = at(value, value)
        parts += [
            f'<line class="grid" x1="{tick_x:.1f}" y1="{y}" x2="{tick_x:.1f}" y2="{y + _SIDE}"/>',
            f'<line class="grid" x1="{x}" y1="{tick_y:.1f}" x2="{x + _SIDE}" y2="{tick_y:.1f}"/>',
            f'<text class="quiet" x="{tick_x:.1f}" y="{y + _SIDE + 16}" text-anchor="middle">'
            f"{value:.2f}</text>",
            f'<text class="quiet" x="{x - 6}" y="{tick_y + 4:.1f}" text-anchor="end">'
            f"{value:.2f}</text>",
        ]
    parts += [
        f'<line class="ideal" x1="{x}" y1="{y + _SIDE}" x2="{x + _SIDE}" y2="{y}"/>',
        f'<rect class="frame" x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}"/>',
        f'<text class="quiet" x="{x + _SIDE / 2}" y="{y + _SIDE + 34}" text-anchor="middle">'
        "confidence (dots: share right)</text>",
    ]
    for row in rows:
        cx, cy = at(row["confidence"], row["right"])
        (_, bottom), (_, top) = (at(low, bound) for bound in _interval(row))
        size = 3 + 4 * math.sqrt(row["n"] / max(1, total))
        parts += [
            f'<line class="room" x1="{cx:.1f}" y1="{top:.1f}" x2="{cx:.1f}" y2="{bottom:.1f}"/>',
            f'<circle class="mark" cx="{cx:.1f}" cy="{cy:.1f}" r="{size:.1f}"/>',
        ]
    return "\n".join(parts)


def _interval(row: Mapping[str, Any]) -> tuple[float, float]:
    """Return the 95 % score interval of a bin's share (Wilson 1927)."""
    share, n = row["right"], max(1, row["n"])
    spread = _Z_95 * math.sqrt(share * (1 - share) / n + _Z_95**2 / (4 * n * n))
    centre, scale = share + _Z_95**2 / (2 * n), 1 + _Z_95**2 / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _matrix_row(
    label: str, counts: Sequence[int], kept: Sequence[int], truth: int, left: float, y: float
) -> list[str]:
    total = sum(counts)
    middle = y + 0.68 * _CELL
    parts = [
        f'<text x="{left - 40:.0f}" y="{middle:.1f}" text-anchor="end">{escape(label)}</text>',
        f'<text class="quiet" x="{left - 8:.0f}" y="{middle:.1f}" text-anchor="end">{total}</text>',
    ]
    for column, index in enumerate(kept):
        x = left + column * _CELL
        count = counts[index] if index < len(counts) else 0
        share = count / total
        box = f'x="{x:.1f}" y="{y:.1f}" width="{_CELL}" height="{_CELL}"'
        parts.append(f'<rect class="grid" fill="none" {box}/>')
        if count:
            parts.append(f'<rect class="cell" opacity="{0.12 + 0.88 * share:.2f}" {box}/>')
            over = " over" if share > 0.45 else ""
            parts.append(
                f'<text class="small{over}" x="{x + _CELL / 2:.1f}" y="{middle - 1:.1f}" '
                f'text-anchor="middle">{count}</text>'
            )
        if index == truth:
            parts.append(f'<rect class="own" {box}/>')
    return parts


def svg(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    """Return a plot that reads on light and on dark pages, of drawn parts."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img">\n<title>{escape(title)}</title>\n'
        f'{_STYLE}<rect class="page" width="100%" height="100%" rx="8"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
