"""How well a policy does on lines with known answers: false alarms and recall, on both sides of the split."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from scenelang.trust.policy import Policy


@dataclass
class Score:
    """Counts of one side of the split, `tuned` or `held-out`."""

    ordinary: int = 0
    alarms: list[str] = field(default_factory=list)
    by_category: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    missed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def alarm_rate(self) -> float:
        return len(self.alarms) / self.ordinary if self.ordinary else 0.0

    @property
    def recall(self) -> float:
        caught, all_ = (sum(c[i] for c in self.by_category.values()) for i in (0, 1))
        return caught / all_ if all_ else 0.0


def scores(policy: Policy, folder: Path) -> dict[str, Score]:
    """`ordinary.tsv` and `red-team.tsv` of a folder, scored. Caught is a line that any rule finds."""
    found: dict[str, Score] = defaultdict(Score)
    for side, *_, line in _rows(folder / "ordinary.tsv"):
        found[side].ordinary += 1
        if any(True for _ in policy.matches([line])):
            found[side].alarms.append(line)
    for side, category, *_, line in _rows(folder / "red-team.tsv"):
        counts = found[side].by_category[category]
        counts[1] += 1
        if any(True for _ in policy.matches([line])):
            counts[0] += 1
        else:
            found[side].missed.append((category, line))
    return dict(found)


def _rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line]
