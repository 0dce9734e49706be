"""The key of a take: a hash of all that its frames depend on.

That is the shot's footage (its plan, cast, place and what it continues, see compiler/footage.py) and
what renders it: the backend with its weights and settings, the code that drives it, size, rate,
profile, the kind of device, pictures that the film refers to, and the versions of the libraries.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from scenelang.compiler.footage import footage_of
from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import Backend

LIBRARIES = ("torch", "diffusers", "transformers", "numpy")
_CODE = {".py", ".j2", ".json"}


def identity_of(backend: Backend) -> dict[str, str] | None:
    """What a backend's frames depend on besides the plan; None for one that doesn't say it."""
    ask = getattr(backend, "identity", None)
    return dict(ask()) if ask is not None else None


@dataclass(frozen=True)
class TakeKey:
    """`take` names a take in the store; `takes` all takes of the shot that differ by its seed alone."""

    take: str
    takes: str


def take_keys(
    plan: Plan,
    backend: Backend,
    profile: str = "final",
    device: str = "cpu",
    project: Path | None = None,
) -> dict[str, TakeKey] | None:
    """The keys of each shot; None where the backend doesn't say what its frames depend on.

    `project` is the folder that the film's pictures are relative to.
    """
    identity = identity_of(backend)
    if identity is None:
        return None
    native = backend.native(plan, profile)
    by = {
        "identity": identity,
        "profile": profile,
        "device": device.partition(":")[0],
        "native": [native.width, native.height, str(native.fps)],
        "versions": versions(),
    }
    pictures = reference_hashes(plan, project)
    footage = footage_of(plan)
    keys: dict[str, TakeKey] = {}
    for shot in plan.shots:
        seen = [shot.place or "", *(track.subject for track in shot.subjects)]
        before = keys.get(shot.continues or "")
        also = {
            "pictures": {name: pictures[name] for name in seen if name in pictures},
            "before": before.take if before else "",
        }
        own = footage[shot.id]
        keys[shot.id] = TakeKey(
            _hash({**by, **also, "footage": own.hash}), _hash({**by, **also, "takes": own.seedless})
        )
    return keys


def reference_hashes(plan: Plan, project: Path | None) -> dict[str, str]:
    """SHA-256 of the picture that each subject or place refers to, empty where there is no such file."""
    named = [(s.id, s.reference) for s in plan.subjects] + [(p.id, p.reference) for p in plan.places]
    return {id: _file_hash((project or Path()) / path) for id, path in named if path}


def versions() -> dict[str, str]:
    """Of what makes frames: the libraries' versions."""
    return {name: _version(name) for name in LIBRARIES}


@cache
def code_hash(*packages: str) -> str:
    """SHA-256 of the compiler's code and that of these packages of the runtime, `maquette` or `previz`."""
    digest = hashlib.sha256()
    for path in sorted(
        p for folder in _code_folders(packages) for p in folder.glob("*") if p.suffix in _CODE
    ):
        digest.update(f"{path.parent.name}/{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _code_folders(packages: Iterable[str]) -> list[Path]:
    import scenelang.compiler

    compiler = Path(scenelang.compiler.__path__[0])
    runtime = Path(__file__).parent
    return [compiler, compiler / "templates", *(runtime / name for name in packages)]


def weights_hash(folder: Path) -> str:
    """SHA-256 of a model's files: of its list of checksums, which is compared when it is loaded, or of
    each file where it has none."""
    from scenelang.runtime.loading import SUMS

    sums = folder / SUMS
    if sums.is_file():
        return _file_hash(sums)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return _hash({p.relative_to(folder).as_posix(): _file_hash(p) for p in files})


def _file_hash(path: Path) -> str:
    try:
        found = path.stat()
        return _hash_of_file(path, found.st_size, found.st_mtime_ns)
    except OSError:
        return ""


@cache
def _hash_of_file(path: Path, size: int, changed: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _hash(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
