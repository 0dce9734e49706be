"""Embeddings of texts, kept in the store by the text and the weights that encode it."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING

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
    identity = identity_of(backend)
    if store is None or identity is None or not hasattr(backend, "text_encodings"):
        return backend.encode
    by = json.dumps([identity, versions(), device.partition(":")[0]], sort_keys=True)

    def encode(texts: list[str]) -> Tensor:
        from torch.nn.utils.rnn import pad_sequence

        rows = [_row(backend, store, by, text) for text in texts]
        return pad_sequence(rows, batch_first=True) if rows else backend.encode([])

    return encode


def _row(backend: Backend, store: Store, by: str, text: str) -> Tensor:
    """The embedding [L, D] of a text."""
    from safetensors.torch import load, save

    key = hashlib.sha256(f"{by}\n{text}".encode()).hexdigest()
    try:
        data = store.get("texts", key)
    except DamagedEntry:  # a text is encoded again in no time
        data = None
    if data is not None:
        store.use("texts", key)
        return load(data)["text_LD"]
    row = backend.encode([text])[0]
    with suppress(OSError):
        store.put("texts", key, save({"text_LD": row.contiguous()}))
    return row
