"""The Plan: a film as numbers and words over frames, in plain JSON, knowing no model.

Units and axes: metres; y up, +x the audience's right, +z toward the audience; frames
are counted at the film's rate, ranges `[a, b)` are half-open and count from the shot's
first frame unless said otherwise. A *track* is a list with one value for each frame of
the shot, or with a single value that holds in all of them. A heading is degrees about
+y: the subject faces (sin h, 0, cos h), so 0 faces the audience (+z) and 90 faces +x.
Light colours are linear RGB with the brightest channel at 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, TypeVar

from scenelang.grammar.model import BaseModel, ConfigDict, Field

SCHEMA: Literal["scenelang.plan/1"] = "scenelang.plan/1"

Vec3 = tuple[float, float, float]
Frames = tuple[int, int]
ScalarTrack = list[float]
Vec3Track = list[Vec3]
T = TypeVar("T")


def at(track: Sequence[T], frame: int) -> T:
    """The value of a track in a frame."""
    return track[0] if len(track) == 1 else track[frame]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


class SubjectPlan(_Part):
    """One member of the cast, as every shot shows it."""

    id: str
    role: Literal["character", "prop"]
    description: str
    wears: str = ""
    mood: str = ""
    kind: str = Field(description="what previz draws: figure, creature, candle, …")
    kind_from: Literal["declared", "description", "role"]
    colours: dict[str, str] = Field(
        description="sRGB `#rrggbb` by part (`main`, `coat`, `hair`, `apron`, …), from the words"
    )
    features: list[str] = Field(description="what else the words show: umbrella, fluffy, big-eyes, …")
    height: float = Field(description="metres")
    offsets: list[tuple[float, float]] = Field(
        description="floor offset (x, z) in metres of each member; one (0, 0) for a single subject"
    )
    reference: str = Field(default="", description="a picture, relative to the project's folder")
    voice: str = ""


class PlacePlan(_Part):
    id: str
    description: str
    set: str = Field(description="the set that previz builds: street, rooftop, room, cave, forest, …")
    features: list[str] = Field(description="snowy, wet, night, dusk, neon, …")
    reference: str = Field(default="", description="a picture, relative to the project's folder")


class SegmentPlan(_Part):
    """A range of frames in which nothing begins or ends: one prompt."""

    frames: Frames
    actions: list[str] = Field(description="ids of the actions going on")


class ActionPlan(_Part):
    """Something a subject does. `gesture` is what previz shows of it, or None: text only."""

    id: str
    frames: Frames
    actor: str
    words: str = Field(description="the action as prose, names replaced by what they are called")
    manner: str = ""
    verb: str
    gesture: str | None
    targets: list[str] = Field(description="subjects that the words name, in order")


class PosePlan(_Part):
    """A posture or gesture of a subject during a range of frames; several may overlap.

    Postures: stand, kneel, sit, lie, crouch. Locomotion: walk, run (the position track moves).
    Gestures: reach, give, hold, look, lean, wave, point, smile, talk, read, open, dance; jump
    (the position track rises) and fall (with the posture lie, from the same frame on).
    """

    frames: Frames
    pose: str
    target: str | None = Field(default=None, description="a subject's id, or `camera`")


State = tuple[int, str, dict[str, str], list[str]]


class SubjectTrack(_Part):
    subject: str
    position: Vec3Track = Field(description="base of the subject (its feet), metres")
    heading: ScalarTrack = Field(description="degrees about +y; 0 faces +z, 90 faces +x")
    poses: list[PosePlan]
    held_by: list[tuple[int, int, str]] = Field(description="(from, to, holder) in frames, for props")
    states: list[State] = Field(
        description="(from frame, new description, colours, features) after each `becomes`"
    )


class CameraTrack(_Part):
    c2w: list[list[float]] = Field(
        description="per frame, 12 numbers: the 3x4 matrix camera to world, row by row; OpenCV "
        "axes (x right, y down, z forward)"
    )
    focal_mm: ScalarTrack = Field(description="millimetres on a sensor 36 mm wide")
    aperture: ScalarTrack = Field(
        description="f-number; 0, a pinhole, where the film asks for no focus: everything is sharp"
    )
    focus_m: ScalarTrack = Field(description="distance to the plane of focus in metres; 0: deep focus")
    moves: list[tuple[int, int, str]] = Field(description="(from, to, words) for prompts and reports")
    framing: str = Field(description="the framing in words, such as `wide shot of couple`")
    angle: str
    steadiness: str = Field(description="smooth, handheld 20%, … ; empty: locked")


class LightTrack(_Part):
    name: str
    role: str
    description: str
    type: Literal["sun", "point", "ambient"]
    on: str | None = Field(description="the subject that carries it")
    direction: Vec3Track = Field(description="unit vector toward the light; (0, 0, 0) for others")
    position: Vec3Track = Field(description="metres; (0, 0, 0) for others")
    colour: Vec3Track = Field(description="linear RGB, brightest channel 1")
    temperature: ScalarTrack = Field(description="kelvin; 0 where a colour was given")
    intensity: ScalarTrack = Field(description="0 to 1 (and above)")
    quality: Literal["soft", "hard"]
    flicker: ScalarTrack = Field(description="0 to 1; already applied to `intensity`")


class ParticleTrack(_Part):
    kind: str
    description: str
    density: ScalarTrack = Field(description="0 to 1")
    velocity: Vec3Track = Field(description="metres a second: wind, rise and fall")
    swirl: ScalarTrack = Field(description="0 to 1")
    size: float = Field(description="metres")
    source: str | None = Field(default=None, description="the subject that they come from")


class LinePlan(_Part):
    frames: Frames
    speaker: str
    text: str


class ShotPlan(_Part):
    id: str
    title: str
    scene: str | None
    slug: str
    place: str | None
    frames: int
    seed: int
    look: str
    avoid: str
    sound: list[str]
    notes: list[str]
    segments: list[SegmentPlan]
    actions: list[ActionPlan]
    camera: CameraTrack
    subjects: list[SubjectTrack]
    lights: list[LightTrack]
    particles: list[ParticleTrack]
    dialogue: list[LinePlan]
    continues: str | None = Field(default=None, description="the shot whose take goes on here")
    since: int = Field(default=0, description="frames of the take before this shot")
    speed: float = Field(default=1.0, description="of what happens; 0.5 is slow motion")
    expect: list[tuple[str, str]] = Field(
        default=[], description="what the finished take must show, such as (camera, dolly-in)"
    )
    hash: str = Field(
        description="SHA-256 of everything above, and of the hash of the shot it continues"
    )


class EditPlan(_Part):
    """A clip on the film's timeline and how it is entered and left, in film frames."""

    shot: str
    start: int = Field(description="film frame of the shot's first frame")
    enter: Literal["cut", "dissolve", "wipe left", "wipe right", "wipe up", "wipe down", "fade in"] = (
        "cut"
    )
    enter_frames: int = 0
    leave: Literal["cut", "fade out"] = "cut"
    leave_frames: int = 0


