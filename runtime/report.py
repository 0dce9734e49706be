"""The report of `scenelang plan`: segments and prompts, lowering, cost; unknown is None, never 0."""

from __future__ import annotations

from typing import Any

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.compiler.prompts import prompts
from scenelang.runtime.backend import Backend
from scenelang.runtime.finish.settings import Finish, explained, finish_of
from scenelang.runtime.outlook import Costing, cost, outlook, over_budget
from scenelang.runtime.speed import device_name, estimate, pflop_of

SCHEMA = "scenelang.report/1"


def report(
    plan: Plan,
    backend: Backend,
    profile: str = "final",
    costing: Costing | None = None,
    finish: Finish | None = None,
) -> dict[str, Any]:
    """What rendering this film with this backend means; see `docs/` for the schema.

    The cost of a shot is that of rendering it; the total's is that of a render now, in which
    shots that are cached cost nothing.
    """
    costing = costing or Costing()
    now = outlook(plan, backend, profile, costing)
    ids = [shot.id for shot in plan.shots]
    times = estimate(costing.speeds, plan, backend, profile, costing.device, ids).shots
    starts = {entry.shot: entry.start for entry in plan.edit}
    shots = [
        {
            **_shot(plan, shot, backend, starts[shot.id]),
            "cost": cost(
                backend.denoiser_calls(plan, shot, profile),
                pflop_of(plan, shot, backend, profile),
                times[shot.id],
                costing.per_hour,
            ),
            "cached": shot.id in now.cached,
            "runs": shot.id in now.runs,
        }
        for shot in plan.shots
    ]
    native = backend.native(plan, profile)
    return {
        "schema": SCHEMA,
        "model": backend.name,
        "profile": profile,
        "device": device_name(costing.device),
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
        "total": {
            "frames": plan.frames,
            "cached": len(now.cached),
            "runs": len(now.runs),
            "cost": now.cost,
            "currency": costing.currency,
            "estimate_from": now.times.source,
            "over_budget": over_budget(now, costing.settings.budget),
        },
    }


def _shot(plan: Plan, shot: ShotPlan, backend: Backend, start: int) -> dict[str, Any]:
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
        "depends_on": [shot.continues] if shot.continues else [],
    }
