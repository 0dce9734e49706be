"""The first frame of a shot, for models that go on from a picture: from another model, or a picture of the user's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from scenelang.compiler.conditioning import condition_shot
from scenelang.runtime.backend import Backend, FrameArray, Frames, Job, Native
from scenelang.runtime.checkpoint import ModelError
from scenelang.runtime.conform import fit
from scenelang.runtime.embeddings import prepare, said_in
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.registry import BACKENDS, load_backend

PICTURES = (".png", ".jpg", ".jpeg", ".webp")
PIXELS = 64_000_000  # of a picture that is read


class FirstFrames:
    """Makes the first frames of shots as `who` says, a setting of `scenelang.toml`; what it loads it keeps.

    `who` is the name or folder of a model, a picture, or a folder in which each shot has one: `SHOT.png`.
    """

    def __init__(self, who: str, project: Path | None):
        self.who, self.project = who, project
        self.backend: Backend | None = None  # once it was asked for a frame

    @property
    def why(self) -> str:
        """For the report."""
        if of_pictures(self.who, in_project(self.who, self.project)):
            return f"the first frame is a picture: {self.who}"
        return f"the first frame is made by {self.who}; `first_frame` in scenelang.toml names another"

    def of(self, job: Job) -> FrameArray:
        """[H, W, 3] at the job's native size. Raises ModelError where there is no picture."""
        path = in_project(self.who, self.project)
        if path.suffix.lower() in PICTURES:
            return read_picture(path, job.native)
        if of_pictures(self.who, path):
            stills = [path / f"{job.shot.id}{suffix}" for suffix in PICTURES]
            found = next((still for still in stills if still.is_file()), None)
            if found is None:
                raise ModelError(
                    f"{path} has no first frame of {job.shot.id}", f"put one there: {stills[0].name}"
                )
            return read_picture(found, job.native)
        if self.who == "previz":
            return _drawn(job)
        if self.backend is None:
            self.backend = load_backend(self.who, self.project)
            beginning = [shot for shot in job.plan.shots if not shot.continues]
            texts = said_in(job.plan, beginning, self.backend.dialect)
            prepare(self.backend, None, texts, job.profile, job.device)
        return _rendered(self.backend, job)


def _drawn(job: Job) -> FrameArray:
    size = job.native.width, job.native.height
    return next(render_shot(job.plan, job.shot, *size, range(1), device=job.device)).clay[0]  # type: ignore[index]


def _rendered(backend: Backend, job: Job) -> FrameArray:
    own = backend.native(job.plan, job.profile)
    conditioning = condition_shot(
        job.plan,
        job.shot,
        own,
        raster=backend.raster(own),
        encode=backend.encode,
        dialect=backend.dialect,
    )
    work = Job(job.plan, job.shot, conditioning, own, job.profile, job.device, job.project)
    for event in backend.render(work, None):
        if isinstance(event, Frames):
            return _fitted(event.frames[:1], job.native)
    raise ModelError(
        f"{backend.name} made no first frame of {job.shot.id}", "name another `first_frame`"
    )


def of_pictures(who: str, path: Path) -> bool:
    """Whether `who`, which is `path` in the project, is a picture or a folder of them, not a model."""
    return path.suffix.lower() in PICTURES or (
        who not in BACKENDS and path.is_dir() and not _is_model(path)
    )


def in_project(name: str, project: Path | None) -> Path:
    return project / name if project else Path(name)


def read_picture(path: Path, native: Native | None = None) -> FrameArray:
    """A picture [H, W, 3]; at the native size where that is given, cropped about its middle. Raises ModelError."""
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > PIXELS:
                raise ModelError(
                    f"{path} is too large a picture", "make it smaller: 4000 pixels wide is plenty"
                )
            pixels = np.asarray(picture.convert("RGB"))
    except UnidentifiedImageError:
        raise ModelError(f"{path} is no picture that can be read", "save it as PNG or JPEG") from None
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise ModelError(
            f"{path} can't be read: {error}", "see that the picture is there and whole"
        ) from None
    return pixels if native is None else _fitted(pixels[None], native)


def _fitted(frames: FrameArray, native: Native) -> FrameArray:
    return np.ascontiguousarray(next(fit([frames], (native.width, native.height)))[0])


def _is_model(path: Path) -> bool:
    return (path / "model_index.json").is_file() or (path / "config.json").is_file()
