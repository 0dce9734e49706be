"""Rays against the unit shapes, with numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from scenelang.runtime.previz import shapes
from scenelang.runtime.previz.shapes import BOX, CAPSULE, ELLIPSOID, FRUSTUM, enter, inside, outward


def cast(shape: int, o: tuple[float, ...], d: tuple[float, ...], k: float = 1.0) -> float:
    origin = tuple(torch.tensor([v], dtype=torch.float32) for v in o)
    way = tuple(torch.tensor([v], dtype=torch.float32) for v in d)
    return float(enter(shape, origin, way, torch.tensor([k]))[0])


@pytest.mark.parametrize(
    ("shape", "o", "d", "k", "t"),
    [
        (ELLIPSOID, (0, 0, 5), (0, 0, -1), 1, 4.0),
        (ELLIPSOID, (0.6, 0, 5), (0, 0, -1), 1, 4.2),
        (ELLIPSOID, (0, 0, 5), (0, 0, -2), 1, 2.0),
        (ELLIPSOID, (1.1, 0, 5), (0, 0, -1), 1, math.inf),
        (ELLIPSOID, (0, 0, 5), (0, 0, 1), 1, math.inf),
        (BOX, (0.5, 0.5, 5), (0, 0, -1), 1, 4.0),
        (BOX, (-3, 0, 0), (1, 0.1, 0), 1, 2.0),
        (BOX, (0, 1.5, 5), (0, 0, -1), 1, math.inf),
        (FRUSTUM, (0, 0, 5), (0, 0, -1), 1, 4.0),  # a cylinder
        (FRUSTUM, (0.5, 5, 0), (0, -1, 0), 1, 4.0),  # its lid
        (FRUSTUM, (0, 0, 5), (0, 0, -1), 0, 4.5),  # a cone: radius 1/2 half way up
        (FRUSTUM, (0, 0.9, 5), (0, 0, -1), 0, 4.95),
        (FRUSTUM, (0.3, 5, 0), (0, -1, 0), 0, 4 + 0.6),  # radius 0.3 at y = 0.4
        (FRUSTUM, (0, -5, 0.9), (0, 1, 0), 0, 4.0),  # its base
        (FRUSTUM, (0, 1.2, 5), (0, 0, -1), 0, math.inf),
        (CAPSULE, (0, 1.5, 5), (0, 0, -1), 2, 4.0),
        (CAPSULE, (0, 10, 0), (0, -1, 0), 2, 7.0),
        (CAPSULE, (0, 2.6, 5), (0, 0, -1), 2, 4.2),
        (CAPSULE, (0, 3.1, 5), (0, 0, -1), 2, math.inf),
    ],
)
def test_rays_enter_where_they_should(
    shape: int, o: tuple[float, ...], d: tuple[float, ...], k: float, t: float
) -> None:
    assert cast(shape, o, d, k) == pytest.approx(t, abs=1e-4)


@pytest.mark.parametrize("shape", shapes.SHAPES)
def test_normals_point_back_along_the_ray(shape: int) -> None:
    point = (torch.tensor([0.0]), torch.tensor([0.1]), torch.tensor([1.0]))
    x, y, z = outward(shape, point, torch.tensor([1.0]))
    assert float(z) > 0.9
    assert abs(float(x)) < 1e-6 and abs(float(y)) < 0.11


def test_a_far_small_sphere_is_hit_in_its_middle() -> None:
    assert cast(ELLIPSOID, (0, 0, 3000), (0, 0, -1)) == pytest.approx(2999, abs=1e-3)


def test_the_inside_is_known_for_every_shape() -> None:
    kinds = torch.tensor(list(shapes.SHAPES))
    k = torch.tensor([1.0, 1.0, 0.5, 1.0])
    assert inside(kinds, torch.zeros(4, 3), k).all()
    assert not inside(kinds, torch.full((4, 3), 2.5), k).any()
