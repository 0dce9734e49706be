"""Shot sizes by how much of a subject's height the frame holds, as the language defines them."""

from __future__ import annotations

import math

from scenelang.compiler.placement import size_table
from scenelang.compiler.plan import SubjectPlan

SAME = 1.15  # sizes whose regions differ by less can't be told apart: those of things are close together


def size_named(subject: SubjectPlan, region: float, expected: str = "") -> str:
    """The size in which the frame's height holds `region` heights of the subject; `expected` where that is as good."""
    table = {size: part for size, (part, _) in size_table(subject.kind, subject.role).items()}
    nearest = min(table, key=lambda size: abs(math.log(region / table[size])))
    if expected in table and abs(math.log(table[expected] / table[nearest])) < math.log(SAME):
        return expected
    return nearest


def margin(subject: SubjectPlan, region: float, size: str) -> float:
    """How far a region is from the next size's: 1 in the middle of a size, 0 half-way to another."""
    table = {name: part for name, (part, _) in size_table(subject.kind, subject.role).items()}
    own = abs(math.log(region / table[size]))
    others = [abs(math.log(part / table[size])) for part in table.values()]
    step = min((d for d in others if d >= math.log(SAME)), default=math.log(2))
    return max(0.0, 1 - own / (step / 2))
