"""The tensors that drive a model: shapes, dtypes, axes and units."""

from __future__ import annotations

import json
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import pytest
import torch
from films import plan_example, plan_shot
from safetensors import safe_open
from test_placement import project

from scenelang.compiler.conditioning import COLOURED, TENSORS, Conditioning, condition_shot, load, save
from scenelang.compiler.encoders import EncoderError, load_encoder, tiny_encoder
from scenelang.compiler.lexicon import BODY_WORDS, PLACE_WORDS
from scenelang.compiler.native import Native
from scenelang.compiler.plan import Plan, at
from scenelang.compiler.prompts import prompts


def shot_tensors(plan: Plan, raster: tuple[int, int] = (16, 9), **more: object) -> Conditioning:
    return condition_shot(plan, plan.shots[0], raster=raster, **more)  # type: ignore[arg-type]


ORBIT = "camera from (0m, 1.2m, 4m) looking at mara {\norbit right 40deg around mara + zoom in to 50mm\n}\nmara at (0m, 0m) facing camera\nlio at (1m, -1m)"


def test_every_tensor_has_the_shape_of_its_name_and_the_dtype_of_the_table() -> None:
    plan = plan_example("letter")
    c = condition_shot(plan, plan.shots[0], raster=(32, 18), encode=tiny_encoder(length=24))
    sizes = {"F": 144, "L": 24, "D": 64, "H": 18, "W": 32, "N": 3, "M": 1, "C": 6, "J": 2, "P": 1}
    sizes |= {"B": 16, "K": 12, "A": len(BODY_WORDS), "G": len(PLACE_WORDS), "Q": len(COLOURED)}
    sizes["X"] = 3 * 24  # from 24 places of the camera to each of the three
    sizes["T"] = 3  # what says mara and lio, and the letter
    sizes["S"] = len({p.text for p in prompts(plan, plan.shots[0])})
    assert set(TENSORS) == {f.name for f in fields(c)}
    for name, (dtype, meaning) in TENSORS.items():
        tensor, axes = getattr(c, name), name.rsplit("_", 1)[1]
        wanted = [sizes[a] if a in sizes else int(a) for a in axes]
        if name == "negative_SLD":
            wanted[0] = 1
        assert list(tensor.shape) == wanted, name
        assert tensor.dtype == dtype, name
        assert len(meaning) > 10


def test_rays_are_orthogonal_to_their_moments_and_of_unit_length() -> None:
    rays = shot_tensors(plan_shot(ORBIT)).plucker_F6HW.double()
    moment, direction = rays[:, :3], rays[:, 3:]
    assert (moment * direction).sum(1).abs().max() < 1e-5
    assert (direction.norm(dim=1) - 1).abs().max() < 1e-6
    assert moment.norm(dim=1).max() > 1  # absolute in the scene: not all through the origin


def test_the_middle_ray_is_the_line_of_sight_and_passes_through_the_eye() -> None:
    c = shot_tensors(plan_shot(ORBIT), raster=(15, 9))
    middle = c.plucker_F6HW[:, :, 4, 7]
    assert torch.allclose(middle[:, 3:], c.c2w_F44[:, :3, 2], atol=1e-5)
    eye = c.c2w_F44[:, :3, 3]
    assert torch.allclose(torch.cross(eye, middle[:, 3:], dim=-1), middle[:, :3], atol=1e-4)


def test_a_ray_at_frames_three_pixels() -> None:
    """F = 3 must not confuse the cross product's dimension."""
    plan = plan_shot(ORBIT, duration="3f")
    rays = shot_tensors(plan, raster=(3, 3)).plucker_F6HW.double()
    assert (rays[:, :3] * rays[:, 3:]).sum(1).abs().max() < 1e-5


