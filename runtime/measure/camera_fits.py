"""Models of a camera between two frames, fitted to tracks of which many may be wrong.

Axes as in OpenCV: x right, y down, z forward. Pixels are of frames WIDTH wide, counted from the
middle, which is taken for the principal point; the focal length is searched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scenelang.compiler.geometry import SENSOR_WIDTH_MM
from scenelang.runtime.measure.opencv import cv2

Floats = NDArray[np.float64]
Missed = Callable[
    [Floats], tuple[Floats, Floats]
]  # parameters [P] -> by how many px [N, k], slopes [N, k, P]

WIDTH = 480
NOMINAL = WIDTH * 35.0 / SENSOR_WIDTH_MM  # px, of a lens of 35 mm
FOCALS = tuple(WIDTH * lens / SENSOR_WIDTH_MM for lens in (24.0, 35.0, 50.0, 85.0))
# (px beyond which a track counts little, steps at most): a loss that narrows finds its way past outliers.
STAGES = ((10.0, 10), (3.0, 10), (1.0, 12))


@dataclass(frozen=True)
class Fit:
    """A camera between two frames, and by how many px [N] it misses each track (inf: the point would lie behind)."""

    miss_N: Floats
    rotation: Floats  # [3] rotation vector that takes rays of the first camera to the second
    focal: float
    zoom: float = 1.0
    way: Floats = field(
        default_factory=lambda: np.zeros(3)
    )  # [3] unit, where the camera went, in its first axes

    @property
    def support(self) -> float:
        return float((1 / (1 + self.miss_N**2)).sum())


def fit_turn(a_N2: Floats, b_N2: Floats) -> Fit:
    """The turn and zoom, K' R K^-1, that explains tracks from a to b [N, 2] best."""
    similar, _ = cv2.estimateAffinePartial2D(a_N2, b_N2, ransacReprojThreshold=4.0)
    m = np.eye(2, 3) if similar is None else similar
    fits = []

    def reproject(p: Floats, focal: float) -> Floats:  # [N, 2]
        return project(rays(a_N2, focal) @ matrix(p[:3]).T, focal * np.exp(p[3]))

    for focal in FOCALS:

        def missed(p: Floats, focal: float = focal) -> tuple[Floats, Floats]:
            seen_N2 = reproject(p, focal)
            slopes_N2P = np.stack(
                [(reproject(p + d, focal) - seen_N2) / 1e-6 for d in np.eye(4) * 1e-6], -1
            )
            return seen_N2 - b_N2, slopes_N2P

        spin, stretch = np.arctan2(m[1, 0], m[0, 0]), np.log(np.hypot(m[0, 0], m[1, 0]))
        p = minimise(missed, np.array([-m[1, 2] / focal, m[0, 2] / focal, spin, stretch]))
        fits.append(Fit(np.linalg.norm(missed(p)[0], axis=1), p[:3], focal, float(np.exp(p[3]))))
    return max(fits, key=lambda fit: fit.support)


def fit_slide(a_N2: Floats, b_N2: Floats) -> Fit:
    """The slide without a turn that explains tracks best; its epipole needs no focal length."""
    fits = [along_lines(a_N2, b_N2, NOMINAL, np.zeros(3), way, False) for way in np.eye(3)]
    return max(fits, key=lambda fit: fit.support)


def fit_both(a_N2: Floats, b_N2: Floats, known: Sequence[Fit]) -> Fit:
    """The slide with a turn that explains tracks best, from several starts and with several focal lengths."""
    starts = [np.zeros(3), *(fit.rotation * fit.focal / NOMINAL for fit in known if not fit.way.any())]
    tries = [
        along_lines(a_N2, b_N2, NOMINAL, r, way, True, STAGES[:2]) for r in starts for way in np.eye(3)
    ]
    tries = sorted([*tries, *(fit for fit in known if fit.way.any())], key=lambda fit: fit.support)[-2:]
    fits = [along_lines(a_N2, b_N2, NOMINAL, fit.rotation, fit.way, True) for fit in tries]
    best = max(fits, key=lambda fit: fit.support)
    for focal in FOCALS:
        if focal != NOMINAL:
            start = best.rotation * NOMINAL / focal
            fits.append(along_lines(a_N2, b_N2, focal, start, best.way, True, STAGES[1:]))
    return max(fits, key=lambda fit: fit.support)


