"""Previz as a backend of the runtime."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import torch
from previz_stage import drift, film, lamp, pose, stand, subject, sun

from scenelang.compiler.plan import ActionPlan, LinePlan, Plan
from scenelang.runtime.backend import Carry, Frames, Job, Progress
from scenelang.runtime.previz.backend import PrevizBackend


@dataclass(frozen=True)
class Poses:
    c2w_F44: torch.Tensor
    K_F33: torch.Tensor


def a_film(size: tuple[int, int] = (64, 36), frames: int = 3) -> Plan:
    plan = film(
        [subject("a", features=["coat"]), subject("x", "contraption")],
        [stand("a", poses=[pose("wave", (0, frames))]), stand("x", (1, 0, 0), states=[(1, "dented", {}, [])])],
        frames=frames, set="street", lights=[sun(), lamp((0, 2, 0))], particles=[drift("snow")], size=size,
    )  # fmt: skip
    acts = [
        ActionPlan(
            id="one", frames=(0, frames), actor="a", words="", verb="waves", gesture="wave", targets=[]
        ),
        ActionPlan(
            id="two", frames=(0, frames), actor="a", words="", verb="ponders", gesture=None, targets=[]
        ),
    ]
    shot = plan.shots[0].model_copy(
        update={
            "actions": acts,
            "sound": ["wind"],
            "look": "oil paint",
            "dialogue": [LinePlan(frames=(0, 2), speaker="a", text="Hm.")],
        }
    )
    return plan.model_copy(update={"shots": [shot]})


def job(plan: Plan, conditioning: object = None) -> Job:
    native = PrevizBackend().native(plan, "final")
    return Job(plan, plan.shots[0], conditioning, native)  # type: ignore[arg-type]


def test_the_native_size_is_capped_even_and_keeps_the_aspect() -> None:
    backend = PrevizBackend()
    wide = a_film((3840, 1608))
    final, draft = backend.native(wide, "final"), backend.native(wide, "draft")
    assert (final.width, final.height, final.fps) == (960, 402, Fraction(24))
    assert (draft.width, draft.height) == (640, 268)
    assert backend.native(a_film((64, 36)), "final").width == 64
    tall = backend.native(a_film((1080, 1921)), "final")
    assert tall.height == 960 and tall.width % 2 == 0


def test_it_yields_all_frames_in_order_then_what_comes_next_needs() -> None:
    plan = a_film()
    events = list(PrevizBackend().render(job(plan), None))
    frames = np.concatenate([e.frames for e in events if isinstance(e, Frames)])
    assert frames.shape == (3, 36, 64, 3) and frames.dtype == np.uint8
    done = [e.done for e in events if isinstance(e, Progress)]
    assert done == sorted(done) and done[-1] == 3
    last = events[-1]
    assert isinstance(last, Carry) and last.shot == plan.shots[0].hash
    assert np.array_equal(last.frames[0], frames[-1])


def test_the_conditioning_moves_the_camera() -> None:
    plan = a_film()
    up = torch.tensor([[1.0, 0, 0, 0], [0, -1, 0, 1.0], [0, 0, -1, 30.0], [0, 0, 0, 1]]).expand(3, 4, 4)
    k = torch.tensor([[1.0, 0, 0.5], [0, 64 / 36, 0.5], [0, 0, 1]]).expand(3, 3, 3)
    moved = [
        e.frames for e in PrevizBackend().render(job(plan, Poses(up, k)), None) if isinstance(e, Frames)
    ]
    own = [e.frames for e in PrevizBackend().render(job(plan), None) if isinstance(e, Frames)]
    assert np.abs(moved[0].astype(int) - own[0]).mean() > 8


def test_the_final_profile_has_an_open_shutter_and_the_draft_none() -> None:
    plan = a_film()
    moving = torch.eye(4).repeat(3, 1, 1)
    moving[:, 1, 1] = moving[:, 2, 2] = -1
    moving[:, :3, 3] = torch.tensor([[0.3 * f, 1.2, 4.0] for f in range(3)])
    k = torch.tensor([[1.0, 0, 0.5], [0, 64 / 36, 0.5], [0, 0, 1]]).expand(3, 3, 3)

    def frames(profile: str, shutter: float | None) -> np.ndarray:
        work = replace(job(plan, Poses(moving, k)), profile=profile)
        events = PrevizBackend(shutter=shutter).render(work, None)
        return np.concatenate([e.frames for e in events if isinstance(e, Frames)])

    assert np.array_equal(frames("draft", None), frames("draft", 0))
    assert np.array_equal(frames("final", None), frames("final", 180))
    assert not np.array_equal(frames("final", None), frames("final", 0))


def test_the_lowering_names_every_property_and_is_frank() -> None:
    plan = a_film()
    table = {entry.property: entry for entry in PrevizBackend().lowering(plan, plan.shots[0])}
    levels = {name: entry.level for name, entry in table.items()}
    assert levels["camera path"] == levels["lens"] == "exact"
    assert levels["focus"] == levels["aperture"] == "exact"
    assert levels["sound"] == levels["look"] == levels["action two"] == "dropped"
    assert levels["action one"] == levels["dialogue a"] == levels["change x"] == "approximate"
    assert levels["light sun"] == levels["particles snow"] == levels["blocking a"] == "exact"
    assert "box" in table["description x"].why
    assert all(entry.why for entry in table.values())
    assert PrevizBackend().denoiser_calls(plan, plan.shots[0], "final") == 0


def test_passes_that_are_measured_are_never_resized() -> None:
    for which in ("depth", "mask", "normal"):
        native = PrevizBackend(which).native(a_film((1921, 1081)), "draft")
        assert (native.width, native.height) == (1921, 1081)


def test_the_mask_is_black_but_for_the_subjects_and_depth_falls_with_distance() -> None:
    plan = a_film((64, 36), frames=1)

    def drawn(which: str) -> np.ndarray:
        backend = PrevizBackend(which)
        work = Job(plan, plan.shots[0], None, backend.native(plan, "final"))  # type: ignore[arg-type]
        (frames,) = [e.frames for e in backend.render(work, None) if isinstance(e, Frames)]
        return frames[0]

    mask, depth, normal = drawn("mask"), drawn("depth"), drawn("normal")
    somebody = mask.any(axis=-1)
    assert 0.005 < somebody.mean() < 0.6
    assert len(np.unique(mask.reshape(-1, 3), axis=0)) >= 2
    assert depth[somebody].mean() > depth[0].mean()  # nearer than the sky and the far street above
    floor = normal[-1]
    assert (floor[:, 1] > 240).mean() > 0.9  # up is green
