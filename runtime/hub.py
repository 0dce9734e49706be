"""Models of the Hugging Face hub: found in its cache, else fetched whole, at one commit, without pickles."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scenelang.runtime.checkpoint import ModelError, first_line, parts, weight_files

# what a diffusers pipeline or a checkpoint in safetensors is made of; no pickle is among it
PATTERNS = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja", "*/merges.txt")
SPARE = 2_000_000_000  # bytes that stay free on the disk


@dataclass(frozen=True)
class Cached:
    """A repository in the cache: its newest commit there, the pipeline's class, and its size."""

    hub_id: str
    revision: str
    kind: str
    bytes: int


def cached() -> Iterator[Cached]:
    """The diffusers pipelines in the hub's cache."""
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repositories = scan_cache_dir().repos
    except (CacheNotFound, OSError, ValueError):
        return
    for repository in sorted(repositories, key=lambda r: r.repo_id):
        for revision in sorted(repository.revisions, key=lambda r: -r.last_modified)[:1]:
            index = Path(revision.snapshot_path) / "model_index.json"
            try:
                kind = str(json.loads(index.read_text(encoding="utf-8"))["_class_name"])
            except (OSError, ValueError, KeyError, TypeError):
                continue
            yield Cached(repository.repo_id, revision.commit_hash, kind, revision.size_on_disk)


def fetch(hub_id: str, revision: str = "") -> Path:
    """The folder of a repository at a commit, tag or branch, its newest where none is given.

    What is whole in the cache is not asked for again. Raises ModelError without a network, for what the
    hub doesn't have or doesn't give, and where the disk is too small, before anything is fetched.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    wanted = {"revision": revision or None, "allow_patterns": list(PATTERNS)}
    try:
        there = Path(snapshot_download(hub_id, local_files_only=True, **wanted))
        if _whole(there):
            return there
    except (LocalEntryNotFoundError, ValueError):
        pass  # not in the cache: the hub is asked, and says what is wrong
    _check_room(hub_id, revision)
    try:
        return Path(snapshot_download(hub_id, **wanted))
    except Exception as error:  # network, hub and disk have many ways to say no
        raise _why(hub_id, revision, error) from error


def _whole(folder: Path) -> bool:
    try:
        if (folder / "model_index.json").is_file():
            parts(folder)
            return True
        return any(weight_files(f) for f in (folder, folder / "high_noise_model") if f.is_dir())
    except ModelError:
        return False


def _check_room(hub_id: str, revision: str) -> None:
    from huggingface_hub import HfApi, constants, try_to_load_from_cache

    try:
        info = HfApi().model_info(hub_id, revision=revision or None, files_metadata=True)
    except Exception as error:
        raise _why(hub_id, revision, error) from error
    needed = sum(
        f.size or 0
        for f in info.siblings or ()
        if f.rfilename.endswith((".safetensors", ".json"))
        and not isinstance(try_to_load_from_cache(hub_id, f.rfilename, revision=info.sha), str)
    )
    cache = Path(constants.HF_HUB_CACHE)
    there = next(p for p in (cache, *cache.parents) if p.exists())
    free = shutil.disk_usage(there).free
    if needed + SPARE > free:
        raise ModelError(
            f"{hub_id} needs {needed / 1e9:.0f} GB on the disk of {there}, where {free / 1e9:.0f} GB are free",
            "make room, or set HF_HOME to a folder on a larger disk",
        )


def _why(hub_id: str, revision: str, error: Exception) -> ModelError:
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        return ModelError(
            f"{hub_id} is given only to those who accepted its licence",
            "accept it on the hub, then: hf auth login",
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return ModelError(
            f"{hub_id} has no revision `{revision}`",
            "correct `revision` in scenelang.toml or scenelang.lock",
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return ModelError(
            f"the hub has no model {hub_id}", "look for typing errors; private ones need: hf auth login"
        )
    if isinstance(error, OSError) and error.errno == 28:
        return ModelError(
            f"the disk was full before {hub_id} was there",
            "make room and try again: it goes on where it stopped",
        )
    offline = isinstance(error, (errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError, OSError))
    reason = "it is not in the cache, and the hub can't be reached" if offline else first_line(error)
    return ModelError(
        f"{hub_id} can't be fetched: {reason}",
        "connect to the network and unset HF_HUB_OFFLINE, or copy the model's folder here and give its path",
    )
