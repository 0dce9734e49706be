"""Text encoders: any transformers encoder from a folder or hub id, and a tiny one made in place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

TINY = "tiny"


class EncoderError(Exception):
    """An encoder that can't be loaded; the message says what to do next."""


@dataclass(frozen=True)
class TextEncoder:
    """A tokenizer and an encoder. `name` says which, `trained` whether its weights mean anything."""

    name: str
    tokenizer: Any
    model: Any
    length: int  # tokens that a prompt is padded or cut to
    trained: bool = True

    @torch.inference_mode()
    def __call__(self, texts: list[str]) -> Tensor:
        """`text_SLD`, float32: the last hidden states, zero behind each text's end."""
        if not texts:
            return torch.zeros(0, self.length, self.width)
        tokens = self.tokenizer(
            texts, padding="max_length", truncation=True, max_length=self.length, return_tensors="pt"
        )
        mask = tokens["attention_mask"]
        states = self.model(input_ids=tokens["input_ids"], attention_mask=mask).last_hidden_state
        return (states * mask[..., None]).float()

    @property
    def width(self) -> int:
        config = self.model.config
        return int(getattr(config, "d_model", None) or config.hidden_size)


def tiny_encoder(length: int = 128) -> TextEncoder:
    """A byte-level T5 encoder with fixed random weights: it needs no files, tells any two texts
    apart, and means nothing. It stands in until a model brings its own encoder."""
    from transformers import ByT5Tokenizer, T5Config, T5EncoderModel

    config = T5Config(
        vocab_size=384,
        d_model=64,
        d_kv=16,
        d_ff=128,
        num_layers=2,
        num_heads=4,
        relative_attention_num_buckets=8,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = T5EncoderModel(config).eval()
    return TextEncoder(TINY, ByT5Tokenizer(), model, length, trained=False)


def load_encoder(name: str, length: int = 128) -> TextEncoder:
    """An encoder by folder or hub id; of encoder-decoders (T5, UMT5) only the encoder is loaded.

    Raises EncoderError where the folder holds none, or nothing can be fetched.
    """
    if name == TINY:
        return tiny_encoder(length)
    from transformers import AutoConfig, AutoModel, AutoModelForTextEncoding, AutoTokenizer

    if not Path(name).is_dir() and (name.startswith((".", "/", "~")) or name.count("/") > 1):
        raise EncoderError(
            f"there is no folder `{name}`: give a folder with a transformers encoder, or `{TINY}`"
        )
    try:
        config = AutoConfig.from_pretrained(name)
        loader = AutoModelForTextEncoding if config.model_type in ("t5", "umt5", "mt5") else AutoModel
        model = loader.from_pretrained(name, use_safetensors=True).eval()
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).strip().splitlines()[0]
        raise EncoderError(
            f"`{name}` can't be loaded as a text encoder: {reason}. Give a folder that holds config.json, "
            f"model.safetensors and a tokenizer, or `{TINY}`"
        ) from error
    return TextEncoder(name, tokenizer, model, length)
