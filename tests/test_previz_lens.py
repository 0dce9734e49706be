"""Depth of field and motion blur: what the lens and the shutter do to a picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from films import plan_text
from previz_stage import film, stand, subject
from torch import Tensor

from scenelang.compiler.plan import Plan
from scenelang.runtime.previz.defocus import defocused, lens_of
from scenelang.runtime.previz.light import developed
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.previz.shutter import shuttered

W, H = 128, 72
CPU = torch.device("cpu")


def optics(plan: Plan, aperture: float, focus: float, focal: float = 50.0) -> Plan:
    """The plan with another lens in its only shot."""
    (shot,) = plan.shots
    camera = shot.camera.model_copy(
        update={"aperture": [aperture], "focus_m": [focus], "focal_mm": [focal]}
    )
    return plan.model_copy(update={"shots": [shot.model_copy(update={"camera": camera})]})


def drawn(plan: Plan, frame: int = 0, **more: object) -> np.ndarray:
    frames = range(frame, frame + 1)
    (got,) = render_shot(plan, plan.shots[0], W, H, frames, **more)  # type: ignore[arg-type]
    assert got.clay is not None
    return got.clay[0].astype(int)


def thin_lens(colour: Tensor, depth: Tensor, aperture: float, focus: float, focal: float) -> Tensor:
    """A picture [3, H, W] of depths [H, W] through a lens."""
    lens = lens_of(optics(film([], []), aperture, focus, focal).shots[0], CPU)
    out = defocused(colour.reshape(3, -1), depth.reshape(-1), (1, *depth.shape), lens)
    return out.view_as(colour)


def test_discs_are_as_large_as_a_thin_lens_makes_them() -> None:
    lens = lens_of(optics(film([], []), 1.8, 2.0).shots[0], CPU)
    f, n, s, d = 0.05, 1.8, 2.0, 4.0
    disc = f / n * f * abs(d - s) / (d * (s - f))  # metres on the sensor
    got = lens.radius(0, torch.tensor([4.0, 2.0, 1.6, torch.inf]), 1000)
    assert got[0].item() == pytest.approx(disc / 0.036 * 1000 / 2, rel=1e-5)
    assert got[1].item() == 0
    assert got[2] < 0 < got[0] < got[3]


def test_a_point_of_light_becomes_a_disc_of_the_same_light() -> None:
    colour, depth = torch.zeros(3, 180, 320), torch.full((180, 320), 50.0)
    colour[:, 90:92, 160:162] = 8.0
    radius = lens_of(optics(film([], []), 1.4, 2.0).shots[0], CPU).radius(0, torch.tensor(50.0), 320)
    seen = thin_lens(colour, depth, 1.4, 2.0, 50.0)
    assert seen.sum().item() == pytest.approx(colour.sum().item(), rel=0.1)
    across = (seen[0] > 0.1 * seen.max()).any(0).sum().item()
    assert across == pytest.approx(2 * radius.item(), abs=4)


def halves(left: float, right: float) -> tuple[Tensor, Tensor]:
    """Red at one depth on the left, green at another on the right."""
    colour, depth = torch.zeros(3, 90, 320), torch.full((90, 320), right)
    colour[1, :, 160:], colour[0, :, :160], depth[:, :160] = 1.0, 1.0, left
    return colour, depth


def test_what_is_sharp_in_front_stays_sharp_and_colours_no_blur_behind_it() -> None:
    colour, depth = halves(2.0, 60.0)
    seen = thin_lens(colour, depth, 1.4, 2.0, 50.0)
    assert torch.equal(seen[:, :, :160], colour[:, :, :160])
    assert seen[0, :, 162:].max() < 0.02


def test_what_is_blurred_in_front_spreads_over_its_edge() -> None:
    colour, depth = halves(0.8, 4.0)
    seen = thin_lens(colour, depth, 1.4, 4.0, 50.0)[0, 45]
    reach = math.ceil(
        abs(lens_of(optics(film([], []), 1.4, 4.0).shots[0], CPU).radius(0, torch.tensor(0.8), 320))
    )
    assert 0.3 < seen[158:162].mean() < 0.7  # half at the edge
    assert seen[160 + reach // 2] > 0.03
    assert seen[160 + reach + 4 :].max() < 1e-3 and seen[: 160 - reach - 4].min() > 0.99
    assert (seen[1:] - seen[:-1]).max() < 0.02  # even all the way


def test_a_film_that_asks_for_no_focus_is_sharp_to_the_bit() -> None:
    plan = film([subject("b", "ball", height=1.0)], [stand("b")])
    sharp = drawn(optics(plan, 0.0, 0.0))
    assert np.array_equal(drawn(optics(plan, 0.0, 3.5)), sharp)
    assert np.array_equal(drawn(optics(plan, 1.4, 0.0)), sharp)  # focus deep
    assert not np.array_equal(drawn(optics(plan, 1.4, 1.0)), sharp)


@pytest.mark.parametrize(
    "words, aperture",
    [
        ("", 0),
        ("focus deep", 0),
        ("lens 35mm", 0),
        ("focus ada", 4),
        ("rack focus to lio", 4),
        ("lens 50mm f/2", 2),
    ],
)
def test_a_film_asks_for_depth_of_field_by_a_focus_or_an_f_number(words: str, aperture: float) -> None:
    assert rack(words).shots[0].camera.aperture == [aperture]


def rack(words: str) -> Plan:
    return plan_text(f"""scenelang 1
