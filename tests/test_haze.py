"""What fog and the like take from what is far: the same for the animatic and for the model."""

from __future__ import annotations

import pytest
import torch
from films import HEAD, plan_text

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.haze import INSIDE, LOST, haze
from scenelang.compiler.plan import Plan
from scenelang.runtime.maquette.cues import Cues, cues_of
from scenelang.runtime.previz.scene import scene

FOG = "particles fog { density 0% }\n  animate fog.density: 0% @ 0s, 80% @ 2s"


def a_plan(air: str, place: str = "a street") -> Plan:
    body = f"{air}\n  frame wide on mara\n  mara at (0m, 0m)"
    return plan_text(HEAD.format(f'place there "{place}"\nshot a 2s in there {{\n  {body}\n}}'))


def cues(plan: Plan) -> Cues:
    encode = lambda texts: torch.zeros(len(texts), 1, 1)  # noqa: E731
    shot = plan.shots[0]
    return cues_of(plan, shot, condition_shot(plan, shot, encode=encode), encode)


def test_kinds_add_up_and_a_roof_keeps_most_out() -> None:
    density = torch.tensor([[0.0, 0.0], [0.5, 1.0]])
    found = haze(["fog", "snow"], density, inside=False)
    assert found.tolist() == pytest.approx([0.0, 0.5 * LOST["fog"] + LOST["snow"]])
    torch.testing.assert_close(haze(["fog", "snow"], density, inside=True), INSIDE * found)
    assert haze([], torch.zeros(3, 0), inside=False).tolist() == [0, 0, 0]


@pytest.mark.parametrize("place", ["a street", "a room"])
def test_the_model_hears_of_the_fog_that_the_animatic_has(place: str) -> None:
    clear, foggy = (
        scene(plan, plan.shots[0], 16 / 9).fog for plan in (a_plan("", place), a_plan(FOG, place))
    )
    heard = cues(a_plan(FOG, place)).haze_BF[0]
    assert heard[0] == 0 and heard[-1] > 0.01
    torch.testing.assert_close(heard, foggy - clear, atol=1e-5, rtol=0)
