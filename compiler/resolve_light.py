"""Lights and particles: fields to SI, presets, defaults by role and kind."""

from __future__ import annotations

from typing import Literal

from scenelang.compiler import lexicon, units
from scenelang.compiler.geometry import Vec3
from scenelang.compiler.resolved import Light, Particles
from scenelang.compiler.scope import NOWHERE, Scope
from scenelang.grammar import ast, vocabulary
from scenelang.grammar.record import Record

# degrees from +z toward -x
AZIMUTHS = {"front": 0.0, "left": 90.0, "back": 180.0, "right": -90.0}

# toward which the wind blows
WINDS: dict[str, Vec3] = {
    "left": (-1, 0, 0), "right": (1, 0, 0), "front": (0, 0, 1), "back": (0, 0, -1), "up": (0, 1, 0), "down": (0, -1, 0),
}  # fmt: skip

Quality = Literal["soft", "hard"]
Look = tuple[float, float, float, float, Quality]  # azimuth, elevation, temperature, intensity, quality

# a light whose file says nothing of these
ROLES: dict[str, Look] = {
    "key": (40, 35, 5600, 1.0, "soft"),
    "fill": (-40, 25, 5600, 0.4, "soft"),
    "rim": (150, 35, 5600, 0.6, "hard"),
    "back": (180, 35, 5600, 0.7, "hard"),
    "practical": (0, 45, 2800, 0.6, "soft"),
    "ambient": (0, 90, 6500, 0.25, "soft"),
}
PRESETS: dict[str, Look] = {
    "golden-hour": (60, 9, 3000, 1.0, "soft"),
    "blue-hour": (120, 6, 9500, 0.35, "soft"),
    "noon": (20, 75, 5600, 1.2, "hard"),
    "overcast": (0, 70, 6800, 0.7, "soft"),
    "moonlight": (140, 40, 8500, 0.22, "hard"),
    "candlelight": (30, 15, 1900, 0.6, "hard"),
    "night": (160, 50, 8000, 0.1, "soft"),
    "sunny": (40, 50, 5600, 1.1, "hard"),
    "firelight": (20, -8, 2000, 0.7, "hard"),
    "tungsten": (35, 40, 2900, 0.8, "soft"),
    "fluorescent": (0, 80, 4300, 0.7, "soft"),
    "neon": (80, 15, 7500, 0.5, "soft"),
    "led": (0, 70, 5600, 0.9, "soft"),
    "hmi": (50, 40, 6000, 1.3, "hard"),
    "mixed-light": (50, 30, 4000, 0.9, "soft"),
    "side-light": (90, 20, 5600, 1.0, "hard"),
    "top-light": (0, 88, 5600, 1.0, "hard"),
    "underlight": (0, -35, 4500, 0.8, "hard"),
    "silhouette": (180, 25, 5600, 1.2, "hard"),
    "high-contrast": (70, 30, 5600, 1.2, "hard"),
    "low-contrast": (10, 45, 5600, 0.8, "soft"),
}


FLAMES = ("candlelight", "firelight")


class ParticleKind(Record):
    """How a kind moves in still air (metres a second, downward positive) and how large it is."""

    fall: float
    size: float
    swirl: float


PARTICLE_KINDS: dict[str, ParticleKind] = {
    "snow": ParticleKind(1.0, 0.025, 0.3),
    "rain": ParticleKind(8.0, 0.012, 0.0),
    "petals": ParticleKind(0.7, 0.045, 0.5),
    "leaves": ParticleKind(0.9, 0.08, 0.5),
    "dust": ParticleKind(0.02, 0.008, 0.4),
    "smoke": ParticleKind(-0.5, 0.6, 0.4),
    "fog": ParticleKind(0.0, 1.6, 0.2),
    "mist": ParticleKind(0.0, 1.2, 0.2),
    "sparks": ParticleKind(-1.4, 0.012, 0.4),
    "embers": ParticleKind(-0.5, 0.015, 0.6),
    "ash": ParticleKind(0.35, 0.02, 0.4),
    "bubbles": ParticleKind(-0.4, 0.06, 0.3),
    "confetti": ParticleKind(1.1, 0.04, 0.6),
    "fireflies": ParticleKind(0.0, 0.02, 0.9),
    "debris": ParticleKind(4.0, 0.06, 0.1),
    "spray": ParticleKind(1.5, 0.01, 0.3),
}


