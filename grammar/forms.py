"""An example of every statement and field, for the hints of syntax errors."""

from __future__ import annotations

from collections.abc import Sequence

from scenelang.grammar.build_fields import TYPES
from scenelang.grammar.tree import Part, Token, Tree, first_token
from scenelang.grammar.vocabulary import PROPERTIES

# how each statement is written, by the type of its first token
FORMS = {
    "SCENELANG": "scenelang 1",
    "IMPORT": 'import "cast.scene" { mara, lio }',
    "FILM": 'film "Title" { size 1280x720; fps 24 }',
    "CHARACTER": 'character mara "a woman in a grey raincoat" as figure { height 1.7m }',
    "PROP": 'prop letter "a folded letter"',
    "PLACE": 'place rooftop "a rooftop at dusk"',
    "SCENE": 'scene roof "EXT. ROOFTOP" in rooftop {',
    "SHOT": 'shot s010 "The letter" 6s in rooftop {',
    "CUT": "cut",
    "DISSOLVE": "dissolve 12f",
    "FADE": "fade out 1s",
    "WIPE": "wipe left 1s",
    "AXIS": "axis mara -> lio",
    "LIGHT": 'light sun as key "low sun" { from left 35deg; temperature 3200K }',
    "PARTICLES": 'particles snow "heavy flakes" { density 40% }',
    "ANIMATE": "animate sun.intensity: 40% @ 0s, 80% @ 4s ease",
    "FRAME": "frame close-up on mara at left-third",
    "ANGLE": "angle low",
    "LENS": "lens 35mm f/2.8",
    "FOCUS": "focus mara",
    "CAMERA": "camera from (0m, 1.6m, 4m) looking at mara {",
    "STEADINESS": "steadiness handheld 20%",
    "AFTER": "after opens for 2s mara gives letter to lio",
    "RACK": "rack focus to lio, ease",
    "CONTINUE": "continue from s010",
    "SPEED": "speed 50%",
    "EXPECT": "expect camera dolly-in, subjects 2",
    "SEED": "seed 9",
    "LOOK": 'look "soft grain"',
    "AVOID": 'avoid "text, logos"',
    "SOUND": 'sound "rain on tin"',
    "NOTE": 'note "shoot this first"',
    "NAME": 'mara at (0m, 0m) facing lio`, `0s..2s mara walks forward 2m, "slowly"',
    "QUANTITY": '0s..2s mara walks forward 2m, "slowly"',
    "span": '0s..2s mara walks forward 2m, "slowly"',
    "after": "after opens for 2s mara gives letter to lio",
    "move_span": "0s..4s dolly in 2m + pan left 10deg, ease in-out",
    "field": "from left 35deg; height 12deg",
}

FIELD_KEYS = frozenset(prop.key for owned in PROPERTIES.values() for prop in owned)


def form_of(read: Sequence[Part], block: str) -> str:
    """How the statement is written of which `read` is the beginning."""
    if block == "fields":
        return _field_form(str(first_token(read[0]))) if read else FORMS["field"]
    if not read:
        return ""
    first = read[0]
    kind = str(first.data) if isinstance(first, Tree) else ""
    words = [part.type for part in read if isinstance(part, Token)]
    if kind not in FORMS or "RACK" in words:
        kind = "RACK" if "RACK" in words else first_token(first).type
    return FORMS.get("move_span" if block == "camera" and kind != "STEADINESS" else kind, "")


def _field_form(key: str) -> str:
    """An example of a field, whatever statement it is in."""
    types = (prop.type for owned in PROPERTIES.values() for prop in owned if prop.key == key)
    kind = next(types, "")
    return f"{key} {TYPES[kind][1]}".rstrip() if kind else FORMS["field"]
