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
from scenelang.runtime.maquette.cues import Cues
from scenelang.runtime.maquette.development import linear
from scenelang.runtime.maquette.layers import normed
from scenelang.runtime.maquette.splats import Splats

PARTS = len(COLOURED)
CODE = 8  # numbers that a solid says of its surface besides its colour
SAID = 3 + 3 + CODE  # colour, glow and code
# how many solids each bone has, and how large they begin: half across, half along, half deep, in heights
SOLIDS: dict[str, tuple[int, tuple[float, float, float]]] = {
    "body": (4, (0.1, 0.2, 0.1)), "pelvis": (5, (0.08, 0.1, 0.06)), "chest": (5, (0.09, 0.1, 0.06)),
    "head": (12, (0.06, 0.07, 0.06)), "upper_arm": (2, (0.035, 0.09, 0.035)), "forearm": (2, (0.03, 0.09, 0.03)),
    "hand": (3, (0.03, 0.04, 0.03)), "thigh": (2, (0.045, 0.13, 0.045)), "shin": (2, (0.04, 0.13, 0.04)),
    "foot": (1, (0.035, 0.03, 0.06)),
}  # fmt: skip
_SHAPE = {"middle": 3, "half": 3, "turn": 3, "exponent": 1, "soft": 1, "opacity": 1}
_LOOK = {"own": 3, "glow": 1, "code": CODE}
REACH = 10.0  # metres: the unit of what stands about


def _bones() -> tuple[list[int], list[tuple[float, float, float]]]:
    """The bone of each solid, and its first size."""
    where, size = [], []
    for n, bone in enumerate(BONES):
        count, half = SOLIDS[bone.removeprefix("left_").removeprefix("right_")]
        where += [n] * count
        size += [half] * count
    return where, size


class Bodies(nn.Module):
    """Words to the solids of every body."""

    def __init__(self, text_dim: int, width: int) -> None:
        super().__init__()
        where, size = _bones()
        self.values = {**_SHAPE, **_LOOK, "paint": 1 + PARTS}
        count = sum(self.values.values())
        self.bone: Tensor
        self.register_buffer("bone", torch.tensor(where), persistent=False)
        self.rest = nn.Parameter(torch.zeros(2, len(where), count))  # with a skeleton, and without
        self.read = nn.Linear(text_dim + PARTS + len(MOTIONS) + 3, width)
        self.think = nn.Linear(width, width)
        self.say = nn.Linear(width, len(where) * count)
        nn.init.zeros_(self.say.weight)
        nn.init.zeros_(self.say.bias)
        _begin(self.rest, self.values, torch.tensor(size))

    def forward(self, cues: Cues, words: Tensor, told: Tensor, there: Tensor) -> Splats:
        """`words` [B, F, N, D] of each body; `told` [B, 1, 1] whether words and colours count, `there` [B, 1, 1] whether
        bodies do. Splats of B * F pictures, S = N * K."""
        b, f, n = cues.base_BFN3.shape[:3]
        bones = cues.bone_BFNR34
        apart = (bones[..., 1:, :, 3] - bones[..., :1, :, 3]).abs().amax((-1, -2))  # [B, F, N]
        rigid = (apart < 1e-3).float()[..., None]
        half, high = cues.extent_BN2[:, None, :, :1], cues.extent_BN2[:, None, :, 1:]
        tall = cues.stature_BN[:, None, :, None]
        size = torch.cat([half / high.clamp_min(1e-3), (tall.clamp_min(0.02)).log() / 3], -1).expand(b, f, n, 2)
        colours = cues.colour_BFNC.unflatten(-1, (PARTS, 4)) * told[..., None, None]
        said = colours[..., 3]
        x = torch.cat([words * told[..., None], said, cues.motion_BFNK, size, rigid], -1)
        x = fn.silu(self.read(x))
        x = x + fn.silu(self.think(normed(x)))
        k = len(self.bone)
        raw = self.say(normed(x)).float().view(b, f, n, k, -1)
        rest = torch.lerp(self.rest[0], self.rest[1], rigid[..., None])  # [B, F, N, K, V]
        v = dict(zip(self.values, (rest + raw).split(list(self.values.values()), -1), strict=True))
        frame = bones[:, :, :, self.bone]  # [B, F, N, K, 3, 4]
        box = torch.cat([half, high, half], -1)
        unit = torch.lerp(tall.expand(b, 1, n, 3), box, rigid)[..., None, :]  # [B, F, N, 1, 3] metres
        middle = frame[..., 3] + (frame[..., :3] @ (v["middle"] * unit)[..., None])[..., 0]
        colour = _mixed(v["paint"], v["own"], linear(colours[..., :3]), said)
        alive = ((high > 0) & (there[..., None] > 0)).expand(b, f, n, 1)
        return _splats(v, middle, frame[..., :3] @ _turned(v["turn"]), v["half"].clamp(-8, 2).exp() * unit, colour, alive)


