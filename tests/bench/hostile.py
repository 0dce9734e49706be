"""`python -m tests.bench.hostile 50000`: that many damaged files, none of which may break or escape anything.

Films, storyboards, screenplays, locks, plans, cameras, cache entries, policies, and mp4 and png for `verify`, each
damaged and opened by the command that takes it, in this process, under an audit hook that forbids connections,
programs, pickles and writes outside the folder. What counts as broken: an exception that isn't one of ours, anything
forbidden, more than ten seconds of CPU. The first broken file stops the run and is kept.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from audited import Watch

from tests.bench.hostile_files import KEY, PARTS, damaged, entry, seeds

LONGEST = 10.0  # seconds


def openers(folder: Path, now: dict[str, Any]) -> dict[str, Callable[[Path], object]]:
    """What opens a file of each kind; `now` is the lock as it is."""
    from films import EXAMPLES

    from scenelang.cli.known import _entry
    from scenelang.compiler.pipeline import analyse
    from scenelang.compiler.plan import Plan
    from scenelang.grammar.parse import parse_file
    from scenelang.runtime.filmlock import drift, read_lock
    from scenelang.runtime.store import _LINE, Store, _line
    from scenelang.runtime.takes import open_take
    from scenelang.trust.policy import bundled, overridden
    from scenelang.trust.policy_film import judge
    from scenelang.trust.verifying import verify

    policy, store = bundled(), Store(folder / "store")
    film = folder / "remembered.scene"
    film.write_text((EXAMPLES / "letter.scene").read_text(encoding="utf-8"), encoding="utf-8")

    def scene(path: Path) -> object:
        film, found, _ = parse_file(path)
        analysis = analyse(film, found)
        if analysis.plan is not None:
            judge(analysis, policy)
        return analysis.diagnostics

    def findings(path: Path) -> object:
        """What `check` remembers of a film."""
        command("check", str(film))(path)
        known = _entry(str(film))
        assert known is not None
        Path(known).write_bytes(damaged(Path(known).read_bytes(), random.Random(path.read_bytes())))
        return command("check", str(film))(path)

    def part(kind: str) -> Callable[[Path], object]:
        def read(path: Path) -> object:
            """A part of a take in the cache; half of them with a digest that agrees, as a stranger's could."""
            data, where = path.read_bytes(), entry(folder, kind)
            if sum(data) % 2:
                body = data[_LINE:]
                data = _line("takes" if kind == "takes" else "frames", where.name, body) + body
            whole = where.read_bytes()
            try:
                where.write_bytes(data)
                take = open_take(store, KEY)
                return take and [*take.frames(), *take.sounds(), take.frame(1), take.carry()]
            finally:
                where.write_bytes(whole)

        return read

    def lock(path: Path) -> object:
        return drift(read_lock(path) or {}, now)

    def camera(path: Path) -> object:
        holder = folder / "holder.scene"
        holder.write_text(
            f'scenelang 1\nfilm "x" {{ size 64x36 }}\nshot a 1s {{ frame wide\n camera path from "{path.name}" }}\n'
        )
        return scene(holder)

    def command(*words: str) -> Callable[[Path], object]:
        from click.testing import CliRunner

        from scenelang.cli.group import cli

        def run(path: Path) -> object:
            done = CliRunner().invoke(cli, [w.replace("FILE", str(path)) for w in words])
            if done.exception is not None and not isinstance(done.exception, SystemExit):
                raise done.exception
            return done.exit_code

        return run

    return {
        "film.scene": scene,
        "board.json": command("import", "--json", "FILE"),
        "play.fountain": command("import", "FILE"),
        "plan.json": lambda path: Plan.from_json(path.read_bytes()),
        "camera.json": camera,
        "camera.chan": camera,
        "policy.toml": lambda path: overridden(policy, path.read_bytes(), path.name),
        "film.lock": lock,
        "entry.findings": findings,
        **{f"entry.{kind}": part(kind) for kind in PARTS},
        "film.mp4": verify,
        "still.png": verify,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hostile", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default="", help="names with commas between them; default: all")
    chosen = parser.parse_args()
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory() as home:
        for name in ("CACHE", "CONFIG", "DATA"):
            os.environ[f"XDG_{name}_HOME"] = f"{home}/{name}"
        folder = Path(home) / "files"
        folder.mkdir()
        sys.exit(run(chosen.count, chosen.seed, chosen.kinds, folder))


def run(count: int, seed: int, kinds: str, folder: Path) -> str | int:
    from pydantic import ValidationError

    from scenelang.runtime.errors import RenderError

    files, chance, tally = seeds(folder), random.Random(seed), Counter[str]()
    opened = openers(folder, json.loads(files["film.lock"]))
    names = [n for n in files if not kinds or n in kinds.split(",")]
    for name in names:
        opened[name](
            _written(folder, name, files[name])
        )  # whole files open, and what is imported late is
    watch = Watch([str(folder.parent)])
    sys.addaudithook(watch)
    for number in range(count):
        name = names[number % len(names)]
        data = damaged(files[name], chance)
        path = _written(folder, name, data)
        begun = time.process_time()
        try:
            opened[name](path)
            tally[name] += 1
        except (RenderError, ValidationError):
            tally[f"{name} refused"] += 1
        except Exception as error:
            return _kept(watch, data, name, number, f"{type(error).__name__}: {error}")
        if watch.told:
            return _kept(watch, data, name, number, watch.told[0])
        if (seconds := time.process_time() - begun) > LONGEST:
            return _kept(watch, data, name, number, f"took {seconds:.1f} s")
        if number % 100 == 99:
            print(f"\r{number + 1} files", end="", file=sys.stderr, flush=True)
    watch.on = False
    print(
        f"\n{count} damaged files, none of which broke or escaped anything: {dict(sorted(tally.items()))}"
    )
    return 0


def _kept(watch: Watch, data: bytes, name: str, number: int, why: str) -> str:
    """Keeps the file that broke something, and says so."""
    watch.on = False
    Path("broken-" + name).write_bytes(data)
    return f"\n{name}, number {number}: {why}; kept as broken-{name}"


def _written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


if __name__ == "__main__":
    main()
