"""Light, particles, segments and the timeline, worked by hand."""

from __future__ import annotations

from math import cos, radians, sin

import pytest
from films import HEAD, plan_example, plan_shot, plan_text

from scenelang.compiler.colour import temperature_rgb
from scenelang.compiler.lighting import light_direction
from scenelang.compiler.plan import Plan, at


def test_direction_toward_the_light() -> None:
    a, h = radians(35), radians(12)
    expected = (-sin(a) * cos(h), sin(h), cos(a) * cos(h))
    assert plan_example("tokyo").shots[0].lights[0].direction[0] == pytest.approx(expected, abs=1e-5)
    assert light_direction(90, 0) == pytest.approx((-1, 0, 0), abs=1e-12)  # the audience's left
    assert light_direction(-90, 0) == pytest.approx((1, 0, 0), abs=1e-12)
    assert light_direction(0, 90) == pytest.approx((0, 1, 0), abs=1e-12)


@pytest.mark.parametrize(
    ("side", "direction"),
    [("left", (-1, 0, 0)), ("right", (1, 0, 0)), ("front", (0, 0, 1)), ("back", (0, 0, -1))],
)
def test_a_side_without_an_angle_is_fully_that_side(
    side: str, direction: tuple[float, float, float]
) -> None:
    plan = plan_shot(f"light sun as key {{ from {side}; height 0deg }}\nframe full on mara")
    assert plan.shots[0].lights[0].direction[0] == pytest.approx(direction, abs=1e-6)


def test_temperature_is_neutral_at_5600_warm_below_and_cool_above() -> None:
    assert temperature_rgb(5600.0) == pytest.approx((1, 1, 1))
    warm, cool = temperature_rgb(2700.0), temperature_rgb(9000.0)
    assert warm[0] == 1 > warm[1] > warm[2]
    assert cool[2] == 1 > cool[1] > cool[0]


def test_temperature_moves_evenly_in_one_over_kelvin() -> None:
    light = (
        plan_shot(
            "light sun as key { temperature 6000K }\nanimate sun.temperature: 6000K @ 1s, 3000K @ 3s\nframe full on mara"
        )
        .shots[0]
        .lights[0]
    )
    assert at(light.temperature, 0) == 6000
    assert at(light.temperature, 48) == pytest.approx(4000)
    assert at(light.temperature, 95) == 3000


def test_a_value_holds_before_its_first_and_after_its_last_key() -> None:
    density = (
        plan_shot(
            "particles rain { density 90% }\nanimate rain.density: 20% @ 1s, 80% @ 3s\nframe full on mara"
        )
        .shots[0]
        .particles[0]
        .density
    )
    assert (density[0], density[24], density[48], density[95]) == pytest.approx((0.2, 0.2, 0.5, 0.8))


def test_wind_right_blows_toward_plus_x_and_rise_lifts() -> None:
    snow, embers = (
        plan_shot(
            "particles snow { wind right 2m/s }\nparticles embers { rise 0.3m/s }\nframe full on mara"
        )
        .shots[0]
        .particles
    )
    assert snow.velocity[0][0] == 2
    assert snow.velocity[0][1] < 0
    assert embers.velocity[0] == pytest.approx((0, 0.3, 0))


def test_a_light_on_a_subject_moves_with_it() -> None:
    light = (
        plan_shot(
            "lamp at (0m, 1m, 0m) facing right\nlight glow on lamp as practical { temperature 2400K }\n0s..2s lamp moves right 2m\nframe full on mara"
        )
        .shots[0]
        .lights[0]
    )
    assert light.type == "point"
    assert at(light.position, 95)[0] - at(light.position, 0)[0] == pytest.approx(2)


def test_flicker_is_unsteady_and_the_same_in_every_render() -> None:
    a, b = (plan_example("monster").shots[0].lights[0].intensity for _ in range(2))
    assert a == b
    assert max(a) - min(a) > 0.1


