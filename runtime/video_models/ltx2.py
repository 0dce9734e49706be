"""LTX-2 and 2.3: film and sound from one text, pictures held at latent frames, previz in context, camera LoRAs.

What it maps: the shot's one text in order of time, with sounds and speech; the last nine frames of the clip before
as a condition at latent frame 0; with an in-context LoRA, previz as the reference video; and where the whole shot
is one plain move of which `scenelang.toml` has a LoRA, that LoRA. Everything runs in `LTX2InContextPipeline`,
which is made of the same parts as the other LTX-2 pipelines and takes what each of them takes.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from scenelang.compiler.camera_words import plain_move
from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import FrameArray, Lowering
from scenelang.runtime.checkpoint import ModelError, first_line, read_json
from scenelang.runtime.source import Source
from scenelang.runtime.video_models.first_frame import FirstFrames, in_project
from scenelang.runtime.video_models.lowering import TOLD, Ways, rows
from scenelang.runtime.video_models.model import Making, pictures
from scenelang.runtime.video_models.options import Options
from scenelang.runtime.video_models.reading import ReadingModel
from scenelang.runtime.video_models.sana_wm import ltx_strides
from scenelang.runtime.video_models.stepping import OnStep
from scenelang.runtime.video_models.wan_calls import told
from scenelang.runtime.video_models.wan_vace import control_video

TOKENS = 1024
AREA = 768 * 512
GUIDED_BLOCK = 28  # whose self-attention is left out in one pass, for spatio-temporal guidance
CRF = {"gemma4": 18, "gemma4_unified": 18}  # of pictures, by text encoder: as the model was trained
OLDER_CRF = 33
IN_CONTEXT = "in-context"


class LTX2Backend(ReadingModel):
    name = "ltx-2"
    dialect = "ltx"
    kind = "LTX2InContextPipeline"
    text_parts = ("text_encoder", "tokenizer", "processor", "prompt_enhancer", "duration_head")
    denoiser_parts = ("transformer",)
    longest = 121
    rate = Fraction(24)
    grid = 32
    profiles = {
        "draft": Options(steps=12, guidance=3.0, area=AREA),
        "fast": Options(steps=30, guidance=3.0, area=AREA, cache="first-block"),
        "final": Options(steps=40, guidance=3.0, area=AREA),
    }

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.step, _ = ltx_strides(read_json(source.folder / "vae" / "config.json"))  # type: ignore[misc]
        self.overlap = self.step + 1  # type: ignore[misc]
        self.loras = source.model.loras
        self.in_context = source.model.in_context
        wanted = source.model.first_frame
        self.first = FirstFrames(wanted, source.project) if wanted else None
        encoder = source.folder / "text_encoder" / "config.json"
        kind = read_json(encoder).get("model_type", "") if encoder.is_file() else ""
        self.crf = CRF.get(kind, OLDER_CRF)
        self._loaded: set[str] = set()

    def passes(self, chosen: Options) -> int:
        """Prompt and negative prompt together, then without one block's attention, then without the sound."""
        return 3

    def encode_text(self, pipe: Any, text: str, device: str) -> Tensor:
        """The tokens that are no padding: all layers' states of a thousand would be a gigabyte."""
        words, mask, *_ = pipe.encode_prompt(
            text, do_classifier_free_guidance=False, max_sequence_length=TOKENS, device=device
        )
        return words[0][mask[0].bool()]

    def lora(self, shot: ShotPlan) -> str:
        """The move whose LoRA fits the shot: one plain move over the whole of it."""
        moves = shot.camera.moves
        move = plain_move(moves[0][2]) if len(moves) == 1 else "hold" if not moves else ""
        whole = not moves or (moves[0][0] == 0 and moves[0][1] >= shot.frames)
        return move if whole and move in self.loras else ""

    def lowering(self, plan: Plan, shot: ShotPlan) -> list[Lowering]:
        native, clips = self.native(plan, "final"), self.clips(plan, shot, "final")
        found = rows(plan, shot, self.dialect, native, clips, self._ways(shot))
        if self.first is not None and not shot.continues:
            found.append(Lowering("first frame", "approximate", self.first.why))
        return found

    def _ways(self, shot: ShotPlan) -> Ways:
        ways = Ways(
            actions=TOLD,
            dialogue=("text", "the words are in the prompt, and the model says them"),
            sound=("text", "in the prompt, and the model makes it"),
            continues=("exact", f"its last {self.overlap} frames are held at the first latent frames"),
        )
        if self.in_context:
            seen = "in previz's depth pass, given in context"
            return Ways(
                camera=("approximate", f"every frame's view is {seen}"),
                lens=("approximate", f"its field of view is {seen}"),
                steadiness=("approximate", f"part of the camera path, {seen}"),
                blocking=("approximate", f"who stands and moves where is {seen}"),
                actions=("approximate", f"as a gesture {seen}, and in the shot's one prompt"),
                dialogue=ways.dialogue, sound=ways.sound, continues=ways.continues,
            )  # fmt: skip
        move = self.lora(shot)
        if move:
            how = f"the LoRA for `{move}` makes the kind of move, the prompt says the rest"
            return Ways(camera=("approximate", how), actions=ways.actions, dialogue=ways.dialogue,
                        sound=ways.sound, continues=ways.continues)  # fmt: skip
        return ways

    def make(self, pipe: Any, making: Making, on_step: OnStep) -> FrameArray:
        from diffusers.pipelines.ltx2.pipeline_ltx2_condition import LTX2VideoCondition
        from diffusers.pipelines.ltx2.pipeline_ltx2_ic_lora import LTX2ReferenceCondition

        c, native, chosen = making.job.conditioning, making.job.native, making.options
        self._adapt(pipe, making.job.shot)
        said, heard = _padded(c.text_SLD[0], pipe)
        avoided, avoided_heard = _padded(c.negative_SLD[0], pipe)
        first = making.known
        if first is None and self.first is not None:
            first = self.first.of(making.job)[None]
        held = None
        if first is not None:
            held = LTX2VideoCondition([Image.fromarray(f) for f in first], index=0, crf=self.crf)
        seen = None
        if self.in_context:
            seen = LTX2ReferenceCondition([Image.fromarray(f) for f in control_video(making, "depth")])
        blocks = len(pipe.transformer.transformer_blocks)
        film, sound = pipe(
            prompt_embeds=said,
            prompt_attention_mask=heard,
            negative_prompt_embeds=avoided,
            negative_prompt_attention_mask=avoided_heard,
            conditions=None if held is None else [held],
            reference_conditions=None if seen is None else [seen],
            height=native.height,
            width=native.width,
            num_frames=making.clip.frames,
            frame_rate=float(native.fps),
            num_inference_steps=chosen.steps,
            guidance_scale=chosen.guidance,
            spatio_temporal_guidance_blocks=[min(GUIDED_BLOCK, blocks - 1)],
            generator=making.generator(),
            output_type="np",
            return_dict=False,
            callback_on_step_end=told(on_step, 3),
        )
        self.heard(making, sound[0], pipe.vocoder.config.output_sampling_rate)
        return pictures(film[0])

    def _adapt(self, pipe: Any, shot: ShotPlan) -> None:
        """Switches on the LoRAs that this shot wants, and off the others. Raises ModelError for a broken file."""
        wanted = [name for name in (self.lora(shot), IN_CONTEXT if self.in_context else "") if name]
        wanted = [name for name in wanted if name in self.loras]
        for name in wanted:
            if name not in self._loaded:
                self._load(pipe, name, in_project(self.loras[name], self.source.project))
        if self._loaded and not wanted:
            pipe.disable_lora()
        elif wanted:
            pipe.enable_lora()
            pipe.set_adapters([_adapter(name) for name in wanted])

    def _load(self, pipe: Any, name: str, file: Path) -> None:
        if file.suffix != ".safetensors" or not file.is_file():
            raise ModelError(
                f"the LoRA for `{name}` is not there: {file}",
                "give a safetensors file, relative to the project",
            )
        try:
            pipe.load_lora_weights(file.parent, weight_name=file.name, adapter_name=_adapter(name))
        except Exception as error:  # whatever a library raises on files that are not what they should be
            hint = (
                "pip install 'scenelang[loras]'"
                if "PEFT" in str(error)
                else "it must be one for this model"
            )
            raise ModelError(f"the LoRA {file} can't be loaded: {first_line(error)}", hint) from error
        self._loaded.add(name)


def _adapter(name: str) -> str:
    return name.replace(" ", "_").replace("-", "_")


def _padded(rows: Tensor, pipe: Any) -> tuple[Tensor, Tensor]:
    """A text as the connectors want it, [1, 1024, D] with its padding in front, and where it is none."""
    words = rows[rows.any(-1)]
    result = words.new_zeros(1, TOKENS, rows.shape[-1])
    mask = torch.zeros(1, TOKENS, dtype=torch.long)
    result[0, TOKENS - len(words) :], mask[0, TOKENS - len(words) :] = words, 1
    device = pipe._execution_device
    return result.to(device, pipe.transformer.dtype), mask.to(device)
