"""What a model's frames depend on besides the plan and the code: weights, settings, pictures that it begins with."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from scenelang.runtime.keys import identity_of, weights_hash
from scenelang.runtime.models import KNOWN, base_folder
from scenelang.runtime.pins import fingerprint, locked_revision
from scenelang.runtime.registry import BACKENDS, load_backend
from scenelang.runtime.source import Source
from scenelang.runtime.video_models.first_frame import PICTURES, in_project


def facts_of(source: Source) -> dict[str, str]:
    """Each by a name, as hashes but for the hub's commit. Raises ModelError where a base model isn't there."""
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
    """Of what makes first frames: pictures, or a model."""
    if who in BACKENDS:
        return json.dumps(identity_of(load_backend(who)), sort_keys=True)
    path = in_project(who, project)
    if path.exists():
        return _of_path(path)
    known = KNOWN.get(who)
    return locked_revision(project, known.hub_id if known else who)


def _of_path(path: Path) -> str:
    """Of a file, a folder of pictures, or a model's folder; empty where there is none."""
    if path.is_dir():
        pictures = any(p.suffix.lower() in PICTURES for p in path.iterdir())
        return weights_hash(path) if pictures else fingerprint(path)
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return ""
