"""What a render would do now: which shots are there, which are made, what that costs, and whether it may."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import Backend
from scenelang.runtime.keys import take_keys
from scenelang.runtime.settings import BudgetSettings, Settings
from scenelang.runtime.speed import Estimate, Speeds, device_name, estimate, pflop_of
from scenelang.runtime.store import Store


@dataclass(frozen=True)
class Costing:
    """What is known of a render here: which takes are kept, how fast this device is, what its time costs."""

    store: Store | None = None
    settings: Settings = field(default_factory=Settings)
    project: Path | None = None  # the film's: the folder that its pictures are relative to
    device: str = "cpu"
    shots: Sequence[str] | None = None  # only these are asked for

    @property
    def speeds(self) -> Speeds:
        return Speeds(self.store.folder if self.store else None)

    @property
    def currency(self) -> str | None:
        return self.settings.price.currency if self.per_hour is not None else None

    @property
    def per_hour(self) -> float | None:
        return self.settings.price.of(device_name(self.device))


@dataclass(frozen=True)
class Outlook:
    """What a render now does. `cost` is what it takes in all, None for what is not known."""

    cached: frozenset[str]
    runs: tuple[str, ...]  # shots that are rendered, in the film's order
    times: Estimate
    cost: dict[str, Any]


def outlook(
    plan: Plan, backend: Backend, profile: str, costing: Costing, takes: int | None = None
) -> Outlook:
    """What a render of the shots that are asked for does; or the making of as many `takes` of each, at most."""
    cached = _cached(plan, backend, profile, costing)
    asked = [e.shot for e in plan.edit if costing.shots is None or e.shot in costing.shots]
    runs = to_render(plan, asked, cached) if takes is None else asked
    kept = [id for id in asked if id in cached]
    times = estimate(costing.speeds, plan, backend, profile, costing.device, runs, kept)
    if takes is not None:
        of_all = {id: None if one is None else one * takes for id, one in times.shots.items()}
        times = replace(times, shots=of_all)
    plans = {shot.id: shot for shot in plan.shots}
    made = [plans[id] for id in runs for _ in range(takes or 1)]
    total = cost(
        sum(backend.denoiser_calls(plan, shot, profile) for shot in made),
        _sum([pflop_of(plan, shot, backend, profile) for shot in made]),
        times.total,
        costing.per_hour,
    )
    return Outlook(frozenset(cached), tuple(runs), times, total)


def over_budget(found: Outlook, budget: BudgetSettings) -> list[str]:
    """What of a render exceeds the budget, or can't be compared with it; empty where it may start."""
    if not found.runs:
        return []
    over = []
    for name, most in budget.model_dump(exclude_none=True).items():
        what = name.replace("_", " ")
        if found.cost[name] is None:
            over.append(f"the budget is {most:g} {what}, and how much this takes is not known")
        elif found.cost[name] > most:
            over.append(f"the budget is {most:g} {what}, and this takes {found.cost[name]:.4g}")
    return over


def _cached(plan: Plan, backend: Backend, profile: str, costing: Costing) -> set[str]:
    if costing.store is None:
        return set()
    keys = take_keys(plan, backend, profile, costing.device, costing.project) or {}
    return {id for id, key in keys.items() if costing.store.has("takes", key.take)}


def to_render(plan: Plan, asked: Sequence[str], cached: Set[str]) -> list[str]:
    """The shots that a render has to make: those asked for, and what they continue, if not cached."""
    before = {shot.id: shot.continues for shot in plan.shots}
    needed: set[str] = set()
    for id in asked:
        at: str | None = id
        while at is not None and at not in cached and at not in needed:
            needed.add(at)
            at = before.get(at)
    return [shot.id for shot in plan.shots if shot.id in needed]


def cost(
    denoiser_calls: int, pflop: float | None, seconds: float | None, per_hour: float | None
) -> dict[str, Any]:
    price = None if seconds is None or per_hour is None else seconds / 3600 * per_hour
    return {"denoiser_calls": denoiser_calls, "pflop": pflop, "seconds": seconds, "price": price}


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
