"""Plan to tensors: what drives a model, shot by shot, saved as safetensors.

Legend of shapes: F frames (at the backend's rate), S distinct texts, L tokens, D width of the
encoder, H and W the raster, N subjects, M members of the largest group, C channels, J lights,
P kinds of particles, T distinct texts of subjects, B bones, K channels of motion,
A what subjects are and have, Q parts with a colour, G what a place is and has, X lines of sight.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path

import torch
from torch import Tensor

from scenelang.compiler.blocking_maps import CHANNELS, bodies, boxes, paint
from scenelang.compiler.bones import BONES, MOTIONS, TOP_SPEED, bones
from scenelang.compiler.lexicon import BODY_WORDS, KINDS, PARTS, PLACE_WORDS
from scenelang.compiler.native import Native
from scenelang.compiler.plan import PlacePlan, Plan, ShotPlan, states_of
from scenelang.compiler.prompts import OF_SUBJECTS, prompts, subject_prompts
from scenelang.compiler.rays import frame_count, intrinsics, plucker, poses, resample
from scenelang.compiler.set_size import SHAPES, Extent, extent_of, set_size
from scenelang.compiler.sight_lines import sight_lines
from scenelang.compiler.wardrobe import worn

SCHEMA = "scenelang.conditioning/2"
COLOURED = ("main", *PARTS)  # parts that have a colour of their own
BLEND_SECONDS = Fraction(1, 4)

Encode = Callable[[list[str]], Tensor]


@dataclass(frozen=True)
class Conditioning:
    """The tensors of one shot; TENSORS says of each what its axes and units are."""

    text_SLD: Tensor
    negative_SLD: Tensor
    segment_weight_FS: Tensor
    c2w_F44: Tensor
    K_F33: Tensor
    plucker_F6HW: Tensor
    subject_text_TLD: Tensor
    subject_text_FN: Tensor
    subject_FNA: Tensor
    colour_FNMQ4: Tensor
    base_FNM3: Tensor
    extent_N2: Tensor
    box_FNM4: Tensor
    depth_FNM: Tensor
    heading_FN: Tensor
    bone_FNMB34: Tensor
    motion_FNMK: Tensor
    blocking_FNCHW: Tensor
    set_7: Tensor
    place_G: Tensor
    sight_X7: Tensor
    light_FJ8: Tensor
    particle_FP6: Tensor


# name -> (dtype, axes and units)
TENSORS: dict[str, tuple[torch.dtype, str]] = {
    "text_SLD": (
        torch.float32,
        "embedding of each distinct prompt; S texts, L tokens (zero behind the end), D width",
    ),
    "negative_SLD": (torch.float32, "embedding of the one negative prompt; S = 1"),
    "segment_weight_FS": (
        torch.float32,
        "how much each text counts in a frame; rows sum to 1; blended over a quarter second at borders",
    ),
    "c2w_F44": (
        torch.float32,
        "camera to world; OpenCV axes, world y up, metres, absolute in the scene",
    ),
    "K_F33": (
        torch.float32,
        "intrinsics, normalised by width and height: x = fx X/Z + cx runs from 0 to 1",
    ),
    "plucker_F6HW": (
        torch.float32,
        "rays (o x d, d) in world space at pixel centres; o in metres, d a unit vector",
    ),
    "subject_text_TLD": (torch.float32, "embedding of each distinct text that says a subject"),
    "subject_text_FN": (torch.int64, "which of them says a subject in a frame; -1 where there are none"),
    "subject_FNA": (
        torch.float32,
        f"1 for what a subject is and what its words show: {', '.join(BODY_WORDS)}",
    ),
    "colour_FNMQ4": (
        torch.float32,
        "sRGB from 0 to 1 of each part of a member, and 1 where it has a colour that the film says or that people are "
        f"given so that they differ, else all 0; parts {', '.join(COLOURED)}",
    ),
    "base_FNM3": (torch.float32, "where each member of a subject stands, metres"),
    "extent_N2": (torch.float32, "half the width and the height of a subject, metres"),
    "box_FNM4": (
        torch.float32,
        "x0, y0, x1, y1 of each member's box in widths and heights of the frame, not clipped; all 0 behind the camera",
    ),
    "depth_FNM": (
        torch.float32,
        "metres along the line of sight to each member's middle; inf behind the camera",
    ),
    "heading_FN": (torch.float32, "radians about the vertical relative to the camera; 0 faces it"),
    "bone_FNMB34": (
        torch.float32,
        "frame of each bone of a member in the world: unit axes x (its left as it faces +z), y (up; along arms, legs "
        "and hands), z, then the origin in metres; of the body its base, of limbs their middle; the body's frame "
        f"where it has no such bone; bones {', '.join(BONES)}",
    ),
    "motion_FNMK": (
        torch.float32,
        "how each member moves: phase of its gait, weights 0..1 of gaits and poses, speed in "
        f"{TOP_SPEED:g} m/s; channels {', '.join(MOTIONS)}",
    ),
    "blocking_FNCHW": (torch.float16, f"boxes painted; channels {', '.join(CHANNELS)}; depth in 1/m"),
    "set_7": (
        torch.float32,
        "the set's walls: is a street, is a room, is a cave, half its width and its height in metres; where the floor "
        "changes: metres along abs x, along -z; 0 where there is none",
    ),
    "place_G": (torch.float32, f"1 for what the place is and has: {', '.join(PLACE_WORDS)}"),
    "sight_X7": (
        torch.float32,
        "lines from the camera to subjects over the whole shot that the set keeps free: start and end in metres, and 1",
    ),
    "light_FJ8": (
        torch.float32,
        "is sun, is point, x, y, z (unit vector toward a sun, place of a point in metres, else 0), linear r, g, b "
        "times intensity",
    ),
    "particle_FP6": (torch.float32, "density 0..1, velocity x, y, z in m/s, swirl 0..1, size in metres"),
}


def condition_shot(
    plan: Plan,
    shot: ShotPlan,
    native: Native | None = None,
    *,
    raster: tuple[int, int] = (0, 0),
    encode: Encode | None = None,
    dialect: str = "plain",
) -> Conditioning:
    """The tensors of a shot at a backend's size and rate (the film's where not given).

    `raster` (width, height) is the resolution of rays and blocking maps; (0, 0) leaves them
    empty, for backends that don't look at them. Without `encode` the text tensors are empty
    (L = D = 0). All on the CPU.
    """
    native = native or Native(*plan.size, plan.rate)
    size, rate = (native.width, native.height), native.fps
    width, height = raster
    c2w_F44 = poses(shot, plan.rate, rate)
    K_F33 = intrinsics(shot, plan.size, size, plan.rate, rate)
    base_FNM3, extent_N2 = bodies(plan, shot, rate)
    box_FNM4, depth_FNM, heading_FN = boxes(plan, shot, c2w_F44, K_F33, rate)
    bone_FNMB34, motion_FNMK = bones(plan, shot, c2w_F44, rate)
    said = prompts(plan, shot, dialect)
    texts = list(dict.fromkeys(p.text for p in said))
    subject_texts, subject_text_FN = _subject_texts(plan, shot, dialect, rate)
    encode = encode or (lambda texts: torch.zeros(len(texts), 0, 0))
    return Conditioning(
        text_SLD=encode(texts),
        negative_SLD=encode([shot.avoid]),
        segment_weight_FS=_weights(
            shot, [texts.index(p.text) for p in said], len(texts), plan.rate, rate
        ),
        c2w_F44=c2w_F44,
        K_F33=K_F33,
        plucker_F6HW=plucker(c2w_F44, K_F33, height, width),
        subject_text_TLD=encode(subject_texts),
        subject_text_FN=subject_text_FN,
        subject_FNA=_subjects(plan, shot, rate),
        colour_FNMQ4=_colours(plan, shot, rate),
        base_FNM3=base_FNM3,
        extent_N2=extent_N2,
        box_FNM4=box_FNM4,
        depth_FNM=depth_FNM,
        heading_FN=heading_FN,
        bone_FNMB34=bone_FNMB34,
        motion_FNMK=motion_FNMK,
        blocking_FNCHW=paint(box_FNM4, depth_FNM, heading_FN, height, width),
        set_7=set_walls(plan.place(shot.place), extent_of(plan, shot.place)),
        place_G=place_words(plan.place(shot.place)),
        sight_X7=sight_lines(shot),
        light_FJ8=_lights(shot, plan.rate, rate),
        particle_FP6=_particles(shot, plan.rate, rate),
    )


def _weights(shot: ShotPlan, text_of: list[int], count: int, rate: Fraction, native: Fraction) -> Tensor:
    """`segment_weight_FS`: each frame's own text, with a short linear blend centred on borders."""
    frames = frame_count(shot.frames, rate, native)
    result = torch.zeros(frames, count)
    half = float(BLEND_SECONDS * rate / 2)
    at = torch.tensor([float(Fraction(n) / native * rate) + 0.5 for n in range(frames)])
    for segment, text in zip(shot.segments, text_of):
        a, b = segment.frames
        # ramps from 0 to 1 over the blend at each inner border; they sum to 1 across it
        rise = ((at - a + half) / (2 * half)).clamp(0, 1) if a > 0 else torch.ones(frames)
        fall = ((b - at + half) / (2 * half)).clamp(0, 1) if b < shot.frames else torch.ones(frames)
        result[:, text] += torch.minimum(rise, fall)
    return result / result.sum(-1, keepdim=True)


