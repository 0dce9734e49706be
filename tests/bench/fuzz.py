"""`python -m tests.bench.fuzz 100000`: that many films, generated and damaged, none of which may break anything.

Half of them are damaged by words (tests/damage.py), a quarter by bytes, a quarter made by the strategies
of the property tests and then damaged a little. Each is decoded, parsed, checked, planned and, where it can
be read, formatted. What counts as broken: an exception, more than two seconds, a finding outside the
text, a text that the formatter changes twice. The first broken one stops the run and is printed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

# the tests' modules name one another without a package
sys.path.insert(0, str(Path(__file__).parents[1]))

from damage import damaged
from films import EXAMPLES

from scenelang.compiler.pipeline import analyse
from scenelang.grammar.diagnostics import has_errors
from scenelang.grammar.format import format_film
from scenelang.grammar.parse import parse, parse_source, source_of

LONGEST = 2.0  # seconds
CORPUS = Path(__file__).parents[1] / "corpus"
FILE = str(EXAMPLES / "fuzz.scene")
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*/*.scene"))]
SIGNS = b'{}()"\\#;,+@:.%/-\n\r\t \x00\xff\xc3\xe9\xf0\x9f'


def by_words(chance: random.Random) -> str:
    return damaged(chance, TEXTS)


def by_bytes(chance: random.Random) -> str:
    data = bytearray(chance.choice(TEXTS).encode())
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        what = chance.randrange(4)
        if what == 0 and data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        elif what == 1:
            data[at:at] = bytes([chance.choice(SIGNS)]) * chance.choice([1, 1, 2, 400])
        elif what == 2:
            del data[at : at + chance.choice([1, 2, 20])]
        else:
            piece = chance.randrange(len(data) + 1)
            data[at:at] = data[piece : piece + chance.choice([4, 40])]
    return bytes(data).decode("utf-8", errors="replace")


def _made(count: int, seed: int) -> list[str]:
    """Films of the strategies, as text."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from strategies import films

    texts: list[str] = []

    @seeded(seed)
    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(films())
    def collect(film) -> None:  # type: ignore[no-untyped-def]
        texts.append(format_film(film))

    collect()
    return texts


def broken(text: str) -> str:
    """What is wrong with how a text is understood; empty where nothing is."""
    begun = time.process_time()  # of its own: the machine may be busy
    source = source_of(text, FILE)
    try:
        film, syntax = parse_source(source)
        analysis = analyse(film, syntax)
        found, _ = analysis.diagnostics, analysis.plan
        if not has_errors(syntax):
            once = format_film(film)
            again, _ = parse(once, FILE)
            if again != film or format_film(again) != once:
                return "the formatter changes what it wrote"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if (seconds := time.process_time() - begun) > LONGEST:
        return f"took {seconds:.1f} s"
    for d in found:
        if d.span.file == FILE and not 0 <= d.span.start <= d.span.end <= len(source.text):
            return f"a finding outside the text: {d}"
    return ""


def run(seed: int, count: int) -> tuple[int, int, str, str]:
    """How many films were tried and how many of them could be read; the first broken one, and why."""
    chance, readable = random.Random(seed), 0
    made = _made(count // 4, seed)
    for number in range(count):
        kind = number % 4
        if kind == 3 and made:
            text = made[number // 4 % len(made)]
            text = text if chance.random() < 0.3 else damaged(chance, [text])
        else:
            text = by_bytes(chance) if kind == 2 else by_words(chance)
        if why := broken(text):
            return number + 1, readable, text, why
        readable += not has_errors(parse(text, FILE)[1])
    return count, readable, "", ""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fuzz", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--part", type=int, default=1000, help="films of a seed")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    begun, tried, readable = time.perf_counter(), 0, 0
    parts = range(chosen.seed, chosen.seed + -(-chosen.count // chosen.part))
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for count, good, text, why in pool.map(
            run, parts, [min(chosen.part, chosen.count)] * len(parts)
        ):
            tried, readable = tried + count, readable + good
            print(f"\r{tried} films, {readable} without syntax errors", end="", file=sys.stderr)
            if why:
                pool.shutdown(cancel_futures=True)
                sys.exit(f"\n{why}\n---\n{text}")
    print(
        f"{tried} films in {time.perf_counter() - begun:.0f} s, {readable} of them without syntax errors: "
        f"no exception, none slower than {LONGEST:g} s, no finding outside its text"
    )


if __name__ == "__main__":
    main()
