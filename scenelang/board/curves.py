"""What changes over a shot's time, as lines of an SVG: the strength of its lights, the density of its air."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scenelang.compiler.plan import LightTrack, ParticleTrack, ShotPlan, at

WIDTH, HEIGHT = 320.0, 80.0
POINTS = 80


@dataclass(frozen=True)
class Curve:
    """A line, 100 % at the picture's top, and what it shows, in words."""

    name: str
    kind: str  # light or particles
    points: str
    said: str


def curves(shot: ShotPlan) -> list[Curve]:
    """Lights first, as the film names them."""
    return [*map(_light, shot.lights, [shot.frames] * len(shot.lights)),
            *map(_air, shot.particles, [shot.frames] * len(shot.particles))]  # fmt: skip


def _light(light: LightTrack, frames: int) -> Curve:
    said = _range([100 * v for v in light.intensity], " %")
    if any(light.temperature):
        said += ", " + _range(light.temperature, " K")
    return Curve(light.name, "light", _line(light.intensity, frames), said)


def _air(air: ParticleTrack, frames: int) -> Curve:
    return Curve(
        air.kind, "particles", _line(air.density, frames), _range([100 * v for v in air.density], " %")
    )


def _line(track: Sequence[float], frames: int) -> str:
    top = max(1.0, *track)
    count = min(frames, POINTS)
    places = [n * (frames - 1) // max(1, count - 1) for n in range(count)]
    return " ".join(
        f"{(WIDTH * n / max(1, count - 1)):.1f},{(HEIGHT - 2 - (HEIGHT - 4) * at(track, frame) / top):.1f}"
        for n, frame in enumerate(places)
    )


def _range(values: Sequence[float], unit: str) -> str:
    """`80 %`, `80 → 20 %`, or, where it comes and goes, `20 … 80 %`."""
    first, last, low, high = values[0], values[-1], min(values), max(values)
    if high - low < 0.5:
        return f"{first:.0f}{unit}"
    if {round(first), round(last)} == {round(low), round(high)}:
        return f"{first:.0f} → {last:.0f}{unit}"
    return f"{low:.0f} … {high:.0f}{unit}"