def _subject_texts(
    plan: Plan, shot: ShotPlan, dialect: str, native: Fraction
) -> tuple[list[str], Tensor]:
    """The distinct texts that say subjects, and `subject_text_FN`; none in a dialect without such texts."""
    if dialect not in OF_SUBJECTS:
        none = torch.full((len(_shown(plan, shot, native)), len(shot.subjects)), -1, dtype=torch.int64)
        return [], none
    said = [subject_prompts(plan, shot, track.subject, dialect) for track in shot.subjects]
    texts = list(dict.fromkeys(text for track in said for text in track))
    shown = _shown(plan, shot, native)
    index = [[texts.index(track[frame]) for track in said] for frame in shown]
    return texts, torch.tensor(index, dtype=torch.int64).reshape(len(shown), len(said))


def _shown(plan: Plan, shot: ShotPlan, native: Fraction) -> list[int]:
    """The film's frame that each native frame falls on."""
    count = frame_count(shot.frames, plan.rate, native)
    return [min(shot.frames - 1, math.floor(n / native * plan.rate)) for n in range(count)]


def _subjects(plan: Plan, shot: ShotPlan, native: Fraction) -> Tensor:
    """`subject_FNA`: the features of the description, then those of each `becomes`."""
    shown = torch.tensor(_shown(plan, shot, native))
    result = torch.zeros(len(shown), len(shot.subjects), len(BODY_WORDS))
    for n, track in enumerate(shot.subjects):
        subject = plan.subject(track.subject)
        for start, _, _, features in states_of(subject, track):
            # a feature may be called as a kind is: an umbrella is held, or it is one
            said = [word == subject.kind for word in BODY_WORDS[: len(KINDS)]]
            said += [word in features for word in BODY_WORDS[len(KINDS) :]]
            result[shown >= start, n] = torch.tensor(said).float()
    return result


