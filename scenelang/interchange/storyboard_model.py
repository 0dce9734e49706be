"""A storyboard as JSON: the film's builder as data, versioned, strict about every key and type.

Values are the short texts that the builder takes: `35mm`, `dolly in 2m`, `left 35deg`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from scenelang.interchange.reading import one_line

SCHEMA: Literal["scenelang.storyboard/1"] = "scenelang.storyboard/1"

Prose = Annotated[str, AfterValidator(one_line)]
Short = Annotated[Prose, Field(max_length=500)]
Name = Annotated[Prose, Field(min_length=1, max_length=100)]
Point = Annotated[
    list[float | Short],
    Field(
        min_length=2,
        max_length=3,
        description="`[x, z]` on the floor or `[x, y, z]`; numbers are metres",
    ),
]
Fields = Annotated[
    dict[Short, float | Short],
    Field(
        description='the statement\'s fields by name, such as `{"from": "left 35deg", "temperature": "3200K"}`'
    ),
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Member(_Part):
    """Someone, a thing, or a place."""

    role: Literal["character", "prop", "place"]
    name: Name = Field(description="what shots call it: letters, digits, `_` and `-`, no digit first")
    description: Prose = ""
    kind: Short = Field(
        default="", description="what previz draws, where the description doesn't say it"
    )
    fields: Fields = {}


class Move(_Part):
    """Moves of the camera that run together."""

    moves: list[Short] = Field(
        min_length=1, description="such as `dolly in 2m`, `orbit right 25deg around mara`"
    )
    during: Short = Field(default="", description="such as `0s..3s`; empty: the whole shot")
    ease: Short = Field(default="", description="such as `in-out`")


class Light(_Part):
    name: Name = Field(description="any name, or a preset's, such as `golden-hour`")
    on: Short = Field(default="", description="the subject that carries it")
    role: Short = Field(default="", description="such as `key`, `fill`, `rim`")
    text: Prose = ""
    fields: Fields = {}


class Particles(_Part):
    kind: Name = Field(description="such as `snow`")
    text: Prose = ""
    fields: Fields = {}


class Blocking(_Part):
    """Where a subject stands as the shot begins."""

    who: Name
    at: Point | Short = ""
    facing: Point | Short = ""
    pose: Short = ""


class _Timed(_Part):
    during: Short = Field(default="", description="such as `0s..2s` or `4s..`; empty: the whole shot")
    after: Short = Field(
        default="", description="instead of `during`: the label of an action that it follows"
    )
    lasting: Short = Field(default="", alias="for", description="how long, with `after`")
    who: Name


class Action(_Timed):
    does: Short = Field(min_length=1, description="such as `walks toward camera`")
    manner: Prose = ""
    label: Short = Field(default="", description="a name for `after`")


class Line(_Timed):
    says: Prose = Field(min_length=1)


class Change(_Part):
    """A change of state that lasts to the end of the scene."""

    during: Short = ""
    after: Short = ""
    who: Name
    becomes: Prose = Field(min_length=1)


class Shot(_Part):
    id: Name
    seconds: float = Field(gt=0, le=600)
    title: Prose = ""
    place: Short = ""
    scene: Short = Field(
        default="",
        description="shots next to each other in one scene: each begins as the one before ended",
    )
    transitions: list[Short] = Field(
        default=[], description="what stands before the shot, such as `dissolve 12f`, `fade in 1s`"
    )
    frame: Short = Field(
        default="", description="such as `medium`, `two-shot`; empty, with `on`: `single`"
    )
    on: list[Name] | Name = Field(default=[], description="the frame's subject or subjects")
    of: Short = Field(default="", description="whose shoulder it is")
    position: Short = Field(default="", description="such as `left-third`")
    angle: Short = Field(default="", description="such as `low dutch 12deg`")
    lens: Short = Field(default="", description="such as `35mm f/2.8`")
    focus: Short = ""
    camera_from: Point | None = Field(default=None, description="where the camera begins")
    looking_at: Point | Short = Field(
        default="", description="what it keeps looking at; with `camera_from`"
    )
    steadiness: Short = Field(default="", description="such as `handheld 20%`")
    camera: list[Move | Short] = Field(
        default=[], description="a text alone is one move over the whole shot"
    )
    light: list[Light] = []
    particles: list[Particles] = []
    blocking: list[Blocking] = []
    actions: list[Action] = []
    dialogue: list[Line] = []
    changes: list[Change] = []
    seed: int | None = None
    look: Prose = ""
    avoid: Prose = ""
    sound: list[Prose] = []
    notes: list[Prose] = []


class Storyboard(_Part):
    schema_: Literal["scenelang.storyboard/1"] = Field(alias="schema")
    title: Prose
    size: Annotated[list[int], Field(min_length=2, max_length=2)] = Field(
        default=[1280, 720], description="width and height in pixels"
    )
    fps: float = 24
    seed: int | None = None
    look: Prose = ""
    avoid: Prose = ""
    cast: list[Member] = []
    shots: list[Shot] = Field(min_length=1)
    ending: list[Short] = Field(
        default=[], description="what stands behind the last shot, such as `fade out 1s`"
    )
