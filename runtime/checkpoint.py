"""What is in a model's folder, from the headers of its files: whole or not, and how large. Nothing is loaded."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scenelang.runtime.errors import RenderError

PICKLES = (".bin", ".pth", ".pt", ".ckpt", ".pkl")
NO_MEMORY = (
    "out of memory",
    "not enough memory",
    "allocate memory",
    "STATUS_ALLOC_FAILED",
)  # as torch says it
HEADER = 100_000_000  # bytes; safetensors itself allows no longer header


class ModelError(RenderError):
    """A model that can't be loaded, or can't run here."""


@dataclass(frozen=True)
class Part:
    """A network of a model: its folder's name and how many numbers its weights are."""

    name: str
    parameters: int


def parts(folder: Path) -> list[Part]:
    """The networks of a diffusers pipeline's folder. Raises ModelError for the first that is missing or damaged."""
    index = read_json(folder / "model_index.json")
    found = []
    for name, kind in index.items():
        if not (isinstance(kind, list) and len(kind) == 2 and kind[0]):
            continue
        part = folder / name
        if not part.is_dir():
            raise ModelError(
                f"the model in {folder} lacks its {name}", "copy the folder again, or fetch it again"
            )
        if (part / "config.json").is_file():
            found.append(Part(name, parameters(part)))
    return found


def parameters(folder: Path) -> int:
    """How many numbers the safetensors files of one network hold.

    Raises ModelError where there is none, where one is missing of several, and where one is cut short.
    """
    return sum(math.prod(shape) for file in weight_files(folder) for shape in _shapes(file))


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of one network's folder, all those that its index lists."""
    files = sorted(folder.glob("*.safetensors"))
    for index in sorted(folder.glob("*.safetensors.index.json")):
        listed = read_json(index).get("weight_map", {})
        wanted = sorted(set(listed.values())) if isinstance(listed, dict) else []
        for name in wanted:
            if not (folder / name).is_file():
                raise ModelError(
                    f"{folder} lacks {name}", "copy the file again, or fetch the model again"
                )
        files = [folder / name for name in wanted]
    if files:
        return files
    pickled = [p.name for p in sorted(folder.glob("*")) if p.suffix in PICKLES]
    if pickled:
        raise ModelError(
            f"{folder} holds its weights as a pickle, {pickled[0]}, which can run any program when it is read",
            "take the model's safetensors files, or convert it where it can do no harm",
        )
    raise ModelError(
        f"{folder} has no weights: it lacks *.safetensors", "copy the folder again, or fetch it again"
    )


def read_json(path: Path) -> dict:
    """An object in a JSON file. Raises ModelError."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(value, dict):
            raise ValueError("it is no object")
        return value
    except FileNotFoundError:
        raise ModelError(
            f"{path.parent} lacks {path.name}", "copy the folder again, or fetch it again"
        ) from None
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path} can't be read: {first_line(error)}", "copy the model's folder again"
        ) from None


def _shapes(file: Path) -> Iterator[list[int]]:
    """The shapes of a safetensors file, whose header says how long it must be."""
    damaged = ModelError(
        f"{file} is damaged or cut short", "copy the file again, or fetch the model again"
    )
    try:
        with file.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if not 0 < length <= HEADER:
                raise damaged
            header = json.loads(stream.read(length))
        header.pop("__metadata__", None)
        end = max((entry["data_offsets"][1] for entry in header.values()), default=0)
        whole = file.stat().st_size == 8 + length + end
        shapes = [entry["shape"] for entry in header.values()]
    except OSError as error:
        raise ModelError(f"{file} can't be read: {error.strerror}", "see its permissions") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise damaged from None
    if not whole:
        raise damaged
    yield from shapes


def out_of_memory(error: BaseException) -> bool:
    """Whether a library says that a device, or the machine, has not enough memory left."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return any(words in str(error) for words in NO_MEMORY)


def first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
