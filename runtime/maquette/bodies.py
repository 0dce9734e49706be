"""What words make of a body and of what stands about in a place: soft solids on bones, or in the world.

A network reads the words, which parts have a colour, what the body is doing and how large it is, and says of each
of a fixed number of solids where it is on its bone, how large, how boxy, which colours it mixes. Nothing tells it
what a kind looks like but the films that it learns from.

Legend of shapes: see cues.py and splats.py; K solids of a body, V values of a solid.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from scenelang.compiler.bones import BONES, MOTIONS
from scenelang.compiler.conditioning import COLOURED
from scenelang.compiler.lexicon import BODY_WORDS, PLACE_WORDS
from scenelang.compiler.sight_lines import CLEARANCE
from scenelang.runtime.maquette.cues import Cues
from scenelang.runtime.maquette.development import linear
from scenelang.runtime.maquette.layers import normed
from scenelang.runtime.maquette.splats import Splats

PARTS = len(COLOURED)
CODE = 8  # numbers that a solid says of its surface besides its colour
GLOSS = 0  # which of them says how smooth it is, 0 to 1
SAID = 3 + 3 + CODE  # colour, glow and code
# how many solids each bone has, and how large they begin (half across, half along, half deep) in heights
SOLIDS: dict[str, tuple[int, tuple[float, float, float]]] = {
    "body": (6, (0.06, 0.06, 0.06)), "pelvis": (6, (0.08, 0.1, 0.06)), "chest": (6, (0.09, 0.1, 0.06)),
    "head": (16, (0.05, 0.06, 0.05)), "upper_arm": (2, (0.035, 0.09, 0.035)), "forearm": (2, (0.03, 0.09, 0.03)),
    "hand": (3, (0.05, 0.05, 0.05)), "thigh": (2, (0.045, 0.13, 0.045)), "shin": (2, (0.04, 0.13, 0.04)),
    "foot": (2, (0.035, 0.03, 0.06)),
}  # fmt: skip
# likewise of what has no bones, in halves of its width and in its height: poles, plates, blobs
BOXES = ((0.1, 0.25, 0.1), (0.4, 0.06, 0.4), (0.22, 0.12, 0.22))
_SHAPE = {
    "middle": 3,
    "half": 3,
    "turn": 3,
    "exponent": 1,
    "across": 1,
    "taper": 1,
    "soft": 1,
    "opacity": 1,
}
_LOOK = {"own": 3, "glow": 1, "code": CODE}
TAPER = 0.95  # the most that a solid tapers
REACH = 10.0  # metres: the unit of what stands about


def _rest() -> tuple[list[int], Tensor, Tensor]:
    """The bone of each solid; its first middle and size [2, K, 3], with a skeleton and without."""
    luck = torch.Generator().manual_seed(0)
    where, size = [], []
    for n, bone in enumerate(BONES):
        count, half = SOLIDS[bone.removeprefix("left_").removeprefix("right_")]
        where += [n] * count
        size += [half] * count
    k = len(where)
    sizes = torch.stack([torch.tensor(size), torch.tensor([BOXES[n % len(BOXES)] for n in range(k)])])
    luckily = torch.rand(2, k, 3, generator=luck) - 0.5
    box = torch.tensor([1.4, 0.8, 1.4]) * luckily[1] + torch.tensor([0.0, 0.5, 0.0])
    return where, torch.stack([0.8 * sizes[0] * luckily[0], box]), sizes


class Bodies(nn.Module):
    """What bodies are and do to the solids of every body."""

    def __init__(self, width: int) -> None:
        super().__init__()
        where, *fixed = _rest()
        self.values = {**_SHAPE, **_LOOK, "paint": 1 + PARTS}
        count = sum(self.values.values())
        self.bone: Tensor
        self.fixed: Tensor  # middle, size
        self.register_buffer("bone", torch.tensor(where), persistent=False)
        self.register_buffer("fixed", torch.stack(fixed, 1), persistent=False)
        self.rest = nn.Parameter(torch.zeros(2, len(where), count))  # with a skeleton, and without
        self.read = nn.Linear(len(BODY_WORDS) + PARTS + len(MOTIONS) + 3, width)
        self.think = nn.Linear(width, width)
        self.think_again = nn.Linear(width, width)
        self.say = nn.Linear(width, len(where) * count)
        nn.init.zeros_(self.say.weight)
        nn.init.zeros_(self.say.bias)
        if not self.rest.is_meta:
            _soften(self.rest.data, self.values)

    def said(self, what: Tensor) -> dict[str, Tensor]:
        """Values of the solids [..., S, V] by name, of what is known of bodies [..., KNOWN] (see `known`)."""
        x = fn.silu(self.read(what))
        x = x + fn.silu(self.think(normed(x)))
        x = x + fn.silu(self.think_again(normed(x)))
        raw = self.say(normed(x)).float().unflatten(-1, (len(self.bone), -1))
        values = torch.lerp(self.rest[0], self.rest[1], what[..., None, -1:]) + raw
        return dict(zip(self.values, values.split([*self.values.values()], -1), strict=True))

    def known(self, cues: Cues, told: Tensor) -> Tensor:
        """What is known of bodies, [B, F, N, KNOWN]: what they are and have, which parts have a colour, what they do, their
        shape, and whether they have no bones. `told` [B, 1, 1] whether words count."""
        b, f, n = cues.base_BFN3.shape[:3]
        half, high = cues.extent_BN2[:, None, :, :1], cues.extent_BN2[:, None, :, 1:]
        tall = cues.stature_BN[:, None, :, None]
        shape = torch.cat([half / high.clamp_min(1e-3), tall.clamp_min(0.02).log() / 3], -1)
        painted = cues.colour_BFNC.unflatten(-1, (PARTS, 4))[..., 3]
        told = told[..., None]
        return torch.cat(
            [
                cues.body_BFNA * told,
                painted * told,
                cues.motion_BFNK,
                shape.expand(b, f, n, 2),
                rigid(cues),
            ],
            -1,
        )

    def units(self, cues: Cues) -> tuple[Tensor, Tensor, Tensor]:
        """What values of middles and sizes are measured in, [B, F, N, 1, 3] metres, and the middles [B, F, N, S, 3] and
        sizes of solids at rest, in such units."""
        b, _, n = cues.base_BFN3.shape[:3]
        half, high = cues.extent_BN2[:, None, :, :1], cues.extent_BN2[:, None, :, 1:]
        boneless = rigid(cues)
        box = torch.cat([half, high, half], -1)
        tall = cues.stature_BN[:, None, :, None].expand(b, 1, n, 3)
        unit = torch.lerp(tall, box, boneless)[..., None, :]
        begin, size = torch.lerp(self.fixed[0], self.fixed[1], boneless[..., None, None]).unbind(3)
        return unit, begin, size

    def forward(self, cues: Cues, told: Tensor, there: Tensor) -> Splats:
        """`told` [B, 1, 1] whether words and colours count, `there` [B, 1, 1] whether bodies do. Splats of B * F pictures,
        S = N * K."""
        b, f, n = cues.base_BFN3.shape[:3]
        v = self.said(self.known(cues, told))
        unit, begin, size = self.units(cues)
        colours = cues.colour_BFNC.unflatten(-1, (PARTS, 4)) * told[..., None, None]
        frame = cues.bone_BFNR34[:, :, :, self.bone]  # [B, F, N, K, 3, 4]
        place = (begin + v["middle"]) * unit
        middle = frame[..., 3] + (frame[..., :3] @ place[..., None])[..., 0]
        half_size = size * v["half"].clamp(-6, 3).exp() * unit
        colour = _mixed(v["paint"], v["own"], linear(colours[..., :3]), colours[..., 3])
        alive = ((cues.extent_BN2[:, None, :, 1:] > 0) & (there[..., None] > 0)).expand(b, f, n, 1)
        return _splats(v, middle, frame[..., :3] @ _turned(v["turn"]), half_size, colour, alive)


def rigid(cues: Cues) -> Tensor:
    """1 for bodies without bones, [B, F, N, 1]."""
    bones = cues.bone_BFNR34
    apart = (bones[..., 1:, :, 3] - bones[..., :1, :, 3]).abs().amax((-1, -2))
    return (apart < 1e-3).float()[..., None]


class Scenery(nn.Module):
    """What a place is, and how large, to what stands about in it."""

    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.values = {
            **_SHAPE,
            **_LOOK,
            "piece": 4,
        }  # the middle and radius of what a solid is a part of
        self.count = count
        self.rest = nn.Parameter(torch.zeros(count, sum(self.values.values())))
        self.read = nn.Linear(len(PLACE_WORDS) + 7, width)
        self.think = nn.Linear(width, width)
        self.say = nn.Linear(width, count * sum(self.values.values()))
        nn.init.zeros_(self.say.weight)
        nn.init.zeros_(self.say.bias)
        if not self.rest.is_meta:
            v = _soften(self.rest.data, self.values)
            v["middle"][:] = _scattered(count)
            v["half"][:] = torch.tensor([0.08, 0.12, 0.08]).log()
            v["opacity"][:] = -1.5
            v["piece"][:] = torch.cat([v["middle"], torch.full((count, 1), 0.05)], -1)

    def said(self, place: Tensor, size: Tensor) -> Tensor:
        """Values [B, S, V] of its solids, of `place_G` [B, K] and `set_7` [B, 7] of the conditioning."""
        x = fn.silu(self.read(torch.cat([place, size / 10], -1)))
        x = x + fn.silu(self.think(normed(x)))
        return self.rest + self.say(normed(x)).float().view(len(place), self.count, -1)

    def forward(self, cues: Cues, told: Tensor) -> Splats:
        """`told` [B, 1, 1] whether the place counts. Splats of B * F pictures."""
        b, f = cues.c2w_BF44.shape[:2]
        said = self.said(cues.place_BG * told[:, 0], cues.set_B7)
        parts = said[:, None, None].expand(b, f, 1, self.count, -1).split(list(self.values.values()), -1)
        v = dict(zip(self.values, parts, strict=True))
        alive = _free(cues.sight_BX7, v["piece"][:, 0, 0].detach() * REACH)[:, None, None].expand(
            b, f, 1, -1
        )
        size = v["half"].clamp(-8, 1).exp() * REACH
        return _splats(v, v["middle"] * REACH, _turned(v["turn"]), size, v["own"].sigmoid(), alive)


def _free(sight: Tensor, piece: Tensor) -> Tensor:
    """Whether pieces of a set [B, K, 4] (middle, radius) leave the lines of sight [B, M, 7] free, bool [B, K]."""
    start, end, there = sight[:, None].split([3, 3, 1], -1)  # [B, 1, M, …]
    way = end - start
    to = piece[:, :, None, :3] - start
    u = ((to * way).sum(-1) / way.square().sum(-1).clamp_min(1e-6)).clamp(0, 1)
    away = (to - u[..., None] * way).norm(dim=-1)  # [B, K, M]
    blocked = (away < piece[:, :, None, 3] + CLEARANCE) & (there[..., 0] > 0)
    return ~blocked.any(-1)


def _scattered(count: int) -> Tensor:
    """Places [K, 3] on a spiral around the middle of the stage, from seven metres to thirty, in REACHes."""
    n = torch.arange(count).float()
    angle, away = n * 2.399963, 0.7 + 2.0 * (n / count) ** 1.5
    high = 0.05 + 0.45 * torch.rand(count, generator=torch.Generator().manual_seed(1))
    return torch.stack([away * angle.sin(), high, away * angle.cos()], -1)


def _soften(rest: Tensor, values: dict[str, int]) -> dict[str, Tensor]:
    """Sets values [..., V] of solids at rest as they are before anything is learned; returns them by name."""
    v = dict(zip(values, rest.split(list(values.values()), -1), strict=True))
    v["exponent"][:] = v["across"][:] = -1.0
    v["opacity"][:] = 0.5
    v["turn"][:] = 0.05 * torch.randn(v["turn"].shape, generator=torch.Generator().manual_seed(2))
    return v


def _splats(
    v: dict[str, Tensor], middle: Tensor, axes: Tensor, half: Tensor, colour: Tensor, alive: Tensor
) -> Splats:
    """Values [B, F, N, K, …] as the splats of B * F pictures."""
    flat = lambda x: x.flatten(0, 1).flatten(1, 2)  # noqa: E731
    glow = colour * fn.softplus(v["glow"] - 4) * 4
    opacity = v["opacity"].sigmoid()[..., 0] * alive
    return Splats(
        flat(middle),
        flat(axes),
        flat(half).clamp_min(2e-3),
        flat(2 + 6 * v["exponent"].sigmoid()[..., 0]),
        flat(2 + 6 * v["across"].sigmoid()[..., 0]),
        flat(TAPER * torch.tanh(v["taper"][..., 0])),
        flat(0.004 + 0.4 * (v["soft"][..., 0] - 2).sigmoid()),
        flat(opacity),
        flat(torch.cat([colour, glow, v["code"]], -1)),
    )


def _mixed(paint: Tensor, own: Tensor, colours: Tensor, said: Tensor) -> Tensor:
    """Linear RGB [..., K, 3]: of the colours that the film gives the parts [..., PARTS, 3], and one of its own."""
    there = torch.cat([torch.ones_like(said[..., :1]), said], -1)[..., None, :]
    share = paint.masked_fill(there == 0, -torch.inf).softmax(-1)
    return share[..., :1] * own.sigmoid() + share[..., 1:] @ colours


def _turned(turn: Tensor) -> Tensor:
    """Rotations [..., 3, 3] of quaternions (1, turn)."""
    q = fn.normalize(torch.cat([torch.ones_like(turn[..., :1]), turn], -1), dim=-1)
    w, x, y, z = q.unbind(-1)
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return torch.stack(rows, -1).unflatten(-1, (3, 3))
