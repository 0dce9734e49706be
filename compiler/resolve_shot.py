"""One shot: what the scene gives it, what it says itself, and the defaults for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

from scenelang.compiler import resolved, units
from scenelang.compiler.easing import Keyed
from scenelang.compiler.resolve_action import resolve_actions
from scenelang.compiler.resolve_camera import resolve_camera
from scenelang.compiler.resolve_continue import continued
from scenelang.compiler.resolve_light import (
    colour,
    default_light,
    resolve_light,
    resolve_particles,
)
from scenelang.compiler.scope import NOWHERE, Scope
from scenelang.grammar import ast, vocabulary
from scenelang.grammar.diagnostics import did_you_mean
from scenelang.grammar.record import replace

DEFAULT_FOCAL = 35.0
DEFAULT_APERTURE = 4.0  # where a focus is asked for without an f-number
LONGEST = Fraction(600)
ANGLE_AMOUNTS = {"low": 20.0, "high": 35.0, "overhead": 90.0, "aerial": 50.0, "dutch": 12.0}
FACINGS = ("camera", "away", "left", "right")

S = TypeVar("S", bound=ast.Node)


def _all(body: Iterable[ast.Node], kind: type[S]) -> list[S]:
    return [s for s in body if isinstance(s, kind)]


def _last(body: Iterable[ast.Node], kind: type[S]) -> S | None:
    found = _all(body, kind)
    return found[-1] if found else None


def _remarks(body: Iterable[ast.Node], kind: str) -> tuple[str, ...]:
    return tuple(s.text.value for s in _all(body, ast.Remark) if s.kind == kind)


def resolve_shot(
    node: ast.Shot,
    film: resolved.Film,
    scene: resolved.Scene | None,
    scope: Scope,
    earlier: Mapping[str, resolved.Shot],
) -> resolved.Shot | None:
    """The shot with everything it inherits; None where its duration can't be filmed. A seed
    of -1 stands for: from the film's. `earlier` are the shots that it may continue."""
    duration = units.seconds(node.duration, film.fps, Fraction(0))
    if duration == 0 and scope.misread:  # the parser has reported it; the rest is still worth checking
        duration = LONGEST
    if not 1 / film.fps <= duration <= LONGEST:
        scope.findings.error(
            "C060",
            node.duration,
            "a shot lasts at least one frame and at most ten minutes",
            "such as `4s`",
        )
        return None
    before = continued(node, scope, earlier)
    place = scope.place(node.place) or (before.place if before else scene.place if scene else None)
    features = film.places[place].features if place else ()
    lights = _merged(
        before.lights if before else scene.lights if scene else (),
        [resolve_light(s, scope) for s in _all(node.body, ast.Light)],
    )
    inherited = before.particles if before else scene.particles if scene else ()
    particles = {p.kind: p for p in inherited}
    particles.update({s.kind.text: resolve_particles(s, scope) for s in _all(node.body, ast.Particles)})
    pace = _last(node.body, ast.Speed)
    lens, focus, seed = (
        _last(node.body, ast.Lens),
        _last(node.body, ast.Focus),
        _last(node.body, ast.Seed),
    )
    actions, lines, changes = resolve_actions(node, film, duration, scope)
    focal = DEFAULT_FOCAL
    if lens and isinstance(lens.focal, ast.Quantity):
        focal = units.focal(lens.focal)
    elif lens and isinstance(lens.focal, ast.Word):
        term = vocabulary.find("lens", lens.focal.text)
        focal = float(term.meaning.removesuffix("mm")) if term else DEFAULT_FOCAL
    if lens and not 4 <= focal <= 1200:
        scope.findings.error(
            "C022", lens, f"no lens has {focal:g}mm", "between 4mm and 1200mm, such as `lens 35mm`"
        )
        focal = DEFAULT_FOCAL
    shot = resolved.Shot(
        name=node.name.text,
        title=node.title.value if node.title else "",
        scene=scene,
        place=place,
        duration=duration,
        framing=before.framing if before else _framing(_last(node.body, ast.Framing), scope),
        angles=before.angles if before else _angles(_last(node.body, ast.Angle)),
        focal=before.focal if before else focal,
        aperture=_aperture(lens, focus, before),
        focus=scope.subject(focus.on, ("deep",)) if focus else before.focus if before else None,
        camera=_camera(node, film.fps, duration, scope, before),
        marks=tuple(m for s in _all(node.body, ast.Blocking) if (m := resolve_mark(s, scope))),
        lights=lights or (default_light(features),),
        particles=tuple(particles.values()),
        animations=(),
        actions=actions,
        lines=lines,
        changes=changes,
        seed=int(seed.number.number) if seed else -1,
        look=", ".join(_remarks(node.body, "look")),
        avoid=", ".join(_remarks(node.body, "avoid")),
        sounds=_remarks(node.body, "sound"),
        notes=_remarks(node.body, "note"),
        continues=before.name if before else None,
        speed=_speed(pace, scope) if pace else 1.0,
        expects=tuple(
            (e.what.text, e.value.text if isinstance(e.value, ast.Word) else str(int(e.value.number)))
            for s in _all(node.body, ast.Expect)
            for e in s.items
        ),
        span=node.span or NOWHERE,
    )
    return _with_animations(shot, node, film, scope)


