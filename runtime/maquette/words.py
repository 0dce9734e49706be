"""The words that maquette reads, its tokenizer and its text encoder.

The vocabulary is closed: the dialect's templates say everything in words of the lexicon and the
language's tables, so a word that is not here is a mistake, and a test looks for it.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor

from scenelang.compiler import lexicon, wording
from scenelang.grammar.vocabulary import TERMS

LENGTH = 72  # tokens of a scene's text
WIDTH = 128
_OTHER = (
    "group held studio from the left right front behind on above low high slightly soft hard light growing warmer "
    "cooler brighter fading flickering blown to rising denser thinning"
)  # fmt: skip


def vocabulary() -> list[str]:
    """Every word, in a fixed order; the special tokens come first."""
    parts = [part for part in lexicon.PARTS if part != "skin"]  # which no template says
    rows = [*lexicon.KINDS, *lexicon.FEATURES, *parts, *lexicon.SETS, *lexicon.PLACE_FEATURES]
    rows += [row.split()[0] for row in lexicon.COLOURS]
    rows += [term.word for name in ("verb", "pose", "particles", "role") for term in TERMS[name]]
    rows += [word for _, word in wording.WARMTHS] + [word for word, _ in wording.COLOURS]
    rows += [word for _, word in wording.AMOUNTS] + ["cold", "main", *_OTHER.split()]
    rows += ["sit", "kneel", "crouch", "lie", "stand", "lean"]
    words = [word for row in rows for word in re.split(r"\s+", row) if word]
    return ["<pad>", "</s>", "<unk>", ".", ",", *dict.fromkeys(words)]


def make_tokenizer() -> Any:
    """A tokenizer of whole words (transformers, padded with `<pad>`)."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = vocabulary()
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Split(",", "isolated"),
            pre_tokenizers.Split(".", "isolated"),
        ]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=LENGTH,
    )


def make_text_encoder() -> Any:
    """A T5 encoder with fresh weights, as wide as the model reads."""
    from transformers import T5Config, T5EncoderModel

    config = T5Config(
        vocab_size=len(vocabulary()),
        d_model=WIDTH,
        d_kv=32,
        d_ff=256,
        num_layers=2,
        num_heads=4,
        relative_attention_num_buckets=16,
        relative_attention_max_distance=48,
        feed_forward_proj="gated-gelu",
        dropout_rate=0.0,
        pad_token_id=0,
        eos_token_id=1,
        tie_word_embeddings=False,
    )
    return T5EncoderModel(config)


def token_ids(tokenizer: Any, texts: list[str]) -> Tensor:
    """Token ids [S, L] of texts, 0 behind a text's end; L is that of the longest."""
    if not texts:
        return torch.zeros(0, 1, dtype=torch.int64)
    said = tokenizer(
        [f"{text} </s>" for text in texts],
        padding="longest",
        truncation=True,
        max_length=LENGTH,
        return_tensors="pt",
    )
    return said["input_ids"]


def encoded(text_encoder: Any, ids: Tensor) -> Tensor:
    """Embeddings [..., L, D] of token ids [..., L], zero behind a text's end."""
    if ids.numel() == 0:
        return torch.zeros(*ids.shape, text_encoder.config.d_model, device=ids.device)
    flat = ids.flatten(0, -2)
    mask = flat != 0
    mask[:, 0] = True  # a row of nothing still needs something to attend to
    states = text_encoder(input_ids=flat, attention_mask=mask.long()).last_hidden_state
    return (states.float() * (flat != 0)[..., None]).view(*ids.shape, -1)