def _colours(plan: Plan, shot: ShotPlan, native: Fraction) -> Tensor:
    """`colour_FNMQ4`: those of the description, then those of each `becomes`."""
    shown = torch.tensor(_shown(plan, shot, native))
    cast = [plan.subject(track.subject) for track in shot.subjects]
    most = max((len(subject.offsets) for subject in cast), default=0)
    result = torch.zeros(len(shown), len(cast), most, len(COLOURED), 4)
    for n, (subject, track) in enumerate(zip(cast, shot.subjects, strict=True)):
        for start, _, colours, features in states_of(subject, track):
            for m in range(len(subject.offsets)):
                said = torch.zeros(len(COLOURED), 4)
                for part, value in worn(subject, m, colours, features).items():
                    if part in COLOURED:
                        rgb = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
                        said[COLOURED.index(part)] = torch.tensor([*rgb, 1.0])
                result[shown >= start, n, m] = said
    return result


def set_walls(place: PlacePlan | None, extent: Extent) -> Tensor:
    """`set_7` of a place in which all happens within `extent`."""
    if place is None:
        return torch.zeros(7)
    size = set_size(place.set, extent)
    edges = [size.edge if size.edge and size.axis == axis else 0.0 for axis in (0, 2)]
    return torch.tensor([*(float(size.shape == s) for s in SHAPES), size.width, size.height, *edges])


