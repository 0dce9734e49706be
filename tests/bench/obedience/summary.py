"""The scores of a whole run as one JSON, one table in Markdown, and lines for the terminal."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from bench.obedience.films import groups
from bench.obedience.scores import Score

HELD = "held out: "
# what other camera-controlled models publish, on RealEstate10K at 256x256: sums over the frames of a clip, radians
PUBLISHED = {"CamI2V": (0.412, 1.341), "CameraCtrl": (0.706, 1.938), "MotionCtrl": (0.864, 2.507)}


def seen(scores: Sequence[Score]) -> list[Score]:
    return [s for s in scores if not s.group.startswith(HELD)]


def held(scores: Sequence[Score]) -> list[Score]:
    return [s for s in scores if s.group.startswith(HELD)]


def mean(values: Iterable[float | None]) -> float | None:
    """Of those that there are."""
    known = [v for v in values if v is not None]
    return statistics.mean(known) if known else None


def numbers(scores: Sequence[Score]) -> dict[str, Any]:
    """What is said of a set of takes in one line."""
    plain = seen(scores)
    still = [s for s in plain if s.group not in ("moves with a walker",)]
    moving = [s.error for s in still if s.error.translation_mean is not None]
    moves = [s for s in still if s.group.startswith(("moves", "pairs of moves"))]
    found = {
        "films": len(plain),
        "attributes right": mean([s.right for s in plain]),
        "everything right": mean([s.everything for s in plain]),
        "held out: films": len(held(scores)),
        "held out: right": mean([s.right for s in held(scores)]),
        "held out: everything": mean([s.everything for s in held(scores)]),
        "rot, degrees": mean(s.error.rotation_mean for s in still),
        "rot, degrees, where the camera moves": mean(s.error.rotation_mean for s in moves),
        "rot, sum of radians": mean(s.error.rotation_sum for s in still),
        "trans": mean(e.translation_mean for e in moving),
        "trans, where the camera moves": mean(s.error.translation_mean for s in moves),
        "trans, sum": mean(e.translation_sum for e in moving),
        "focal": mean(s.error.focal for s in still),
        "failed": mean(s.error.failed / s.error.frames for s in still),
    }  # fmt: skip
    lights = [s for s in scores if s.group == "light directions"]
    angle = {f.name: f.angle for g in groups() for f in g.films if f.angle is not None}
    kelvin = {f.name: f.kelvin for g in groups() for f in g.films if f.kelvin is not None}
    if lights:
        off = [abs((angle[s.film] or 0) - (angle[s.verdict.found] or 0)) for s in lights]
        found["light direction, degrees"] = mean(min(d, 360 - d) for d in off)
    warm = [s for s in scores if s.group == "temperatures"]
    if warm:
        found["temperature, mired"] = mean(
            abs(1e6 / (kelvin[s.film] or 1) - 1e6 / (kelvin[s.verdict.found] or 1)) for s in warm
        )
    for name in ("position", "size", "colour", "flicker", "identity", "picture"):
        values = [c.value for s in plain for c in s.checks if c.name.split(": ")[-1] == name]
        if values:
            found[name] = statistics.median(values)
    return found


def by_check(scores: Sequence[Score]) -> dict[str, tuple[int, int]]:
    """How often each check is right, and how often it was asked."""
    found: dict[str, list[bool]] = {}
    for s in seen(scores):
        for check in s.checks:
            found.setdefault(check.name.split(": ")[-1], []).append(check.right)
    return {name: (sum(flags), len(flags)) for name, flags in found.items()}


def markdown(sets: dict[str, list[Score]]) -> str:
    """The table of `docs/obedience.md`: groups down, sets of takes across."""
    names = [*sets]
    lines = ["| group | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    order = dict.fromkeys(s.group for s in next(iter(sets.values())))
    for group in order:
        cells = []
        for scores in sets.values():
            mine = [s for s in scores if s.group == group]
            cells.append(f"{sum(s.right for s in mine)}/{len(mine)} ({sum(s.everything for s in mine)})")
        lines.append(f"| {group} | " + " | ".join(cells) + " |")
    lines += ["", "| measure | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    every = {name: numbers(scores) for name, scores in sets.items()}
    for key in next(iter(every.values())):
        lines.append(
            f"| {key} | " + " | ".join(_number(key, every[name].get(key)) for name in names) + " |"
        )
    lines += ["", "| check | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    checked = {name: by_check(scores) for name, scores in sets.items()}
    for key in next(iter(checked.values())):
        cells = [
            "–" if key not in checked[n] else f"{checked[n][key][0]}/{checked[n][key][1]}" for n in names
        ]
        lines.append(f"| {key} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _number(key: str, value: Any) -> str:
    if value is None:
        return "–"
    if "right" in key or key in ("held out: everything", "failed"):
        return f"{value:.1%}"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
