"""Damaged films: words cut out, doubled and swapped. `python tests/damage.py SECONDS [SEED]` runs on."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence

from films import EXAMPLES

from scenelang.compiler.pipeline import analyse
from scenelang.grammar.parse import parse

TEXTS = [path.read_text() for path in sorted(EXAMPLES.glob("*.scene"))]
WORDS = [w for t in TEXTS for w in t.split()]
WORDS += [*'{}"#;,+@:().\n', "0s..", "9999s", "-1m", "%", "f/2", "/", "\\", "\x00", "é", "雪"]


def damaged(chance: random.Random, texts: Sequence[str] = TEXTS) -> str:
    text = chance.choice(texts)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([0, 1, 1, 3, 10, 60]))
        text = text[:start] + (chance.choice(WORDS) if chance.random() < 0.6 else "") + text[end:]
    return text


def understand(text: str) -> None:
    """Parse, resolve, check and plan it; every finding must lie inside the text."""
    film, syntax = parse(text, str(EXAMPLES / "damaged.scene"))
    for d in analyse(film, syntax).diagnostics:
        assert d.message
        if d.span.file.endswith("damaged.scene"):
            assert 0 <= d.span.start <= d.span.end <= len(text), (d, text)


if __name__ == "__main__":
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    end, count, worst = time.monotonic() + float(sys.argv[1]), 0, 0.0
    while time.monotonic() < end:
        begun = time.monotonic()
        understand(damaged(chance))
        count, worst = count + 1, max(worst, time.monotonic() - begun)
    print(f"{count} damaged films, the slowest {worst:.2f} s")