class Plan(_Part):
    schema_: Literal["scenelang.plan/1"] = Field(default=SCHEMA, alias="schema")
    title: str
    size: tuple[int, int] = Field(description="width, height in pixels")
    fps: str = Field(description="frames a second as a rational, such as `24` or `24000/1001`")
    frames: int = Field(description="length of the finished film")
    source: str = Field(description="SHA-256 of the canonical text")
    subjects: list[SubjectPlan]
    places: list[PlacePlan]
    shots: list[ShotPlan]
    edit: list[EditPlan]

    @property
    def rate(self) -> Fraction:
        return Fraction(self.fps)

    def subject(self, id: str) -> SubjectPlan:
        return next(s for s in self.subjects if s.id == id)

    def place(self, id: str | None) -> PlacePlan | None:
        return next((p for p in self.places if p.id == id), None)

    def shot(self, id: str) -> ShotPlan:
        return next(s for s in self.shots if s.id == id)

    def to_json(self, indent: int | None = None) -> str:
        return self.model_dump_json(by_alias=True, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Plan:
        return cls.model_validate_json(text)


def states_of(subject: SubjectPlan, track: SubjectTrack) -> list[State]:
    """How a subject looks from which frame of the shot on, in order: as described, then after each `becomes`."""
    first = (0, subject.description, subject.colours, subject.features)
    return [first, *sorted(track.states, key=lambda state: state[0])]
