"""What the cues alone say of a clip: a first picture, and what the network reads of every cell.

It comes about as a picture does: surfaces of the place (surfaces.py), bodies and what stands about before them
(bodies.py, splats.py), each with a colour and so much of the film's lights, then what drifts in the air, developed
like film (development.py). Shapes, colours and how light falls are learned from pixels. What it can't know, a body's
shadow on another, a halo, the glint of a puddle, is for the rest.

Legend of shapes: see cues.py and splats.py; H, W pixels, h, w cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from scenelang.runtime.maquette import features, splats, surfaces
from scenelang.runtime.maquette.bodies import CODE, Bodies, Scenery
from scenelang.runtime.maquette.cues import GROUPS, Cues
from scenelang.runtime.maquette.development import developed
from scenelang.runtime.maquette.layers import pieces, unshuffle
from scenelang.runtime.maquette.surfaces import LAMPS

CELL = 4  # pixels
MOST = 64  # solids that a tile of pixels sees at the most
PASSED = 3 + 1 + 3 + 1 + CODE + 1  # what of each pixel the network reads
TINTS = 6  # waves in which a particle's tint is read: a kind has no more colours
FACED = 3 + features.SUNS + 1 + CODE + 3 + 3 + 2  # what is known of a pixel of a body


@dataclass(frozen=True)
class Sketched:
    """`cells` [B, F, h, w, PASSED * CELL^2] for the network, `picture` [B, F, h, w, 3 * CELL^2] the first guess of the clip's
    pixels, `bodies` [B, F, h, w] how much of a cell they cover, `said` [B, F, D] the frame's words, `lit`
    [B, F, FRAME_CHANNELS] its light."""

    cells: Tensor
    picture: Tensor
    bodies: Tensor
    said: Tensor
    lit: Tensor


@dataclass(frozen=True)
class Clear:
    """Frames without what drifts: `radiance` [B, F, H, W, 3] linear RGB, `cover`, `normal`, `code` of bodies, `near`
    [B, F, H, W, 1] one over metres, `light` [B, F, LAMPS, 3], `said` and `lit` as in Sketched."""

    radiance: Tensor
    cover: Tensor
    normal: Tensor
    code: Tensor
    near: Tensor
    light: Tensor
    said: Tensor
    lit: Tensor


class Faced(NamedTuple):
    """Points of solids: `normal` [X, P, 3], how they face the `suns` [X, P, SUNS] and the camera, `view` [X, P, 1] (-1:
    straight), how `far` they are [X, P, 1], log metres, and what `lamps` give them [X, P, 3], linear RGB."""

    normal: Tensor
    suns: Tensor
    view: Tensor
    far: Tensor
    lamps: Tensor


class Drawn(NamedTuple):
    """What pixels [N] of a frame show of solids: unit directions `d` [N, 3], `depth` [N, 1] metres along them, `normal`
    [N, 3], `albedo` [N, 3] linear RGB, `code` [N, CODE], and how much of the pixel they `cover` [N, 1]."""

    d: Tensor
    depth: Tensor
    normal: Tensor
    albedo: Tensor
    code: Tensor
    cover: Tensor


class Sketch(nn.Module):
    """Cues to a first picture."""

    def __init__(self, text_dim: int, width: int, body_dim: int, scenery: int) -> None:
        super().__init__()
        self.surfaces = surfaces.Surfaces(text_dim, width)
        self.bodies = Bodies(body_dim)
        self.scenery = Scenery(body_dim, scenery)
        self.face = nn.Linear(FACED, 64)
        self.face_frame = nn.Linear(features.FRAME_CHANNELS + text_dim, 64)
        self.face_think = nn.Linear(64, 64)
        self.face_lights = nn.Linear(64, 3 * LAMPS)
        self.haze = nn.Linear(features.FRAME_CHANNELS + text_dim, LAMPS)
        self.drift = nn.Linear(text_dim, 32)
        self.drift_tint = nn.Linear(2 * TINTS, 32)
        self.drift_draw = nn.Linear(32, 3 + 3 + 3 + LAMPS)

    @property
    def ends(self) -> tuple[nn.Linear, ...]:
        """The layers that begin with zeros."""
        return (
            self.surfaces.draw,
            self.bodies.say,
            self.scenery.say,
            self.face_lights,
            self.haze,
            self.drift_draw,
        )

    def forward(self, cues: Cues, keep: Tensor, height: int, width: int) -> Sketched:
        """`keep` [B, GROUPS], 1 for the groups of cues that count and 0 for those that are left out. On a CPU, where
        nothing is learned, frame after frame, so that a clip needs no more memory than a picture."""
        frames, device = cues.c2w_BF44.shape[1], keep.device
        half = torch.is_autocast_enabled(device.type)
        with torch.autocast(device.type, enabled=False):  # geometry needs all of its digits
            parts = [
                self._frames(cues.frames(one), keep, height, width, half)
                for one in pieces(frames, 1, device)
            ]
        return Sketched(
            *(torch.cat([getattr(p, name) for p in parts], 1) for name in Sketched.__annotations__)
        )

    def _frames(self, cues: Cues, keep: Tensor, height: int, width: int, half: bool) -> Sketched:
        c = self.clear(cues, keep, height, width, half)
        share = keep[:, GROUPS.index("text"), None, None], keep[:, GROUPS.index("air"), None, None]
        radiance, drifting = self._drifted(cues, c, *share)
        picture = 2 * developed(radiance) - 1
        passed = torch.cat([picture, c.cover, c.normal, c.near, c.code, drifting], -1)
        crowd = _celled(c.cover.detach()).mean(-1)
        return Sketched(_celled(passed), _celled(picture), crowd, c.said, c.lit)

    def clear(self, cues: Cues, keep: Tensor, height: int, width: int, half: bool = False) -> Clear:
        """The frames before what drifts in the air is drawn over them; `half`: in bfloat16, what is large."""
        share = shares(keep)
        r = features.rays(cues, height, width)
        said, lit, light = told(cues, share)
        ground = self.surfaces(cues, r, said, keep, half)
        radiance = ground.albedo * (_lit(ground.falls, light) + ground.lamps)
        radiance = radiance + ground.glow + 0.2 * _lit(ground.haze, light)
        radiance, cover, normal, code, near = self._covered(
            cues, r, said, lit, light, share, radiance, ground.near
        )
        radiance = self._hazed(cues, r, torch.cat([lit, said], -1), light, near, share, radiance)
        return Clear(radiance, cover, normal, code, near, light, said, lit)

    def _covered(
        self, cues: Cues, r: features.Rays, said: Tensor, lit: Tensor, light: Tensor, share: dict[str, Tensor],
        radiance: Tensor, near: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
        """The picture with bodies and what stands about before it; cover, normal and code of each pixel; nearness."""
        b, f, h, w = radiance.shape[:4]
        found, cover, normal, depth = self._solid(cues, r, share)
        picture = found.tiles // ((h // splats.TILE) * (w // splats.TILE))
        frame = torch.cat([lit, said], -1)
        shown = [
            self._faced(cues, r, picture[n], found.of(n), normal[n], depth[n], light, frame, share)
            for n in pieces(len(picture), splats.BLOCK, r.d.device)
        ]
        parts = [
            cover * torch.cat(shown),
            cover,
            cover * normal,
            found.said[..., -CODE:],
            cover / depth.clamp_min(0.1),
        ]
        whole = splats.spread(torch.cat(parts, -1), found.tiles, (b * f, h, w)).view(b, f, h, w, -1)
        shown, cover, normal, code, ahead = whole.split([3, 1, 3, CODE, 1], -1)
        return radiance * (1 - cover) + shown, cover, normal, code, near * (1 - cover) + ahead

    def _faced(
        self, cues: Cues, r: features.Rays, picture: Tensor, found: splats.Seen, normal: Tensor, depth: Tensor,
        light: Tensor, frame: Tensor, share: dict[str, Tensor],
    ) -> Tensor:  # fmt: skip
        """What tiles [X] of pictures show of solids, linear RGB [X, P, 3]: their colours in the light that falls there."""
        cover = found.cover[..., None]
        albedo, glow, code = (found.said / cover.clamp_min(1e-3)).split([3, 3, CODE], -1)
        d, eye = splats.tiles_of(r.d, found.tiles), r.o.reshape(-1, 1, 3)[picture]
        counts = share["light"].expand(-1, light.shape[1], -1).flatten(0, 1)[picture][:, None]
        faced = self.faced(cues, picture, eye, d, depth, normal)
        faced = faced._replace(suns=faced.suns * counts, lamps=faced.lamps * counts)
        frame, light = frame.flatten(0, 1)[picture], light.flatten(0, 1)[picture]
        return glow + self.in_light(faced, code, albedo, cover, frame, light)

    def solids(self, cues: Cues, height: int, width: int) -> Drawn:
        """What the pixels of a single frame show of solids."""
        r = features.rays(cues, height, width)
        found, cover, normal, depth = self._solid(cues, r, shares(torch.ones(1, len(GROUPS))))
        parts = [depth, normal, found.said / cover.clamp_min(1e-3), cover]
        whole = splats.spread(torch.cat(parts, -1), found.tiles, (1, height, width)).flatten(0, 2)
        depth, normal, albedo, _, code, cover = whole.split([1, 3, 3, 3, CODE, 1], -1)
        return Drawn(r.d.reshape(-1, 3), depth, normal, albedo, code, cover)

    def faced(
        self, cues: Cues, picture: Tensor, eye: Tensor, d: Tensor, depth: Tensor, normal: Tensor
    ) -> Faced:
        """How points of pictures [X] lie to camera and lights, seen from `eye` [X, 1, 3] along `d` [X, P, 3] at `depth`
        [X, P, 1] metres, with normals [X, P, 3]."""
        lamps = self._lamps(cues, eye + depth * d, normal, picture)
        suns = features.strongest(cues, cues.light_BFJ8[..., 2:5]).flatten(0, 1)[picture]
        view = (normal * d).sum(-1, keepdim=True)
        return Faced(normal, normal @ suns.transpose(1, 2), view, depth.clamp_min(0.05).log() / 3, lamps)

    def in_light(
        self, at: Faced, code: Tensor, albedo: Tensor, cover: Tensor, frame: Tensor, light: Tensor
    ) -> Tensor:
        """What points throw back, linear RGB [X, P, 3], but for their own glow: of a `code` [X, P, CODE] and linear RGB
        `albedo` [X, P, 3], where solids `cover` [X, P, 1] the pixel; `frame` [X, …] the light and the words of their
        pictures, `light` [X, LAMPS, 3] the lights."""
        known = [at.normal, at.suns, at.view, code, albedo, at.lamps, at.far, cover]
        x = fn.silu(self.face(torch.cat(known, -1)) + self.face_frame(frame)[:, None])
        x = x + fn.silu(self.face_think(x))
        direct, other, haze = self.face_lights(x).split(LAMPS, -1)
        lambert = fn.pad(((at.suns + 0.12) / 1.12).clamp_min(0), (0, LAMPS - features.SUNS), value=1.0)
        falls = fn.softplus(direct) * lambert + fn.softplus(other - 3)
        return albedo * (_lit(falls, light) + at.lamps) + 0.2 * _lit(fn.softplus(haze - 4), light)

    def _solid(
        self, cues: Cues, r: features.Rays, share: dict[str, Tensor]
    ) -> tuple[splats.Seen, Tensor, Tensor, Tensor]:
        """What tiles see of solids; how much of pixels they cover [X, P, 1], their normals [X, P, 3] and depths
        [X, P, 1]."""
        found = splats.seen(self._solids(cues, share), r, MOST)
        cover = found.cover[..., None]
        normal = fn.normalize(found.normal, dim=-1, eps=1e-4)
        return found, cover, normal, found.depth[..., None] * (1 / cover.clamp_min(1e-3))

    def _solids(self, cues: Cues, share: dict[str, Tensor]) -> splats.Splats:
        """Bodies and scenery of B * F pictures."""
        place = self.scenery(cues, share["text"])
        if cues.base_BFN3.shape[2] == 0:
            return place
        bodies = self.bodies(cues, share["text"], share["bodies"])
        both = {
            name: torch.cat([getattr(bodies, name), getattr(place, name)], 1)
            for name in splats.Splats.__annotations__
        }
        return splats.Splats(**both)

    def _lamps(self, cues: Cues, point: Tensor, normal: Tensor, picture: Tensor) -> Tensor:
        """What lamps give points [X, P, 3] of pictures [X]."""
        light = cues.light_BFJ8.flatten(0, 1)[picture][:, None]  # [X, 1, J, 8]
        part = replace(cues, light_BFJ8=light)
        return features.lamplight(part, point[:, None, None], normal[:, None, None])[:, 0, 0]

    def _hazed(
        self, cues: Cues, r: features.Rays, frame: Tensor, light: Tensor, near: Tensor, share: dict[str, Tensor],
        radiance: Tensor,
    ) -> Tensor:  # fmt: skip
        """The picture through what drifts between it and the camera (Beer's law), thinner high in the sky."""
        lost = (cues.haze_BF[:, :, None] * share["air"])[..., None, None]
        sky = torch.exp(-6 * r.d[..., 1:2].clamp_min(0) * (near * features.FAR < 1.01))
        part = (1 - torch.exp(-lost / near.clamp_min(1e-3))) * sky
        colour = _lit(fn.softplus(self.haze(frame) - 1)[:, :, None, None], light)
        return torch.lerp(radiance, colour, part)

    def _drifted(self, cues: Cues, c: Clear, told: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """The picture with what drifts before it, and how much of each pixel that covers; `told` [B, 1, 1] whether
        words count, `there` whether the air does."""
        radiance, whole = c.radiance, torch.zeros_like(c.cover)
        if cues.air_BFP3HW.shape[2] == 0:
            return radiance, whole
        kinds = self.drift(mean_of(cues.air_text_BPLD) * told)
        for n in range(kinds.shape[1]):
            maps = cues.air_BFP3HW[:, :, n] * there[..., None, None]
            said = kinds[:, n, None, None, None]
            part, colour = self.of_particles(
                said, maps.movedim(2, -1), c.near, c.light[:, :, None, None]
            )
            radiance = radiance * (1 - part) + part * colour
            whole = 1 - (1 - whole) * (1 - part)
        return radiance, whole

    def of_particles(
        self, said: Tensor, maps: Tensor, near: Tensor, light: Tensor
    ) -> tuple[Tensor, Tensor]:
        """How much of pixels particles cover [..., 1], and their radiance there [..., 3]: of what is said of their kind
        [..., 32], their maps [..., 3], the nearness [..., 1] of what is behind, the lights [..., LAMPS, 3]."""
        cover, close, tint = maps.split(1, -1)
        some = cover.clamp_min(1e-3)
        angle = tint / some * 2 * math.pi * torch.arange(1, TINTS + 1, device=maps.device)
        x = self.drift_tint(torch.cat([angle.sin(), angle.cos()], -1)) + said
        albedo, glow, how, falls = self.drift_draw(fn.silu(x)).float().split([3, 3, 3, LAMPS], -1)
        thick, deep, ahead = how.split(1, -1)
        before = (close / some - near) * fn.softplus(deep) * 4
        part = 1 - torch.exp(-cover * torch.sigmoid(before + ahead + 2) * fn.softplus(thick + 0.5) * 1.5)
        falling = (fn.softplus(falls)[..., None] * light).sum(-2)
        return part, albedo.sigmoid() * falling + fn.softplus(glow - 3)


def _celled(x: Tensor) -> Tensor:
    """Maps [B, F, H, W, C] by cells, [B, F, h, w, C * CELL^2]."""
    return unshuffle(x.flatten(0, 1).movedim(-1, 1), CELL).unflatten(0, x.shape[:2])


def _lit(falls: Tensor, light: Tensor) -> Tensor:
    """Shares [B, F, h, w, LAMPS] of lights [B, F, LAMPS, 3], or [X, P, LAMPS] of [X, LAMPS, 3]: linear RGB."""
    return (falls.flatten(light.dim() - 2, -2) @ light).view(*falls.shape[:-1], 3)


def shares(keep: Tensor) -> dict[str, Tensor]:
    """How much each group of cues counts, [B, 1, 1], of `keep` [B, GROUPS]."""
    return dict(zip(GROUPS, keep[:, :, None, None].unbind(1), strict=True))


def told(cues: Cues, share: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """The words of frames [B, F, D], their light as the camera sees it [B, F, FRAME_CHANNELS], and their lights
    [B, F, LAMPS, 3]; the last is white, whether light counts or not."""
    said = torch.einsum("bfs,bsd->bfd", cues.weight_BFS, mean_of(cues.text_BSLD)) * share["text"]
    lit = features.frame_vector(cues) * share["light"]
    light = features.even_light(cues) * share["light"][..., None]
    return said, lit, torch.cat([light[:, :, :-1], torch.ones_like(light[:, :, -1:])], 2)


def mean_of(words: Tensor) -> Tensor:
    """Embeddings [..., L, D], zero behind a text's end, to their mean [..., D]."""
    there = (words != 0).any(-1, keepdim=True)
    return words.sum(-2) / there.sum(-2).clamp_min(1)
