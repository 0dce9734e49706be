"""The camera in each model's convention, against values worked out by hand: a pan, a dolly, an orbit."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import tiny_models as tiny
import torch
from diffusers.pipelines.sana_wm.cam_utils import prepare_camera
from safetensors.torch import load_file

from scenelang.runtime.checkpoint import ModelError
from scenelang.runtime.video_models.cameras import (
    cameractrl,
    cosmos,
    motionctrl,
    relative,
    sana_wm,
    wan_fun,
)
from scenelang.runtime.video_models.fun_checkpoint import load_expert, steered

F, H, W = 9, 4, 6
FX, FY = 0.8, 1.2  # of width and height
Vector = tuple[float, float, float]


def pose(right: Vector, down: Vector, forward: Vector, place: Vector) -> list[list[float]]:
    return [[right[i], down[i], forward[i], place[i]] for i in range(3)] + [[0, 0, 0, 1]]


def dolly() -> torch.Tensor:
    """In: half a metre a frame toward -z, from (1, 2, 5); the camera looks along -z, its right is +x."""
    return torch.tensor([pose((1, 0, 0), (0, -1, 0), (0, 0, -1), (1, 2, 5 - 0.5 * n)) for n in range(F)])


def pan() -> torch.Tensor:
    """To the right: five degrees a frame, in place."""

    def turned(n: int) -> list[list[float]]:
        a = math.radians(5 * n)
        return pose((math.cos(a), 0, math.sin(a)), (0, -1, 0), (math.sin(a), 0, -math.cos(a)), (1, 2, 5))

    return torch.tensor([turned(n) for n in range(F)])


def orbit() -> torch.Tensor:
    """To the right about the origin, at four metres: ten degrees a frame."""

    def turned(n: int) -> list[list[float]]:
        a = math.radians(10 * n)
        place = (4 * math.sin(a), 0.0, 4 * math.cos(a))
        return pose((math.cos(a), 0, -math.sin(a)), (0, -1, 0), (-math.sin(a), 0, -math.cos(a)), place)

    return torch.tensor([turned(n) for n in range(F)])


# what each is in the axes of its first camera (x right, y down, z forward): turn about y, and place
IN_FIRST = {
    "dolly": (dolly, lambda n: (0.0, (0.0, 0.0, 0.5 * n))),
    "pan": (pan, lambda n: (math.radians(5 * n), (0.0, 0.0, 0.0))),
    "orbit": (
        orbit,
        lambda n: (
            -math.radians(10 * n),
            (4 * math.sin(math.radians(10 * n)), 0.0, 4 - 4 * math.cos(math.radians(10 * n))),
        ),
    ),
}


def lens() -> torch.Tensor:
    return torch.tensor([[FX, 0, 0.5], [0, FY, 0.5], [0, 0, 1.0]]).repeat(F, 1, 1)


def ray(name: str, n: int, column: float, row: float, width: int, height: int) -> tuple[Vector, Vector]:
    """Moment and direction through a point of the picture, in pixels, by plain arithmetic."""
    turn, (px, py, pz) = IN_FIRST[name][1](n)
    x, y, z = (column / width - 0.5) / FX, (row / height - 0.5) / FY, 1.0
    x, z = math.cos(turn) * x + math.sin(turn) * z, -math.sin(turn) * x + math.cos(turn) * z
    size = math.sqrt(x * x + y * y + z * z)
    x, y, z = x / size, y / size, z / size
    return (py * z - pz * y, pz * x - px * z, px * y - py * x), (x, y, z)


@pytest.mark.parametrize("name", IN_FIRST)
def test_wan_fun_packs_rays_of_pixel_centres_four_frames_to_a_latent_one(name: str) -> None:
    packed = wan_fun(IN_FIRST[name][0](), lens(), H, W)
    assert packed.shape == (1, 24, 3, H, W)
    for latent in range(3):
        for within in range(4):
            n = max(0, 4 * latent - 3 + within)  # the first frame stands four times
            for row, column in ((0, 0), (1, 4), (3, 5)):
                moment, direction = ray(name, n, column + 0.5, row + 0.5, W, H)
                found = [float(packed[0, 4 * c + within, latent, row, column]) for c in range(6)]
                assert found == pytest.approx([*moment, *direction], abs=2e-6)


@pytest.mark.parametrize("name", IN_FIRST)
def test_cameractrl_has_a_frame_a_frame(name: str) -> None:
    rays = cameractrl(IN_FIRST[name][0](), lens(), H, W)
    moment, direction = ray(name, 5, 2.5, 1.5, W, H)
    assert rays[5, :, 1, 2].tolist() == pytest.approx([*moment, *direction], abs=2e-6)


@pytest.mark.parametrize("name", IN_FIRST)
def test_sana_wm_makes_of_poses_and_lenses_rays_of_corners_direction_first(name: str) -> None:
    """Through the pipeline's own packing: 9 frames, 64x96 pixels, latents of 32 pixels and 8 frames."""
    height, width = 64, 96
    poses, pixels = sana_wm(IN_FIRST[name][0](), lens(), height, width)
    assert torch.equal(poses[0], torch.eye(4))
    assert pixels[0].tolist() == pytest.approx([FX * width, FY * height, width / 2, height / 2])
    made = prepare_camera(
        poses.numpy(), pixels.numpy(), target_size=(height, width), vae_stride=(8, 32, 32)
    )
    assert made["chunk_plucker"].shape == (48, 2, 2, 3)
    for row, column in ((0, 0), (1, 2)):
        for n in (1, 4, 8):  # the second latent frame holds frames 1 to 8
            moment, direction = ray(name, n, column * 32, row * 32, width, height)
            found = made["chunk_plucker"][6 * (n - 1) : 6 * n, 1, row, column].tolist()
            assert found == pytest.approx([*direction, *moment], abs=5e-6)