def test_poses_are_those_of_the_plan() -> None:
    plan = plan_shot(ORBIT)
    c = shot_tensors(plan)
    for frame in (0, 40, 95):
        expected = torch.tensor(at(plan.shots[0].camera.c2w, frame)).reshape(3, 4)
        assert torch.allclose(c.c2w_F44[frame, :3], expected, atol=1e-5)
    assert torch.equal(c.c2w_F44[:, 3], torch.tensor([0.0, 0, 0, 1]).expand(96, 4))


def test_intrinsics_are_normalised() -> None:
    K = shot_tensors(plan_shot("lens 36mm\nframe full on mara")).K_F33[0]
    assert torch.allclose(K, torch.tensor([[1.0, 0, 0.5], [0, 16 / 9, 0.5], [0, 0, 1]]))


@pytest.mark.parametrize("size", [(832, 480), (1024, 1024), (448, 256)])
def test_another_aspect_contains_the_films_frustum(size: tuple[int, int]) -> None:
    plan = plan_shot("lens 36mm\nframe full on mara")
    K = condition_shot(plan, plan.shots[0], Native(*size, Fraction(24))).K_F33[0]
    assert K[0, 0] <= 1 + 1e-6
    assert K[1, 1] <= 16 / 9 + 1e-6
    assert max(K[0, 0] / 1.0, K[1, 1] / (16 / 9)) == pytest.approx(1)  # and no more than needed
    assert K[1, 1] / K[0, 0] == pytest.approx(size[0] / size[1])  # square pixels


def test_another_rate_samples_the_same_path() -> None:
    plan = plan_shot(ORBIT)
    own, slow = shot_tensors(plan), shot_tensors(plan, native=Native(1280, 720, Fraction(16)))
    assert len(slow.c2w_F44) == 64
    assert torch.allclose(slow.c2w_F44[32], own.c2w_F44[48], atol=1e-5)
    rotation = slow.c2w_F44[:, :3, :3]
    assert torch.allclose(rotation @ rotation.mT, torch.eye(3).expand(64, 3, 3), atol=1e-5)
    assert torch.allclose(torch.linalg.det(rotation), torch.ones(64), atol=1e-5)


def test_weights_are_of_each_frames_own_segment_and_blend_at_borders() -> None:
    plan = plan_shot("mara at (0m, 0m)\n0s..2s mara walks forward 2m\n2s..4s mara waves")
    w = shot_tensors(plan).segment_weight_FS
    assert torch.allclose(w.sum(-1), torch.ones(96))
    assert w[0].tolist() == [1, 0]
    assert w[40].tolist() == [1, 0]
    assert w[56].tolist() == [0, 1]
    assert w[47, 0] > 0.5 > w[48, 0] > 0
    assert (w[:-1, 0] >= w[1:, 0]).all()


def test_boxes_are_where_the_subjects_are_seen() -> None:
    plan = plan_shot(ORBIT)
    c = shot_tensors(plan)
    for frame in (0, 95):
        x, y = project(plan, (0, 0.85, 0), frame)
        x0, y0, x1, y1 = c.box_FNM4[frame, 0, 0].tolist()
        assert x0 < x < x1
        assert y0 < y < y1
        assert (x0 + x1) / 2 == pytest.approx(x, abs=0.03)
    assert c.depth_FNM[0, 0, 0] == pytest.approx(4, abs=0.2)


def test_a_subject_behind_the_camera_has_no_box() -> None:
    plan = plan_shot(
        "camera from (0m, 1m, 4m) looking at mara { hold }\nmara at (0m, 0m)\nlio at (0m, 9m)"
    )
    c = shot_tensors(plan)
    assert c.box_FNM4[:, 1].abs().max() == 0
    assert torch.isinf(c.depth_FNM[:, 1]).all()
    assert c.blocking_FNCHW[:, 1].abs().max() == 0
    assert c.blocking_FNCHW[:, 0, 0].max() == 1


