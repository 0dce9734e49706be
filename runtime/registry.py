"""The backends that can render here, by name. Nothing of them is imported before it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from scenelang.grammar.diagnostics import did_you_mean
from scenelang.runtime.errors import UnknownModel

if TYPE_CHECKING:
    from scenelang.runtime.backend import Backend


@dataclass(frozen=True)
class BackendEntry:
    """A row of the table. `where` is `module:class`; the class is made without arguments."""

    where: str
    description: str
    needs: str


BACKENDS: dict[str, BackendEntry] = {
    "previz": BackendEntry(
        where="scenelang.runtime.previz.backend:PrevizBackend",
        description="the animatic: figures, sets, light and camera drawn by geometry, no model",
        needs="nothing: runs on any CPU",
    ),
}


DEFAULT_MODEL = "previz"


def load_backend(name: str) -> Backend:
    """A new backend of this name. Raises `UnknownModel`, which lists what there is."""
    entry = BACKENDS.get(name)
    if entry is None:
        known = f"there are: {', '.join(sorted(BACKENDS))}"
        hint = " ".join(filter(None, [did_you_mean(name, BACKENDS), known]))
        raise UnknownModel(f"there is no model `{name}`", hint)
    module, _, attribute = entry.where.partition(":")
    return cast("Backend", getattr(import_module(module), attribute)())