@pytest.mark.parametrize("name", IN_FIRST)
def test_motionctrl_is_the_matrix_row_by_row(name: str) -> None:
    turn, place = IN_FIRST[name][1](3)
    c, s = math.cos(turn), math.sin(turn)
    expected = [c, 0, s, place[0], 0, 1, 0, place[1], -s, 0, c, place[2]]
    assert motionctrl(IN_FIRST[name][0]())[3].tolist() == pytest.approx(expected, abs=2e-6)


def test_cosmos_goes_from_frame_to_frame() -> None:
    a, b = math.radians(5), math.radians(-10)
    assert cosmos(dolly())[3].tolist() == pytest.approx([0, 0, 0.5, 1, 0, 0, 0, 1, 0], abs=1e-6)
    assert cosmos(pan())[3].tolist() == pytest.approx(
        [0, 0, 0, math.cos(a), 0, -math.sin(a), 0, 1, 0], abs=1e-6
    )
    chord = [4 * math.sin(-b), 0, 4 - 4 * math.cos(b)]
    assert cosmos(orbit())[5].tolist() == pytest.approx(
        [*chord, math.cos(b), 0, -math.sin(b), 0, 1, 0], abs=2e-6
    )


def test_the_first_pose_is_the_identity_and_distances_stay() -> None:
    moved = relative(orbit())
    assert torch.equal(moved[0], torch.eye(4))
    assert torch.dist(moved[7, :3, 3], moved[2, :3, 3]) == pytest.approx(
        float(torch.dist(orbit()[7, :3, 3], orbit()[2, :3, 3])), abs=1e-5
    )


# The published checkpoints ---------------------------------------------------------------------


def test_a_published_checkpoint_becomes_the_same_network(tmp_path: Path) -> None:
    folder = tiny.save_camera_expert(tmp_path / "expert", seed=0, in_dim=36)
    network, adapter = load_expert(folder, torch.float32)
    original = tiny.wan_transformer(0, in_channels=36).state_dict()
    loaded = network.state_dict()
    assert set(loaded) == set(original)
    assert all(torch.equal(loaded[name], value) for name, value in original.items())
    stored = load_file(folder / "diffusion_pytorch_model.safetensors")
    assert torch.equal(adapter.conv.weight, stored["control_adapter.conv.weight"])