def _camera(
    node: ast.Shot, fps: Fraction, duration: Fraction, scope: Scope, before: resolved.Shot | None
) -> resolved.Camera:
    """A shot that goes on looks at what the take looks at."""
    camera = resolve_camera(_last(node.body, ast.Camera), fps, duration, scope)
    if before is None:
        return camera
    own = camera.steadiness or camera.spans
    return replace(
        camera,
        looking=before.camera.looking,
        steadiness=camera.steadiness if own else before.camera.steadiness,
        shake=camera.shake if own else before.camera.shake,
    )


def _speed(node: ast.Speed, scope: Scope) -> float:
    speed = units.number(node.amount)
    if not 0.01 <= speed <= 20:
        scope.findings.error(
            "C022", node, f"a shot can't run at {speed:.0%}", "between 1% and 2000%, such as `speed 50%`"
        )
        return 1.0
    return speed


def _merged(
    inherited: Iterable[resolved.Light], own: Iterable[resolved.Light]
) -> tuple[resolved.Light, ...]:
    return tuple(
        ({light.name: light for light in inherited} | {light.name: light for light in own}).values()
    )


def _framing(node: ast.Framing | None, scope: Scope) -> resolved.Framing:
    if node is None:
        return resolved.Framing("", None, (), "centre", False)
    on = tuple(name for word in node.on if (name := scope.subject(word)))
    return resolved.Framing(
        node.size.text, scope.subject(node.of), on, node.at.text if node.at else "centre", True
    )


def _angles(node: ast.Angle | None) -> tuple[tuple[str, float], ...]:
    if node is None:
        return ()
    return tuple(
        (p.word.text, units.number(p.amount) if p.amount else ANGLE_AMOUNTS.get(p.word.text, 0.0))
        for p in node.parts
    )


def resolve_mark(node: ast.Blocking, scope: Scope) -> resolved.Mark | None:
    name = scope.subject(node.subject)
    if name is None:
        return None
    return resolved.Mark(
        name,
        target(node.at, scope),
        target(node.facing, scope, FACINGS),
        node.pose.text if node.pose else None,
        node.span or NOWHERE,
    )


def target(node: ast.Target | None, scope: Scope, also: Iterable[str] = ()) -> resolved.Target | None:
    if node is None:
        return None
    return units.point(node) if isinstance(node, ast.Point) else scope.subject(node, also)


