"""Lights and particles over time: tracks with their animation applied."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from scenelang.compiler import resolved
from scenelang.compiler.colour import temperature_rgb
from scenelang.compiler.easing import mix_inverse, mix_linear, mix_vector, value_at
from scenelang.compiler.geometry import Vec3, add, scale
from scenelang.compiler.plan import LightTrack, ParticleTrack, SubjectTrack, at
from scenelang.compiler.trail import compact

# where on its subject a light sits, in heights: a lantern under a canopy, a flame on its candle
SEATS = {"stall": 0.72, "candle": 1.06, "lantern": 0.6, "building": 0.6, "vehicle": 0.5}


def light_direction(azimuth: float, elevation: float) -> Vec3:
    """The unit vector toward a light: (-sin A cos H, sin H, cos A cos H), fixed in the scene."""
    a, h = math.radians(azimuth), math.radians(elevation)
    return (-math.sin(a) * math.cos(h), math.sin(h), math.cos(a) * math.cos(h))


def _animated(
    shot: resolved.Shot,
    name: str,
    prop: str,
    default: Any,
    times: list[Fraction],
    mix: Callable[..., Any],
) -> list[Any]:
    """A property's value in every frame: its keys where it is animated, else its default."""
    for animation in shot.animations:
        if (animation.target, animation.property) == (name, prop):
            return [value_at(animation.keys, t, mix) for t in times]
    return [default] * len(times)


def light_tracks(
    film: resolved.Film, shot: resolved.Shot, subjects: dict[str, SubjectTrack], times: list[Fraction]
) -> list[LightTrack]:
    return [_light(film, shot, light, subjects, times) for light in shot.lights]


def _light(
    film: resolved.Film, shot: resolved.Shot, light: resolved.Light, subjects: dict[str, SubjectTrack],
    times: list[Fraction],
) -> LightTrack:  # fmt: skip
    def track(prop: str, default: Any, mix: Callable[..., Any] = mix_linear) -> list[Any]:
        return _animated(shot, light.name, prop, default, times, mix)

    elevation = track("height", light.elevation)
    kelvin = track("temperature", light.temperature or 0.0, mix_inverse)
    tint = track("colour", light.colour, mix_vector)
    flicker = track("flicker", light.flicker)
    waver = _flame(f"{shot.seed}/{light.name}", [t * Fraction(shot.speed) for t in times])
    intensity = [i * (1 - k * w) for i, k, w in zip(track("intensity", light.intensity), flicker, waver)]
    colour = [c if c is not None else temperature_rgb(k or 5600.0) for c, k in zip(tint, kelvin)]
    direction: list[Vec3] = [(0.0, 0.0, 0.0)]
    position: list[Vec3] = [(0.0, 0.0, 0.0)]
    if light.type == "sun":
        direction = [light_direction(light.azimuth, e) for e in elevation]
    elif light.type == "point" and light.on in subjects:
        carrier = film.subjects[light.on]
        seat = (0.0, carrier.height * SEATS.get(carrier.reading.kind or "", 0.9), 0.0)
        position = [add(at(subjects[light.on].position, f), seat) for f in range(len(times))]
    return LightTrack(
        name=light.name, role=light.role, description=light.description, type=light.type, on=light.on,
        direction=_rounded(direction), position=_rounded(position), colour=_rounded(colour),
        temperature=compact([round(k, 2) for k in kelvin]), intensity=compact([round(i, 5) for i in intensity]),
        quality=light.quality, flicker=compact([round(k, 5) for k in flicker]),
    )  # fmt: skip


def _rounded(vectors: list[Vec3]) -> list[Vec3]:
    return compact([(round(x, 5), round(y, 5), round(z, 5)) for x, y, z in vectors])


def _flame(key: str, times: list[Fraction]) -> list[float]:
    """A flame's unrest, 0 to 1, smooth in time and the same in every render of the shot."""
    random_ = random.Random(hashlib.sha256(key.encode()).digest())
    waves = [(f, random_.uniform(0, 2 * math.pi)) for f in (1.3, 2.9, 5.3, 8.1)]
    return [
        0.5 + 0.5 * sum(math.sin(2 * math.pi * f * float(t) + p) for f, p in waves) / len(waves)
        for t in times
    ]


def particle_tracks(shot: resolved.Shot, times: list[Fraction]) -> list[ParticleTrack]:
    return [_particles(shot, p, times) for p in shot.particles]


def _particles(shot: resolved.Shot, p: resolved.Particles, times: list[Fraction]) -> ParticleTrack:
    def track(prop: str, default: Any, mix: Callable[..., Any] = mix_linear) -> list[Any]:
        return _animated(shot, p.kind, prop, default, times, mix)

    breeze = math.hypot(*p.wind)
    direction = scale(p.wind, 1 / breeze) if breeze else (0.0, 0.0, 0.0)
    fall = 0.0 if p.rise > 0 else p.fall  # a stated rise stands instead of the kind's own fall
    velocity = [
        scale(add(scale(direction, w), (0.0, r - fall, 0.0)), shot.speed)
        for w, r in zip(track("wind", breeze), track("rise", p.rise))
    ]
    return ParticleTrack(
        kind=p.kind, description=p.description, density=compact([round(d, 5) for d in track("density", p.density)]),
        velocity=_rounded(velocity), swirl=compact([round(s, 5) for s in track("swirl", p.swirl)]), size=p.size, source=p.source,
    )  # fmt: skip
