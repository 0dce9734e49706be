"""Lines over a film's time, with its cuts, as an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, LEFT, TOP, GAP = 760, 130, 40, 26, 44


@dataclass(frozen=True)
class Line:
    name: str
    colour: str
    values: NDArray[np.float64]  # one a second, NaN where there is none


@dataclass(frozen=True)
class Panel:
    """Lines over the same seconds; `limit` is what the benchmark allows."""

    title: str
    limit: float
    lines: Sequence[Line]


def write_plot(
    path: Path, panels: Sequence[Panel], cuts: Sequence[tuple[float, str]], seconds: float
) -> None:
    """`cuts` are the shots' first seconds and names."""
    height = TOP + len(panels) * (HEIGHT + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, TOP + number * (HEIGHT + GAP), cuts, seconds)
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")


def _panel(panel: Panel, top: float, cuts: Sequence[tuple[float, str]], seconds: float) -> list[str]:
    across = (WIDTH - LEFT - 10) / seconds
    most = 1.15 * max(panel.limit, *(float(np.nanmax(line.values)) for line in panel.lines))
    down = lambda value: top + HEIGHT * (1 - value / most)  # noqa: E731
    limit = down(panel.limit)
    parts = [f'<text x="{LEFT}" y="{top - 8}" font-weight="600">{escape(panel.title)}</text>']
    x = WIDTH - 10.0
    for line in reversed(panel.lines):
        parts.append(
            f'<text x="{x:.0f}" y="{top - 8}" fill="{line.colour}" text-anchor="end">{escape(line.name)}</text>'
        )
        x -= 9 * len(line.name) + 14
    for second, name in cuts:
        at = LEFT + across * second
        parts.append(f'<path d="M{at:.1f} {top}V{top + HEIGHT}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{at + 3:.1f}" y="{top + HEIGHT + 14}" fill="#777" font-size="11">{escape(name)}</text>'
        )
    parts.append(f'<path d="M{LEFT} {top + HEIGHT}H{WIDTH - 10}" stroke="#999"/>')
    parts.append(f'<path d="M{LEFT} {limit:.1f}H{WIDTH - 10}" stroke="#999" stroke-dasharray="5 4"/>')
    for value, y in ((0, top + HEIGHT), (panel.limit, limit)):
        parts.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" fill="#777" text-anchor="end">{value:g}</text>'
        )
    for line in panel.lines:
        path, pen = "", "M"
        for second, value in enumerate(line.values):
            if np.isnan(value):
                pen = "M"
                continue
            path += f"{pen}{LEFT + across * (second + 0.5):.1f} {down(value):.1f}"
            pen = "L"
        parts.append(
            f'<path d="{path}" fill="none" stroke="{line.colour}" stroke-width="2" stroke-linecap="round"/>'
        )
    return parts