def along_lines(
    a_N2: Floats,
    b_N2: Floats,
    focal: float,
    rotation: Floats,
    way: Floats,
    turning: bool,
    stages: Sequence[tuple[float, int]] = STAGES,
) -> Fit:
    """A slide along `way`, with or without a turn, improved so that tracks end on their epipolar lines."""
    x_N3, y_N3 = rays(a_N2, focal), rays(b_N2, focal)
    products_N9 = (y_N3[:, :, None] * x_N3[:, None]).reshape(-1, 9)
    around_23 = np.linalg.svd(way[None])[2][1:]

    def pose(p: Floats) -> tuple[Floats, Floats]:  # rotation [3], way [3]
        to = way + p[:2] @ around_23
        return (p[2:] if turning else rotation), to / np.linalg.norm(to)

    def missed(p: Floats) -> tuple[Floats, Floats]:
        """Sampson's first-order distance [N, 1] px to the epipolar lines, and its slopes [N, 1, P] for a fixed scale."""
        e = essential(*pose(p))
        to_N3, from_N3 = x_N3 @ e.T, y_N3 @ e
        scale_N1 = (
            focal / np.sqrt((to_N3[:, :2] ** 2).sum(1) + (from_N3[:, :2] ** 2).sum(1) + 1e-12)[:, None]
        )
        slopes_9P = np.stack(
            [(essential(*pose(p + d)) - e).ravel() / 1e-6 for d in np.eye(len(p)) * 1e-6], -1
        )
        return products_N9 @ e.reshape(9, 1) * scale_N1, (products_N9 @ slopes_9P * scale_N1)[:, None]

    p = minimise(missed, np.concatenate([np.zeros(2), rotation if turning else []]), stages)
    rotation, to = pose(p)
    turned_N3 = x_N3 @ matrix(rotation).T
    off_N2 = project(turned_N3, focal) - b_N2
    far_N = np.linalg.norm(off_N2, axis=1) < 1 + 0.03 * np.linalg.norm(
        b_N2 - a_N2, axis=1
    )  # without parallax
    shift = matrix(rotation) @ to
    ahead_N, behind_N = in_front(turned_N3, y_N3, -shift), in_front(turned_N3, y_N3, shift)
    if (ahead_N & ~far_N).sum() < (behind_N & ~far_N).sum():
        to, ahead_N = -to, behind_N
    return Fit(np.where(ahead_N | far_N, np.abs(missed(p)[0][:, 0]), np.inf), rotation, focal, way=to)


def essential(rotation: Floats, way: Floats) -> Floats:
    """The matrix E [3, 3] for which y E x = 0 where a point is seen along x first and along y later."""
    r = matrix(rotation)
    x, y, z = -r @ way
    return np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]]) @ r


def in_front(turned_N3: Floats, y_N3: Floats, shift: Floats) -> NDArray[np.bool_]:
    """Which points [N] lie before both cameras, where depth2 * y = depth1 * turned + shift."""
    normal_N3 = np.cross(y_N3, turned_N3)
    first_N = -(normal_N3 * np.cross(y_N3, shift)).sum(1)
    second_N = -(normal_N3 * np.cross(turned_N3, shift)).sum(1)
    return (first_N > 0) & (second_N > 0)


def minimise(missed: Missed, start: Floats, stages: Sequence[tuple[float, int]] = STAGES) -> Floats:
    """Levenberg-Marquardt under a Cauchy loss that narrows from stage to stage."""
    p, (r_Nk, j_NkP) = start, missed(start)
    for width, steps in stages:
        damping, cost = 1e-3, cauchy(r_Nk, width)
        for _ in range(steps):
            weight_N11 = 1 / (1 + (r_Nk**2).sum(1)[:, None, None] / width**2)
            j, wj = (a.reshape(-1, len(p)) for a in (j_NkP, j_NkP * weight_N11))
            h = wj.T @ j
            q = p - np.linalg.solve(h + damping * np.diag(np.diag(h) + 1e-9), wj.T @ r_Nk.ravel())
            tried_Nk, slopes_NkP = missed(q)
            new = cauchy(tried_Nk, width)
            if new >= cost:
                damping *= 10
                continue
            done = cost - new < 1e-3 * cost
            p, r_Nk, j_NkP, cost, damping = q, tried_Nk, slopes_NkP, new, damping / 10
            if done:
                break
    return p


def cauchy(r_Nk: Floats, width: float) -> float:
    return float(np.log1p((r_Nk**2).sum(1) / width**2).sum())


def turned(a_N2: Floats, fit: Fit) -> Floats:
    """Where points [N, 2] would be if the camera had turned but not slid."""
    return project(rays(a_N2, fit.focal) @ matrix(fit.rotation).T, fit.focal)


def rays(points_N2: Floats, focal: float) -> Floats:
    return np.column_stack([points_N2 / focal, np.ones(len(points_N2))])


def project(rays_N3: Floats, focal: float) -> Floats:
    """Pixels [N, 2] from the middle; rays that point backward land far outside."""
    return focal * rays_N3[:, :2] / np.maximum(rays_N3[:, 2:], 0.05)


def matrix(rotation: Floats) -> Floats:
    return cv2.Rodrigues(rotation)[0]
