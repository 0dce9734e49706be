"""What becomes of each property of a shot in a big model: said in words unless the family has another way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.compiler.prompts import OF_FOCUS, TELLING, prompts, too_long
from scenelang.compiler.wording import depth_of_field
from scenelang.runtime.backend import Level, Lowering, Native
from scenelang.runtime.video_models.lattice import Clip

Way = tuple[Level, str]

IN_WORDS: Way = ("text", "in the prompt")
SEGMENTED: Way = ("text", "in its own segment's prompt, which only its latent frames attend to")
TOLD: Way = ("text", "in the shot's one prompt, in order of time")
NO_PICTURES: Way = ("dropped", "the model takes no pictures")
SILENT: Way = ("dropped", "the model makes no sound")


@dataclass(frozen=True)
class Ways:
    """How a family takes what it does not take as words alone."""

    camera: Way = ("text", "its moves are in the prompt; no number reaches the model")
    lens: Way = ("text", "in millimetres in the prompt")
    steadiness: Way = IN_WORDS
    blocking: Way = ("text", "who is there is in the prompt; where, is not")
    light: Way = IN_WORDS
    particles: Way = IN_WORDS
    actions: Way = SEGMENTED
    dialogue: Way = ("text", "that somebody speaks is in the prompt; the words are in the captions")
    references: Way = NO_PICTURES
    sound: Way = SILENT
    avoid: Way = ("text", "as the negative prompt")
    continues: Way = ("exact", "its last frame is the first that the model sees")


def rows(
    plan: Plan, shot: ShotPlan, dialect: str, native: Native, clips: list[Clip], ways: Ways
) -> list[Lowering]:
    """One entry for each property of the shot."""
    found = [
        *_lattice(plan, shot, native, clips), *_camera(shot, dialect, ways), *_place(plan, shot, ways),
        *_cast(plan, shot, ways), *_time(shot, ways), *_words(plan, shot, dialect, ways), *_rest(plan, shot, ways),
    ]  # fmt: skip
    return [Lowering(name, *way) for name, way in found]


Row = tuple[str, Way]


def _lattice(plan: Plan, shot: ShotPlan, native: Native, clips: list[Clip]) -> Iterator[Row]:
    width, height = plan.size
    if (native.width, native.height) != plan.size:
        yield (
            "size",
            ("approximate", f"made at {native.width}x{native.height}, scaled to {width}x{height}"),
        )
    if native.fps != plan.rate:
        rates = f"{_number(native.fps)} frames a second, mixed to {_number(plan.rate)}"
        yield "frame rate", ("approximate", rates)
    made = sum(c.frames - c.known for c in clips)
    asked = -(-shot.frames * native.fps // plan.rate)
    lengths = " + ".join(str(c.frames) for c in clips)
    if len(clips) > 1:
        why = f"{len(clips)} clips of {lengths} frames, each going on from the one before"
        yield "length", ("approximate", why)
    elif made != asked:
        yield (
            "length",
            ("exact", f"{lengths} frames are made, the nearest that the model can; {asked} are kept"),
        )


def _number(rate: Fraction) -> str:
    return f"{float(rate):g}"


def _camera(shot: ShotPlan, dialect: str, ways: Ways) -> Iterator[Row]:
    yield "camera path", ways.camera
    yield "lens", ways.lens
    field = depth_of_field(shot, 0) if dialect in OF_FOCUS else ""
    soft: Way = ("text", "“shallow depth of field”; on whom is not said")
    if any(shot.camera.focus_m):
        yield "focus", soft if field == "shallow" else ("dropped", "the prompt says no plane of focus")
    stop: Way = ("text", "“shallow depth of field”" if field == "shallow" else "“deep focus”")
    why = "is neither said as shallow nor as deep" if dialect in OF_FOCUS else "is not in the prompt"
    none: Way = ("dropped", f"f/{shot.camera.aperture[0]:g} {why}")
    yield "aperture", stop if field else none
    if shot.camera.steadiness:
        yield "steadiness", ways.steadiness


def _place(plan: Plan, shot: ShotPlan, ways: Ways) -> Iterator[Row]:
    place = plan.place(shot.place)
    if place is not None:
        yield f"place {place.id}", IN_WORDS
        if place.reference:
            yield f"reference {place.id}", ways.references
    for light in shot.lights:
        yield f"light {light.name}", ways.light
    for p in shot.particles:
        yield f"particles {p.kind}", ways.particles


def _cast(plan: Plan, shot: ShotPlan, ways: Ways) -> Iterator[Row]:
    for track in shot.subjects:
        subject = plan.subject(track.subject)
        yield f"blocking {subject.id}", ways.blocking
        yield f"description {subject.id}", IN_WORDS
        for _, words, _, _ in track.states:
            yield f"change {subject.id}", ("text", f"{ways.actions[1]}: “{words}”")
        if subject.reference:
            yield f"reference {subject.id}", ways.references
        if subject.voice:
            yield f"voice {subject.id}", ("dropped", "the model takes no voices")


def _time(shot: ShotPlan, ways: Ways) -> Iterator[Row]:
    for action in shot.actions:
        yield f"action {action.id}", ways.actions
    for line in shot.dialogue:
        yield f"dialogue {line.speaker}", ways.dialogue
    if shot.speed != 1:
        slow = 0.9 <= shot.speed <= 1.1
        yield "speed", ("dropped", "too near to 1 for words") if slow else IN_WORDS
    if shot.continues:
        yield f"continue {shot.continues}", ways.continues


def _words(plan: Plan, shot: ShotPlan, dialect: str, ways: Ways) -> Iterator[Row]:
    """Prompts of which the model does not read the end."""
    counts = [too_long(p.text, dialect) for p in prompts(plan, shot, dialect)]
    if max(counts, default=0):
        which = "the prompt has" if dialect in TELLING else "the longest prompt has"
        yield "prompt", ("approximate", f"{which} about {max(counts)} tokens: the end is cut off")


def _rest(plan: Plan, shot: ShotPlan, ways: Ways) -> Iterator[Row]:
    for sound in shot.sound:
        yield "sound", (ways.sound[0], f"{ways.sound[1]}: “{sound}”")
    if shot.look:
        yield "look", IN_WORDS
    if shot.avoid:
        yield "avoid", ways.avoid
    for note in shot.notes:
        yield "note", ("dropped", f"for the crew: “{note}”")
    for what, value in shot.expect:
        yield f"expect {what}", ("text", f"“{value}” is kept in the plan; look at the take")
