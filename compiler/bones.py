"""Where every body's limbs are and how it moves: frames of its bones in the world, weights of its poses.

Legend of shapes: F frames, N subjects, M members of the largest group, B bones, K channels of motion.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from scenelang.compiler.beasts import animal_cycle, creature_cycle
from scenelang.compiler.blocking_maps import bodies
from scenelang.compiler.figure import member_height
from scenelang.compiler.gestures import Gait
from scenelang.compiler.motion import Motion, Stage, motion, stage
from scenelang.compiler.plan import Plan, ShotPlan, SubjectPlan, SubjectTrack, states_of
from scenelang.compiler.rays import resample
from scenelang.compiler.rigs import Being, Frames, rig
from scenelang.compiler.skeleton import gait_of
from scenelang.compiler.turning import Array, turn

BONES = (
    "body", "pelvis", "chest", "head", "left_upper_arm", "left_forearm", "left_hand", "right_upper_arm",
    "right_forearm", "right_hand", "left_thigh", "left_shin", "left_foot", "right_thigh", "right_shin",
    "right_foot",
)  # fmt: skip
_POSES = ("sit", "kneel", "crouch", "lie", "lean", "talk", "smile")
MOTIONS = ("sin_cycle", "cos_cycle", "walking", "running", "speed", *_POSES)
TOP_SPEED = 3.0  # m/s at which the channel of the speed is 1


def bones(plan: Plan, shot: ShotPlan, c2w_F44: Tensor, native: Fraction) -> tuple[Tensor, Tensor]:
    """`bone_FNMB34` and `motion_FNMK`, float32, of every member of a shot's subjects at a native rate.

    A bone's frame in the world: three unit axes, then its origin in metres. The body's is its
    base, turned by its heading, and its origin is `base_FNM3`; what has no such bone has the
    body's frame there. x points to the subject's left as it faces +z, y up, z ahead; of arms,
    legs and hands y runs along the bone. Limbs have their origin in their middle. `c2w_F44` is the
    camera that some look at. Between two frames of the film both are blended linearly, and axes
    made orthonormal again. Groups repeat their last member as `bodies` does.
    """
    base_FNM3 = bodies(plan, shot, native)[0]
    count, subjects, members = base_FNM3.shape[:3]
    if not subjects:
        return torch.zeros(count, 0, 1, len(BONES), 3, 4), torch.zeros(count, 0, 1, len(MOTIONS))
    eye = resample(c2w_F44[:, :3, 3].tolist(), count, native, plan.rate)[: shot.frames]
    cast = {s.id: s for s in plan.subjects}
    scene = stage(shot, cast, eye.float().numpy(), float(plan.rate))
    own = [
        [
            _member(plan.subject(t.subject), t, scene, m)
            for m in range(len(plan.subject(t.subject).offsets))
        ]
        for t in shot.subjects
    ]
    everyone = [one[min(m, len(one) - 1)] for one in own for m in range(members)]
    turned = np.stack([b for b, _ in everyone], 1).reshape(shot.frames, subjects, members, -1, 3, 4)
    moving = np.stack([k for _, k in everyone], 1).reshape(shot.frames, subjects, members, -1)
    at = resample([float(f) for f in range(shot.frames)], shot.frames, plan.rate, native)  # film frames
    bone_FNMB34 = _blended(torch.from_numpy(turned), at)
    bone_FNMB34[..., 3] += base_FNM3[..., None, :]
    return bone_FNMB34, _lerp(torch.from_numpy(moving), at)[0]


def _lerp(track: Tensor, at: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A tensor over the film's frames at the frames `at` [F], which may lie between two of them;
    with it its values in the film's frames before and behind."""
    low = at.floor().long()
    high = (low + 1).clamp(max=len(track) - 1)
    u = (at - low).float().reshape(-1, *[1] * (track.dim() - 1))
    return torch.lerp(track[low], track[high], u), track[low], track[high]


def _blended(frames: Tensor, at: Tensor) -> Tensor:
    """Frames [..., 3, 4] at the film's frames `at` [F]: origins linear, axes made orthonormal again."""
    mixed, low, high = _lerp(frames, at)
    # axes that turn by more than a right angle from one frame to the next have jumped: no way between
    jumps = (low[..., :3] * high[..., :3]).sum((-2, -1), keepdim=True) < 1
    axes = torch.where(jumps, low[..., :3], mixed[..., :3])
    y = torch.nn.functional.normalize(axes[..., 1], dim=-1)
    x = axes[..., 0] - (axes[..., 0] * y).sum(-1, keepdim=True) * y
    x = torch.nn.functional.normalize(x, dim=-1)
    return torch.stack([x, y, torch.cross(x, y, dim=-1), mixed[..., 3]], dim=-1)


def _member(subject: SubjectPlan, track: SubjectTrack, scene: Stage, member: int) -> tuple[Array, Array]:
    """Of one member in the film's frames: its bones [F, B, 3, 4] turned as in the world, their origins
    from its base, and its channels of motion [F, K]."""
    body = motion(track, scene, subject.offsets[member], member)
    local = np.zeros((scene.frames, len(BONES), 3, 4), np.float32)
    for start, _, _, features in states_of(subject, track):
        local[start:] = packed(rig(Being(subject, features, member, body)), scene.frames)[start:]
    return turn(body.heading)[:, None] @ local, _channels(body, _gait(subject, member, body))


def packed(frames: Frames, count: int) -> Array:
    """Frames as one array [F, B, 3, 4]; those that are missing are the body's own."""
    result = np.zeros((count, len(BONES), 3, 4), np.float32)
    result[..., :3] = np.eye(3)
    for name, (axes, origin) in frames.items():
        result[:, BONES.index(name), :, :3] = axes
        result[:, BONES.index(name), :, 3] = origin
    return result


def _gait(subject: SubjectPlan, member: int, body: Motion) -> Gait:
    if subject.kind == "figure":
        return gait_of(body, member_height(subject.height, member, len(subject.offsets)))
    cycle = (animal_cycle if subject.kind == "animal" else creature_cycle)(body, subject.height)
    return replace(gait_of(body, subject.height), cycle=cycle)


def _channels(body: Motion, gait: Gait) -> Array:
    """The channels of MOTIONS, [F, K]."""
    around = 2 * np.pi * (gait.cycle % 1.0)
    ways = [np.sin(around), np.cos(around), gait.walking, gait.running, body.speed / TOP_SPEED]
    return np.stack([*ways, *(body.of(pose) for pose in _POSES)], -1).astype(np.float32)
