"""Small hand-made Plans for the tests of previz."""

from __future__ import annotations

import math
from typing import Any

from scenelang.compiler.lexicon import HEIGHTS
from scenelang.compiler.plan import (
    CameraTrack,
    LightTrack,
    ParticleTrack,
    PlacePlan,
    Plan,
    PosePlan,
    SegmentPlan,
    ShotPlan,
    SubjectPlan,
    SubjectTrack,
    Vec3,
)


def c2w(eye: Vec3, target: Vec3) -> list[float]:
    """A level camera at `eye` that looks at `target`."""
    d = [t - e for t, e in zip(target, eye)]
    n = math.sqrt(sum(x * x for x in d))
    fx, fy, fz = (x / n for x in d)
    flat = math.hypot(fx, fz)
    right = (-fz / flat, 0.0, fx / flat) if flat > 1e-6 else (1.0, 0.0, 0.0)
    down = (
        fy * right[2] - fz * right[1],
        fz * right[0] - fx * right[2],
        fx * right[1] - fy * right[0],
    )
    rows = zip(right, down, (fx, fy, fz), eye)
    return [v for row in rows for v in row]


def sun(toward: Vec3 = (-0.6, 0.6, 0.5), intensity: float = 1.0, **more: Any) -> LightTrack:
    n = math.sqrt(sum(x * x for x in toward))
    fields: dict[str, Any] = {
        "name": "sun", "role": "key", "description": "", "type": "sun", "on": None,
        "direction": [tuple(x / n for x in toward)], "position": [(0, 0, 0)], "colour": [(1.0, 1.0, 1.0)],
        "temperature": [5600.0], "intensity": [intensity], "quality": "soft", "flicker": [0.0],
    }  # fmt: skip
    return LightTrack(**{**fields, **more})


def lamp(
    position: Vec3, colour: Vec3 = (1.0, 0.5, 0.2), intensity: float = 1.0, **more: Any
) -> LightTrack:
    return sun(
        (0, 1, 0), intensity, name="lamp", role="practical", type="point", direction=[(0, 0, 0)],
        position=[position], colour=[colour], **more,
    )  # fmt: skip


def drift(kind: str, density: float | list[float] = 0.5, **more: Any) -> ParticleTrack:
    from scenelang.compiler.resolve_light import PARTICLE_KINDS

    known = PARTICLE_KINDS[kind]
    fields: dict[str, Any] = {
        "kind": kind, "description": "", "density": density if isinstance(density, list) else [density],
        "velocity": [(0.0, -known.fall, 0.0)], "swirl": [known.swirl], "size": known.size,
    }  # fmt: skip
    return ParticleTrack(**{**fields, **more})


def subject(id: str, kind: str = "figure", **more: Any) -> SubjectPlan:
    fields: dict[str, Any] = {
        "id": id, "role": "character", "description": "", "kind": kind, "kind_from": "declared",
        "colours": {}, "features": [], "height": HEIGHTS.get(kind, 0.5), "offsets": [(0.0, 0.0)],
    }  # fmt: skip
    return SubjectPlan(**{**fields, **more})


def stand(id: str, position: Any = (0.0, 0.0, 0.0), heading: Any = 0.0, **more: Any) -> SubjectTrack:
    fields: dict[str, Any] = {
        "subject": id,
        "position": position if isinstance(position, list) else [position],
        "heading": heading if isinstance(heading, list) else [heading],
        "poses": [], "held_by": [], "states": [],
    }  # fmt: skip
    return SubjectTrack(**{**fields, **more})


def pose(name: str, frames: tuple[int, int], target: str | None = None) -> PosePlan:
    return PosePlan(frames=frames, pose=name, target=target)


def film(
    cast: list[SubjectPlan],
    tracks: list[SubjectTrack],
    eye: Any = (0.0, 1.4, 4.0),
    target: Vec3 = (0.0, 0.9, 0.0),
    frames: int = 1,
    focal: float = 35.0,
    set: str = "studio",
    features: list[str] | None = None,
    lights: list[LightTrack] | None = None,
    particles: list[ParticleTrack] | None = None,
    size: tuple[int, int] = (64, 36),
    seed: int = 5,
) -> Plan:
    """A film of one shot."""
    eyes = eye if isinstance(eye, list) else [eye]
    shot = ShotPlan(
        id="s010", title="", scene=None, slug="", place="place", frames=frames, seed=seed, look="", avoid="",
        sound=[], notes=[], segments=[SegmentPlan(frames=(0, frames), actions=[])], actions=[],
        camera=CameraTrack(
            c2w=[c2w(e, target) for e in eyes], focal_mm=[focal], aperture=[4.0], focus_m=[0.0], moves=[],
            framing="", angle="", steadiness="",
        ),
        subjects=tracks, lights=lights or [], particles=particles or [], dialogue=[], hash="0" * 64,
    )  # fmt: skip
    place = PlacePlan(id="place", description="", set=set, features=features or [])
    return Plan(
        title="", size=size, fps="24", frames=frames, source="0" * 64, subjects=cast, places=[place],
        shots=[shot], edit=[],
    )  # fmt: skip
