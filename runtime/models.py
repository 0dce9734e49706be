"""Which models there are: the project's own, those in the hub's cache, those that are known by a short name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scenelang.runtime.checkpoint import ModelError, read_json
from scenelang.runtime.settings import Settings
from scenelang.runtime.source import Source

EXPERTS = ("high_noise_model", "low_noise_model")  # folders of a checkpoint of Wan 2.2
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True)
class KnownModel:
    """A published model: its hub id, what it is good for, gigabytes of its weights in bfloat16 (None: not
    looked up), and the hub id of what its checkpoint lacks."""

    hub_id: str
    description: str
    gigabytes: float | None = None
    base: str = ""


_WAN = "Wan-AI/Wan2"
KNOWN: dict[str, KnownModel] = {
    "wan2.1-t2v-1.3b": KnownModel(f"{_WAN}.1-T2V-1.3B-Diffusers", "from text; the smallest of Wan", 14),
    "wan2.1-t2v-14b": KnownModel(f"{_WAN}.1-T2V-14B-Diffusers", "from text", 40),
    "wan2.1-i2v-14b": KnownModel(f"{_WAN}.1-I2V-14B-480P-Diffusers", "from a first frame", 46),
    "wan2.2-t2v-a14b": KnownModel(f"{_WAN}.2-T2V-A14B-Diffusers", "from text, two experts", 68),
    "wan2.2-i2v-a14b": KnownModel(f"{_WAN}.2-I2V-A14B-Diffusers", "from a first frame, two experts", 68),
    "wan2.2-ti2v-5b": KnownModel(f"{_WAN}.2-TI2V-5B-Diffusers", "from text or a frame, 24 fps", 24),
    "wan2.1-vace-1.3b": KnownModel(f"{_WAN}.1-VACE-1.3B-diffusers", "previz and reference pictures", 16),
    "wan2.1-vace-14b": KnownModel(f"{_WAN}.1-VACE-14B-diffusers", "previz and reference pictures", 48),
    "wan2.1-camera-1.3b": KnownModel(
        "alibaba-pai/Wan2.1-Fun-V1.1-1.3B-Control-Camera", "the film's camera, exactly", None,
        base=f"{_WAN}.1-T2V-1.3B-Diffusers",
    ),
    "wan2.1-camera-14b": KnownModel(
        "alibaba-pai/Wan2.1-Fun-V1.1-14B-Control-Camera", "the film's camera, exactly", None,
        base=f"{_WAN}.1-I2V-14B-480P-Diffusers",
    ),
    "wan2.2-camera-a14b": KnownModel(
        "alibaba-pai/Wan2.2-Fun-A14B-Control-Camera", "the film's camera, exactly; two experts", None,
        base=f"{_WAN}.2-I2V-A14B-Diffusers",
    ),
    "wan2.2-camera-5b": KnownModel(
        "alibaba-pai/Wan2.2-Fun-5B-Control-Camera", "the film's camera, exactly; 24 fps", None,
        base=f"{_WAN}.2-TI2V-5B-Diffusers",
    ),
    "sana-wm": KnownModel("Efficient-Large-Model/SANA-WM_bidirectional-diffusers", "poses and lenses, exactly", None),
    "ltx-2": KnownModel("Lightricks/LTX-2", "with sound; previz in context", None),
}  # fmt: skip


def find(name: str, settings: Settings, project: Path | None) -> Source | None:
    """Where the model of this name lies; a hub id is fetched where it is not in the cache yet. None for a name
    that nobody knows.

    Raises ModelError for a folder that is not there, and for what can't be fetched.
    """
    said = settings.model(name)
    wanted = said.path or name
    known = KNOWN.get(wanted)
    if known is not None:
        wanted = known.hub_id
        if known.base and not said.base:
            said = said.model_copy(update={"base": known.base})
    folder = _folder(wanted, project)
    if folder is not None:
        return Source(folder, name, model=said, settings=settings, project=project)
    if HUB_ID.fullmatch(wanted):
        from scenelang.runtime.hub import fetch
        from scenelang.runtime.pins import locked_revision

        revision = said.revision or locked_revision(project, wanted)
        folder = fetch(wanted, revision)
        return Source(folder, name, wanted, folder.name, said, settings, project)
    if "/" in wanted or "\\" in wanted or said.path:
        raise ModelError(
            f"there is no folder {wanted}",
            "give the folder of a diffusers pipeline, a hub id, or a model's name",
        )
    return None


def _folder(name: str, project: Path | None) -> Path | None:
    """A folder of this name, beside the project's files or where the program runs."""
    tried = [Path(name).expanduser()]
    if project is not None:
        tried.insert(0, project / name)
    return next((folder for folder in tried if folder.is_dir()), None)


