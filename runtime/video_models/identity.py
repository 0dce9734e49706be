"""What a model's frames depend on besides the plan and the code: weights, settings, pictures that it begins with."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from scenelang.runtime.keys import identity_of, weights_hash
from scenelang.runtime.models import base_folder
from scenelang.runtime.pins import fingerprint
from scenelang.runtime.registry import load_backend
from scenelang.runtime.source import Source
from scenelang.runtime.video_models.first_frame import in_project, of_pictures


def facts_of(source: Source) -> dict[str, str]:
    """Each by a name, as hashes but for the hub's commit. Raises ModelError where a base model
    isn't there, UnknownModel where nobody knows who makes the first frame."""
    settings = {
        "model": source.model.model_dump(mode="json"),
        "profiles": {n: p.model_dump(mode="json") for n, p in source.settings.profiles.items()},
    }
    facts = {
        "weights": source.revision or fingerprint(source.folder),
        "settings": hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest(),
    }
    if source.hub_id:
        facts["hub_id"] = source.hub_id
    if source.model.base:
        facts["base"] = fingerprint(base_folder(source))
    if source.model.first_frame:
        facts["first_frame"] = _of_maker(source.model.first_frame, source.project)
    for move, file in sorted(source.model.loras.items()):
        facts[f"lora {move}"] = _of_path(in_project(file, source.project))
    return facts


def _of_maker(who: str, project: Path | None) -> str:
    """Of what makes first frames: pictures, or a model with all that its own frames depend on."""
    path = in_project(who, project)
    if of_pictures(who, path):
        return _of_path(path)
    return json.dumps(identity_of(load_backend(who, project)), sort_keys=True)


def _of_path(path: Path) -> str:
    """Of every byte of a file or a folder; empty where there is none."""
    if path.is_dir():
        return weights_hash(path)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
