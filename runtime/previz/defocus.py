"""Depth of field: what a thin lens blurs, from focal length, f-number and distance of focus.

A point at depth d is a disc on the sensor, (f / N) f |d - s| / (d (s - f)) wide, where s is the depth
in focus, f the focal length and N the f-number. Every disc is spread over the pixels it covers,
gathered pixel by pixel from a smaller picture: what lies behind never spreads over what is sharp
before it, and what is blurred before something spreads over its own edge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as nn
from torch import Tensor

from scenelang.compiler.geometry import SENSOR_WIDTH_MM
from scenelang.compiler.plan import ShotPlan
from scenelang.runtime.previz.light import track

WIDEST = 0.03  # of the picture's width: the largest radius of a disc that is drawn
WORKING = 320  # pixels of width at which discs are spread
LEAST = 0.5  # pixels of radius below which nothing is blurred
BRIGHTEST = 12.0  # radiance that a disc is made of, so that no lamp becomes a sheet of light


@dataclass(frozen=True)
class Lens:
    """The optics of a shot over F frames: `strength` [F] is f^2 / (N (s - f)) in widths of the picture,
    0 where everything is sharp; `focus` [F] metres."""

    strength: Tensor
    focus: Tensor

    def frames(self, start: int, stop: int) -> Lens:
        return Lens(self.strength[start:stop], self.focus[start:stop])

    @property
    def sharp(self) -> bool:
        return not bool((self.strength > 0).any())

    def radius(self, frame: int, depth: Tensor, width: int) -> Tensor:
        """Radii of the discs in pixels, of depths in metres (inf is far away); negative before the
        plane of focus."""
        away = 1 - self.focus[frame] / depth
        most = WIDEST * width
        return (0.5 * width * self.strength[frame] * away).clamp(-most, most)


def lens_of(shot: ShotPlan, device: torch.device) -> Lens:
    """The lens of a shot. Deep focus and an f-number of 0 blur nothing."""
    n = shot.frames
    focal, stop, focus = (
        track(t, n) for t in (shot.camera.focal_mm, shot.camera.aperture, shot.camera.focus_m)
    )
    f = focal / 1000
    strength = f * f / (stop.clamp_min(0.1) * (focus - f).clamp_min(0.5 * f)) / (SENSOR_WIDTH_MM / 1000)
    strength = strength * ((focus > 0) & (stop > 0))
    return Lens(strength.to(device), focus.to(device))


def defocused(colour: Tensor, depth: Tensor, shape: tuple[int, int, int], lens: Lens) -> Tensor:
    """Linear radiance [3, F*H*W] as the lens sees it; `depth` [F*H*W] metres along the axis."""
    frames, _, w = shape
    colour, depth = colour.view(3, *shape), depth.view(shape)
    result = colour
    for f in range(frames):
        radius = lens.radius(f, depth[f], w)
        if float(radius.abs().max()) < LEAST:
            continue
        if result is colour:
            result = colour.clone()
        result[:, f] = _blurred(colour[:, f], radius)
    return result.view(3, -1)


def _blurred(sharp: Tensor, radius: Tensor) -> Tensor:
    """One frame [3, H, W] with discs of these radii [H, W] in pixels."""
    h, w = radius.shape
    factor = max(2, round(w / WORKING))
    small, discs = _smaller(sharp.clamp_max(BRIGHTEST), radius, factor)
    near, cover, base = _gathered(small, discs)
    layers = torch.cat([near, cover[None], base])[None]
    layers = nn.interpolate(layers, scale_factor=factor, mode="bilinear", align_corners=False)[
        0, :, :h, :w
    ]
    near, cover, base = layers[:3], layers[3], layers[4:]
    # a pixel that is blurred itself shows the base; a sharp one itself; both under what is near
    soft = ((radius - 0.4) / 1.2).clamp(0, 1)
    soft = torch.where(radius < 0, ((-radius - 0.4) / 1.2).clamp(0, 1), soft)
    return torch.lerp(sharp, base, soft) * (1 - cover) + near


def _smaller(sharp: Tensor, radius: Tensor, factor: int) -> tuple[Tensor, Tensor]:
    """The picture and the radii `factor` times smaller, in pixels of the small one. A pixel there is
    either before or behind the plane of focus, as most of what it is made of; what is blurred most
    counts most, so that no sharp edge colours the blur beside it."""
    h, w = radius.shape
    room = (0, -w % factor, 0, -h % factor)
    sharp = nn.pad(sharp[None], room, mode="replicate")[0]
    radius = nn.pad(radius[None, None], room, mode="replicate")[0, 0]
    ahead = nn.avg_pool2d(radius[None, None], factor) < 0
    side = torch.where(ahead, -1.0, 1.0).repeat_interleave(factor, 2).repeat_interleave(factor, 3)[0, 0]
    weight = (radius * side).clamp_min(0) + 0.02
    stack = torch.cat([sharp * weight, (radius * weight)[None], weight[None]])[None]
    mean = nn.avg_pool2d(stack, factor)[0]
    mean = mean / mean[4:]
    return mean[:3], mean[3] / factor


def _gathered(picture: Tensor, radius: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What is blurred before the plane of focus: colour times cover [3, h, w] and cover [h, w]; and what
    is seen behind it [3, h, w]."""
    h, w = radius.shape
    away = radius.abs()
    reach = math.ceil(float(away.max()) + 0.5)
    share = 1 / (math.pi * away * away).clamp_min(1.0)  # of a disc's light that each of its pixels gets
    before = ((-radius - 0.25) * 2).clamp(0, 1)
    fill = 1e-4  # what shows through where nothing behind is known
    parts = [
        picture,
        radius[None],
        away[None],
        (share * before)[None],
        (share * (1 - before))[None],
        (1 - before)[None],
    ]
    padded = nn.pad(torch.cat(parts)[None], (reach,) * 4, mode="replicate")[0]
    near, cover = torch.zeros_like(picture), torch.zeros_like(radius)
    base, total = torch.zeros_like(picture), torch.zeros_like(radius)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            far = math.hypot(dx, dy)
            if far > reach:
                continue
            there = padded[:, reach + dy : reach + dy + h, reach + dx : reach + dx + w]
            colour, r, size, front, behind, open_ = there[:3], *there[3:]
            covers = (size - (far - 0.5)).clamp_(0, 1)
            w_near = covers * front
            near.addcmul_(colour, w_near)
            cover += w_near
            # what lies behind a pixel reaches it only as far as the pixel itself is blurred
            limit = torch.where(r > radius + 0.5, torch.minimum(size, away), size)
            w_base = (
                (limit - (far - 0.5)).clamp_(0, 1).mul_(behind).add_(open_, alpha=fill / (1 + far * far))
            )
            base.addcmul_(colour, w_base)
            total += w_base
    over = cover.clamp_min(1.0)
    seen = total > 1e-7
    base = torch.where(seen, base / total.clamp_min(1e-9), near / cover.clamp_min(1e-6))
    return near / over, cover / over, base