def is_camera_checkpoint(folder: Path) -> bool:
    """Whether a folder says that its transformer has a control adapter."""
    for file in (folder / "config.json", folder / EXPERTS[0] / "config.json"):
        if file.is_file():
            try:
                return bool(read_json(file).get("add_control_adapter"))
            except ModelError:
                return False
    return False


def base_folder(source: Source) -> Path:
    """Where a checkpoint gets what it lacks itself. Raises ModelError where nobody says."""
    return base_of(source).folder


def base_of(source: Source) -> Source:
    """What a checkpoint gets from elsewhere that it lacks itself. Raises ModelError where nobody says."""
    base = source.model.base
    if not base:
        raise ModelError(
            f"{source.folder} is a transformer alone, without VAE and text encoder",
            f'name a diffusers folder or hub id that has them in scenelang.toml: [models."{source.name}"] base = "…"',
        )
    folder = _folder(base, source.project)
    if folder is not None:
        return Source(folder, base, settings=source.settings, project=source.project)
    if not HUB_ID.fullmatch(base):
        raise ModelError(f"there is no folder {base}", "correct `base` in scenelang.toml")
    from scenelang.runtime.hub import fetch
    from scenelang.runtime.pins import locked_revision

    folder = fetch(base, locked_revision(source.project, base))
    return Source(folder, base, base, folder.name, settings=source.settings, project=source.project)


@dataclass(frozen=True)
class Listed:
    """A row of `scenelang models`: `state` is bundled, project, cached or known."""

    name: str
    state: str
    description: str
    needs: str
    hub_id: str = ""
    revision: str = ""
    gigabytes: float | None = None


def listed(settings: Settings) -> Iterator[Listed]:
    """All models that can be named, without loading any or asking the network."""
    from scenelang.runtime.hub import cached
    from scenelang.runtime.registry import BACKENDS, PIPELINES

    for name, entry in BACKENDS.items():
        yield Listed(name, "bundled", entry.description, entry.needs)
    for name, model in settings.models.items():
        if model.path:
            yield Listed(
                name, "project", f"scenelang.toml: {model.path}", "what its folder holds", model.path
            )
    names = {known.hub_id: name for name, known in KNOWN.items()}
    here = {found.hub_id: found for found in cached()}
    for hub_id, found in here.items():
        if hub_id not in names and found.kind in PIPELINES:
            here_gb = round(found.bytes / 1e9, 1)
            yield Listed(hub_id, "cached", f"a {found.kind}", "a GPU", hub_id, found.revision, here_gb)
    for name, known in KNOWN.items():
        there = here.get(known.hub_id)
        gigabytes = round(there.bytes / 1e9, 1) if there else known.gigabytes
        size = f"about {gigabytes:g} GB of weights" if gigabytes else "weights of a size not looked up"
        state = "cached" if there else "known"
        needs = f"a GPU, {size}" + ("" if there else ", fetched when it is first used")
        revision = there.revision if there else ""
        yield Listed(name, state, known.description, needs, known.hub_id, revision, gigabytes)
