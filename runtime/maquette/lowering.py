"""What becomes of each property of a shot in maquette, and why."""

from __future__ import annotations

from collections.abc import Iterator

from scenelang.compiler.lexicon import KINDS, SETS
from scenelang.compiler.particle_field import HABITS
from scenelang.compiler.plan import LightTrack, Plan, ShotPlan
from scenelang.runtime.backend import Lowering
from scenelang.runtime.lowering import unshown

# the most of each that a film of the training had
SUBJECTS, MEMBERS = 4, 8


def lowering(plan: Plan, shot: ShotPlan) -> list[Lowering]:
    """One entry for each property of the shot."""
    rest = unshown(
        plan,
        shot,
        "the model has one look of its own",
        "the model knows nothing else that it could avoid",
    )
    return [
        *_camera(shot), *_place(plan, shot), *_drifting(shot), *_cast(plan, shot), *_words(shot),
        *_time(shot), *rest,
    ]  # fmt: skip


def _time(shot: ShotPlan) -> Iterator[Lowering]:
    if shot.speed != 1:
        yield Lowering("speed", "approximate", "particles and flames keep its time")
    if shot.continues:
        why = "its last frames are the first that the model sees; camera and places go on"
        yield Lowering(f"continue {shot.continues}", "exact", why)


def _camera(shot: ShotPlan) -> Iterator[Lowering]:
    yield Lowering("camera path", "exact", "every frame's rays drive the model")
    yield Lowering("lens", "exact", "the rays have the lens's field of view")
    if any(shot.camera.aperture):
        for name in ("focus", "aperture"):
            yield Lowering(name, "dropped", "everything is sharp: the model never saw depth of field")
    if shot.camera.steadiness:
        yield Lowering("steadiness", "exact", "it is part of the camera path")


def _place(plan: Plan, shot: ShotPlan) -> Iterator[Lowering]:
    place = plan.place(shot.place)
    if place is not None:
        known = place.set in SETS
        why = f"said as “{' '.join([place.set, *place.features])}”, from its description"
        yield Lowering(
            f"place {place.id}", "text" if known else "dropped", why if known else "a bare studio"
        )
    for light in shot.lights:
        yield Lowering(f"light {light.name}", "approximate", _light(light))


def _light(light: LightTrack) -> str:
    ways = {
        "sun": "direction, colour and intensity of every frame drive the model",
        "point": "place, colour and intensity of every frame drive the model",
        "ambient": "colour and intensity of every frame drive the model",
    }
    return ways[light.type]


def _drifting(shot: ShotPlan) -> Iterator[Lowering]:
    for p in shot.particles:
        known = p.kind in HABITS
        why = "where they drift in every frame drives the model"
        yield Lowering(
            f"particles {p.kind}",
            "approximate",
            why if known else f"{why}; of an unknown kind, drawn as others",
        )


def _cast(plan: Plan, shot: ShotPlan) -> Iterator[Lowering]:
    if len(shot.subjects) > SUBJECTS:
        why = f"{len(shot.subjects)} of them; the model was trained with {SUBJECTS} at most"
        yield Lowering("number of subjects", "approximate", why)
    for track in shot.subjects:
        subject = plan.subject(track.subject)
        yield Lowering(
            f"blocking {track.subject}",
            "approximate",
            "place, size, heading and limbs of every frame drive the model",
        )
        known = subject.kind in KINDS
        what = f"a {subject.kind}, its colours and what it wears, in the lexicon's words"
        yield Lowering(
            f"description {track.subject}",
            "text",
            what if known else f"{what}; a kind that it never saw",
        )
        if len(subject.offsets) > MEMBERS:
            yield Lowering(
                f"count {track.subject}", "approximate", f"trained with groups of {MEMBERS} at most"
            )
        for _, words, _, _ in track.states:
            yield Lowering(f"change {track.subject}", "text", f"what the lexicon reads in “{words}”")


def _words(shot: ShotPlan) -> Iterator[Lowering]:
    for action in shot.actions:
        name = f"action {action.id}"
        if action.gesture is None:
            yield Lowering(name, "dropped", f"no gesture is known for “{action.verb}”")
            continue
        lost = f"; “{action.manner}” is not shown" if action.manner else ""
        yield Lowering(name, "approximate", f"limbs move as `{action.gesture}` has them{lost}")
    for line in shot.dialogue:
        yield Lowering(
            f"dialogue {line.speaker}", "text", "said as `talk`; the words are in the captions"
        )
