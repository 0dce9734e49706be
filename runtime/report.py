"""The report of `scenelang plan`: segments and prompts, lowering, cost; unknown is None, never 0."""

from __future__ import annotations

from typing import Any

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.compiler.prompts import prompts
from scenelang.runtime.backend import Backend
from scenelang.runtime.finish.settings import Finish, explained, finish_of

SCHEMA = "scenelang.report/1"


def report(
    plan: Plan, backend: Backend, profile: str = "final", finish: Finish | None = None
) -> dict[str, Any]:
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
        "finish": explained(native, plan.size, plan.rate, finish or finish_of(backend, profile)),
        "inferred": [
            {"subject": s.id, "kind": s.kind, "from": s.kind_from}
            for s in plan.subjects
            if s.kind_from != "declared"
        ],
        "shots": shots,
        "total": {"frames": plan.frames, "cost": _cost(sum(s["cost"]["denoiser_calls"] for s in shots))},
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
        "cost": _cost(backend.denoiser_calls(plan, shot, profile)),
        "cached": False,
        "depends_on": [],
    }


def _cost(denoiser_calls: int) -> dict[str, Any]:
    return {"denoiser_calls": denoiser_calls, "pflop": None, "seconds": None, "price": None}
