"""The words of the language, by category, with their meanings and aliases; the moves of the camera."""

from __future__ import annotations

from scenelang.grammar.record import Record


class Term(Record):
    """A canonical word, what crews also call it, and what it means in one line."""

    word: str
    meaning: str
    aliases: tuple[str, ...] = ()


class MoveTerm(Term):
    """A camera move and the words that go with it.

    `amounts` are what `slow`, `regular` and `fast` stand for over the move's span, in SI
    units (metres, or degrees); `takes` names the quantity that an amount must be.
    """

    directions: tuple[str, ...] = ()
    takes: str = ""  # angle, length, focal, or nothing
    amounts: tuple[float, float, float] = (0.0, 0.0, 0.0)
    preposition: str = ""  # `around` X; `to` for zoom; `at` for follow's distance
    target: str = ""  # `after preposition`, `first` word, or nothing
    sides: tuple[str, ...] = ()


def terms(*rows: tuple[str, str] | tuple[str, str, str]) -> tuple[Term, ...]:
    return tuple(Term(row[0], row[1], tuple(row[2].split(", ")) if len(row) > 2 else ()) for row in rows)


TERMS: dict[str, tuple[Term, ...]] = {
    "size": terms(
        ("extreme-close-up", "a detail: eyes, a hand", "ECU, XCU, extreme-closeup"),
        ("close-up", "head and shoulders", "CU, closeup, close"),
        ("medium-close-up", "head to chest", "MCU, medium-close"),
        ("medium", "to the waist", "MS, mid, mid-shot, medium-shot"),
        ("medium-wide", "to the knees", "MWS, cowboy, medium-long"),
        ("full", "the whole figure, a tenth to spare", "FS, full-shot"),
        ("wide", "the subject a third of the frame's height", "WS, LS, long, wide-shot"),
        ("extreme-wide", "the subject a tenth of the frame's height", "EWS, ELS, extreme-long"),
    ),
    "framing": terms(
        ("single", "one subject alone"),
        ("two-shot", "two subjects together", "2-shot, two"),
        ("three-shot", "three subjects together", "3-shot"),
        ("group", "all of several subjects", "group-shot"),
        ("over-the-shoulder", "past one subject's shoulder onto another", "OTS, over-shoulder"),
        ("insert", "a thing filling the frame"),
        ("establishing", "the place, with the subjects small in it"),
    ),
    "angle": terms(
        ("eye-level", "the camera at the height of the subject's eyes", "eye, straight-on"),
        ("low", "from below, looking up", "low-angle"),
        ("high", "from above, looking down", "high-angle"),
        ("overhead", "from straight above", "top-down, birds-eye, bird's-eye"),
        ("ground", "the camera on the ground", "ground-level, worms-eye"),
        ("aerial", "from far above", "drone"),
        ("dutch", "the horizon tilted; positive is clockwise", "canted, oblique"),
    ),
    "composition": terms(
        ("centre", "the subject in the middle", "center"),
        ("left-third", "the subject on the left third"),
        ("right-third", "the subject on the right third"),
        ("left", "the weight of the picture on the left", "left-heavy"),
        ("right", "the weight of the picture on the right", "right-heavy"),
        ("balanced", "weights on both sides even"),
        ("symmetrical", "both halves alike", "symmetric"),
        ("short-side", "the subject looks out of the near edge of the picture"),
    ),
    "expectation": terms(
        ("camera", "the camera's move that must be seen, such as `camera dolly-in`"),
        ("subjects", "how many subjects must be seen, such as `subjects 2`"),
        ("frame", "the size that must be seen, such as `frame wide`", "size"),
    ),
    "lens": terms(
        ("ultra-wide", "16mm", "fisheye"),
        ("wide-angle", "24mm", "wide"),
        ("normal", "50mm", "standard"),
        ("short-tele", "85mm", "portrait"),
        ("telephoto", "135mm", "long, tele"),
    ),
    "ease": terms(
        ("linear", "at constant speed"),
        ("ease", "slow at both ends", "smooth-ease"),
        ("ease in", "slow at the start"),
        ("ease out", "slow at the end"),
        ("ease in-out", "slow at both ends, more strongly"),
    ),
    "speed": terms(
        ("slow", "a small amount over the span"),
        ("regular", "a usual amount over the span", "normal"),
        ("fast", "a large amount over the span", "quick"),
    ),
    "steadiness": terms(
        ("static", "locked on a tripod", "locked"),
        ("smooth", "gimbal, dolly track or crane", "steady, steadicam"),
        ("handheld", "carried by a person", "hand-held"),
        ("shaky", "running with the camera"),
    ),
    "role": terms(
        ("key", "the main light"),
        ("fill", "lightens the shadows"),
        ("rim", "outlines the subject from behind", "edge, hair"),
        ("back", "from behind the subject", "backlight"),
        ("practical", "a lamp that is seen in the picture"),
        ("ambient", "from everywhere"),
    ),
    "preset": terms(
        ("golden-hour", "low warm sun"),
        ("blue-hour", "cool light after sunset"),
        ("noon", "high hard sun", "midday"),
        ("overcast", "soft grey sky"),
        ("moonlight", "cool and dim, from high behind"),
        ("candlelight", "warm and flickering, from near"),
        ("night", "very little light"),
        ("sunny", "clear sun from the side", "daylight, sunlight"),
        ("firelight", "a fire's warm unrest, from below"),
        ("tungsten", "the warm light of bulbs"),
        ("fluorescent", "the cool even light of tubes"),
        ("neon", "coloured and low, from the side"),
        ("led", "white and even", "LED"),
        ("hmi", "a strong daylight lamp, hard", "HMI"),
        ("mixed-light", "warm and cool together", "mixed"),
        ("side-light", "from the side: half of the face is dark"),
        ("top-light", "from straight above"),
        ("underlight", "from below"),
        ("silhouette", "from behind alone: dark shapes before light"),
        ("high-contrast", "one hard light, deep shadows", "chiaroscuro, low-key"),
        ("low-contrast", "soft light from everywhere", "high-key"),
    ),
    "quality": terms(("soft", "shadows with soft edges"), ("hard", "shadows with sharp edges")),
    "particles": terms(
        ("snow", "flakes that drift down"),
        ("rain", "drops that fall in streaks"),
        ("petals", "blossom petals that tumble"),
        ("leaves", "leaves that tumble down"),
        ("dust", "motes that hang in the light"),
        ("smoke", "smoke that rises"),
        ("fog", "fog that lies over the ground"),
        ("mist", "thin fog"),
        ("sparks", "bright sparks that fly up and fall"),
        ("embers", "glowing embers that rise"),
        ("ash", "ash that floats down"),
        ("bubbles", "bubbles that rise"),
        ("confetti", "coloured paper that tumbles down"),
        ("fireflies", "points of light that wander"),
        ("debris", "pieces that fall"),
        ("spray", "fine drops of water"),
    ),
    "direction": terms(
        ("left", "the audience's left"),
        ("right", "the audience's right"),
        ("front", "from the audience's side"),
        ("back", "from the far side"),
        ("up", "upward"),
        ("down", "downward"),
    ),
    "facing": terms(
        ("camera", "toward the shot's camera"),
        ("away", "away from the audience"),
        ("left", "the audience's left"),
        ("right", "the audience's right"),
    ),
    "pose": terms(
        ("standing", "upright", "stand, stands"),
        ("sitting", "on a seat or the ground", "sit, seated"),
        ("kneeling", "on the knees", "kneel"),
        ("crouching", "low on bent legs", "crouch, squatting"),
        ("lying", "stretched out on the ground", "lie, prone"),
        ("leaning", "bent forward", "lean"),
    ),
    "kind": terms(
        ("figure", "a person", "person, human"),
        ("creature", "a small plush monster", "monster"),
        ("animal", "a four-legged animal"),
        ("bird", "a bird"),
        ("vehicle", "a car", "car"),
        ("boat", "a boat", "ship"),
        ("tree", "a tree"),
        ("building", "a house", "house"),
        ("ball", "a ball", "sphere"),
        ("box", "a box", "cube, crate"),
        ("candle", "a candle with its flame"),
        ("lantern", "a paper lantern", "lamp"),
        ("table", "a table", "desk"),
        ("stall", "a market stall"),
        ("cup", "a cup", "mug, cups"),
        ("letter", "a folded sheet of paper", "paper, note"),
        ("book", "a book"),
        ("bottle", "a bottle"),
        ("chair", "a chair", "bench, stool"),
        ("umbrella", "an open umbrella"),
        ("rock", "a rock", "stone"),
    ),
    # what previz can show of an action, and the verbs that mean it
    "verb": terms(
        ("walk", "moves along the ground at a walk", "walks, walking, strolls, wanders, steps, approaches, goes, come, comes, marches, marche, avance"),
        ("run", "moves along the ground at a run", "runs, running, sprints, rushes, dashes, hurries, jogs, chases, court"),
        ("move", "moves without legs: drives, flies, floats", "moves, drives, flies, floats, glides, rolls, slides, sails, drifts, swims"),
        ("enter", "comes into the picture", "enters, entering"),
        ("exit", "goes out of the picture", "exits, leaves, exiting, leaving"),
        ("turn", "turns round", "turns, turning, rotates, spins"),
        ("look", "turns the head toward", "looks, looking, watches, gazes, stares, glances, regarde"),
        ("lean", "bends toward", "leans, leaning, bends, bows, se-penche"),
        ("give", "hands a thing over", "gives, giving, hands, offers, passes, donne"),
        ("take", "takes a thing", "takes, taking, grabs, picks, receives, prend"),
        ("hold", "keeps a thing in the hand", "holds, holding, carries, clutches, tient"),
        ("open", "opens or unfolds a thing in the hands", "opens, opening, unfolds, unwraps, ouvre"),
        ("read", "reads a thing in the hands", "reads, reading, studies, lit"),
        ("reach", "stretches an arm toward", "reaches, reaching, touches"),
        ("point", "points at", "points, pointing"),
        ("wave", "waves a hand", "waves, waving, salutes, greets"),
        ("smile", "smiles", "smiles, smiling, grins, laughs, sourit"),
        ("talk", "speaks", "talks, talking, speaks, whispers, shouts, sings"),
        ("sit", "sits down", "sits, sitting"),
        ("stand", "stands up or stands still", "stands, standing, rises, waits, stops"),
        ("kneel", "goes down on the knees", "kneels, kneeling"),
        ("crouch", "bends the legs", "crouches, crouching, ducks, squats"),
        ("lie", "lies down", "lies, lying"),
        ("jump", "jumps", "jumps, jumping, leaps, hops"),
        ("fall", "falls to the ground", "falls, falling, collapses, stumbles"),
        ("dance", "dances", "dances, dancing"),
    ),
}  # fmt: skip

