"""A model whose texts are encoded apart from the rest: by a half of the pipeline that is then let go.

The text encoder is loaded first, encodes all prompts of the film and is let go; then the rest is loaded, once. A
family says how it encodes a text.
"""

from __future__ import annotations

import gc
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from scenelang.runtime.loading import load_pipeline
from scenelang.runtime.memory import check_memory
from scenelang.runtime.source import Source
from scenelang.runtime.video_models.model import VideoModel, explained, known_device
from scenelang.runtime.video_models.options import offload


class ReadingModel(VideoModel):
    """A backend that gives its pipeline embeddings in place of prompts."""

    text_parts: ClassVar[tuple[str, ...]] = ("text_encoder", "tokenizer")

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._texts: Any = None
        self._placed = ("final", "cpu")
        self._known: dict[str, Tensor] = {}

    @abstractmethod
    def encode_text(self, pipe: Any, text: str, device: str) -> Tensor:
        """The embedding [L, D] of one text; rows behind its end are zero."""

    def load_texts(self, dtype: Any) -> Any:
        """The pipeline with nothing but what encodes texts."""
        none = self._components() - {*self.text_parts, "scheduler"}
        return load_pipeline(self.source.folder, dtype, self.kind, **dict.fromkeys(none))

    def prepare(self, texts: Sequence[str], profile: str, device: str) -> None:
        """Encodes these texts, then lets the text encoder go."""
        self._placed = (profile, device)
        self.encode(list(texts))
        self._let_texts_go()

    def encode(self, texts: list[str]) -> Tensor:
        """Embeddings [S, L, D], float32. A text that was encoded before is not encoded again."""
        for text in dict.fromkeys(texts):
            if text not in self._known:
                with torch.no_grad(), explained(self.name):
                    if self._texts is None:
                        self._texts = self._load_texts(*self._placed)
                    encoded = self.encode_text(self._texts, text, self._placed[1])
                    self._known[text] = encoded.float().cpu()
                self.text_encodings += 1
        if not texts:
            return torch.zeros(0, 0, 0)
        return torch.nn.utils.rnn.pad_sequence([self._known[t] for t in texts], batch_first=True)

    def pipeline(self, profile: str, device: str) -> Any:
        self._let_texts_go()
        return super().pipeline(profile, device)

    def _load_texts(self, profile: str, device: str) -> Any:
        chosen = self.options(profile)
        dtype = chosen.torch_dtype(device)
        known_device(device)
        encoders = [part for part in self.networks if part.name in self.text_parts]
        check_memory(encoders, (), device, dtype, offload=chosen.offload)
        pipe = self.load_texts(dtype)
        # layer by layer, all prompts would go through the encoder as slowly as through the denoiser
        offload(pipe, "model" if chosen.offload == "sequential" else chosen.offload, device)
        return pipe

    def _let_texts_go(self) -> None:
        if self._texts is not None:
            self._texts = None
            gc.collect()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
