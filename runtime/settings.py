"""`scenelang.toml` of a project: how models are loaded and run there. Read before any of them is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenelang.grammar.diagnostics import did_you_mean
from scenelang.runtime.errors import RenderError

FILE = "scenelang.toml"
PROFILES = ("draft", "fast", "final")


class SettingsError(RenderError):
    """`scenelang.toml` says something that can't be."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProfileSettings(_Part):
    """What a profile changes of a model's own. Everything may be left out."""

    steps: int | None = Field(default=None, ge=1, le=1000, description="denoising steps")
    guidance: float | None = Field(default=None, ge=0, le=100, description="1: none, half the calls")
    guidance_2: float | None = Field(default=None, ge=0, le=100, description="of the second expert")
    size: str | None = Field(
        default=None, pattern=r"^\d+x\d+$", description="of the model's pictures, 832x480"
    )
    sampler: Literal["unipc", "euler", "dpm++"] | None = None
    shift: float | None = Field(default=None, gt=0, description="flow shift of the sampler")
    cache: Literal["", "first-block", "taylor", "pyramid", "cache-dit"] | None = None
    cache_threshold: float | None = Field(
        default=None, gt=0, lt=1, description="of first-block: how much may differ"
    )
    attention: str | None = Field(default=None, description="a backend of diffusers, such as flash")
    compile: bool | None = None
    offload: Literal["", "model", "group", "sequential"] | None = None
    quantize: Literal["", "int8", "int4", "float8"] | None = Field(
        default=None, description="of the denoiser, by torchao"
    )
    dtype: Literal["auto", "float32", "bfloat16", "float16"] | None = None


class ModelSettings(_Part):
    """A model that `--model NAME` means in this project, or settings of one by its hub id."""

    path: str = Field(default="", description="a folder, relative to the project's, or a hub id")
    revision: str = Field(default="", description="commit, tag or branch of a hub id")
    base: str = Field(
        default="", description="folder or hub id that has what a checkpoint lacks: VAE, text encoder"
    )
    first_frame: str = Field(
        default="", description="who makes the first frame of a shot: a model, a picture, or a folder of SHOT.png"
    )  # fmt: skip
    control: Literal["depth", "clay"] = Field(
        default="depth", description="the pass of previz that VACE sees"
    )
    in_context: bool = Field(default=False, description="LTX-2: give previz to an in-context LoRA")
    loras: dict[str, str] = Field(
        default={}, description="LTX-2: safetensors file by move (`dolly in`), or `in-context`"
    )


class Settings(_Part):
    profiles: dict[Literal["draft", "fast", "final"], ProfileSettings] = {}
    models: dict[str, ModelSettings] = {}

    def profile(self, name: str) -> dict[str, object]:
        """What the project says about a profile, by field."""
        said = self.profiles.get(name)  # type: ignore[call-overload]
        return said.model_dump(exclude_none=True) if said else {}

    def model(self, name: str) -> ModelSettings:
        return self.models.get(name, ModelSettings())


def load_settings(project: Path | None) -> Settings:
    """The settings of a project's folder; defaults where it has no `scenelang.toml`.

    Raises SettingsError with the key and what may stand there.
    """
    file = project / FILE if project else None
    if file is None or not file.is_file():
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise _wrong(file, error) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is no TOML: {error}", "correct it, or remove it") from None
    except OSError as error:
        raise SettingsError(f"{file} can't be read: {error.strerror}", "see its permissions") from None


def _wrong(file: Path, error: ValidationError) -> SettingsError:
    first = error.errors(include_url=False)[0]
    keys = [str(k) for k in first["loc"] if k != "[key]"]
    where = ".".join(keys)
    if first["type"] == "extra_forbidden":
        known = _known(keys)
        hint = did_you_mean(keys[-1], known) or f"there are: {', '.join(known)}"
        return SettingsError(f"{file}: there is no setting `{where}`", hint)
    return SettingsError(f"{file}: `{where}`: {first['msg'].lower()}", "see docs/models.md")


def _known(keys: Iterable[str]) -> list[str]:
    kinds: dict[str, type[_Part]] = {"profiles": ProfileSettings, "models": ModelSettings}
    first, *rest = keys
    return list((kinds[first] if rest and first in kinds else Settings).model_fields)
