"""Loads diffusers pipelines from folders, ours and others', by one way; says clearly why one can't be.

Safetensors only: a folder with pickled weights is not read.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from scenelang.runtime.checkpoint import ModelError as ModelError
from scenelang.runtime.checkpoint import first_line, out_of_memory

# pipeline classes that diffusers does not have, by the name in `model_index.json`
OURS = {"MaquettePipeline": "scenelang.runtime.maquette.pipeline"}
SUMS = "SHA256SUMS"


def pipeline_class(folder: Path) -> str:
    """The class that a folder's `model_index.json` names. Raises ModelError where there is none."""
    if not folder.is_dir():
        raise ModelError(
            f"there is no folder {folder}", "give the folder of a diffusers pipeline, or a model's name"
        )
    index = folder / "model_index.json"
    try:
        name = json.loads(index.read_text(encoding="utf-8"))["_class_name"]
    except FileNotFoundError:
        raise ModelError(
            f"{folder} is no model: it has no model_index.json",
            "give the folder that `save_pretrained` of a diffusers pipeline wrote",
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{index} can't be read: {first_line(error)}", "copy the model's folder again"
        ) from error
    return str(name)


def load_pipeline(folder: Path, dtype: Any = None, kind: str = "", **parts: Any) -> Any:
    """The pipeline in a folder, on the CPU. Files are checked against SHA256SUMS where the folder has it.

    `kind` is another class of diffusers made of the same parts, such as the one that goes on from a picture;
    `parts` are given instead of loaded, None for those that are not needed.

    Raises ModelError for a folder that is no model, and for missing, truncated or damaged files.
    """
    name = kind or pipeline_class(folder)
    check_sums(folder)
    import diffusers

    module = import_module(OURS[name]) if name in OURS else diffusers
    found = getattr(module, name, None)
    if found is None:
        raise ModelError(
            f"{folder} holds a {name}, which diffusers {diffusers.__version__} doesn't know",
            "update diffusers",
        )
    return _loaded(found, folder, dtype=dtype, low_cpu_mem_usage=name not in OURS, **parts)


def load_part(kind: Any, folder: Path, **options: Any) -> Any:
    """One network or tokenizer, of this class, from its own folder. Raises ModelError."""
    return _loaded(kind, folder, **options)


def load_network(folder: Path, kind: Any, dtype: Any, otherwise: str) -> Any:
    """A network of diffusers' manner (a ModelMixin, of the class `kind`) in a folder, on the CPU, checked as
    pipelines are. `otherwise` says what can be done without it.

    Raises ModelError for missing, truncated or damaged files.
    """
    todo = f"install again, or {otherwise}"
    if not folder.is_dir():
        raise ModelError(f"there is no folder {folder}", todo)
    check_sums(folder)
    return _loaded(kind, folder, todo, torch_dtype=dtype, low_cpu_mem_usage=False)


def _loaded(
    kind: Any, folder: Path, otherwise: str = "copy the folder again, or install again", **options: Any
) -> Any:
    try:
        with quiet():
            return kind.from_pretrained(folder, use_safetensors=True, local_files_only=True, **options)
    except Exception as error:  # whatever a library raises on files that are not what they should be
        if out_of_memory(error):
            raise ModelError(
                f"there is not enough memory to load the model in {folder}",
                "close other programs, or take a smaller model: see `scenelang models`",
            ) from error
        raise ModelError(
            f"the model in {folder} can't be loaded: {first_line(error)}",
            f"a file is missing or damaged: {otherwise}",
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Without the progress bars and remarks of the libraries: a render shows its own."""
    before = logging.root.manager.disable
    shown: list[Any] = []
    try:
        # before they are imported: some have remarks about that
        logging.disable(max(before, logging.WARNING))
        from diffusers.utils import logging as of_diffusers
        from transformers.utils import logging as of_transformers

        shown += [kit for kit in (of_diffusers, of_transformers) if kit.is_progress_bar_enabled()]
        for kit in shown:
            kit.disable_progress_bar()
        yield
    finally:
        logging.disable(before)
        for kit in shown:
            kit.enable_progress_bar()


def check_sums(folder: Path) -> None:
    """Compares the files that a folder's SHA256SUMS lists. Raises ModelError for the first that differs."""
    sums = folder / SUMS
    if not sums.exists():
        return
    for line in sums.read_text(encoding="utf-8").splitlines():
        expected, _, name = line.partition("  ")
        path = folder / name
        if not path.is_file():
            raise ModelError(
                f"the model in {folder} lacks {name}", "copy the folder again, or install again"
            )
        if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            raise ModelError(
                f"{path} is damaged: its checksum differs", "copy the folder again, or install again"
            )


def write_sums(folder: Path) -> None:
    """Writes SHA256SUMS of all files in a folder."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != SUMS)
    lines = [
        f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n"
        for p in files
    ]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
