"""The bones of every body as frames in the world, worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest
import torch
from previz_stage import film, pose, stand, subject
from torch import Tensor

from scenelang.compiler.blocking_maps import bodies
from scenelang.compiler.bones import BONES, MOTIONS, bones
from scenelang.compiler.plan import Plan, PosePlan, Vec3
from scenelang.compiler.rays import poses

RATE = Fraction(24)
State = tuple[int, str, dict[str, str], list[str]]
WALK = [(0.0, 0.0, 1.3 * f / 24) for f in range(48)]  # 1.3 m/s toward +z


@dataclass(frozen=True)
class Moves:
    """The bones and channels of a film's first shot."""

    bone_FNMB34: Tensor
    motion_FNMK: Tensor

    def bone(self, name: str, n: int = 0, m: int = 0) -> Tensor:  # [F, 3, 4]
        return self.bone_FNMB34[:, n, m, BONES.index(name)]

    def at(self, name: str, n: int = 0, m: int = 0) -> Tensor:  # [F, 3]
        return self.bone(name, n, m)[..., 3]

    def channel(self, name: str, n: int = 0) -> Tensor:  # [F]
        return self.motion_FNMK[:, n, 0, MOTIONS.index(name)]


def moves(plan: Plan, native: Fraction = RATE) -> Moves:
    shot = plan.shots[0]
    return Moves(*bones(plan, shot, poses(shot, plan.rate, native), native))


def body(*gestures: PosePlan, kind: str = "figure", frames: int = 48, **more: object) -> Moves:
    """One subject 1.7 m tall at the origin that faces +z."""
    cast = [subject("a", kind, height=1.7)]
    track = stand("a", **{"poses": list(gestures), **more})
    return moves(film(cast, [track], frames=frames))


def test_a_standing_body_is_upright_from_foot_to_head() -> None:
    still = body()
    y = {name: still.at(name)[0, 1].item() for name in BONES}
    assert y["body"] == 0
    assert 0.02 < y["left_foot"] < 0.1 and 0.02 < y["right_foot"] < 0.1
    assert y["left_foot"] < y["left_shin"] < y["left_thigh"] < y["pelvis"] < y["chest"] < y["head"]
    assert 0.85 < y["pelvis"] < 0.95  # 0.535 of 1.7 m
    assert 1.2 < y["chest"] < 1.3
    assert 1.5 < y["head"] < 1.65  # the middle of the skull
    assert y["left_hand"] < y["left_forearm"] < y["left_upper_arm"] < y["head"]
    # it faces +z: its left is +x
    assert still.at("left_hand")[0, 0] > 0.1 and still.at("right_hand")[0, 0] < -0.1
    assert still.at("left_foot")[0, 0] > 0.05 and still.at("right_foot")[0, 0] < -0.05


@pytest.mark.parametrize(
    "gesture", ["wave", "sit", "kneel", "lie", "lean", "point", "talk", "jump", "dance", "fall"]
)
def test_axes_are_rotations(gesture: str) -> None:
    axes = body(pose(gesture, (4, 40))).bone_FNMB34[..., :3]
    assert torch.allclose(axes.mT @ axes, torch.eye(3).expand_as(axes), atol=1e-5)
    assert torch.allclose(torch.linalg.det(axes), torch.ones(axes.shape[:-2]), atol=1e-5)


def test_limbs_run_along_their_bones() -> None:
    still = body()
    down = -still.bone("left_shin")[0, :, 1]
    assert down[1] > 0.95  # y runs from the knee to the ankle
    ankle, knee = still.at("left_foot")[0], still.at("left_shin")[0] + 0.5 * 0.243 * 1.7 * down
    assert (still.at("left_shin")[0] - (ankle + knee) / 2).norm() < 1e-3
    assert still.bone("left_shin")[0, 0, 0] > 0.9  # and x to the body's left


def test_a_body_that_turns_turns_its_bones() -> None:
    ahead, aside = body(), body(heading=90.0)
    assert torch.allclose(ahead.bone("body")[0, :, :3], torch.eye(3), atol=1e-6)
    assert torch.allclose(aside.bone("body")[0, :, 2], torch.tensor([1.0, 0, 0]), atol=1e-6)  # faces +x
    assert torch.allclose(aside.bone("body")[0, :, 0], torch.tensor([0, 0, -1.0]), atol=1e-6)
    turned = torch.tensor([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]])  # +z to +x
    assert torch.allclose(aside.bone_FNMB34, turned @ ahead.bone_FNMB34, atol=1e-5)


