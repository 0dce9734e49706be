"""The backends that can render here, by name. Nothing of them is imported before it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from scenelang.grammar.diagnostics import did_you_mean
from scenelang.runtime.errors import UnknownModel

if TYPE_CHECKING:
    from scenelang.runtime.backend import Backend
    from scenelang.runtime.source import Source


@dataclass(frozen=True)
class BackendEntry:
    """A row of the table. `where` is `module:class`; the class is made without arguments."""

    where: str
    description: str
    needs: str


BACKENDS: dict[str, BackendEntry] = {
    "maquette": BackendEntry(
        where="scenelang.runtime.maquette.backend:MaquetteBackend",
        description="the bundled model: a small video diffusion transformer, driven by the film's every number",
        needs="nothing: its weights come with it; runs on any CPU",
    ),
    "previz": BackendEntry(
        where="scenelang.runtime.previz.backend:PrevizBackend",
        description="the animatic: figures, sets, light and camera drawn by geometry, no model",
        needs="nothing: runs on any CPU",
    ),
}


DEFAULT_MODEL = "maquette"

_BIG = "scenelang.runtime.video_models"
# the pipeline class of a folder -> the backend that drives it
PIPELINES = {
    "MaquettePipeline": BACKENDS["maquette"].where,
    "WanPipeline": f"{_BIG}.wan:WanBackend",
    "WanImageToVideoPipeline": f"{_BIG}.wan:WanBackend",
    "WanVACEPipeline": f"{_BIG}.wan_vace:WanVaceBackend",
    "SanaWMPipeline": f"{_BIG}.sana_wm:SanaWMBackend",
    "LTX2Pipeline": f"{_BIG}.ltx2:LTX2Backend",
    "LTX2ImageToVideoPipeline": f"{_BIG}.ltx2:LTX2Backend",
    "LTX2ConditionPipeline": f"{_BIG}.ltx2:LTX2Backend",
    "LTX2InContextPipeline": f"{_BIG}.ltx2:LTX2Backend",
}
CAMERA = f"{_BIG}.wan_camera:WanCameraBackend"  # of a checkpoint that is no diffusers pipeline
ANY = f"{_BIG}.any_pipeline:AnyPipelineBackend"  # whatever else makes a video of a text


def load_backend(name: str, project: Path | None = None) -> Backend:
    """A new backend: by a name of the table, a name that the project's `scenelang.toml` gives, a known
    model's short name, a diffusers pipeline's folder, or a hub id.

    Raises `UnknownModel`, which lists what there is, and `ModelError` for a folder that is no model,
    a hub id that can't be fetched, and damaged files.
    """
    from scenelang.runtime.settings import load_settings

    settings = load_settings(project)
    entry = BACKENDS.get(name)
    if entry is not None and name not in settings.models:
        return _made(entry.where)
    from scenelang.runtime.models import find

    found = find(name, settings, project)
    if found is None:
        known = f"there are: {', '.join(sorted({*BACKENDS, *settings.models}))}"
        hint = " ".join(filter(None, [did_you_mean(name, [*BACKENDS, *settings.models]), known]))
        raise UnknownModel(f"there is no model `{name}`", f"{hint}; `scenelang models` lists more")
    return _of_source(found)


def _of_source(source: Source) -> Backend:
    from scenelang.runtime.models import is_camera_checkpoint

    if is_camera_checkpoint(source.folder):
        return _made(CAMERA, source)
    from scenelang.runtime.loading import pipeline_class

    where = PIPELINES.get(pipeline_class(source.folder), ANY)
    return _made(where, source.folder if where == BACKENDS["maquette"].where else source)


def _made(where: str, *arguments: object) -> Backend:
    module, _, attribute = where.partition(":")
    if where == BACKENDS["previz"].where:  # which imports none of the libraries
        return cast("Backend", getattr(import_module(module), attribute)(*arguments))
    from scenelang.runtime.loading import quiet

    with quiet():
        return cast("Backend", getattr(import_module(module), attribute)(*arguments))
