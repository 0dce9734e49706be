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
