"""Films for the tests: from text to Plan, and the one-move films."""

from __future__ import annotations

from pathlib import Path

from scenelang.compiler.pipeline import analyse
from scenelang.compiler.plan import Plan
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.parse import parse, parse_file

EXAMPLES = Path(__file__).parent.parent / "examples"
REFERENCE = ("tokyo", "letter", "monster")

HEAD = """scenelang 1
film "Test" {{ size 1280x720; fps 24; seed 5 }}
character mara "a woman in a red coat" {{ height 1.7m }}
character lio "a man" {{ height 1.9m }}
prop letter "a white letter"
prop lamp "a paper lantern" {{ height 0.5m }}
place street "a snowy street"
{}
"""


def findings(text: str) -> list[Diagnostic]:
    return list(analyse(*parse(text, "test.scene")).diagnostics)


def plan_text(text: str) -> Plan:
    """The Plan of a whole film's text, which must have no errors."""
    analysis = analyse(*parse(text, "test.scene"))
    assert analysis.plan is not None, analysis.diagnostics
    return analysis.plan


def plan_shot(body: str, duration: str = "4s", before: str = "") -> Plan:
    """The Plan of a film of one shot, `a`, with this body, in which mara and lio exist."""
    return plan_text(HEAD.format(f"{before}\nshot a {duration} {{\n{body}\n}}"))


def codes(body: str, duration: str = "4s") -> list[str]:
    """The codes found in a shot of this body, without those for unused names."""
    found = findings(HEAD.format(f"shot a {duration} {{\n{body}\n}}"))
    return [d.code for d in found if d.code != "C003"]


def plan_example(name: str) -> Plan:
    film, found, _ = parse_file(EXAMPLES / f"{name}.scene")
    analysis = analyse(film, found)
    assert analysis.plan is not None, analysis.diagnostics
    return analysis.plan


# name -> (kind, direction, the camera's line)
ONE_MOVES = {
    "pan-left": ("pan", "left", "pan left 20deg"),
    "pan-right": ("pan", "right", "pan right 20deg"),
    "tilt-up": ("tilt", "up", "tilt up 10deg"),
    "tilt-down": ("tilt", "down", "tilt down 10deg"),
    "roll-cw": ("roll", "cw", "roll cw 15deg"),
    "roll-ccw": ("roll", "ccw", "roll ccw 15deg"),
    "zoom-in": ("zoom", "in", "zoom in to 50mm"),
    "zoom-out": ("zoom", "out", "zoom out to 24mm"),
    "dolly-in": ("dolly", "in", "dolly in 1.5m"),
    "dolly-out": ("dolly", "out", "dolly out 1.5m"),
    "truck-left": ("truck", "left", "truck left 1m"),
    "truck-right": ("truck", "right", "truck right 1m"),
    "pedestal-up": ("pedestal", "up", "pedestal up 0.8m"),
    "pedestal-down": ("pedestal", "down", "pedestal down 0.8m"),
    "orbit-left": ("orbit", "left", "orbit left 25deg around mara"),
    "orbit-right": ("orbit", "right", "orbit right 25deg around mara"),
}


def one_move_film(move: str) -> str:
    """Two seconds of somebody standing in a street, and one move of the camera."""
    return (
        'scenelang 1\nfilm "One move" { size 640x360; fps 12 }\n'
        'character mara "a woman in a red coat"\nprop stall "a food stall"\nplace street "a street"\n'
        "shot a 2s in street {\n  lens 35mm\n  camera from (0m, 1.6m, 5m) looking at (0m, 1.2m, 0m) {\n"
        f"    {move}\n  }}\n"
        "  mara at (0m, 0m) facing camera\n  stall at (-2.5m, -4m) facing camera\n}\n"
    ).replace(" looking at (0m, 1.2m, 0m)", "")
