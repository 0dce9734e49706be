"""How fast films are read and checked: `python -m tests.bench.language [SHOTS [FULL]]`.

All times are CPU times, all figures ratios of medians of one run. SHOTS (10000) is the length
of the film that is parsed, FULL (SHOTS) of the one that is checked whole and after an edit:
checking plans every frame, some hundredth of a second a shot.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scenelang.compiler.memory import Memory
from scenelang.compiler.pipeline import analyse
from scenelang.grammar.incremental import Document
from scenelang.grammar.parse import parse
from tests.bench.__main__ import EXAMPLES, cpu_of, ratio
from tests.bench.long_film import long_film
from tests.bench.peers import as_usda, as_yaml, facts, usd_reader, yaml_reader

MAIN = "from scenelang.cli import main; main()"
BASE = "the CPU time of `import lark, pydantic`"


def cpu(work: Callable[[], object], collect: bool = True) -> float:
    gc.collect()
    if not collect:
        gc.disable()
    start = time.process_time()
    work()
    spent = time.process_time() - start
    gc.enable()
    return spent


def starting(folder: Path) -> None:
    """The command on a film that it knows, and on one that changed."""
    os.environ["XDG_CACHE_HOME"] = str(folder)
    film = folder / "film.scene"
    text = (EXAMPLES / "letter.scene").read_text()
    film.write_text(text)
    (folder / "cast.scene").write_text((EXAMPLES / "cast.scene").read_text())
    cpu_of("-c", MAIN, "check", str(film))
    lasting = text.index("4s {")
    changes = iter(range(1000))

    def changed() -> float:
        """A shot of another length each time, which no cache has seen."""
        film.write_text(f"{text[:lasting]}4.{next(changes):03}{text[lasting + 1 :]}")
        return cpu_of("-c", MAIN, "check", str(film))

    base = lambda: cpu_of("-c", "import lark, pydantic")  # noqa: E731
    ratio(
        "check, unchanged", lambda: cpu_of("-c", MAIN, "check", str(film)), base, f"{BASE} (at most 0.5)"
    )
    ratio("check, changed", changed, base, f"{BASE} (at most 1.5)")


def reading(folder: Path, shots: int) -> None:
    """A whole parse, against the same facts in other formats."""
    text = long_film(shots)
    found = facts(parse(text)[0])
    usda = folder / "film.usda"
    usda.write_text(as_usda(found))
    usd, yaml = usd_reader(usda), yaml_reader(as_yaml(found))
    ours = lambda: cpu(lambda: parse(text))  # noqa: E731
    ratio(f"parse {shots} shots", ours, lambda: cpu(usd), "usd-core on the same facts (below 2)", 3)
    peer = "PyYAML's C loader and pydantic on the same facts"
    ratio(f"parse {shots} shots", ours, lambda: cpu(yaml), f"{peer} (below 1)", 3)
    ratio(
        "the same",
        ours,
        lambda: cpu(yaml, collect=False),
        f"{peer}, these without garbage collection",
        3,
    )


def editing(shots: int) -> None:
    """A word changed in the middle of a film, against a check of all of it."""
    text = long_film(shots)
    document, memory = Document("film.scene"), Memory()
    whole = cpu(lambda: analyse(*document.update(text), memory))
    at = text.index("frame wide", len(text) // 2)
    again = []
    for size in ("full", "wide") * 3:
        text = f"{text[:at]}frame {size}{text[at + len('frame wide') :]}"
        again.append(cpu(lambda text=text: analyse(*document.update(text), memory)))  # type: ignore[misc]
    faster = whole / statistics.median(again)
    print(
        f"{f'check {shots} shots after an edit':34} {faster:8.0f} times faster than whole (at least 50; whole "
        f"{whole:.1f} s, again {statistics.median(again) * 1000:.1f} ms: {document.parsed} pieces parsed, "
        f"{memory.staged} shots staged)"
    )


if __name__ == "__main__":
    shots = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    full = int(sys.argv[2]) if len(sys.argv) > 2 else shots
    with tempfile.TemporaryDirectory() as folder:
        starting(Path(folder))
        reading(Path(folder), shots)
    editing(full)
