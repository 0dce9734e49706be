"""Numbers of a Plan to the words that a prompt can use."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scenelang.compiler.lexicon import COLOURS as COLOUR_TABLE
from scenelang.compiler.lexicon import short_form
from scenelang.compiler.plan import LightTrack, ParticleTrack, Plan, ShotPlan, Vec3, at

WARMTHS = (
    (2200, "candle-warm"),
    (3400, "warm"),
    (4600, "slightly warm"),
    (6200, "neutral"),
    (8000, "cool"),
)
COLOURS = (
    ("red", (1, 0, 0)), ("orange", (1, 0.4, 0)), ("yellow", (1, 0.8, 0.1)), ("green", (0, 1, 0)),
    ("cyan", (0, 1, 1)), ("blue", (0.05, 0.2, 1)), ("magenta", (1, 0.05, 0.6)), ("white", (1, 1, 1)),
)  # fmt: skip
AMOUNTS = ((0.02, ""), (0.25, "sparse"), (0.55, "moderate"), (0.8, "heavy"), (math.inf, "dense"))

# f-numbers at and beyond which a prompt says that the background is soft, or that all is sharp
SHALLOW_STOP, DEEP_STOP = 2.8, 11.0


@dataclass(frozen=True)
class Moment:
    """What a template gets to see: one segment of a shot, in words."""

    look: str
    avoid: str
    framing: str
    angle: str
    focal: float
    steadiness: str
    moves: list[str]
    timed_moves: list[tuple[str, float]]  # each move and the seconds that it takes
    depth_of_field: str  # shallow or deep where aperture and focus say so, or empty
    seconds: float  # from the shot's beginning to this segment's
    place: str
    slug: str
    set: str
    place_features: list[str]
    subjects: list[dict[str, object]]
    actions: list[dict[str, str]]
    lights: list[str]
    particles: list[str]
    lines: list[dict[str, str]]
    sounds: list[str]
    speed: str  # slow motion, fast motion, or empty


def moments(plan: Plan, shot: ShotPlan, closed: bool = False) -> list[Moment]:
    """The segments of a shot, in order. `closed` says lights and particles in this module's own
    words alone, whatever the film calls them."""
    return [_moment(plan, shot, s.frames, s.actions, closed) for s in shot.segments]


def _moment(
    plan: Plan, shot: ShotPlan, frames: tuple[int, int], going: list[str], closed: bool
) -> Moment:
    a, b = frames
    place = plan.place(shot.place)
    actions = [x for x in shot.actions if x.id in going]
    return Moment(
        look=shot.look,
        avoid=shot.avoid,
        framing=shot.camera.framing,
        angle=shot.camera.angle,
        focal=at(shot.camera.focal_mm, a),
        steadiness=shot.camera.steadiness,
        moves=[words for start, end, words in shot.camera.moves if start < b and a < end],
        timed_moves=[
            (words, float((end - start) / plan.rate))
            for start, end, words in shot.camera.moves
            if start < b and a < end
        ],
        depth_of_field=depth_of_field(shot, a),
        seconds=float(a / plan.rate),
        place=place.description if place else "",
        slug=shot.slug,
        set=place.set if place else "studio",
        place_features=list(place.features) if place else [],
        subjects=[subject_words(plan, shot, t.subject, a) for t in shot.subjects],
        actions=[
            {"actor": _called(plan, x.actor), "kind": plan.subject(x.actor).kind, "words": x.words, "manner": x.manner,
             "gesture": x.gesture or ""}
            for x in actions
        ],
        lights=[w for light in shot.lights if (w := light_words(light, a, b - 1, closed))],
        particles=[w for p in shot.particles if (w := particle_words(p, a, b - 1, closed))],
        lines=[
            {"speaker": _called(plan, n.speaker), "text": n.text}
            for n in shot.dialogue
            if n.frames[0] < b and a < n.frames[1]
        ],
        sounds=shot.sound,
        speed="slow motion" if shot.speed < 0.9 else "fast motion" if shot.speed > 1.1 else "",
    )  # fmt: skip


def depth_of_field(shot: ShotPlan, frame: int) -> str:
    """`shallow` where the lens is open and focused on something, `deep` where it is stopped down."""
    stop = at(shot.camera.aperture, frame)
    if stop <= SHALLOW_STOP and at(shot.camera.focus_m, frame) > 0:
        return "shallow"
    return "deep" if stop >= DEEP_STOP else ""


def _called(plan: Plan, id_: str) -> str:
    """What prose calls a subject; a plan from elsewhere may let somebody speak who is not in its cast."""
    subject = next((s for s in plan.subjects if s.id == id_), None)
    return id_ if subject is None else short_form(subject.description)


def subject_words(plan: Plan, shot: ShotPlan, id_: str, frame: int) -> dict[str, object]:
    """What a template gets to see of a subject in a frame."""
    subject = plan.subject(id_)
    track = next(t for t in shot.subjects if t.subject == id_)
    states = [s for s in track.states if s[0] <= frame]
    colours = states[-1][2] if states else subject.colours
    features = states[-1][3] if states else subject.features
    return {
        "id": id_,
        "description": states[-1][1] if states else subject.description,
        "kind": subject.kind,
        "colour": colour_name(
            colours.get("main") or colours.get("coat") or next(iter(colours.values()), "")
        ),
        "parts": [(part, colour_name(value)) for part, value in sorted(colours.items())],
        "features": sorted(features),
        "count": len(subject.offsets),
        "wears": subject.wears,
        "mood": subject.mood,
        "poses": sorted({p.pose for p in track.poses if p.frames[0] <= frame < p.frames[1]}),
        "held": any(start <= frame < end for start, end, _ in track.held_by),
    }


def colour_name(hex_colour: str) -> str:
    """The plain word nearest to an sRGB `#rrggbb`; nothing for nothing."""
    if not hex_colour:
        return ""

    def far(value: str) -> int:
        return sum((int(value[i : i + 2], 16) - int(hex_colour[i : i + 2], 16)) ** 2 for i in (1, 3, 5))

    return min(COLOUR_TABLE.items(), key=lambda item: far(item[1]))[0].split()[0]


def light_words(light: LightTrack, first: int, last: int, closed: bool = False) -> str:
    """`warm soft key light, low from the left, growing warmer`."""
    strength = at(light.intensity, first)
    if max(strength, at(light.intensity, last)) < 0.02:
        return ""
    tone = _tone(light, first)
    words = [
        tone,
        light.quality if light.type == "sun" else "",
        (not closed and light.description) or f"{light.role} light",
    ]
    text = " ".join(w for w in words if w)
    if light.type == "sun":
        text += f", {_where(at(light.direction, first))}"
    changes = []
    warmer = at(light.temperature, first) - at(light.temperature, last)
    if abs(warmer) > 150:
        changes.append("growing warmer" if warmer > 0 else "growing cooler")
    brighter = at(light.intensity, last) - strength
    if abs(brighter) > 0.1 and max(light.flicker) == 0:
        changes.append("growing brighter" if brighter > 0 else "fading")
    if max(light.flicker) > 0.05:
        changes.append("flickering")
    return ", ".join([text, *changes])


def _tone(light: LightTrack, frame: int) -> str:
    kelvin = at(light.temperature, frame)
    if kelvin:
        return next((word for limit, word in WARMTHS if kelvin < limit), "cold blue")
    rgb = at(light.colour, frame)
    return min(COLOURS, key=lambda c: math.dist(c[1], rgb))[0]


def _where(direction: Vec3) -> str:
    x, y, z = direction
    elevation = math.degrees(math.asin(max(-1.0, min(1.0, y))))
    height = (
        "low" if elevation < 20 else "from above" if elevation > 65 else "high" if elevation > 45 else ""
    )
    if elevation > 65:
        return height
    side = "left" if x < 0 else "right"
    azimuth = abs(math.degrees(math.atan2(-x, z)))
    where = (
        "from the front"
        if azimuth < 20
        else f"from the {side}"
        if azimuth < 115
        else f"from behind on the {side}"
    )
    if azimuth > 160:
        where = "from behind"
    return f"{height} {where}".strip()


def particle_words(particles: ParticleTrack, first: int, last: int, closed: bool = False) -> str:
    """`moderate snow blown to the right`."""
    start, end = at(particles.density, first), at(particles.density, last)
    amount = next(word for limit, word in AMOUNTS if max(start, end) < limit)
    if not amount:
        return ""
    text = f"{amount} {(not closed and particles.description) or particles.kind}"
    x, y, _ = at(particles.velocity, first)
    if abs(x) > 0.3:
        text += f" blown to the {'right' if x > 0 else 'left'}"
    if y > 0.1:
        text += ", rising"
    if abs(end - start) > 0.05:
        text += ", growing denser" if end > start else ", thinning"
    return text