def test_a_change_half_way_is_one_take_with_two_segments() -> None:
    plan = plan_shot("mara at (0m, 0m)\n0s..2s mara walks forward 2m\n2s..4s mara waves")
    assert len(plan.shots) == 1
    assert [(s.frames, len(s.actions)) for s in plan.shots[0].segments] == [((0, 48), 1), ((48, 96), 1)]
    first, second = (set(s.actions) for s in plan.shots[0].segments)
    assert first != second
    light = plan_shot("mara at (0m, 0m)\nlight sun as key\nanimate sun.intensity: 100% @ 2s, 10% @ 4s")
    assert [s.frames for s in light.shots[0].segments] == [(0, 48), (48, 96)]


def test_segments_cover_the_shot_without_gaps() -> None:
    for shot in (s for name in ("tokyo", "letter", "monster") for s in plan_example(name).shots):
        ends = [0, *(s.frames[1] for s in shot.segments)]
        assert [s.frames[0] for s in shot.segments] == ends[:-1]
        assert ends[-1] == shot.frames


def test_after_begins_where_the_other_ends() -> None:
    shot = plan_example("letter").shots[0]
    assert [(a.id, a.frames) for a in shot.actions] == [
        ("opens", (0, 60)),
        ("gives", (60, 108)),
        ("mara-3", (108, 144)),
    ]


def timeline(text: str) -> tuple[list[tuple[str, int]], int]:
    plan = plan_text(HEAD.format(text))
    return [(e.shot, e.start) for e in plan.edit], plan.frames


def test_a_dissolve_overlaps_and_shortens_and_a_fade_does_not() -> None:
    shots = [f"shot {n} 2s {{ frame full on mara }}" for n in "abc"]
    assert timeline("\n".join(shots)) == ([("a", 0), ("b", 48), ("c", 96)], 144)
    assert timeline("\ndissolve 12f\n".join(shots)) == ([("a", 0), ("b", 36), ("c", 72)], 120)
    assert timeline(f"fade in 1s\n{shots[0]}\ncut\n{shots[1]}\nfade out 1s") == (
        [("a", 0), ("b", 48)],
        96,
    )


def test_rates_of_television_are_exact() -> None:
    text = 'scenelang 1\nfilm "x" {{ fps 23.976 }}\ncharacter mara\nshot a 1001f {{ frame full on mara }}'.format()
    plan = plan_text(text)
    assert plan.fps == "24000/1001"
    assert plan.frames == 1001


def test_the_seed_is_of_film_and_id_and_never_of_the_text() -> None:
    a, b = plan_shot("frame full on mara"), plan_shot("frame close-up on mara\nmara waves")
    assert a.shots[0].seed == b.shots[0].seed
    assert a.shots[0].hash != b.shots[0].hash
    assert plan_shot("seed 9\nframe full on mara").shots[0].seed == 9
    assert len({s.seed for s in plan_example("letter").shots}) == 3


def test_the_same_film_makes_the_same_plan() -> None:
    assert plan_example("letter").to_json() == plan_example("letter").to_json()


def test_a_plan_survives_json() -> None:
    plan = plan_example("letter")
    assert Plan.from_json(plan.to_json()) == plan


def test_focus_racks_evenly_in_one_over_distance() -> None:
    body = "camera from (0m, 0.85m, 5m) {{ hold }}\nmara at (0m, 4m)\nlio at (0m, 1m)\nfocus mara\nanimate focus: {} @ 1s, {} @ 3s".format
    near_far = plan_shot(body("1m", "4m")).shots[0].camera.focus_m
    assert (near_far[0], near_far[48], near_far[95]) == pytest.approx((1, 1.6, 4))
    names = plan_shot(body("mara", "lio")).shots[0].camera.focus_m
    assert (names[0], names[95]) == pytest.approx((1, 4), abs=0.01)
    assert plan_shot("focus deep\nframe full on mara").shots[0].camera.focus_m == [0]