def place_words(place: PlacePlan | None) -> Tensor:
    """`place_G` of a place."""
    words = () if place is None else (place.set, *place.features)
    return torch.tensor([float(word in words) for word in PLACE_WORDS])


def _lights(shot: ShotPlan, rate: Fraction, native: Fraction) -> Tensor:
    rows = []
    for light in shot.lights:
        track = light.direction if light.type == "sun" else light.position
        place = resample(track, shot.frames, rate, native)
        colour = resample(light.colour, shot.frames, rate, native)
        strength = resample(light.intensity, shot.frames, rate, native)[:, None]
        kind = torch.tensor([light.type == "sun", light.type == "point"], dtype=torch.float64)
        rows.append(torch.cat([kind.expand(len(place), 2), place, colour * strength], dim=-1))
    frames = frame_count(shot.frames, rate, native)
    return torch.stack(rows, dim=1).float() if rows else torch.zeros(frames, 0, 8)


def _particles(shot: ShotPlan, rate: Fraction, native: Fraction) -> Tensor:
    rows = []
    for p in shot.particles:
        density = resample(p.density, shot.frames, rate, native)[:, None]
        velocity = resample(p.velocity, shot.frames, rate, native)
        swirl = resample(p.swirl, shot.frames, rate, native)[:, None]
        rows.append(torch.cat([density, velocity, swirl, torch.full_like(density, p.size)], dim=-1))
    frames = frame_count(shot.frames, rate, native)
    return torch.stack(rows, dim=1).float() if rows else torch.zeros(frames, 0, 6)


def save(path: Path, plan: Plan, shots: dict[str, Conditioning], encoder: str, dialect: str) -> None:
    """One file for the film: keys `SHOT/TENSOR`, what the axes mean in the header's metadata."""
    from safetensors.torch import save_file

    tensors = {
        f"{shot}/{field.name}": getattr(conditioning, field.name).contiguous()
        for shot, conditioning in shots.items()
        for field in fields(conditioning)
    }
    words = {
        shot: {
            "prompts": [
                {"frames": p.frames, "text": p.text} for p in prompts(plan, plan.shot(shot), dialect)
            ],
            "subjects": [t.subject for t in plan.shot(shot).subjects],
            "lights": [light.name for light in plan.shot(shot).lights],
            "particles": [p.kind for p in plan.shot(shot).particles],
            "hash": plan.shot(shot).hash,
        }
        for shot in shots
    }
    metadata = {
        "schema": SCHEMA,
        "source": plan.source,
        "encoder": encoder,
        "dialect": dialect,
        "tensors": json.dumps({name: meaning for name, (_, meaning) in TENSORS.items()}),
        "shots": json.dumps(words, ensure_ascii=False),
    }
    save_file(tensors, path, metadata=metadata)


def load(path: Path, shot: str) -> Conditioning:
    """The tensors of one shot of a saved file; raises KeyError where the file has no such shot."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        names = set(file.keys())
        if not any(name.startswith(f"{shot}/") for name in names):
            raise KeyError(shot)
        return Conditioning(
            **{f.name: file.get_tensor(f"{shot}/{f.name}") for f in fields(Conditioning)}
        )
