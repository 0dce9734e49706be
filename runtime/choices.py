"""Takes of one shot that differ by their seeds: which there are, and by which numbers people call them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.keys import TakeKey
from scenelang.runtime.store import DamagedEntry, Store

_SEEDS = 2**32


@dataclass(frozen=True)
class Choice:
    """The `number`th take of a shot, counted from 1."""

    number: int
    seed: int


def choices(store: Store, key: TakeKey) -> list[Choice]:
    """The takes that were asked for so far; a number stays that of its seed when another is picked."""
    try:
        data = store.get("choices", key.takes)
        seeds = [int(seed) for seed in json.loads(data)] if data is not None else []
    except (DamagedEntry, ValueError, TypeError):
        store.drop(key.takes)
        seeds = []
    return [Choice(number, seed) for number, seed in enumerate(seeds, start=1)]


def more_choices(store: Store, key: TakeKey, own_seed: int, count: int) -> list[Choice]:
    """As many takes, with new seeds for those that there were not; the first has the film's seed.

    Raises OSError where they can't be kept.
    """
    seeds = [choice.seed for choice in choices(store, key)] or [own_seed]
    candidate = seeds[0]
    while len(seeds) < count:
        candidate = (candidate + 1) % _SEEDS
        if candidate not in seeds:
            seeds.append(candidate)
    store.put("choices", key.takes, json.dumps(seeds).encode())
    return [Choice(number, seed) for number, seed in enumerate(seeds[:count], start=1)]


def with_seed(plan: Plan, shot: str, seed: int) -> Plan:
    """The plan in which a shot has another seed, and those that go on from it, whose seed it is, too."""
    seeds = {shot: seed}
    own = next(s.seed for s in plan.shots if s.id == shot)
    shots: list[ShotPlan] = []
    for each in plan.shots:
        if each.continues in seeds and each.seed == own:
            seeds[each.id] = seed
        if each.id in seeds:
            each = each.model_copy(update={"seed": seed})
        shots.append(each)
    return plan.model_copy(update={"shots": shots})
