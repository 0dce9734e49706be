"""How large the set of a place is: its walls and where its floor changes, from all that happens there.

One size for all shots of a place, so that it stays the same between them; whoever draws or learns a set asks here.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenelang.compiler.plan import Plan

Extent = tuple[float, float, float, float]  # x0, x1, z0, z1 of all that happens, metres
SHAPES = ("street", "room", "cave")  # of walls; a place without any is open


@dataclass(frozen=True)
class SetSize:
    """Metres. `shape` `street`: house fronts at x = ±width, `height` their mean; `room`: walls at x = ±width and
    z = ±width under a ceiling; `cave`: a round wall of that radius; `open`: none, `width` how far things stand
    about. Beyond `edge` along `axis` (0: |x|, 2: -z) the floor is of a second kind; 0: nowhere."""

    shape: str = "open"
    width: float = 0.0
    height: float = 0.0
    edge: float = 0.0
    axis: int = 0


def set_size(name: str, extent: Extent) -> SetSize:
    """The size of a set by its name (`street`, `room`, …) that holds what happens in `extent`."""
    x0, x1, z0, _ = extent
    around = max(abs(e) for e in extent)
    if name in ("street", "market"):
        width = max(7.5, abs(x0) + 3.0, abs(x1) + 3.0)
        return SetSize("street", width, 11.0, width - 3.4 if name == "street" else 0.0)
    if name == "room":
        return SetSize("room", max(5.5, around + 3.0), 3.4)
    if name == "cave":
        return SetSize("cave", max(6.5, around + 3.5), 5.5)
    if name == "rooftop":
        return SetSize("open", max(9.0, around + 4.0))
    if name in ("sea", "beach"):
        return SetSize("open", edge=max(9.0, -z0 + 4.0), axis=2)
    return SetSize()


def extent_of(plan: Plan, place: str | None) -> Extent:
    """The floor that all shots in a place need, or all that are nowhere."""
    xs, zs = [0.0], [0.0]
    for shot in plan.shots:
        if shot.place != place:
            continue
        for t in shot.subjects:
            spread = max((max(abs(x), abs(z)) for x, z in plan.subject(t.subject).offsets), default=0.0)
            for x, _, z in t.position:
                xs += [x - spread, x + spread]
                zs += [z - spread, z + spread]
    return max(min(xs), -40.0), min(max(xs), 40.0), max(min(zs), -60.0), min(max(zs), 60.0)
