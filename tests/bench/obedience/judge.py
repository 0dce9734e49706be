"""Which film of its group does a take show? The nearest reference, by what the group's films differ in.

`picture`: the whole frame, coarse, over time. `body`: where subjects are in any film of the group, fine.
`air`: what drifts. `camera`: the path recovered from the pixels against the planned ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from bench.obedience import air
from bench.obedience.films import Group
from bench.obedience.path import apart
from bench.obedience.pictures import Lab, grown, resized
from bench.obedience.reference import Reference
from numpy.typing import NDArray

from scenelang.runtime.measure.camera_path import CameraPath

COARSE, STEPS = (64, 36), 8  # pixels and steps of time that a whole picture is compared in
AROUND = 6  # px around the bodies that count as theirs
SOFT = 1.5  # px, of the Gaussian that films are compared under: a soft take is not a wrong one


@dataclass(frozen=True)
class Verdict:
    """`found` is the nearest film's name; `margin` its distance over that of the next nearest wrong or right
    one, below 1; the smaller, the surer."""

    wanted: str
    found: str
    margin: float

    @property
    def right(self) -> bool:
        return self.wanted == self.found


class Judge:
    """Of one group. `references` holds the shots of each of its films, by the film's name."""

    def __init__(self, group: Group, references: dict[str, list[Reference]]) -> None:
        self.group, self.references = group, references
        self.names = [film.name for film in group.films]
        whole = {name: np.concatenate([r.lab for r in shots]) for name, shots in references.items()}
        if group.way == "body":
            anyone = np.stack(
                [np.concatenate([r.mask for r in references[n]]).astype(bool) for n in self.names]
            )
            self._region = grown(anyone.any(0), AROUND)
        self._known = (
            {name: self._seen(film) for name, film in whole.items()} if group.way != "camera" else {}
        )
        if group.way == "air":
            self._spread = np.stack([*self._known.values()]).std(0).clip(0.3)

    def verdict(self, wanted: str, film: Lab, path: CameraPath | None = None) -> Verdict:
        """On a take [F, H, W, 3] of the film `wanted`; `path` is the camera's, for groups of camera moves."""
        if self.group.way == "camera":
            assert path is not None
            far = {n: apart(path, self.references[n][0]) for n in self.names}
        else:
            seen = self._seen(film)
            scale = self._spread if self.group.way == "air" else 1.0
            far = {n: float(np.linalg.norm((seen - known) / scale)) for n, known in self._known.items()}
        order = sorted(self.names, key=lambda n: far[n])
        others = [far[n] for n in self.names if n != wanted]
        best_other = min(others) if others else np.inf
        margin = min(far[wanted], best_other) / max(far[wanted], best_other, 1e-9)
        return Verdict(wanted, order[0], float(margin))

    def _seen(self, film: Lab) -> NDArray[np.float64]:
        if self.group.way == "picture":
            return resized(film, COARSE, min(STEPS, len(film))).astype(np.float64).ravel()
        if self.group.way == "air":
            return air.features(film)
        soft = np.stack([cv2.GaussianBlur(frame, (0, 0), SOFT) for frame in film])
        return soft[self._region].astype(np.float64).ravel()
