"""The report of `scenelang plan`: segments and prompts, lowering, cost; unknown is None, never 0."""

from __future__ import annotations

from typing import Any

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.compiler.prompts import prompts
from scenelang.runtime.backend import Backend

SCHEMA = "scenelang.report/1"


def report(plan: Plan, backend: Backend, profile: str = "final") -> dict[str, Any]:
    """What rendering this film with this backend means; see `docs/` for the schema."""
    shots = [_shot(plan, shot, backend, profile) for shot in plan.shots]
    native = backend.native(plan, profile)
    return {
        "schema": SCHEMA,
        "model": backend.name,
        "profile": profile,
        "title": plan.title,
        "size": plan.size,
        "fps": float(plan.rate),
        "native": {"size": (native.width, native.height), "fps": float(native.fps)},
        "inferred": [
            {"subject": s.id, "kind": s.kind, "from": s.kind_from}
            for s in plan.subjects
            if s.kind_from != "declared"
        ],
        "shots": shots,
        "total": {"frames": plan.frames, "cost": _total([s["cost"] for s in shots])},
    }


def _shot(plan: Plan, shot: ShotPlan, backend: Backend, profile: str) -> dict[str, Any]:
    start = next(e.start for e in plan.edit if e.shot == shot.id)
    return {
        "id": shot.id,
        "hash": shot.hash,
        "frames": (start, start + shot.frames),
        "segments": [
            {"frames": p.frames, "prompt": p.text, "negative": p.negative}
            for p in prompts(plan, shot, backend.dialect)
        ],
        "lowering": [
            {"property": row.property, "level": row.level, "why": row.why}
            for row in backend.lowering(plan, shot)
        ],
        "cost": _cost(backend.denoiser_calls(plan, shot, profile), _pflop(backend, plan, shot, profile)),
        "cached": False,
        "depends_on": [],
    }


def _pflop(backend: Backend, plan: Plan, shot: ShotPlan, profile: str) -> float | None:
    """By a backend that has a formula for it."""
    formula = getattr(backend, "pflop", None)
    return None if formula is None else formula(plan, shot, profile)


def _total(costs: list[dict[str, Any]]) -> dict[str, Any]:
    each = [cost["pflop"] for cost in costs]
    known = None if None in each else sum(each)
    return _cost(sum(cost["denoiser_calls"] for cost in costs), known)


def _cost(denoiser_calls: int, pflop: float | None) -> dict[str, Any]:
    return {"denoiser_calls": denoiser_calls, "pflop": pflop, "seconds": None, "price": None}