def test_a_wave_lifts_the_right_hand_over_the_shoulder() -> None:
    waving = body(pose("wave", (0, 48)))
    shoulder = waving.at("chest")[24, 1] + 0.062 * 1.7
    assert waving.at("right_hand")[24, 1] > shoulder
    assert waving.at("left_hand")[24, 1] < shoulder - 0.3
    assert waving.bone("right_forearm")[24, 1, 1] > 0.5  # it points up
    assert torch.equal(waving.bone("right_hand")[..., :3], waving.bone("right_forearm")[..., :3])


def test_a_walk_sets_the_feet_in_turn() -> None:
    walking = body(position=WALK)
    lead = (walking.at("left_foot") - walking.at("right_foot"))[:, 2]
    assert lead.max() > 0.3 and lead.min() < -0.3
    gait = torch.stack([walking.channel("sin_cycle"), walking.channel("cos_cycle")])
    assert torch.allclose(gait.norm(dim=0), torch.ones(48), atol=1e-5)
    assert walking.channel("walking").min() > 0.99 and walking.channel("running").max() < 0.01
    assert walking.channel("speed")[24].item() == pytest.approx(1.3 / 3, abs=1e-3)
    assert body().channel("walking").max() == 0


def test_poses_are_channels() -> None:
    sitting = body(pose("sit", (0, 48)), pose("talk", (12, 36)))
    assert torch.equal(sitting.channel("sit"), torch.ones(48))
    assert sitting.channel("talk")[0] == 0 and sitting.channel("talk")[24] == 1
    assert sitting.channel("lie").abs().max() == 0
    assert sitting.at("pelvis")[0, 1].item() == pytest.approx(0.27 * 1.7, abs=0.02)
    lying = body(pose("lie", (0, 48)))
    assert lying.at("head")[0, 1] < 0.3
    assert lying.bone("chest")[0, 1, 2] > 0.95  # on its back: its front is up


def test_a_look_turns_the_head_to_its_target() -> None:
    cast = [subject("a"), subject("b", "ball", height=0.2)]
    tracks = [stand("a", poses=[pose("look", (0, 24), "b")]), stand("b", (2.0, 1.5, 2.0))]
    ahead = moves(film(cast, tracks, frames=24)).bone("head")[12, :, 2]
    assert ahead[0].item() == pytest.approx(ahead[2].item(), abs=0.05)  # 45 degrees to its left
    to_camera = [stand("a", poses=[pose("look", (0, 24), "camera")])]
    eye = film(cast[:1], to_camera, eye=(-4.0, 1.6, 0.01), frames=24)
    assert moves(eye).bone("head")[12, 0, 2] < -0.9  # as far as the neck turns


def test_what_has_no_skeleton_has_its_own_frame_everywhere() -> None:
    plan = film([subject("b", "box")], [stand("b", (1.0, 0.5, -2.0), 30.0)], frames=3)
    got = moves(plan)
    frame = got.bone("body")[0]
    assert torch.equal(got.bone_FNMB34, frame.expand_as(got.bone_FNMB34))
    assert frame[:, 3].tolist() == [1.0, 0.5, -2.0]
    assert frame[:, 2].tolist() == pytest.approx([0.5, 0, 0.75**0.5])


ALOFT = [(0.0, 2.0, 0.1 * f) for f in range(48)]


@pytest.mark.parametrize("kind", ["creature", "animal", "bird", "boat"])
@pytest.mark.parametrize("path", [[(0.0, 0.0, 0.0)], WALK, ALOFT], ids=["still", "walks", "flies"])
def test_other_beings_have_rotations_near_their_base(kind: str, path: list[Vec3]) -> None:
    got = body(pose("look", (0, 24), "camera"), kind=kind, position=path)
    axes = got.bone_FNMB34[..., :3]
    assert torch.allclose(axes.mT @ axes, torch.eye(3).expand_as(axes), atol=1e-5)
    assert torch.allclose(torch.linalg.det(axes), torch.ones(axes.shape[:-2]), atol=1e-5)
    away = got.bone_FNMB34[..., 3] - got.at("body")[:, None, None, None]
    assert away.norm(dim=-1).max() < 2.5
    middles = away[0, 0, 0, :, 0]
    assert middles[BONES.index("left_hand")] >= middles[BONES.index("right_hand")]


