"""Scenelang: films as text, compiled to generative video models.

    import scenelang as sl
    film = sl.load("film.scene")      # or sl.Film("Title") and its builder
    film.render("film.mp4")

Importing this package imports nothing heavy; names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenelang.api.film import Film as Film
    from scenelang.api.film import load as load
    from scenelang.api.film import parse as parse
    from scenelang.api.words import crane_down as crane_down
    from scenelang.api.words import crane_up as crane_up
    from scenelang.api.words import dolly_in as dolly_in
    from scenelang.api.words import dolly_out as dolly_out
    from scenelang.api.words import follow as follow
    from scenelang.api.words import frames as frames
    from scenelang.api.words import hold as hold
    from scenelang.api.words import lead as lead
    from scenelang.api.words import orbit_left as orbit_left
    from scenelang.api.words import orbit_right as orbit_right
    from scenelang.api.words import pan_left as pan_left
    from scenelang.api.words import pan_right as pan_right
    from scenelang.api.words import pedestal_down as pedestal_down
    from scenelang.api.words import pedestal_up as pedestal_up
    from scenelang.api.words import pull_out as pull_out
    from scenelang.api.words import push_in as push_in
    from scenelang.api.words import roll_ccw as roll_ccw
    from scenelang.api.words import roll_cw as roll_cw
    from scenelang.api.words import seconds as seconds
    from scenelang.api.words import tilt_down as tilt_down
    from scenelang.api.words import tilt_up as tilt_up
    from scenelang.api.words import truck_left as truck_left
    from scenelang.api.words import truck_right as truck_right
    from scenelang.api.words import zoom_in as zoom_in
    from scenelang.api.words import zoom_out as zoom_out
    from scenelang.grammar.diagnostics import Diagnostic as Diagnostic
    from scenelang.grammar.diagnostics import SceneError as SceneError

__version__ = "0.1.0"

_MOVES = (
    "crane_down crane_up dolly_in dolly_out follow hold lead orbit_left orbit_right pan_left pan_right pedestal_down "
    "pedestal_up pull_out push_in roll_ccw roll_cw tilt_down tilt_up truck_left truck_right zoom_in zoom_out"
)
_HOMES = {
    **dict.fromkeys(("Film", "load", "parse"), "scenelang.api.film"),
    **dict.fromkeys(("frames", "seconds", *_MOVES.split()), "scenelang.api.words"),
    **dict.fromkeys(("Diagnostic", "SceneError"), "scenelang.grammar.diagnostics"),
}
__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'scenelang' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