def test_heading_is_relative_to_the_camera() -> None:
    plan = plan_shot(
        "camera from (4m, 1m, 0m) looking at mara { hold }\nmara at (0m, 0m) facing camera\nlio at (0m, 1m) facing away"
    )
    heading = shot_tensors(plan).heading_FN[0]
    assert heading[0].item() == pytest.approx(0, abs=1e-4)
    assert torch.cos(heading[1]).item() == pytest.approx(0, abs=0.05)


def test_light_and_particles_over_time() -> None:
    c = shot_tensors(plan_example("tokyo"))
    assert c.light_FJ8[0, 0, :2].tolist() == [1, 0]
    assert c.light_FJ8[0, 1, :2].tolist() == [0, 1]
    assert c.light_FJ8[0, 0, 7] > c.light_FJ8[-1, 0, 7]  # the sun loses its blue
    assert c.particle_FP6[0, 1, 0] == 0
    assert c.particle_FP6[-1, 1, 0] == pytest.approx(0.3)


def test_distinct_texts_are_encoded_once() -> None:
    seen: list[str] = []

    def encode(texts: list[str]) -> torch.Tensor:
        seen.extend(texts)
        return torch.zeros(len(texts), 2, 2)

    plan = plan_example("letter")
    condition_shot(plan, plan.shots[0], encode=encode)
    assert len(seen) == len(set(seen))


def test_saved_and_loaded_again(tmp_path: Path) -> None:
    plan = plan_shot(ORBIT)
    c = shot_tensors(plan)
    save(tmp_path / "c.safetensors", plan, {"a": c}, "none", "plain")
    again = load(tmp_path / "c.safetensors", "a")
    assert all(torch.equal(getattr(c, f.name), getattr(again, f.name)) for f in fields(c))
    with safe_open(tmp_path / "c.safetensors", "pt") as file:
        metadata = file.metadata()
    assert metadata["schema"] == "scenelang.conditioning/2"
    assert metadata["source"] == plan.source
    assert json.loads(metadata["shots"])["a"]["subjects"] == ["mara", "lio"]
    with pytest.raises(KeyError):
        load(tmp_path / "c.safetensors", "b")


def test_a_compiled_film_can_be_read_by_whom_its_folder_lets(tmp_path: Path) -> None:
    from scenelang.runtime.output import atomic_path

    plan = plan_shot(ORBIT, duration="3f")
    (tmp_path / "plain").touch()
    with atomic_path(tmp_path / "c.safetensors") as temporary:
        save(temporary, plan, {"a": shot_tensors(plan)}, "none", "plain")
    assert (tmp_path / "c.safetensors").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_any_transformers_encoder_from_a_folder(tmp_path: Path) -> None:
    """A BERT with a WordPiece vocabulary and a T5 encoder, saved and loaded as a user would have them."""
    from transformers import BertConfig, BertModel, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "woman", "walks", "man"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(vocab=str(tmp_path / "vocab.txt")).save_pretrained(tmp_path / "bert")
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    BertModel(config).eval().save_pretrained(tmp_path / "bert")
    tiny = tiny_encoder()
    tiny.model.save_pretrained(tmp_path / "t5")
    tiny.tokenizer.save_pretrained(tmp_path / "t5")

    bert = load_encoder(str(tmp_path / "bert"), length=12)(["a woman walks", "a man"])
    assert bert.shape == (2, 12, 16)
    assert bert[1, 4:].abs().max() == 0  # [CLS] a man [SEP], zero behind the end
    assert bert[0, 0].abs().max() > 0
    t5 = load_encoder(str(tmp_path / "t5"))
    texts = ["a woman walks", "a man"]
    assert torch.allclose(t5(texts), tiny(texts), atol=1e-6)
    assert not torch.allclose(t5(texts)[0], t5(texts)[1])


def test_an_encoder_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in (str(tmp_path / "missing"), str(tmp_path / "empty")):
        with pytest.raises(EncoderError, match="folder"):
            load_encoder(name)
