"""A film with its names bound, its units in SI and its defaults filled in.

Times are exact seconds from the shot's start; lengths are metres, angles degrees,
ratios 0 to 1. Every part keeps the span it came from, for the checks.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal

from scenelang.compiler.camera_track import Track
from scenelang.compiler.easing import Keyed
from scenelang.compiler.geometry import Vec3
from scenelang.compiler.lexicon import Reading
from scenelang.grammar.record import Record
from scenelang.grammar.source import Span

Target = str | Vec3  # a subject's name, or a point


class Subject(Record):
    name: str
    role: Literal["character", "prop"]
    description: str
    reading: Reading  # kind, colours and features
    kind_from: Literal["declared", "description", "role"]
    wears: str
    mood: str
    height: float
    count: int
    spread: float
    reference: str  # a picture's path relative to the project's folder; empty: none
    voice: str
    span: Span
    real: bool = False  # a real person
    consent: str = ""  # the file that says that they agreed, as `reference`


class Place(Record):
    name: str
    description: str
    set: str
    features: tuple[str, ...]
    reference: str
    span: Span


class Mark(Record):
    """Where a subject stands: `NAME at P facing Q pose WORD`."""

    subject: str
    at: Target | None
    facing: Target | None  # a subject, a point, or camera, away, left, right
    pose: str | None
    span: Span


class Light(Record):
    name: str
    on: str | None
    role: str
    description: str
    type: Literal["sun", "point", "ambient"]
    azimuth: float  # from +z toward -x (the audience's left)
    elevation: float
    temperature: float | None
    colour: Vec3 | None  # linear RGB
    intensity: float
    quality: Literal["soft", "hard"]
    flicker: float
    span: Span


class Particles(Record):
    kind: str
    description: str
    density: float
    wind: Vec3
    rise: float
    fall: float
    size: float
    swirl: float
    source: str | None  # the subject that they come from
    span: Span


class Animation(Record):
    target: str  # focus, lens, or the name of a light or a kind of particles
    property: str
    keys: tuple[Keyed[Any], ...]  # of floats, directions or, for `focus`, names
    span: Span


class Move(Record):
    name: str
    direction: str
    amount: float
    target: Target | None
    side: str
    span: Span


class MoveSpan(Record):
    start: Fraction
    end: Fraction
    moves: tuple[Move, ...]
    ease: str
    span: Span


class Framing(Record):
    size: str
    of: str | None
    on: tuple[str, ...]
    at: str
    stated: bool  # False: the default


class Camera(Record):
    path: Track | None  # of a file
    start: Vec3 | None
    looking: Target | None
    spans: tuple[MoveSpan, ...]
    steadiness: str
    shake: float  # 0 to 1
    span: Span | None


class Action(Record):
    id: str
    start: Fraction
    end: Fraction
    actor: str
    verb: str  # as written
    gesture: str | None  # the vocabulary's verb, where previz knows it
    words: str  # as prose, with descriptions for names
    manner: str
    targets: tuple[str, ...]
    goal: Target | None  # `to X`, `toward X`
    direction: str
    distance: float | None
    span: Span


class Line(Record):
    start: Fraction
    end: Fraction
    speaker: str
    text: str


class Change(Record):
    """`becomes`: from here on the subject is something else."""

    start: Fraction
    subject: str
    description: str
    reading: Reading


class Shot(Record):
    name: str
    title: str
    scene: Scene | None
    place: str | None
    duration: Fraction
    framing: Framing
    angles: tuple[tuple[str, float], ...]
    focal: float
    aperture: float  # 0: a pinhole, everything is sharp
    focus: str | None  # a subject, or `deep`
    camera: Camera
    marks: tuple[Mark, ...]  # its own; the scene's are in `scene`
    lights: tuple[Light, ...]
    particles: tuple[Particles, ...]
    animations: tuple[Animation, ...]
    actions: tuple[Action, ...]
    lines: tuple[Line, ...]
    changes: tuple[Change, ...]
    seed: int
    look: str
    avoid: str
    sounds: tuple[str, ...]
    notes: tuple[str, ...]
    continues: str | None  # the shot whose take goes on here
    speed: float  # of what happens: 0.5 is slow motion
    expects: tuple[tuple[str, str], ...]  # (camera, dolly-in), (subjects, 2)
    span: Span


class Scene(Record):
    name: str
    slug: str
    place: str | None
    axis: tuple[str, str] | None
    marks: tuple[Mark, ...]
    lights: tuple[Light, ...]
    particles: tuple[Particles, ...]


class Transition(Record):
    """What stands before the shot with this index (or, at the end, after the last)."""

    kind: str
    direction: str
    duration: Fraction
    before: int
    span: Span


class Film(Record):
    title: str
    size: tuple[int, int]
    fps: Fraction
    seed: int
    subjects: dict[str, Subject]
    places: dict[str, Place]
    shots: tuple[Shot, ...] = ()
    transitions: tuple[Transition, ...] = ()

    def frame(self, time: Fraction) -> int:
        """The frame that a time falls on, to the nearest."""
        return round(time * self.fps)
