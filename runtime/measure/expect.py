"""What shots are expected to show against what their takes show, each with a confidence.

Camera moves are classified from the pixels alone, of any model. Sizes and counts of subjects are found by the
planned outlines and colours (bodies.py): in takes that look otherwise, the confidence is low.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np

from scenelang.compiler.plan import Plan, SubjectPlan, at
from scenelang.runtime.events import Checked
from scenelang.runtime.measure.bodies import Sighting, sightings
from scenelang.runtime.measure.camera_motion import classify
from scenelang.runtime.measure.camera_path import recover_shot
from scenelang.runtime.measure.sizes import size_named
from scenelang.runtime.measure.takes import Take, takes

SURE = {"camera": 0.35, "frame": 0.4, "subjects": 0.4}  # confidence below which nothing is said
LOOKS = 3  # frames of a take in which subjects are looked for
# what can't be told from other words by pixels: seen alike
ALIKE = {
    "push": "dolly-in", "pull": "dolly-out", "crane-up": "pedestal-up", "crane-down": "pedestal-down",
    "whip-pan-left": "pan-left", "whip-pan-right": "pan-right",
}  # fmt: skip
UNSEEN = ("follow", "lead", "aerial", "pov")  # moves by what they are for, which no pixel tells
THERE, GONE = (
    0.55,
    0.25,
)  # fit from which a subject is certainly there, and below which it certainly isn't
CLEAR = (
    0.2,
    0.45,
)  # contrast of the animatic's own subject: below the first it can't be told from what is around
STRANGE = (
    0.2,
    0.6,
)  # of a subject's area: an unplanned thing too small to matter, and one that may be somebody
SPREAD = 0.35  # of the size over the looks (log): as much, and nothing is known
ZOOMED = 1.06  # ratio of focal lengths, at least, in a dolly-zoom


def check_film(plan: Plan, path: Path) -> Iterator[Checked]:
    """The expectations of all shots of a film, measured on its finished video or folder of pictures.

    Raises `RenderError` where that can't be read or isn't this film.
    """
    asked = [shot.id for shot in plan.shots if shot.expect]
    seen = set()
    if asked:
        for take in takes(path, plan, asked):
            seen.add(take.shot.id)
            yield from check_take(plan, take)
    for shot in plan.shots:  # all of it is transition
        if shot.id not in seen:
            for what, expected in shot.expect:
                yield Checked(shot.id, what, expected, "", 0.0, "unsure")


def check_take(plan: Plan, take: Take) -> Iterator[Checked]:
    """The expectations of one shot, in their order."""
    people: _People | None = None
    for what, expected in take.shot.expect:
        if what == "camera":
            found, held, confidence = _camera(plan, take, expected)
        else:
            people = people or _People(plan, take)
            found, held, confidence = (people.size if what == "frame" else people.count)(expected)
        result: Literal["held", "not held", "unsure"] = "held" if held else "not held"
        if confidence < SURE[what]:
            result = "unsure"
        yield Checked(take.shot.id, what, expected, found, round(confidence, 3), result)


def _camera(plan: Plan, take: Take, expected: str) -> tuple[str, bool, float]:
    """What the camera does, whether that is what is expected, and how sure that is."""
    if expected.startswith("dolly-zoom"):
        return _dolly_zoom(plan, take, expected)
    seen = classify(take.frames)
    found = f"{seen.kind}-{seen.direction}" if seen.direction else seen.kind
    if expected in UNSEEN:
        return found, False, 0.0
    if found == ALIKE.get(expected, expected):
        return expected, True, seen.confidence
    return found, False, seen.confidence


def _dolly_zoom(plan: Plan, take: Take, expected: str) -> tuple[str, bool, float]:
    """Whether the camera goes one way while the lens goes the other, by the path that the planned set's geometry
    gives: between two frames alone a dolly with a zoom looks like either."""
    path = recover_shot(take.frames, plan, take.shot, take.numbers)
    way = path.c2w_F44[-1, :3, 3] - path.c2w_F44[0, :3, 3]
    forward = float(way @ path.c2w_F44[0, :3, 2])
    zoom = float(path.focal_F[-1] / path.focal_F[0])
    confidence = float(1 - path.failed_F.mean()) * min(1.0, float(np.median(path.inliers_F)) / 60)
    wide = max(zoom, 1 / zoom) > ZOOMED and abs(forward) > 0.05 and (forward > 0) == (zoom < 1)
    if wide:
        found = "dolly-zoom-in" if forward > 0 else "dolly-zoom-out"
        return found, found == expected, confidence
    seen = classify(take.frames)
    return f"{seen.kind}-{seen.direction}".rstrip("-"), False, min(confidence, seen.confidence)


class _People:
    """The subjects of a take, looked for once."""

    def __init__(self, plan: Plan, take: Take) -> None:
        self.plan, self.shot = plan, take.shot
        looks = sorted({round(i * (len(take.numbers) - 1) / (LOOKS - 1)) for i in range(LOOKS)})
        numbers = [take.numbers[i] for i in looks]
        cast = {s.id: s for s in plan.subjects}
        there = [cast[t.subject] for t in self.shot.subjects if t.subject in cast]
        people = [s for s in there if s.role == "character"] or there
        self.cast = {s.id: s for s in people}
        self.seen = sightings(plan, self.shot, numbers, take.frames[looks], list(self.cast))

    def count(self, expected: str) -> tuple[str, bool, float]:
        """How many of the planned characters, or of the things where there are none, are in the picture.

        Whoever isn't planned isn't counted; something of a person's size that isn't takes the confidence.
        """
        number, sure = 0, [1.0]
        for id, looks in self.seen.items():
            there, confidence = _there(looks)
            strange = float(np.median([s.strange for s in looks]))
            confidence *= float(np.clip((STRANGE[1] - strange) / (STRANGE[1] - STRANGE[0]), 0, 1))
            number += len(self.cast[id].offsets) * there
            sure.append(confidence)
        return str(number), number == int(expected), min(sure) if self.seen else 0.0

    def size(self, expected: str) -> tuple[str, bool, float]:
        """The size of the shot's subject, or from which to which it goes."""
        subject = self._subject()
        if subject is None:
            return "", False, 0.0
        looks = [s for s in self.seen[subject.id] if s.fit > GONE]
        there, confidence = _there(self.seen[subject.id])
        if not there or not looks:
            return "", False, 0.0
        # the model may frame all of it wider or closer; that it grows or shrinks as planned is the camera's business
        scale = np.log([s.scale for s in looks])
        confidence *= float(np.clip(1 - np.abs(scale - np.median(scale)).mean() / SPREAD, 0, 1))
        regions = [1 / (s.planned * float(np.exp(np.median(scale)))) for s in looks]
        names = [size_named(subject, region, expected) for region in (regions[0], regions[-1])]
        every = {size_named(subject, region, expected) for region in regions}
        found = " to ".join(dict.fromkeys(names))
        return found, expected in every, confidence

    def _subject(self) -> SubjectPlan | None:
        """Whom the shot is about: what is in focus as it begins, else who is tallest in the picture."""
        if not self.seen:
            return None
        focus = at(self.shot.camera.focus_m, 0)
        c2w = np.array(at(self.shot.camera.c2w, 0)).reshape(3, 4)

        def off(id: str) -> float:
            track = next(t for t in self.shot.subjects if t.subject == id)
            middle = np.add(at(track.position, 0), (0, self.cast[id].height / 2, 0))
            return abs(float((middle - c2w[:, 3]) @ c2w[:, 2]) - focus)

        if focus > 0:
            return self.cast[min(self.seen, key=off)]
        return self.cast[max(self.seen, key=lambda id: self.seen[id][0].planned)]


def _there(looks: list[Sighting]) -> tuple[bool, float]:
    """Whether a subject is in the picture where the plan has it, and how sure that is."""
    clear, fit, alike = (
        float(np.median([getattr(s, name) for s in looks])) for name in ("clear", "fit", "alike")
    )
    tells = float(np.clip((clear - CLEAR[0]) / (CLEAR[1] - CLEAR[0]), 0, 1))
    middle = (THERE + GONE) / 2
    there = fit > middle
    sure = min(1.0, abs(fit - middle) / (THERE - middle))
    # what isn't found may be there in other colours, but hardly in a picture that is as planned otherwise
    return there, tells * sure * (1.0 if there else alike)
