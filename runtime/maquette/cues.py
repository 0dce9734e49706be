"""What drives maquette, as tensors over the frames of a clip: text, camera, bodies, light and air.

Legend of shapes: B clips, F frames, S texts of the scene, L tokens, D width of the text encoder, N
bodies (each member of a group is one), A what bodies are and have, R bones, K ways of moving, G what a place is and has,
X lines of sight, J lights, P kinds of particles, H and W the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from scenelang.compiler.conditioning import Conditioning, Encode
from scenelang.compiler.haze import haze
from scenelang.compiler.particle_maps import MAPS, particle_maps
from scenelang.compiler.plan import Plan, ShotPlan

GROUPS = ("text", "rays", "bodies", "light", "air")  # what can be dropped, for guidance and ablations


@dataclass(frozen=True)
class Cues:
    """One batch of clips. Unused rows of texts, bodies, lights and air are zero."""

    text_BSLD: Tensor  # zero behind a text's end
    weight_BFS: Tensor  # how much each text counts in a frame; rows sum to 1
    c2w_BF44: Tensor
    K_BF33: Tensor  # normalised by width and height
    body_text_BFN: Tensor  # int64: which text says a body; the same for those that are said alike
    body_BFNA: Tensor  # what it is, as `subject_FNA` of the conditioning
    colour_BFNC: Tensor  # of its parts: colour_FNMQ4 of the conditioning, flat
    base_BFN3: Tensor  # metres
    bone_BFNR34: Tensor  # frames of its bones in the world, metres; see compiler/bones.py
    motion_BFNK: Tensor
    extent_BN2: Tensor  # half the width and the height, metres; 0 where there is no body
    stature_BN: Tensor  # the height that it has when it stands, metres
    set_B7: Tensor  # as `set_7` of the conditioning
    place_BG: Tensor  # as `place_G`
    sight_BX7: Tensor  # as `sight_X7`: lines that the set keeps free
    light_BFJ8: Tensor  # as `light_FJ8` of the conditioning
    haze_BF: Tensor  # the share of light that what drifts takes from a metre, see compiler/haze.py
    air_text_BPLD: Tensor  # the word of each kind
    air_BFP3HW: Tensor  # coverage, nearness and tint, see compiler/particle_maps.py

    def to(self, device: torch.device | str) -> Cues:
        return replace(self, **{f.name: getattr(self, f.name).to(device) for f in fields(self)})

    def timed(self) -> list[str]:
        """The names of those that have frames."""
        return [f.name for f in fields(self) if "_BF" in f.name]

    def frames(self, index: slice | Tensor) -> Cues:
        """The cues of some frames."""
        return replace(self, **{name: getattr(self, name)[:, index] for name in self.timed()})


def collate(parts: list[Cues]) -> Cues:
    """Clips of equally many frames and equal size as one batch; shorter rows are filled with zeros."""
    joined = {}
    for field in fields(Cues):
        rows = [getattr(part, field.name) for part in parts]
        shape = [max(sizes) for sizes in zip(*(row.shape[1:] for row in rows), strict=True)]
        batch = rows[0].new_zeros(len(rows), *shape)
        for n, row in enumerate(rows):
            batch[(n, *(slice(0, size) for size in row.shape[1:]))] = row[0]
        joined[field.name] = batch
    return Cues(**joined)


def cues_of(plan: Plan, shot: ShotPlan, conditioning: Conditioning, encode: Encode) -> Cues:
    """The cues of a whole shot at the conditioning's rate, without what drifts in the air, which `with_air`
    adds to the frames at hand (a minute of maps would fill the memory)."""
    c2w = conditioning.c2w_F44
    counts = [len(plan.subject(track.subject).offsets) for track in shot.subjects]
    index = [(n, m) for n, count in enumerate(counts) for m in range(count)]
    whose = torch.tensor([n for n, _ in index], dtype=torch.int64)
    member = torch.tensor([m for _, m in index], dtype=torch.int64)
    tall = torch.tensor([plan.subject(track.subject).height for track in shot.subjects])
    parts = {
        "text_BSLD": conditioning.text_SLD,
        "weight_BFS": conditioning.segment_weight_FS,
        "c2w_BF44": c2w,
        "K_BF33": conditioning.K_F33,
        "body_text_BFN": conditioning.subject_text_FN[:, whose],
        "body_BFNA": conditioning.subject_FNA[:, whose],
        "colour_BFNC": conditioning.colour_FNMQ4[:, whose, member].flatten(2),
        "base_BFN3": conditioning.base_FNM3[:, whose, member],
        "bone_BFNR34": conditioning.bone_FNMB34[:, whose, member],
        "motion_BFNK": conditioning.motion_FNMK[:, whose, member],
        "extent_BN2": conditioning.extent_N2[whose],
        "stature_BN": tall[whose],
        "set_B7": conditioning.set_7,
        "place_BG": conditioning.place_G,
        "sight_BX7": conditioning.sight_X7,
        "light_BFJ8": conditioning.light_FJ8,
        "haze_BF": haze(
            [p.kind for p in shot.particles],
            conditioning.particle_FP6[..., 0],
            bool(conditioning.set_7[1:3].any()),
        ),
        "air_text_BPLD": encode([p.kind for p in shot.particles]),
        "air_BFP3HW": torch.zeros(len(c2w), len(shot.particles), MAPS, 0, 0),
    }
    return Cues(**{name: value[None] for name, value in parts.items()})


def with_air(cues: Cues, shot: ShotPlan, frame_F: Tensor, fps: float, height: int, width: int) -> Cues:
    """Cues of one clip, the frames `frame_F` of the film's rate `fps`, with maps of what drifts there."""
    maps = particle_maps(shot, cues.c2w_BF44[0], cues.K_BF33[0], frame_F, fps, height, width)
    return replace(cues, air_BFP3HW=maps.transpose(0, 1)[None])