film "Rack" {{ size 640x360; fps 12 }}
character ada "a woman in a red coat" as figure
character lio "a man in a blue jacket" as figure
shot a 3s {{
  camera from (0m, 1.5m, 4m) looking at (0m, 1.3m, 0m)
  ada at (-0.4m, 1.4m) facing camera
  lio at (0.7m, -3m) facing camera
  {words}
}}
""")


def test_a_rack_is_seen() -> None:
    plan = rack("lens 85mm f/1.4\n  focus ada\n  1s..2s rack focus to lio")

    def fine(frame: int) -> tuple[float, float]:
        """How much fine detail each of the two shows."""
        (got,) = render_shot(plan, plan.shots[0], 320, 180, range(frame, frame + 1), ("clay", "mask"))
        assert got.clay is not None and got.mask is not None
        grey = got.clay[0].astype(float).mean(-1)
        change = np.abs(np.diff(grey, axis=1, prepend=grey[:, :1]))
        return tuple(float(change[got.mask[0] == k].max()) for k in (1, 2))  # type: ignore[return-value]

    (ada_first, lio_first), (ada_last, lio_last) = fine(0), fine(35)
    assert ada_first > 2 * ada_last and lio_last > 2 * lio_first


def test_several_racks_follow_one_another() -> None:
    focus = (
        rack("focus ada\n  0s..1s rack focus to lio\n  2s..3s rack focus to ada").shots[0].camera.focus_m
    )
    near, far = focus[0], max(focus)
    assert far > 2 * near
    assert focus[14] == pytest.approx(far) and focus[23] == pytest.approx(far)
    assert focus[35] < 0.6 * far


# The shutter ------------------------------------------------------------------------------------


def sliding(speed: float) -> Plan:
    """A box that goes right, `speed` metres a frame, before a camera that stands still."""
    return placed(*(speed * (f - 1) for f in range(3)))


def placed(*xs: float) -> Plan:
    """A box that is there in each of three frames."""
    places = [(x, 0.0, 0.0) for x in xs]
    return film([subject("b", "box", height=0.6)], [stand("b", position=places)], frames=3, focal=36.0)


def linear(picture: np.ndarray) -> np.ndarray:
    """The light that was developed into a picture: film adds up light, not grey values."""
    u = np.arange(8191) / 8191
    light = u / (1 - u)
    grey, first = np.unique(developed(torch.from_numpy(light).float()).numpy(), return_index=True)
    return np.interp(picture, grey, light[first])


@pytest.mark.parametrize("shutter", [180.0, 360.0])
def test_an_open_shutter_sees_what_many_short_exposures_see(shutter: float) -> None:
    steps = np.linspace(-0.5, 0.5, 15) * shutter / 360
    light = np.mean([linear(drawn(placed(0.3 * u), 1)) for u in steps], axis=0)
    truth = developed(torch.from_numpy(light).float()).numpy().astype(int)

    def off(picture: np.ndarray) -> float:
        return float(np.abs(picture - truth)[:, : W // 2].mean())  # its shadow falls to the right

    assert off(drawn(sliding(0.3), 1, shutter=shutter)) < 0.5 * off(drawn(sliding(0.3), 1))


def test_without_motion_or_shutter_nothing_is_smeared() -> None:
    still, moving = sliding(0.0), sliding(0.3)
    assert np.array_equal(drawn(still, 1, shutter=180.0), drawn(still, 1))
    assert np.array_equal(drawn(moving, 1, shutter=0.0), drawn(moving, 1))
    assert not np.array_equal(drawn(moving, 1, shutter=180.0), drawn(moving, 1))
    with pytest.raises(ValueError, match="180"):
        drawn(still, 1, shutter=400.0)


def test_what_stands_before_something_moving_stays_sharp() -> None:
    colour, depth = torch.zeros(3, 40, 160), torch.full((40, 160), 9.0)
    colour[1] = torch.arange(160) % 8 / 8  # stripes behind move, a red post before them does not
    half = torch.zeros(2, 40, 160)
    half[0] = 6.0
    colour[:, :, 70:80] = torch.tensor([1.0, 0, 0])[:, None, None]
    depth[:, 70:80], half[:, :, 70:80] = 2.0, 0.0
    seen = shuttered(
        colour.reshape(3, -1), depth.reshape(-1), half.reshape(2, -1), (1, 40, 160)
    ).view_as(colour)
    assert torch.allclose(seen[:, :, 70:80], colour[:, :, 70:80], atol=1e-6)
    assert seen[0, :, 82:].max() < 1e-6
    assert seen[1, 20, 20:60].std() < 0.5 * colour[1, 20, 20:60].std()


def test_a_pan_smears_along_its_way() -> None:
    plan = plan_text("""scenelang 1
film "Pan" { size 640x360; fps 24 }
character ada "a woman in a red coat" as figure
place here "a street"
shot a 1s in here {
  camera from (0m, 1.5m, 4m) looking at (0m, 1.3m, 0m) { pan right 60deg }
  ada at (1m, 0m) facing camera
}
""")
    sharp, smeared = drawn(plan, 12), drawn(plan, 12, shutter=180.0)
    across, down = (np.abs(np.diff(p, axis=1)).mean() for p in (sharp, smeared))
    assert down < 0.75 * across
    above, below = (np.abs(np.diff(p, axis=0)).mean() for p in (sharp, smeared))
    assert below / above > down / across  # lines across the way are lost, those along it less
