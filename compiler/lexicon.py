"""What the words of a description mean to previz: kind, colours, features, set.

Descriptions are free text in any language and reach a model as written. This reads from
them what a picture of small solids can show. English and French, with inflections.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from scenelang.compiler.geometry import Vec3
from scenelang.grammar.record import Record

# colour word -> sRGB; the first word of a row names it
COLOURS: dict[str, str] = {
    "red rouge rouges crimson scarlet": "#c4262b",
    "orange": "#e07b28",
    "yellow jaune jaunes golden gold doré dorée": "#e8bd2e",
    "green vert verte verts vertes": "#3f8f45",
    "blue bleu bleue bleus bleues": "#2f5fb3",
    "navy": "#22315c",
    "purple violet violette violets": "#6d3f98",
    "magenta": "#d02a9a",
    "pink rose roses": "#e58fa9",
    "brown marron brun brune": "#6b4a32",
    "beige tan khaki": "#c2a878",
    "black noir noire noirs noires dark": "#26262a",
    "white blanc blanche blancs blanches": "#e9e7e2",
    "grey gray gris grise grises silver": "#85888c",
    "cyan turquoise teal": "#2fa3a8",
    "warm chaud chaude amber": "#ffb066",
    "cold cool froid froide": "#9fc4ff",
}  # fmt: skip

KINDS: dict[str, str] = {
    "figure": "woman man girl boy child person people couple vendor shopper shoppers soldier lady "
    "gentleman dancer detective cook waiter crowd crew pilot king queen femme homme fille garçon enfant "
    "personne vieillard dame foule",
    "creature": "monster creature plush goblin gremlin troll monstre peluche pelucheux créature",
    "animal": "dog cat horse wolf fox deer cow sheep bear lion tiger rabbit chien chat cheval loup renard ours",
    "bird": "bird crow raven gull pigeon owl eagle heron oiseau corbeau mouette hibou",
    "vehicle": "car taxi truck van bus automobile jeep voiture camion",
    "boat": "boat ship canoe ferry sailboat bateau navire barque",
    "tree": "tree oak pine maple willow arbre chêne pin",
    "building": "house building tower hut cabin maison immeuble tour cabane",
    "ball": "ball sphere globe balloon apple balle ballon pomme",
    "candle": "candle bougie chandelle cierge",
    "lantern": "lantern lamp lanterne lampe",
    "stall": "stall kiosk booth stand échoppe étal",
    "table": "table desk bureau",
    "cup": "cup cups mug glass tasse tasses verre",
    "letter": "letter note envelope paper page sheet map lettre enveloppe papier carte",
    "book": "book diary notebook livre carnet",
    "bottle": "bottle flask bouteille",
    "chair": "chair bench stool seat armchair chaise banc tabouret",
    "umbrella": "umbrella parasol parapluie",
    "rock": "rock stone boulder rocher pierre",
    "box": "box crate chest suitcase parcel boîte caisse valise",
}

# big_eyes: `big`, and `eyes` among the three words behind it
FEATURES: dict[str, str] = {
    "umbrella": "umbrella umbrellas parapluie parapluies",
    "coat": "coat coats raincoat raincoats overcoat trenchcoat robe dress gown cloak manteau manteaux robe imperméable",
    "jacket": "jacket anorak parka hoodie sweater veste blouson",
    "apron": "apron tablier",
    "hat": "hat cap beret helmet chapeau casquette",
    "hood": "hood hooded capuche",
    "beard": "beard bearded barbe barbu",
    "long-hair": "long-haired long_hair braid braids ponytail cheveux_longs longs_cheveux",
    "old": "old elderly aged vieux vieille vieil",
    "fluffy": "fluffy furry plush hairy shaggy pelucheux pelucheuse poilu",
    "big-eyes": "big-eyed wide-eyed big_eyes wide_eyes large_eyes huge_eyes eyes_wide grands_yeux gros_yeux",
    "open-mouth": "open-mouthed open_mouth mouth_open bouche_ouverte gueule_ouverte",
    "arm-in-arm": "arm-in-arm arm_arm bras_bras",
    "lit": "lit burning glowing lighted allumé allumée brûlante",
    "melted": "melted half-melted melting fondue fondu",
    "crumpled": "crumpled torn creased froissé froissée",
    "steaming": "steaming steamy hot fumant fumante",
    "lanterns": "lantern lanterns lanternes",
}

# garments and parts that take the colour word beside them
PARTS: dict[str, str] = {
    "coat": "coat coats raincoat raincoats overcoat robe dress gown cloak jacket anorak parka hoodie sweater "
    "manteau manteaux veste blouson imperméable shirt suit uniform",
    "hair": "hair cheveux",
    "apron": "apron tablier",
    "boots": "boots shoes bottes chaussures",
    "trousers": "trousers pants jeans skirt pantalon jupe",
    "hat": "hat cap beret helmet chapeau casquette",
    "umbrella": "umbrella umbrellas parapluie",
    "eyes": "eyes yeux",
    "skin": "skin peau",
}

# words that say a part and its colour in one
TRAITS: dict[str, dict[str, str]] = {
    "hair": {
        "blond blonde blonds blondes fair-haired blond-haired": "#d6b370",
        "redhead redheads red-haired ginger auburn roux rousse rousses": "#9c4f2b",
        "brunette brunettes brown-haired châtain": "#4a3224",
        "dark-haired black-haired": "#1c1a1d",
        "white-haired": "#e9e7e2",
        "grey-haired gray-haired": "#85888c",
    },
    "skin": {
        "dark-skinned": "#7a4a2e",
        "brown-skinned": "#a86f4b",
        "pale-skinned fair-skinned light-skinned": "#f0c9a8",
    },
}

SETS: dict[str, str] = {
    "street": "street alley avenue road sidewalk city town rue ruelle ville",
    "rooftop": "rooftop roof terrace toit terrasse",
    "cave": "cave cavern cellar dungeon tunnel grotte caverne",
    "room": "room kitchen office bedroom hall studio apartment interior bar cafe restaurant library pièce cuisine "
    "chambre salon bureau",
    "forest": "forest woods wood jungle grove forêt bois",
    "field": "field meadow park garden grass lawn hill prairie plain champ pré jardin colline",
    "sea": "sea beach ocean shore coast lake harbour harbor pier mer plage océan lac port",
    "desert": "desert dunes sand désert",
    "mountains": "mountain mountains cliff valley summit montagne montagnes falaise vallée",
    "market": "market bazaar fair marché",
}

PLACE_FEATURES: dict[str, str] = {
    "snowy": "snow snowy snowbound icy frozen winter neige enneigé enneigée",
    "wet": "wet puddle puddles rain rainy rain-slick damp flaques pluie mouillé",
    "dusk": "dusk sunset twilight evening crépuscule soir",
    "dawn": "dawn sunrise morning aube matin",
    "night": "night midnight nocturnal nuit minuit",
    "dark": "dark dim gloomy sombre obscur",
    "neon": "neon néon",
    "lanterns": "lantern lanterns lanternes",
    "fog": "fog foggy mist misty haze hazy brume brouillard",
    "stone": "stone stones cobbled pierre pierres",
}

PLACE_WORDS = (*SETS, *PLACE_FEATURES)
BODY_WORDS = (*KINDS, *FEATURES)

# height in metres of a kind, where none is stated
HEIGHTS: dict[str, float] = {
    "figure": 1.7, "creature": 0.8, "animal": 0.9, "bird": 0.4, "vehicle": 1.5, "boat": 2.0, "tree": 5.0,
    "building": 6.0, "ball": 0.5, "box": 0.5, "candle": 0.3, "lantern": 0.5, "table": 0.8, "stall": 2.4,
    "cup": 0.12, "letter": 0.2, "book": 0.25, "bottle": 0.3, "chair": 0.9, "umbrella": 1.0, "rock": 0.8,
}  # fmt: skip

_NO_PLURALS = ("stands", "bears", "notes")  # what someone does
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class Reading(Record):
    """What a description shows."""

    kind: str | None
    colours: dict[str, str]
    features: tuple[str, ...]

    def __hash__(self) -> int:
        return hash((self.kind, tuple(self.colours.items()), self.features))


@cache
def _index(name: str) -> dict[str, str]:
    table = {
        "kinds": KINDS,
        "features": FEATURES,
        "parts": PARTS,
        "sets": SETS,
        "places": PLACE_FEATURES,
    }[name]
    return {word: meaning for meaning, row in table.items() for word in row.split()}


@cache
def _colours() -> dict[str, str]:
    return {word: value for row, value in COLOURS.items() for word in row.split()}


@cache
def _traits() -> dict[str, tuple[str, str]]:
    table = ((part, row, value) for part, rows in TRAITS.items() for row, value in rows.items())
    return {word: (part, value) for part, row, value in table for word in row.split()}


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


def read(description: str, wears: str = "") -> Reading:
    """Kind, colours by part and features that the words show.

    A colour belongs to the nearest part that follows it within four words (`red winter
    coats`) or precedes it (`manteau rouge`); a colour with no part is the `main` one.
    The kind is that of the first thing known, heads before what hangs on `with` or `in`.
    """
    features, parts = _index("features"), _index("parts")
    words = _words(description)
    head = _words(re.split(r"\b(?:with|in|under|avec|sous)\b|,", description, maxsplit=1)[0])
    kind = _kind(head) or _kind(words)
    colours: dict[str, str] = {}
    found: dict[str, None] = {}
    for clause in re.split(r"[,.;]| and | et ", f"{description}, {wears}"):
        said = _words(clause)
        found |= dict.fromkeys(features[w] for w in [*said, *_pairs(said)] if w in features)
        for part, colour in _clause_colours(said, parts):
            colours.setdefault(part, colour)
    return Reading(kind, colours, tuple(found))


def _pairs(words: list[str]) -> list[str]:
    """Each word with those that soon follow it: `big_eyes` of `big blue eyes`."""
    return [f"{word}_{later}" for i, word in enumerate(words) for later in words[i + 1 : i + 4]]


def _kind(words: list[str]) -> str | None:
    """The kind of the first thing that words name; of words for things in a row the last says what it is."""
    known = [_kind_of(word) for word in words]
    for kind, following in zip(known, [*known[1:], None]):
        if kind and not following:
            return kind
    return None


def _kind_of(word: str) -> str | None:
    """One thing or several: `gull`, `gulls`, `boxes`."""
    kinds = _index("kinds")
    if word in kinds or word in _NO_PLURALS:
        return kinds.get(word)
    ends = (("ies", "y"), ("ves", "f"), ("es", ""), ("s", ""), ("x", ""))  # also `bateaux`
    singular = (word.removesuffix(end) + instead for end, instead in ends if word.endswith(end))
    return next((kinds[w] for w in singular if w in kinds), None)


def _clause_colours(words: list[str], parts: dict[str, str]) -> list[tuple[str, str]]:
    table, traits = _colours(), _traits()
    pairs = []
    for i, word in enumerate(words):
        if word in traits:
            pairs.append(traits[word])
        if word not in table:
            continue
        after = next((parts[w] for w in words[i + 1 : i + 5] if w in parts), None)
        before = next((parts[w] for w in reversed(words[max(0, i - 2) : i]) if w in parts), None)
        pairs.append((after or before or "main", table[word]))
    return pairs


def read_place(description: str, slug: str = "") -> tuple[str, tuple[str, ...]]:
    """The set and its features that a place's words show; `studio` where they name none.

    The head of the first phrase names the set: its last known word (`a city rooftop`),
    else the first known word anywhere.
    """
    words = [*_words(description), *_words(slug)]
    sets, features = _index("sets"), _index("places")
    head = _words(
        re.split(r"\b(?:at|with|in|under|on|by|avec|sous|dans)\b|,", description, maxsplit=1)[0]
    )
    named = next((sets[w] for w in [*reversed(head), *words] if w in sets), "studio")
    found = tuple(dict.fromkeys(features[w] for w in words if w in features))
    if named == "room" and {"dark", "stone"} <= set(found):
        named = "cave"
    return named, found


def short_form(description: str) -> str:
    """What a subject is called in prose: its description up to the first comma or `with`."""
    return re.split(r",| with ", description, maxsplit=1)[0].strip()


def colour_of(words: str) -> Vec3 | None:
    """Linear RGB of a colour in words (`deep blue`) or `#rrggbb`; brightest channel 1."""
    text = words.strip()
    if re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        return _normalised(linear(text))
    table = _colours()
    hexes = [table[w] for w in _words(text) if w in table and not (w == "dark" and " " in text)]
    return _normalised(linear(hexes[-1])) if hexes else None


def linear(hex_colour: str) -> Vec3:
    """sRGB `#rrggbb` to linear RGB (IEC 61966-2-1)."""
    values = (int(hex_colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return (r, g, b)


def _normalised(rgb: Vec3) -> Vec3:
    top = max(*rgb, 1e-6)
    return (rgb[0] / top, rgb[1] / top, rgb[2] / top)
