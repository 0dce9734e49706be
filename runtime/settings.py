"""`scenelang.toml`, the project's settings: where takes are kept, what time costs, how much may be spent."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from scenelang.runtime.cache_folder import cache_folder
from scenelang.runtime.errors import RenderError
from scenelang.runtime.store import LIMIT, Store

FILE = "scenelang.toml"
_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = re.compile(r"([\d.]+)\s*([KMGT]?B)", re.IGNORECASE)


class SettingsError(RenderError):
    """A `scenelang.toml` that can't be read, or says what it can't."""


def size_of(text: object) -> int:
    """Bytes of `20 GB`. Raises ValueError."""
    found = _SIZE.fullmatch(str(text).strip())
    if not found:
        raise ValueError("write a number and B, KB, MB, GB or TB, such as `20 GB`")
    return int(float(found[1]) * _UNITS[found[2].upper()])


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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
    cache: CacheSettings = CacheSettings()
    price: PriceSettings = PriceSettings()
    budget: BudgetSettings = BudgetSettings()
    folder: Path = Field(default=Path(), exclude=True)  # the project's

    def store(self) -> Store | None:
        """Where takes are kept; None where there can be no such folder."""
        if self.cache.folder is not None:
            return Store(self.folder / self.cache.folder, self.cache.size)
        own = cache_folder()
        return Store(Path(own) / "films", self.cache.size) if own else None


def settings_of(film: str | Path | None) -> Settings:
    """The settings of a film's project: of the nearest `scenelang.toml` above it. Raises SettingsError."""
    start = (Path.cwd() / (film if film is not None and str(film) != "-" else "x")).parent
    for folder in (start, *start.parents):
        path = folder / FILE
        if path.is_file():
            return _read(path)
    return Settings(folder=start)


def _read(path: Path) -> Settings:
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return Settings(**{**table, "folder": path.parent})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path}: `{where}`: {first['msg']}", "see docs/iterate.md") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} can't be read: {error}", "correct it") from error