def test_the_adapter_is_a_shuffle_a_convolution_and_a_residual_block_added_to_the_patches(
    tmp_path: Path,
) -> None:
    """Against loops over pixels."""
    network, adapter = load_expert(
        tiny.save_camera_expert(tmp_path / "e", seed=0, in_dim=36), torch.float32
    )
    rays = torch.randn(1, 24, 2, 32, 48, generator=torch.Generator().manual_seed(0))
    latents = torch.randn(1, 36, 2, 4, 6, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        bare = network.patch_embedding(latents)
        with steered(network, adapter, rays):
            moved = network.patch_embedding(latents)
        assert torch.equal(network.patch_embedding(latents), bare)  # and nothing stays behind
    plain = np.zeros((24, 2, 2, 3))
    weight, bias = adapter.conv.weight.detach().numpy(), adapter.conv.bias.detach().numpy()
    for t in range(2):
        for row in range(2):
            for column in range(3):
                patch = rays[0, :, t, 16 * row : 16 * row + 16, 16 * column : 16 * column + 16].numpy()
                cells = patch.reshape(24, 2, 8, 2, 8).transpose(0, 2, 4, 1, 3).reshape(24 * 64, 2, 2)
                plain[:, t, row, column] = (weight * cells[None]).sum((1, 2, 3)) + bias
    block = adapter.residual_blocks[0]
    with torch.no_grad():
        flat = torch.from_numpy(plain).float().transpose(0, 1)  # [T, D, h, w]
        expected = flat + block.conv2(torch.relu(block.conv1(flat)))
    assert torch.allclose(moved[0] - bare[0], expected.transpose(0, 1), atol=1e-4)


@pytest.mark.parametrize(("base", "in_dim", "experts"), [("clip", 32, 1), ("ti2v", 16, 1)])
def test_the_other_published_shapes_render(base: str, in_dim: int, experts: int, tmp_path: Path) -> None:
    """Wan 2.1's (32 channels and a picture encoder) and 5B's (a time step for every token)."""
    from test_video_models import SMALL, frames_of, model_of, picture, plan_in

    from scenelang.runtime.backend import Carry

    {"clip": tiny.save_wan_i2v_clip, "ti2v": tiny.save_wan_ti2v}[base](tmp_path / "base")
    project = tiny.save_camera(tmp_path, tmp_path / "base", in_dim, experts, pictured=base == "clip")
    picture(project, "red")
    backend = model_of(project)
    frames = frames_of(backend, plan_in(project, SMALL), project)
    moved = frames_of(backend, plan_in(project, SMALL.replace("dolly in 1m", "truck left 1m")), project)
    grey = Carry(np.full((1, 32, 64, 3), 99, np.uint8), "x")
    going_on = frames_of(backend, plan_in(project, SMALL), project, grey)
    assert frames.shape == (8, 32, 64, 3)
    assert not np.array_equal(frames, moved) and not np.array_equal(frames, going_on)


def test_a_checkpoint_of_something_else(tmp_path: Path) -> None:
    folder = tiny.save_camera_expert(tmp_path / "e", seed=0, in_dim=36)
    (folder / "config.json").write_text(
        (folder / "config.json").read_text().replace('"ffn_dim": 32', '"ffn_dim": 48')
    )
    with pytest.raises(ModelError, match=r"does not fit its config\.json"):
        load_expert(folder, torch.float32)
    from safetensors.torch import save_file

    file = folder / "diffusion_pytorch_model.safetensors"
    save_file({n: v for n, v in load_file(file).items() if "control" not in n}, file)
    with pytest.raises(ModelError, match="no weights of a control adapter"):
        load_expert(folder, torch.float32)