def _with_animations(
    shot: resolved.Shot, node: ast.Shot, film: resolved.Film, scope: Scope
) -> resolved.Shot:
    animations = [_animation(s, shot, film.fps, scope) for s in _all(node.body, ast.Animate)]
    racked: list[Keyed[Any]] = []
    racks = sorted(_all(node.body, ast.RackFocus), key=lambda r: _begin(r, film, shot))
    for rack in racks:
        name = scope.subject(rack.target)
        if name is None:
            continue
        during = rack.when.during if rack.when else None
        start = _begin(rack, film, shot)
        end = (
            units.seconds(during.end, film.fps, shot.duration)
            if during and during.end
            else shot.duration
        )
        opening = shot.focus or (shot.framing.on[0] if shot.framing.on else name)
        before = racked[-1].value if racked else opening
        racked += [Keyed(before, start), Keyed(name, end, rack.ease.text if rack.ease else "ease")]
    if racked:
        animations.append(resolved.Animation("focus", "", tuple(racked), racks[0].span or NOWHERE))
    found = tuple(a for a in animations if a)
    asked = shot.aperture == 0 and any(a.target == "focus" for a in found)
    return replace(shot, animations=found, aperture=DEFAULT_APERTURE if asked else shot.aperture)


def _begin(rack: ast.RackFocus, film: resolved.Film, shot: resolved.Shot) -> Fraction:
    during = rack.when.during if rack.when else None
    return units.seconds(during.start, film.fps, shot.duration) if during else Fraction(0)


def _aperture(lens: ast.Lens | None, focus: ast.Focus | None, before: resolved.Shot | None) -> float:
    """The f-number; 0, a pinhole, where a shot asks for no focus: everything is sharp."""
    if lens and lens.aperture:
        return units.number(lens.aperture)
    if before and before.aperture:
        return before.aperture
    return DEFAULT_APERTURE if focus and focus.on.text != "deep" else 0.0


def _animation(
    node: ast.Animate, shot: resolved.Shot, fps: Fraction, scope: Scope
) -> resolved.Animation | None:
    """Keys in SI units, or None after an error. A focus key is a subject's name or a distance."""
    findings, name = scope.findings, node.target.text
    prop = node.property.text if node.property else ""
    if name in ("focus", "lens") and not prop:
        kind = name
    else:
        owner = (
            "light" if name in {light.name for light in shot.lights} else
            "particles" if name in {p.kind for p in shot.particles} else ""
        )  # fmt: skip
        if not owner:
            there = [light.name for light in shot.lights] + [p.kind for p in shot.particles]
            findings.error("C020", node.target, f"this shot has no light and no particles called `{name}`",
                           did_you_mean(name, [*there, "focus", "lens"]) or f"it has: {', '.join(there)}")  # fmt: skip
            return None
        found = vocabulary.find_property(owner, prop)
        if found is None or not found.animatable:
            usable = [p.key for p in vocabulary.PROPERTIES[owner] if p.animatable]
            findings.error("C021", node.property or node.target, f"`{name}.{prop}` can't be animated",
                           did_you_mean(prop, usable) or f"these can: {', '.join(usable)}")  # fmt: skip
            return None
        kind = found.type
    keys: list[Keyed[Any]] = []
    for key in node.keys:
        value = _key_value(key, kind, scope)
        if value is None:
            return None
        time = units.seconds(key.at, fps, shot.duration)
        if not 0 <= time <= shot.duration:
            findings.error("C010", key.at, f"this key lies outside the shot, which lasts {float(shot.duration):g}s",
                           f"use a time from 0s to {float(shot.duration):g}s")  # fmt: skip
        if keys and time <= keys[-1].time:
            findings.error(
                "C014", key.at, "keys stand in the order of time, each later than the one before"
            )
            return None
        keys.append(Keyed(value, time, key.ease.text if key.ease else "linear"))
    return resolved.Animation(name, prop, tuple(keys), node.span or NOWHERE)


def _key_value(key: ast.Key, kind: str, scope: Scope) -> Any:
    """A key's value by its property's type, which the parser has checked; None after an error."""
    value = key.value
    if isinstance(value, ast.Word):
        return scope.subject(value, ("deep",))
    if kind == "colour":
        return colour((value,), scope) or (1.0, 1.0, 1.0)
    if not isinstance(value, ast.Quantity):
        return None
    return units.focal(value) if kind == "lens" else units.number(value)
