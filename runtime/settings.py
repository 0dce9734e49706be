"""`scenelang.toml`, a project's settings: how models run, where takes are kept, what time costs, how much may be spent."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from scenelang.grammar.diagnostics import did_you_mean
from scenelang.runtime.cache_folder import cache_folder
from scenelang.runtime.errors import RenderError
from scenelang.runtime.store import LIMIT, Store

FILE = "scenelang.toml"
_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = re.compile(r"([\d.]+)\s*([KMGT]?B)", re.IGNORECASE)


class SettingsError(RenderError):
    """A `scenelang.toml` that can't be read, or says what can't be."""


def size_of(text: object) -> int:
    """Bytes of `20 GB`. Raises ValueError."""
    found = _SIZE.fullmatch(str(text).strip())
    if not found:
        raise ValueError("write a number and B, KB, MB, GB or TB, such as `20 GB`")
    return int(float(found[1]) * _UNITS[found[2].upper()])


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProfileSettings(_Part):
    """`[profiles.NAME]`: what a profile changes of a model's own. Everything may be left out."""

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
    quantize: Literal["", "int8", "float8"] | None = Field(
        default=None, description="of the denoiser, by torchao"
    )
    dtype: Literal["auto", "float32", "bfloat16", "float16"] | None = None


class ModelSettings(_Part):
    """`[models.NAME]`: a model that `--model NAME` means in this project, or settings of one by its hub id."""

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


class CacheSettings(_Part):
    """`[cache]`: the folder, relative to the project's, and how much it may hold."""

    folder: str | None = None
    size: Annotated[int, BeforeValidator(size_of)] = LIMIT


class PriceSettings(_Part):
    """`[price]`: what an hour of a device costs; `devices` has prices by a part of a device's name."""

    currency: str = "USD"
    per_hour: float | None = Field(default=None, ge=0)
    devices: dict[str, float] = {}

    def of(self, device: str) -> float | None:
        """What an hour of this device costs; None where nothing is said of it."""
        for name, price in self.devices.items():
            if name.lower() in device.lower():
                return price
        return self.per_hour


class BudgetSettings(_Part):
    """`[budget]`: the most that one render may take; what is not said is not limited."""

    seconds: float | None = Field(default=None, ge=0)
    price: float | None = Field(default=None, ge=0)
    pflop: float | None = Field(default=None, ge=0)
    denoiser_calls: int | None = Field(default=None, ge=0)


class Settings(_Part):
    profiles: dict[Literal["draft", "fast", "final"], ProfileSettings] = {}
    models: dict[str, ModelSettings] = {}
    cache: CacheSettings = CacheSettings()
    price: PriceSettings = PriceSettings()
    budget: BudgetSettings = BudgetSettings()

    @field_validator("models")
    @classmethod
    def _begins_somewhere(cls, models: dict[str, ModelSettings]) -> dict[str, ModelSettings]:
        for name in models:
            chain = [name]
            while chain[-1] in models and models[chain[-1]].first_frame:
                chain.append(models[chain[-1]].first_frame)
                if chain[-1] in chain[:-1]:
                    raise ValueError(f"no one makes the first frame: {' waits for '.join(chain)}")
        return models

    def profile(self, name: str) -> dict[str, object]:
        """What the project says about a profile, by field."""
        said = self.profiles.get(name)  # type: ignore[call-overload]
        return said.model_dump(exclude_none=True) if said else {}

    def model(self, name: str) -> ModelSettings:
        return self.models.get(name, ModelSettings())

    def store(self, project: Path | None) -> Store | None:
        """Where takes are kept; None where there can be no such folder."""
        if self.cache.folder is not None:
            return Store((project or Path()) / self.cache.folder, self.cache.size)
        own = cache_folder()
        return Store(Path(own) / "films", self.cache.size) if own else None


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
    said = first["msg"].removeprefix("Value error, ")
    page = "models" if keys[0] in ("profiles", "models") else "iterate"
    return SettingsError(f"{file}: `{where}`: {said[:1].lower()}{said[1:]}", f"see docs/{page}.md")


def _known(keys: Iterable[str]) -> list[str]:
    """What may stand where these keys lead."""
    kinds: dict[str, type[_Part]] = {
        "profiles": ProfileSettings, "models": ModelSettings, "cache": CacheSettings, "price": PriceSettings,
        "budget": BudgetSettings,
    }  # fmt: skip
    first, *rest = keys
    return list((kinds[first] if rest and first in kinds else Settings).model_fields)