MOVES: tuple[MoveTerm, ...] = (
    MoveTerm("hold", "the camera stays as it is", ("static", "still")),
    MoveTerm("pan", "turns about the vertical; the operator's left and right", ("panning",),
             ("left", "right"), "angle", (10, 25, 60)),
    MoveTerm("tilt", "turns up or down", ("tilting",), ("up", "down"), "angle", (8, 15, 35)),
    MoveTerm("roll", "turns about the line of sight; cw as seen from behind the camera", ("rolling",),
             ("cw", "ccw"), "angle", (6, 15, 45)),
    MoveTerm("dolly", "moves toward what it sees, level", ("dollying",), ("in", "out"), "length", (0.5, 1.5, 4)),
    MoveTerm("truck", "moves sideways, level", ("trucking", "crab", "slide"), ("left", "right"), "length", (0.5, 1.5, 4)),
    MoveTerm("pedestal", "moves along the vertical", ("boom", "ped"), ("up", "down"), "length", (0.3, 1, 2.5)),
    MoveTerm("push", "moves along the line of sight, forward", ("pushing",), ("in",), "length", (0.5, 1.5, 4)),
    MoveTerm("pull", "moves along the line of sight, backward", ("pulling",), ("out",), "length", (0.5, 1.5, 4)),
    MoveTerm("crane", "rises or sinks and keeps looking at its target", ("jib",), ("up", "down"), "length", (0.5, 2, 5)),
    MoveTerm("zoom", "changes the focal length", ("zooming",), ("in", "out"), "focal", (1.2, 1.6, 2.5), "to"),
    MoveTerm("orbit", "circles X, rigidly", ("arc", "circle"), ("left", "right"), "angle", (15, 45, 120),
             "around", "after preposition"),
    MoveTerm("follow", "keeps a place beside X while X moves, looking at it", ("track", "tracking"), (), "length",
             (3, 3, 3), "at", "first", ("behind", "side", "front")),
    MoveTerm("lead", "moves ahead of X, looking back at it", (), (), "length", (3, 3, 3), "at", "first"),
    MoveTerm("dolly-zoom", "dollies while the zoom keeps the subject's size: the background swells or shrinks",
             ("vertigo", "zolly"), ("in", "out"), "length", (0.5, 1.5, 3)),
    MoveTerm("whip-pan", "a pan so fast that the picture smears", ("swish-pan", "whip"), ("left", "right"), "angle",
             (45, 90, 180)),
    MoveTerm("aerial", "flies toward X at a height, looking down at it", ("drone",), (), "length", (12, 20, 40),
             "over", "after preposition"),
    MoveTerm("pov", "sees with the eyes of X", ("point-of-view",), (), "", (0, 0, 0), "", "first"),
)  # fmt: skip


def seen_moves() -> tuple[Term, ...]:
    """What a camera's motion may be seen as: `static`, `pan-left`, `dolly-in`, …"""
    still = Term("static", "the camera stays as it is", ("hold", "still"))
    found = [still]
    for move in MOVES:
        if move.word != "hold":
            found += [
                Term(f"{move.word}-{d}", f"{move.word} {d}")
                for d in move.directions
                if len(move.directions) > 1
            ]
            if len(move.directions) < 2:
                found.append(Term(move.word, move.meaning))
    return tuple(found)


TERMS["seen"] = seen_moves()
