"""What random films are drawn from: kinds, colours, places, air, moves, each with how often; and what is held out."""

from __future__ import annotations

# pairs that no training film holds together: a kind and its colour, a place and a kind, a place and its air
HELD_OUT: frozenset[tuple[str, str]] = frozenset(
    {
        ("vehicle", "green"), ("figure", "purple"), ("ball", "cyan"), ("boat", "orange"), ("animal", "grey"),
        ("desert", "boat"), ("rooftop", "animal"), ("sea", "vehicle"), ("forest", "stall"),
        ("desert", "snow"), ("market", "leaves"), ("mountains", "petals"), ("street", "bubbles"),
    }
)  # fmt: skip

COLOURS = (
    "red", "orange", "yellow", "green", "blue", "navy", "purple", "magenta", "pink", "brown", "beige", "black",
    "white", "grey", "cyan",
)  # fmt: skip
KINDS = {
    "figure": 60, "creature": 5, "animal": 5, "bird": 3, "vehicle": 6, "boat": 3, "tree": 4, "building": 3,
    "ball": 4, "candle": 4, "lantern": 4, "stall": 4, "table": 3, "cup": 2, "letter": 3, "book": 2, "bottle": 2,
    "chair": 3, "umbrella": 2, "rock": 2, "box": 4,
}  # fmt: skip
NOUNS = {
    "figure": ("woman", "man", "girl", "boy", "person", "vendor", "dancer", "lady"), "creature": ("monster",),
    "animal": ("dog", "horse", "fox"), "vehicle": ("car", "taxi", "van"), "tree": ("tree", "pine"),
    "building": ("house", "tower"),
}  # fmt: skip
GARMENTS = ("coat", "raincoat", "dress", "jacket", "sweater", "shirt", "suit")
SETS = {
    "street": 16, "rooftop": 9, "room": 9, "cave": 9, "forest": 8, "field": 8, "sea": 7, "desert": 7, "mountains": 7,
    "market": 8, "studio": 4,
}  # fmt: skip
TIMES = ("", "", "", "", "at dusk", "at night", "at dawn")
PARTICLES = {
    "snow": 16, "rain": 14, "petals": 12, "leaves": 6, "dust": 7, "smoke": 5, "fog": 5, "mist": 4, "sparks": 6,
    "embers": 9, "ash": 4, "bubbles": 4, "confetti": 6, "fireflies": 6, "debris": 3, "spray": 3,
}  # fmt: skip
RISING = ("embers", "sparks", "smoke", "bubbles")
SIZES = {
    "extreme-close-up": 2, "close-up": 8, "medium-close-up": 8, "medium": 12, "medium-wide": 14, "full": 22, "wide": 24,
    "extreme-wide": 6,
}  # fmt: skip
MOVES = (
    ("pan", ("left", "right"), "deg", (8, 25)), ("tilt", ("up", "down"), "deg", (5, 14)),
    ("roll", ("cw", "ccw"), "deg", (6, 18)), ("dolly", ("in", "out"), "m", (0.4, 2)),
    ("truck", ("left", "right"), "m", (0.4, 2)), ("pedestal", ("up", "down"), "m", (0.3, 1)),
    ("crane", ("up", "down"), "m", (0.5, 3)), ("push", ("in",), "m", (0.4, 1.6)), ("pull", ("out",), "m", (0.4, 1.6)),
)  # fmt: skip
GOING = ("walks", "walks", "walks", "runs")
STAYING = (
    "looks", "leans", "points", "waves", "smiles", "talks", "sits", "kneels", "crouches", "jumps", "dances", "turns",
    "reads", "gives", "falls", "lies", "reaches",
)  # fmt: skip