def test_a_creature_is_one_ball_with_feet_below_and_a_hand_that_waves() -> None:
    got = body(pose("wave", (0, 48)), kind="creature")
    assert torch.equal(got.bone("head"), got.bone("pelvis"))
    assert got.at("chest")[0, 1].item() == pytest.approx(0.47 * 1.7, abs=1e-3)
    assert got.at("left_foot")[0].tolist() == pytest.approx([0.16 * 1.7, 0.055 * 1.7, 0.1 * 1.7])
    assert got.at("right_hand")[24, 1] > got.at("left_hand")[24, 1] + 0.4
    assert torch.equal(got.bone("left_thigh"), got.bone("body"))  # it has no legs
    hops = body(kind="creature", position=WALK).at("chest")[:, 1]
    assert hops.max() - hops.min() > 0.05


def test_an_animals_forelegs_are_its_arms() -> None:
    got = body(kind="animal")
    z = {name: got.at(name)[0, 2].item() for name in BONES}
    assert z["head"] > z["left_hand"] > z["chest"] - 0.1 > 0 > z["pelvis"]
    assert z["left_hand"] == pytest.approx(0.42 * 0.75 * 1.7)
    assert z["left_foot"] == pytest.approx(-0.42 * 0.8 * 1.7)
    assert got.at("chest")[0, 1].item() == pytest.approx(0.62 * 1.7)
    assert got.at("head")[0, 1] > got.at("chest")[0, 1] + 0.4
    walking = body(kind="animal", position=WALK)
    hand, foot = (walking.at(f"left_{b}") - walking.at("body") for b in ("hand", "foot"))
    assert ((hand - hand.mean(0)) * (foot - foot.mean(0)))[:, 2].sum() < 0  # they take turns
    assert body(pose("lie", (0, 48)), kind="animal").at("chest")[0, 1] < 0.32 * 1.7


def test_a_birds_wings_beat_in_the_air() -> None:
    flying, sitting = body(kind="bird", position=ALOFT), body(kind="bird")
    wing = flying.at("left_forearm") - flying.at("body")
    assert wing[:, 1].max() - wing[:, 1].min() > 0.2
    assert flying.bone("left_upper_arm")[0, 0, 1] > 0.6  # spread to its left
    assert flying.bone("right_upper_arm")[0, 0, 1] < -0.6
    assert sitting.bone("left_upper_arm")[0, 2, 1] < -0.9  # folded to its back
    assert sitting.at("left_foot")[0, 1].item() == pytest.approx(0.02 * 1.7)
    assert sitting.at("head")[0, 1] > sitting.at("chest")[0, 1] + 0.1


def test_a_boat_rocks_about_its_base() -> None:
    got = body(kind="boat")
    assert torch.equal(got.bone("body")[0], torch.eye(3, 4))
    assert torch.equal(got.bone("head"), got.bone("left_foot"))
    tilt = got.bone("pelvis")[:, 1, 1].clamp(max=1).acos().rad2deg()
    assert 2 < tilt.max() < 4.5


@pytest.mark.parametrize("rate", [RATE, Fraction(16), Fraction(30), Fraction(24000, 1001)])
def test_the_bodys_origin_is_its_base(rate: Fraction) -> None:
    cast = [subject("a", offsets=[(-1.0, 0.2), (0.0, 0.0), (1.0, 0.1)]), subject("b", "box")]
    plan = film(cast, [stand("a", WALK, [3.0 * f for f in range(48)]), stand("b")], frames=48)
    got = moves(plan, rate)
    assert torch.equal(got.bone_FNMB34[:, :, :, 0, :, 3], bodies(plan, plan.shots[0], rate)[0])
    axes = got.bone_FNMB34[..., :3]
    assert torch.allclose(axes.mT @ axes, torch.eye(3).expand_as(axes), atol=1e-5)
    assert len(got.motion_FNMK) == len(got.bone_FNMB34)


def test_another_rate_shows_the_same_moments() -> None:
    plan = film([subject("a")], [stand("a", WALK, poses=[pose("wave", (6, 40))])], frames=48)
    own, slow = moves(plan), moves(plan, Fraction(16))
    assert torch.allclose(slow.bone_FNMB34[::2], own.bone_FNMB34[::3], atol=1e-5)
    assert torch.allclose(slow.motion_FNMK[::2], own.motion_FNMK[::3], atol=1e-5)


