"""Where a model comes from: what a backend of a folder is made with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from scenelang.runtime.settings import ModelSettings, Settings


@dataclass(frozen=True)
class Source:
    """A model's folder, what the user called it, the hub's commit that it is, its settings and the project's."""

    folder: Path
    name: str = ""
    hub_id: str = ""
    revision: str = ""
    model: ModelSettings = field(default_factory=ModelSettings)
    settings: Settings = field(default_factory=Settings)
    project: Path | None = None