class Scenery(nn.Module):
    """Words to what stands about in a place."""

    def __init__(self, text_dim: int, width: int, count: int) -> None:
        super().__init__()
        self.values = {**_SHAPE, **_LOOK}
        self.count = count
        self.rest = nn.Parameter(torch.zeros(count, sum(self.values.values())))
        self.read = nn.Linear(text_dim + 7, width)
        self.say = nn.Linear(width, count * sum(self.values.values()))
        nn.init.zeros_(self.say.weight)
        nn.init.zeros_(self.say.bias)
        if not self.rest.is_meta:
            _scattered(self.rest.data)

    def forward(self, cues: Cues, words: Tensor) -> Splats:
        """`words` [B, D] of the place. Splats of B * F pictures."""
        b, f = cues.c2w_BF44.shape[:2]
        x = fn.silu(self.read(torch.cat([words, cues.set_B7 / 10], -1)))
        raw = self.say(normed(x)).float().view(b, 1, 1, self.count, -1)
        parts = (self.rest + raw).expand(b, f, 1, self.count, -1).split(list(self.values.values()), -1)
        v = dict(zip(self.values, parts, strict=True))
        alive = torch.ones(b, f, 1, 1, dtype=torch.bool, device=words.device)
        size = v["half"].clamp(-8, 1).exp() * REACH
        return _splats(v, v["middle"] * REACH, _turned(v["turn"]), size, v["own"].sigmoid(), alive)


def _begin(rest: nn.Parameter, values: dict[str, int], size: Tensor) -> None:
    """Limbs as long as their bones; where there are none, blobs all over the body's box."""
    if rest.is_meta:
        return  # weights are about to be loaded
    luck = torch.Generator().manual_seed(0)
    v = dict(zip(values, rest.data.split(list(values.values()), -1), strict=True))
    k = len(size)
    v["half"][0] = size.log()
    v["middle"][0] = size * (torch.rand(k, 3, generator=luck) - 0.5) * 0.8
    v["middle"][1] = torch.rand(k, 3, generator=luck) * torch.tensor([1.5, 0.9, 1.5]) + torch.tensor([-0.75, 0.05, -0.75])
    v["half"][1] = torch.tensor([0.25, 0.12, 0.25]).log()
    _soften(v, luck)


def _scattered(rest: Tensor) -> None:
    """On a spiral around the middle of the stage, from seven metres to thirty."""
    luck = torch.Generator().manual_seed(1)
    v = dict(zip(("middle", "half", "turn", "exponent", "soft", "opacity"), rest.split([3, 3, 3, 1, 1, 1, 12], -1), strict=False))
    n = torch.arange(len(rest)).float()
    angle, away = n * 2.399963, 0.7 + 2.0 * (n / len(rest)) ** 1.5
    high = 0.05 + 0.45 * torch.rand(len(rest), generator=luck)
    v["middle"][:] = torch.stack([away * angle.sin(), high, away * angle.cos()], -1)
    v["half"][:] = torch.tensor([0.08, 0.12, 0.08]).log()
    _soften(v, luck)
    v["opacity"][:] = -1.5


def _soften(v: dict[str, Tensor], luck: torch.Generator) -> None:
    v["exponent"][:] = -1.0
    v["soft"][:] = -1.2
    v["opacity"][:] = 0.5
    v["turn"][:] = 0.05 * torch.randn(v["turn"].shape, generator=luck)


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
        flat(0.02 + fn.softplus(v["soft"])[..., 0]),
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

