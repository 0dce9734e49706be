"""What somebody wears and looks like where the film doesn't say: the same in every shot and for every backend."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

from scenelang.compiler.plan import SubjectPlan

# so that a crowd is no row of clones
CLOTHES = (
    "#3f5a78", "#7b4b3a", "#5d6b4a", "#8a6d3b", "#4b4763", "#a0522d", "#2f6f6d", "#914b5c", "#6f6a62",
)  # fmt: skip
TROUSERS = ("#3a3d4a", "#4a3f36", "#2d3440")
UNDER_A_COAT = "#34363f"
HAIR = ("#2a1f1a", "#4a3224", "#1c1a1d", "#6b4a2c", "#332a2a")
OLD_HAIR = "#d9d5cf"
SKIN = ("#e3b48f", "#c98f66", "#f0c9a8", "#a86f4b", "#d9a37c")
PLUSH = "#7f6fb5"
UMBRELLAS = ("#b3413a", "#3c6e91", "#d8b13c", "#4f7d5a", "#7a5a92", "#c76b3f", "#dcd6c8", "#39424e")


def worn(
    subject: SubjectPlan, member: int, colours: Mapping[str, str], features: Collection[str]
) -> dict[str, str]:
    """sRGB `#rrggbb` by part of one member of a subject in one of its states: the `colours` that the film says, and
    those that are chosen by the subject's name and the member where it says none."""

    def pick(choices: tuple[str, ...], what: str) -> str:
        digest = hashlib.sha256(f"{subject.id}/{what}".encode()).digest()
        return choices[(digest[0] + member) % len(choices)]

    if subject.kind == "book":
        return {"main": pick(CLOTHES, "cover"), **colours}
    if subject.kind == "umbrella":
        return dict(colours) if "main" in colours else {"umbrella": pick(UMBRELLAS, ""), **colours}
    if subject.kind == "creature" and not colours.keys() & {"fur", "main", "hair", "coat"}:
        return {"main": PLUSH, **colours}
    if subject.kind != "figure":
        return dict(colours)
    coated = "coat" in features or "jacket" in features
    chosen = {
        "trousers": UNDER_A_COAT if coated else pick(TROUSERS, ""),
        "hair": OLD_HAIR if "old" in features else pick(HAIR, "hair"),
        "skin": pick(SKIN, "skin"),
    }
    if "main" not in colours:
        chosen["coat"] = pick(CLOTHES, "top")
    if "umbrella" in features:
        chosen["umbrella"] = pick(UMBRELLAS, "umbrella")
    return chosen | dict(colours)
