"""Previz as a backend: the plan's shots drawn by geometry, at no cost and without a model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from scenelang.compiler.plan import ActionPlan, LightTrack, Plan, ShotPlan
from scenelang.runtime.backend import Carry, Event, Frames, Job, Level, Lowering, Native, Progress
from scenelang.runtime.keys import code_hash
from scenelang.runtime.lowering import unshown
from scenelang.runtime.previz.kinds import KINDS
from scenelang.runtime.previz.particles import STYLES
from scenelang.runtime.previz.pictures import nearest, picture
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.previz.sets import SETS

LONG_EDGE = {"draft": 640, "final": 960}
SHUTTER = {"draft": 0.0, "final": 180.0}  # degrees


class PrevizBackend:
    """The animatic, or another pass of it. It keeps nothing between shots."""

    name = "previz"
    dialect = "plain"
    upscale = "bicubic"  # to draw larger pictures takes less time than the upscaler does

    def __init__(self, which: str = "clay", shutter: float | None = None) -> None:
        """`which` is one of PASSES: clay, depth, mask, normal. `shutter` is the angle in degrees
        that the shutter is open, for motion blur; 0 is without, None is 180 but in `draft`."""
        self.which = which
        self.shutter = shutter

    def identity(self) -> dict[str, str]:
        """What its frames depend on besides the plan: its code, which pass it is, and the shutter."""
        return {
            "model": self.name,
            "pass": self.which,
            "shutter": "" if self.shutter is None else f"{self.shutter:g}",
            "code": code_hash("previz"),
        }

    def raster(self, native: Native) -> tuple[int, int]:
        """None: it draws the plan's subjects themselves."""
        return 0, 0

    def encode(self, texts: list[str]) -> torch.Tensor:
        """Nothing: it reads no text."""
        return torch.zeros(len(texts), 0, 0)

    def native(self, plan: Plan, profile: str) -> Native:
        """The film's size, made smaller where its long edge is over 960 pixels (640 in `draft`),
        in even numbers; the film's rate. Passes that are measured, not looked at, keep the
        film's size: enlarging would mix depths and subjects."""
        width, height = plan.size
        if self.which != "clay":
            return Native(width, height, plan.rate)
        scale = min(1.0, LONG_EDGE.get(profile, LONG_EDGE["final"]) / max(width, height))
        even = [max(2, 2 * round(side * scale / 2)) for side in (width, height)]
        return Native(even[0], even[1], plan.rate)

    def denoiser_calls(self, plan: Plan, shot: ShotPlan, profile: str) -> int:
        return 0

    def lowering(self, plan: Plan, shot: ShotPlan) -> list[Lowering]:
        """What becomes of each property of a shot."""
        return list(_lowering(plan, shot))

    def render(self, job: Job, carry: Carry | None) -> Iterator[Event]:
        """The shot's frames in order, after each chunk its progress, at the end the last frame.

        Poses and intrinsics come from the conditioning where it has one for every frame of
        the shot, else from the plan. Nothing is needed from the shot before."""
        shot, size = job.shot, job.native
        c2w, intrinsics = _camera(job)
        last: np.ndarray | None = None
        near = nearest(shot)
        yield Progress(0, shot.frames)
        chunks = render_shot(
            job.plan, shot, size.width, size.height, passes=(self.which,),
            device=job.device, smooth=job.profile != "draft", c2w=c2w, intrinsics=intrinsics,
            shutter=SHUTTER.get(job.profile, SHUTTER["final"]) if self.shutter is None else self.shutter,
        )  # fmt: skip
        for chunk in chunks:
            drawn = picture(chunk, self.which, near)
            last = drawn[-1:]
            yield Frames(drawn)
            yield Progress(chunk.stop, shot.frames)
        if last is not None:
            yield Carry(last.copy(), shot.hash)


def _camera(job: Job) -> tuple[torch.Tensor | None, torch.Tensor | None]:
    c2w = getattr(job.conditioning, "c2w_F44", None)
    k = getattr(job.conditioning, "K_F33", None)
    whole = (
        isinstance(c2w, torch.Tensor)
        and isinstance(k, torch.Tensor)
        and len(c2w) == len(k) == job.shot.frames
    )
    return (c2w, k) if whole else (None, None)


def _lowering(plan: Plan, shot: ShotPlan) -> Iterator[Lowering]:
    def says(name: str, level: Level, why: str) -> Lowering:
        return Lowering(name, level, why)

    yield says("camera path", "exact", "rays are cast from the plan's pose of every frame")
    yield says("lens", "exact", "field of view from the focal length on a 36 mm sensor")
    if any(shot.camera.aperture):
        deep = "everything is sharp: the focus is deep"
        focus = (
            "what is out of focus is blurred, as by a thin lens" if any(shot.camera.focus_m) else deep
        )
        yield says("focus", "exact", focus)
        yield says("aperture", "exact", "discs of a thin lens, on a sensor 36 mm wide")
    if shot.camera.steadiness:
        yield says("steadiness", "exact", "it is part of the camera path")
    place = plan.place(shot.place)
    if place is not None:
        known = place.set in SETS
        yield says(
            f"place {place.id}",
            "approximate" if known else "dropped",
            f"a simple {place.set} stands for it" if known else f"no set `{place.set}`: a bare studio",
        )
    for light in shot.lights:
        yield _light(light)
    for p in shot.particles:
        if p.kind in STYLES:
            yield says(
                f"particles {p.kind}", "exact", "points with the density, wind and size of every frame"
            )
        else:
            yield says(f"particles {p.kind}", "approximate", "an unknown kind is drawn as white dots")
    cast = {s.id: s for s in plan.subjects}
    for track in shot.subjects:
        subject = cast.get(track.subject)
        if subject is None:
            continue
        yield says(f"blocking {track.subject}", "exact", "stands, faces and moves as the plan says")
        drawn = (
            f"a {subject.kind} of simple solids"
            if subject.kind in KINDS
            else "a box, for want of a shape"
        )
        yield says(
            f"description {track.subject}",
            "approximate",
            f"{drawn}: kind, height, colours and what it wears",
        )
        for _, words, _, _ in track.states:
            yield says(f"change {track.subject}", "approximate", f"colours and features of “{words}”")
    for action in shot.actions:
        yield _action(action)
    for line in shot.dialogue:
        yield says(
            f"dialogue {line.speaker}", "approximate", "the mouth moves; the words are in the captions"
        )
    if shot.speed != 1:
        yield says("speed", "approximate", "gestures, particles and flames keep its time")
    if shot.continues:
        yield says(
            f"continue {shot.continues}", "exact", "camera, places and air go on from its last frame"
        )
    yield from unshown(
        plan, shot, "previz has one look of its own", "nothing is generated that could be avoided"
    )


def _light(light: LightTrack) -> Lowering:
    name = f"light {light.name}"
    if light.type == "sun":
        return Lowering(name, "exact", "direction, colour and intensity of every frame")
    if light.type == "point":
        return Lowering(name, "approximate", "from the right place, but bodies shade it only as spheres")
    return Lowering(name, "approximate", "even light that is stronger on what faces up")


def _action(action: ActionPlan) -> Lowering:
    name = f"action {action.id}"
    if action.gesture is None:
        return Lowering(name, "dropped", f"previz knows no gesture for “{action.verb}”")
    how = f"shown as the gesture `{action.gesture}`"
    return Lowering(
        name, "approximate", f"{how}; “{action.manner}” is not shown" if action.manner else how
    )