def test_members_differ_and_the_last_is_repeated() -> None:
    cast = [subject("a", offsets=[(-1.0, 0.0), (0.0, 0.0), (1.0, 0.0)]), subject("b")]
    got = moves(film(cast, [stand("a"), stand("b", (3.0, 0.0, 0.0))], frames=2))
    assert got.bone_FNMB34.shape == (2, 2, 3, len(BONES), 3, 4)
    heights = [got.at("head", 0, m)[0, 1].item() for m in range(3)]
    assert len({round(h, 2) for h in heights}) > 1
    assert torch.equal(got.bone_FNMB34[:, 1, 1], got.bone_FNMB34[:, 1, 0])


def test_an_umbrella_is_held_up_from_the_frame_that_shows_it() -> None:
    shown: State = (2, "a woman under an umbrella", {}, ["umbrella"])
    got = moves(film([subject("a")], [stand("a", states=[shown])], frames=4))
    assert got.at("right_hand")[1, 1] < 0.9
    assert got.at("right_hand")[2, 1] > 1.0


def test_a_shot_of_nobody_has_no_bones() -> None:
    got = moves(film([], [], frames=5))
    assert got.bone_FNMB34.shape == (5, 0, 1, len(BONES), 3, 4)
    assert got.motion_FNMK.shape == (5, 0, 1, len(MOTIONS))


def test_one_who_jumps_bends_knees_lifts_feet_and_throws_up_arms() -> None:
    jump = body(pose("jump", (0, 25)), frames=25)  # one jump, as long as one takes
    knees_bent = jump.at("pelvis")[:, 1]
    assert knees_bent[3] < knees_bent[0] - 0.1 * 1.7  # before it leaves the floor
    feet = jump.at("left_foot")[:, 1]
    assert feet[3] == pytest.approx(feet[0].item(), abs=0.01)
    assert feet[13] > feet[0] + 0.1  # drawn up, beside what its base rises
    assert jump.at("left_hand")[13, 1] > jump.at("head")[13, 1]
    assert jump.at("left_hand")[0, 1] < jump.at("pelvis")[0, 1]


def test_one_who_dances_sways_and_lifts_both_arms_and_feet_in_turn() -> None:
    dance = body(pose("dance", (0, 48)))
    sway = dance.at("pelvis")[12:, 0]
    assert sway.max() > 0.05 and sway.min() < -0.05
    hands = (dance.at("left_hand") - dance.at("right_hand"))[12:, 1]
    assert hands.max() > 0.3 and hands.min() < -0.3
    feet = (dance.at("left_foot") - dance.at("right_foot"))[12:, 1]
    assert feet.max() > 0.1 and feet.min() < -0.1


def test_one_who_lies_down_sits_first_and_one_who_falls_throws_up_arms() -> None:
    lies = body(pose("lie", (4, 48)))
    falls = body(pose("lie", (4, 48)), pose("fall", (4, 30)))
    for moved in (lies, falls):
        head, foot = moved.at("head")[-1], moved.at("left_foot")[-1]
        assert head[1] < 0.25 and foot[1] < 0.2 and head[2] < -0.5 and foot[2] > 0.5
        assert moved.at("body").abs().max() == 0
    halfway = int((lies.at("pelvis")[:, 1] < 0.45).nonzero()[0, 0])
    assert lies.bone("chest")[halfway, 1, 1] > 0.6  # still upright as it sits down
    down = int((falls.at("pelvis")[:, 1] < 0.45).nonzero()[0, 0])
    assert falls.bone("chest")[down, 1, 1] < lies.bone("chest")[halfway, 1, 1] - 0.2
    assert down < halfway
    assert (falls.at("left_hand") - falls.at("chest"))[10:14, 1].max() > 0.2


def test_one_who_turns_on_the_spot_steps() -> None:
    turning = body(heading=[4.0 * f for f in range(48)])
    feet = torch.stack([turning.at(f"{side}_foot")[:, 1] for side in ("left", "right")])
    assert (feet.amax(1) > feet.amin(1) + 0.04).all()
    still = body(heading=90.0)
    assert (still.at("left_foot")[:, 1].amax() - still.at("left_foot")[:, 1].amin()) < 1e-3


def test_animals_sit_on_their_hind_legs_and_stretch_in_a_jump() -> None:
    sits = body(pose("sit", (0, 48)), kind="animal")
    assert sits.at("pelvis")[-1, 1] < sits.at("chest")[-1, 1] - 0.3
    jump = body(pose("jump", (0, 25)), kind="animal", frames=25)
    reach = jump.at("left_hand")[:, 2] - jump.at("left_foot")[:, 2]
    assert reach[13] > reach[0] + 0.3
