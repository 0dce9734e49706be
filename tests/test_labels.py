"""Every label of CameraBench and ShotBench can be said: each one with how it is said here."""

from __future__ import annotations

import pytest
from films import findings

from scenelang.grammar.vocabulary import find

MOVING = "mara walks forward 2m\n"

# Lin et al. 2025, Towards Understanding Camera Motions in Any Video
CAMERABENCH = {
    # steadiness
    "static": "camera { hold; steadiness static }",
    "no shaking": "camera { dolly in 1m; steadiness smooth }",
    "minimal shaking": "camera { hold; steadiness handheld 10% }",
    "unsteady": "camera { hold; steadiness handheld 50% }",
    "very unsteady": "camera { hold; steadiness shaky }",
    # speed
    "slow": "camera { dolly in slow }",
    "regular": "camera { dolly in regular }",
    "fast": "camera { dolly in fast }",
    # translation
    "dolly in": "camera { dolly in 1m }",
    "dolly out": "camera { dolly out 1m }",
    "pedestal up": "camera { pedestal up 1m }",
    "pedestal down": "camera { pedestal down 50cm }",
    "truck left": "camera { truck left 1m }",
    "truck right": "camera { truck right 1m }",
    # rotation
    "pan left": "camera { pan left 20deg }",
    "pan right": "camera { pan right 20deg }",
    "tilt up": "camera { tilt up 10deg }",
    "tilt down": "camera { tilt down 10deg }",
    "roll cw": "camera { roll cw 10deg }",
    "roll ccw": "camera { roll ccw 10deg }",
    # intrinsics
    "zoom in": "camera { zoom in to 85mm }",
    "zoom out": "camera { zoom out to 24mm }",
    "dolly zoom in": "camera { dolly-zoom in 1m }",
    "dolly zoom out": "camera { dolly-zoom out 1m }",
    # circular
    "arc clockwise": "camera { arc left 30deg around mara }",
    "arc counter-clockwise": "camera { arc right 30deg around mara }",
    "crane up": "camera { crane up 1m }",
    "crane down": "camera { crane down 50cm }",
    # tracking
    "tail tracking": MOVING + "camera { follow mara from behind at 3m }",
    "side tracking": MOVING + "camera { follow mara from side at 3m }",
    "lead tracking": MOVING + "camera { lead mara at 3m }",
    "aerial tracking": MOVING + "camera { aerial 15m over mara }",
    "arc tracking": MOVING + "camera looking at mara { orbit right 30deg around mara }",
    "pan tracking": MOVING + "camera from (3m, 1.5m, 5m) looking at mara",
    "tilt tracking": "mara jumps\ncamera from (0m, 1m, 4m) looking at mara",
}

SHOTBENCH = {
    # shot size
    **{size: f"frame {size} on mara" for size in (
        "extreme-close-up", "close-up", "medium-close-up", "medium", "medium-wide", "wide", "extreme-wide",
    )},
    # framing
    "single": "frame single on mara",
    "two shot": "frame two-shot on mara, lio",
    "three shot": "frame three-shot on mara, lio, letter",
    "group": "frame group on mara, lio",
    "over the shoulder": "frame over-the-shoulder of lio on mara",
    "insert": "frame insert on letter",
    "establishing": "frame establishing on mara",
    # camera angle
    **{angle: f"angle {angle}" for angle in ("aerial", "overhead", "high", "eye-level", "low", "dutch")},
    # lens
    "ultra wide": "lens ultra-wide", "wide angle": "lens wide", "normal lens": "lens standard", "long": "lens long",
    # lighting: what it comes from
    **{light: f"light {light}" for light in (
        "sunlight", "daylight", "moonlight", "overcast", "firelight", "candlelight", "tungsten", "fluorescent", "LED",
        "HMI", "mixed",
    )},
    "practical": "light lamp on letter as practical",
    "artificial light": "light lamp as key",
    # lighting: how it falls
    **{light: f"light {light}" for light in (
        "silhouette", "side-light", "top-light", "underlight", "high-contrast", "low-contrast",
    )},
    "back light": "light glow as back", "edge light": "light glow as rim",
    "hard light": "light sun as key { quality hard }", "soft light": "light sun as key { quality soft }",
    # composition
    **{where: f"frame medium on mara at {where}" for where in (
        "centre", "left-heavy", "right-heavy", "balanced", "symmetrical", "short-side", "left-third", "right-third",
    )},
}  # fmt: skip

FILM = """scenelang 1
film "T" {{ size 640x360; fps 12 }}
character mara "a woman"
character lio "a man"
prop letter "a letter"
place street "a street"
shot a 4s in street {{
  mara at (0m, 0m)
  lio at (1.2m, -1m)
  letter at (-1m, 0m)
  {said}
}}
"""


@pytest.mark.parametrize(("label", "said"), [*CAMERABENCH.items(), *SHOTBENCH.items()])
def test_a_label_can_be_said(label: str, said: str) -> None:
    found = findings(FILM.format(said=said))
    assert not [d for d in found if d.severity == "error"], (label, found)


def test_lights_of_the_labels_are_presets() -> None:
    """A light may have any name: that one is known by its name shows in the vocabulary alone."""
    named = [
        said.split()[1]
        for said in SHOTBENCH.values()
        if said.startswith("light ") and " as " not in said
    ]
    assert named and all(find("preset", name) for name in named)
