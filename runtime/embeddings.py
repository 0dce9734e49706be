"""Embeddings of texts, kept in the store by the text and the weights that encode it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.compiler.prompts import prompts
from scenelang.runtime.backend import Backend
from scenelang.runtime.keys import identity_of, versions
from scenelang.runtime.store import DamagedEntry, Store

if TYPE_CHECKING:
    from torch import Tensor

    from scenelang.compiler.conditioning import Encode


def remembered(backend: Backend, store: Store | None, device: str = "cpu") -> Encode:
    """The backend's `encode`, which asks it only for texts that the store doesn't know.

    Each text is encoded alone, so that what it was encoded beside changes nothing.
    """
    by = _by(backend, device)
    if store is None or by is None:
        return backend.encode

    def encode(texts: list[str]) -> Tensor:
        from torch.nn.utils.rnn import pad_sequence

        rows = [_row(backend, store, by, text) for text in texts]
        return pad_sequence(rows, batch_first=True) if rows else backend.encode([])

    return encode


def said_in(plan: Plan, shots: Sequence[ShotPlan], dialect: str) -> list[str]:
    """Every text that a backend of this dialect is asked to encode for these shots."""
    texts = [said.text for shot in shots for said in prompts(plan, shot, dialect)]
    return [*texts, *(shot.avoid for shot in shots)]


def prepare(
    backend: Backend, store: Store | None, texts: Sequence[str], profile: str, device: str
) -> None:
    """Has a backend that wants it encode at once those of these texts that the store doesn't know."""
    wish = getattr(backend, "prepare", None)
    if wish is None:
        return
    new, by = list(dict.fromkeys(texts)), _by(backend, device)
    if store is not None and by is not None:
        new = [text for text in new if not store.has("texts", _key(by, text))]
    wish(new, profile, device)


def _by(backend: Backend, device: str) -> str | None:
    """What embeddings depend on besides the text; None where that isn't known."""
    identity = identity_of(backend)
    if identity is None or not hasattr(backend, "text_encodings"):
        return None
    return json.dumps([identity, versions(), device.partition(":")[0]], sort_keys=True)


def _key(by: str, text: str) -> str:
    return hashlib.sha256(f"{by}\n{text}".encode()).hexdigest()


def _row(backend: Backend, store: Store, by: str, text: str) -> Tensor:
    """The embedding [L, D] of a text."""
    from safetensors import SafetensorError
    from safetensors.torch import load, save

    key = _key(by, text)
    with suppress(DamagedEntry, SafetensorError, KeyError):  # a text is encoded again in no time
        data = store.get("texts", key)
        if data is not None:
            found = load(data)["text_LD"]
            store.use("texts", key)
            return found
    row = backend.encode([text])[0]
    with suppress(OSError):
        store.put("texts", key, save({"text_LD": row.contiguous()}))
    return row
