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

# the pipeline class of a folder -> the backend that drives it, made with the folder
PIPELINES = {"MaquettePipeline": BACKENDS["maquette"].where}


def load_backend(name: str) -> Backend:
    """A new backend of this name, or for the diffusers pipeline in the folder of this name.

    Raises `UnknownModel`, which lists what there is, and `ModelError` for a folder that is no model.
    """
    entry = BACKENDS.get(name)
    if entry is None and ("/" in name or "\\" in name or Path(name).is_dir()):
        return _of_folder(Path(name))
    if entry is None:
        known = f"there are: {', '.join(sorted(BACKENDS))}"
        hint = " ".join(filter(None, [did_you_mean(name, BACKENDS), known]))
        raise UnknownModel(f"there is no model `{name}`", hint)
    module, _, attribute = entry.where.partition(":")
    return cast("Backend", getattr(import_module(module), attribute)())


def _of_folder(folder: Path) -> Backend:
    from scenelang.runtime.loading import pipeline_class

    name = pipeline_class(folder)
    where = PIPELINES.get(name)
    if where is None:
        raise UnknownModel(
            f"{folder} holds a {name}, which no backend drives yet",
            f"there are backends for: {', '.join(sorted(PIPELINES))}",
        )
    module, _, attribute = where.partition(":")
    return cast("Backend", getattr(import_module(module), attribute)(folder))