def bearing(values: tuple[ast.Value, ...]) -> float:
    """Azimuth in degrees from +z toward -x: `left A` is A, `right A` is -A, `back A` is A short
    of straight behind, on the left. A side without an angle is fully that side."""
    side = next((v.text for v in values if isinstance(v, ast.Word)), "front")
    amount = next((units.number(v) for v in values if isinstance(v, ast.Quantity)), None)
    if amount is None:
        return AZIMUTHS[side]
    return {"left": amount, "right": -amount, "front": amount, "back": 180 - amount}[side]


def colour(values: tuple[ast.Value, ...] | None, scope: Scope) -> Vec3 | None:
    for value in values or ():
        words = (
            value.value
            if isinstance(value, ast.Text)
            else value.text
            if isinstance(value, ast.Word)
            else ""
        )
        found = lexicon.colour_of(words)
        if found is None:
            scope.findings.warning(
                "C023", value, f"no colour is known in `{words}`: it stays white",
                "name a colour, such as \"deep blue\", or write \"#4060ff\"",
            )  # fmt: skip
        return found
    return None


def resolve_light(node: ast.Light, scope: Scope) -> Light:
    name = node.name.text
    role = node.role.text if node.role else (name if vocabulary.find("role", name) else "key")
    known = vocabulary.find("preset", name)
    preset = PRESETS[known.word] if known else None
    azimuth, elevation, temperature, intensity, quality = preset or ROLES[role]
    on = scope.subject(node.on)
    side = units.field(node.fields, "from")
    tint = colour(units.field(node.fields, "colour"), scope)
    stated_quality = units.field(node.fields, "quality")
    if stated_quality and isinstance(stated_quality[0], ast.Word):
        quality = "hard" if stated_quality[0].text == "hard" else "soft"
    kelvin = units.field(node.fields, "temperature")
    return Light(
        name,
        on,
        role,
        node.text.value if node.text else "",
        "point" if on else "ambient" if role == "ambient" else "sun",
        bearing(side) if side else azimuth,
        units.field_number(node.fields, "height", elevation),
        None if tint and not kelvin else units.field_number(node.fields, "temperature", temperature),
        tint,
        units.field_number(node.fields, "intensity", intensity),
        quality,
        units.field_number(node.fields, "flicker", 0.3 if known and known.word in FLAMES else 0.0),
        node.span or NOWHERE,
    )


def default_light(features: tuple[str, ...]) -> Light:
    """What a shot without lights is lit by: day, or what its place's words say."""
    for word, preset in (("night", "moonlight"), ("dusk", "golden-hour"), ("dawn", "golden-hour")):
        if word in features:
            values = PRESETS[preset]
            break
    else:
        values = ROLES["key"]
    azimuth, elevation, temperature, intensity, quality = values
    return Light(
        "sun",
        None,
        "key",
        "",
        "sun",
        azimuth,
        elevation,
        temperature,
        None,
        intensity,
        quality,
        0.0,
        NOWHERE,
    )


def resolve_particles(node: ast.Particles, scope: Scope) -> Particles:
    kind = PARTICLE_KINDS[node.kind.text]
    return Particles(
        node.kind.text,
        node.text.value if node.text else "",
        units.field_number(node.fields, "density", 0.3),
        wind(units.field(node.fields, "wind")),
        units.field_number(node.fields, "rise", 0.0),
        units.field_number(node.fields, "speed", kind.fall),
        units.field_number(node.fields, "size", kind.size),
        units.field_number(node.fields, "swirl", kind.swirl),
        _source(node, scope),
        node.span or NOWHERE,
    )


def _source(node: ast.Particles, scope: Scope) -> str | None:
    word = next((v for v in units.field(node.fields, "from") or () if isinstance(v, ast.Word)), None)
    return scope.subject(word)


def wind(values: tuple[ast.Value, ...] | None) -> Vec3:
    """Velocity of the air; `wind right` blows toward +x."""
    side = next((v.text for v in values or () if isinstance(v, ast.Word)), None)
    speed = next((units.number(v) for v in values or () if isinstance(v, ast.Quantity)), 2.0)
    direction = WINDS[side] if side else (0.0, 0.0, 0.0)
    return (direction[0] * speed, direction[1] * speed, direction[2] * speed)
