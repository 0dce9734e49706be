"""The training loop: renders what clips are missing beside it, learns, logs, and can be stopped at any time."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from scenelang.runtime.loading import ModelError, load_pipeline
from scenelang.runtime.maquette.cues import collate
from scenelang.runtime.maquette.transformer import MaquetteTransformer3DModel
from scenelang.runtime.maquette.words import make_text_encoder
from scenelang.runtime.output import atomic_path
from scenelang.runtime.training.casting import cast
from scenelang.runtime.training.clips import some_plans
from scenelang.runtime.training.config import LIGHT_SEED, Config
from scenelang.runtime.training.crew import Crew, crew_of
from scenelang.runtime.training.dressing import dress
from scenelang.runtime.training.drifting import drift
from scenelang.runtime.training.films import random_plan
from scenelang.runtime.training.fit import loss_of, sketch_loss
from scenelang.runtime.training.lighting import light
from scenelang.runtime.training.samples import Sample, samples

SAVE_SECONDS, LOG_STEPS, SLEPT = 60, 20, 30.0


class _Batches(IterableDataset[Sample]):
    """The share of every batch that one of several learners has."""

    def __init__(self, folder: Path, config: Config, step: int, crew: Crew) -> None:
        self.folder, self.config, self.step, self.crew = folder, config, step, crew

    def __iter__(self) -> Iterator[Sample]:
        torch.set_num_threads(1)
        info = get_worker_info()  # the loader takes a batch from each of its workers in turn
        mine, workers = (0, 1) if info is None else (info.id, info.num_workers)
        stream = samples(
            self.folder, self.config.bucket, self.config.seed, self.step + mine, self.crew.rank, self.crew.size, workers
        )  # fmt: skip
        for batch in stream:
            yield Sample(torch.cat([s.frames for s in batch]), collate([s.cues for s in batch]))


def _optimizers(parts: torch.nn.Module, config: Config) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al. 2024) for the matrices inside, which learns what is seldom as fast as what is
    common: half again as fast here as AdamW alone, which has the rest. Learned pictures and solids, of which a
    step touches a few, go faster."""
    ends = ("leave", "draw", "say", "lights", "shared", "embed", "relative")
    named = {n: p for n, p in parts.named_parameters() if p.requires_grad}
    inner = {n: p for n, p in named.items() if p.dim() == 2 and not any(end in n for end in ends)}
    kept = {n: p for n, p in named.items() if p.dim() > 2 and "sketch" in n}
    rest = [p for n, p in named.items() if n not in inner and n not in kept]
    muon = torch.optim.Muon(
        [*inner.values()],
        lr=config.rate,
        momentum=0.95,
        weight_decay=0.01,
        ns_steps=4,
        adjust_lr_fn="match_rms_adamw",
    )
    adams = [
        torch.optim.AdamW(some, lr=rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
        for some, rate in ((rest, config.rate_of_rest), ([*kept.values()], config.rate_of_kept))
    ]
    return [muon, *adams]


class Training:
    """The state of a training. Everything that resuming needs is in `state`."""

    def __init__(
        self,
        config: Config,
        folder: Path,
        device: str = "cpu",
        crew: Crew | None = None,
        begin: Path | None = None,
    ) -> None:
        self.config, self.folder, self.device, self.crew = config, folder, device, crew or Crew()
        torch.manual_seed(config.seed)
        self.network = MaquetteTransformer3DModel(**config.network).to(device)
        self.text_encoder = make_text_encoder().to(device)
        for shapes in (self.network.sketch.scenery, self.network.sketch.bodies):
            shapes.requires_grad_(False)  # they learn from geometry, before
        self.parts = torch.nn.ModuleDict({"network": self.network, "text_encoder": self.text_encoder})
        self.optimizers = _optimizers(self.parts, config)
        self.average = {k: v.clone() for k, v in self.parts.state_dict().items()}
        self.step, self.samples, self.seconds = 0, 0, 0.0
        self.turned = 0.0  # the seconds after which the sketch was learned
        if begin is not None and not self.checkpoint.exists():
            self._begin_with(begin)
        if self.checkpoint.exists():
            self.load()

    def _begin_with(self, folder: Path) -> None:
        begun = load_pipeline(folder, torch.float32)
        theirs, ours = (n.state_dict() for n in (begun.transformer, self.network))
        if {k: v.shape for k, v in theirs.items()} != {k: v.shape for k, v in ours.items()}:
            raise ModelError(
                f"the network in {folder} is not sized as `{self.config.name}` is",
                "begin with weights of that configuration, or without",
            )
        self.network.load_state_dict(theirs)
        self.text_encoder.load_state_dict(begun.text_encoder.state_dict())
        self.average = {k: v.clone() for k, v in self.parts.state_dict().items()}

    def teach_shapes(self, clips: Path) -> None:
        """Teaches the sketch what places and bodies look like; every learner does so alike."""
        plans = [*some_plans(clips, self.config.shapes)]
        scenery, bodies = self.network.sketch.scenery.cpu(), self.network.sketch.bodies.cpu()
        dress(
            scenery.requires_grad_(True), self.config.shapes, self.config.shape_steps, self.config.seed
        )
        cast(bodies.requires_grad_(True), plans, 2 * self.config.shape_steps, self.config.seed)
        self.network.sketch.to(self.device)
        for shapes in (scenery, bodies):
            shapes.requires_grad_(False)
        self.average = {k: v.clone() for k, v in self.parts.state_dict().items()}

    def teach_light(self, clips: Path) -> None:
        """Teaches the sketch of what windows of clips show little: how light falls on solids, and what drifts;
        after all else, and every learner does so alike."""
        sketch, words, c = self.network.sketch.cpu(), self.text_encoder.cpu(), self.config
        films = (random_plan(LIGHT_SEED + n) for n in range(c.light_plans))
        light(sketch, words, films, c.light_steps, c.seed)
        drift(sketch, words, clips, c.drift_clips, c.drift_steps, c.seed)
        for part in (sketch, words):
            part.to(self.device)
        for name, value in self.parts.state_dict().items():
            if name.startswith(("network.sketch.face", "network.sketch.drift")):
                self.average[name].copy_(value)

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def load(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True, map_location=self.device)
        self.parts.load_state_dict(state["parts"])
        self.average = state["average"]
        for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        self.step, self.samples, self.seconds = state["step"], state["samples"], state["seconds"]
        self.turned = state["turned"]

    def save(self) -> None:
        state = {
            "parts": self.parts.state_dict(), "average": self.average, "optimizers": [o.state_dict() for o in self.optimizers],
            "step": self.step, "samples": self.samples, "seconds": self.seconds,
            "turned": self.turned,
        }  # fmt: skip
        with atomic_path(self.checkpoint) as path:
            torch.save(state, path)

    @property
    def done(self) -> float:
        """The share of the time that is spent."""
        return min(1.0, self.seconds / (60 * self.config.minutes))

    @property
    def alone(self) -> bool:
        """Whether the sketch learns, and nothing else."""
        return self.step < self.config.sketch_steps

    def pace(self) -> float:
        """What the learning rates are multiplied with: up in the first steps of the sketch and of the network, down in
        the last of each."""
        if self.alone:
            begun, left = self.step, 1 - self.step / self.config.sketch_steps
        else:
            begun = self.step - self.config.sketch_steps
            left = (60 * self.config.minutes - self.seconds) / max(
                60 * self.config.minutes - self.turned, 1
            )
        return min(1.0, (begun + 1) / self.config.warmup, max(left, 0) / self.config.cooling + 0.01)

    def learn(self, sample: Sample) -> tuple[float, float]:
        """One step; returns the loss and the plain error."""
        luck = (self.config.seed * 1_000_003 + self.step) * self.crew.size + self.crew.rank
        generator = torch.Generator(self.device).manual_seed(luck)
        rates = (self.config.rate, self.config.rate_of_rest, self.config.rate_of_kept)
        for optimizer, rate in zip(self.optimizers, rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * self.pace()
        sample = Sample(sample.frames.to(self.device), sample.cues.to(self.device))
        if self.alone:
            self.turned = self.seconds
        loss, error = (sketch_loss if self.alone else loss_of)(
            self.network, self.text_encoder, sample, generator
        )
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.seconds = self.crew.share(self.parts, self.seconds)
        torch.nn.utils.clip_grad_norm_(self.parts.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step, self.samples = self.step + 1, self.samples + len(sample.frames) * self.crew.size
        c = self.config
        begun, most = (
            (self.step, c.average) if self.alone else (self.step - c.sketch_steps, c.average_of_network)
        )
        keep = min(most, (1 + begun) / (10 + begun))
        with torch.no_grad():
            now = self.parts.state_dict()
            torch._foreach_lerp_([*self.average.values()], [now[k] for k in self.average], 1 - keep)
        return loss.item(), error.item()


def train(
    config: Config,
    clips: Path,
    folder: Path,
    threads: int,
    device: str = "cpu",
    tell: Callable[[float], None] | None = None,
    begin: Path | None = None,
) -> Training:
    """Trains until the configuration's time is spent; what was done before counts. On a CPU each of `threads`
    cores learns from a share of every batch. `tell` hears the minutes. A new training begins with the weights
    of the folder `begin`, if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    size = threads if device == "cpu" else 1
    with crew_of(size, folder, partial(_learn, config, clips, folder, device, begin)) as crew:
        return _learn(config, clips, folder, device, begin, crew, tell)


def _learn(
    config: Config,
    clips: Path,
    folder: Path,
    device: str,
    begin: Path | None,
    crew: Crew,
    tell: Callable[[float], None] | None = None,
) -> Training:
    torch.set_num_threads(1)
    training = Training(config, folder, device, crew, begin)
    if training.step == 0 and begin is None:
        training.teach_shapes(clips)
    batches = _Batches(clips, config, training.step, crew)
    # a GPU learns faster than one core can cut windows
    workers = 1 if device == "cpu" else max(1, (os.cpu_count() or 1) - 4)
    loader = DataLoader(
        batches, batch_size=None, num_workers=workers, prefetch_factor=4, pin_memory=False
    )
    saved = clock = time.perf_counter()
    sums = [0.0, 0.0]
    log = folder / "log.jsonl" if crew.rank == 0 else Path(os.devnull)
    with log.open("a", encoding="utf-8") as lines:
        for sample in loader:
            if training.step == config.sketch_steps:
                training.teach_light(clips)
            found = training.learn(sample)
            sums = [a + b for a, b in zip(sums, found, strict=True)]
            over = training.done >= 1  # the same for all: they share the first one's clock
            now = time.perf_counter()
            # a machine that slept in between did not train
            training.seconds, clock = training.seconds + min(now - clock, SLEPT), now
            if training.step % LOG_STEPS == 0:
                lines.write(json.dumps(_line(training, sums)) + "\n")
                lines.flush()
                sums = [0.0, 0.0]
            if tell is not None:
                tell(training.seconds / 60)
            if crew.rank == 0 and (over or now - saved > SAVE_SECONDS):
                training.save()
                saved = now
            if over:
                break
    return training


def _line(training: Training, sums: list[float]) -> dict[str, Any]:
    return {
        "step": training.step, "samples": training.samples, "minutes": round(training.seconds / 60, 2),
        "loss": round(sums[0] / LOG_STEPS, 5), "error": round(sums[1] / LOG_STEPS, 5), "pace": round(training.pace(), 4),
    }  # fmt: skip
