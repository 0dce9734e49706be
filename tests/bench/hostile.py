"""`python -m tests.bench.hostile 50000`: that many damaged files, none of which may break or escape anything.

Films, storyboards, screenplays, plans, cameras, cache entries, policies, and mp4 and png for `verify`, each damaged
by bytes and opened by the command that takes it, in this process, under an audit hook that forbids connections,
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

sys.path.insert(0, str(Path(__file__).parents[1]))

LONGEST = 10.0  # seconds


def seeds(folder: Path) -> dict[str, bytes]:
    """A whole file of each kind."""
    from films import EXAMPLES, plan_example
    from trust_clips import clip
    from trust_films import SCENE, sealed, the_plan

    from scenelang.runtime.encode import png
    from scenelang.trust.seal import Seal

    sealed(folder / "seed.mp4", frames=2)
    picture = folder / "pictures"
    picture.mkdir()
    seal = Seal(the_plan(), "previz", SCENE.encode())
    (picture / "000001.png").write_bytes(png(seal.frames(clip(1, 160, 96))[0]))
    seal.finish(picture)
    track = plan_example("letter").shots[0].camera
    camera = {
        "schema": "scenelang.camera/1",
        "fps": 24,
        "frames": [{"c2w": m, "focal_mm": 35} for m in track.c2w[:3]],
    }
    return {
        "film.scene": (EXAMPLES / "letter.scene").read_bytes(),
        "board.json": json.dumps({
            "schema": "scenelang.storyboard/1", "title": "x",
            "shots": [{"id": "a", "seconds": 2, "frame": "wide", "lens": "35mm"}],
        }).encode(),
        "play.fountain": (EXAMPLES / "ferry.fountain").read_bytes(),
        "plan.json": the_plan().to_json().encode(),
        "camera.json": json.dumps(camera).encode(),
        "camera.chan": b"1 0 1.6 5 0 0 0 35\n2 0 1.6 4 0 0 0 35\n",
        "policy.toml": b'version = 1\nmasks = ["x y"]\n[categories.gore]\naction = "warn"\n',
        "film.mp4": (folder / "seed.mp4").read_bytes(),
        "still.png": (picture / "000001.png").read_bytes(),
    }  # fmt: skip


def damaged(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5, 30])):
        at = chance.randrange(max(1, len(out)))
        match chance.randrange(6):
            case 0 | 1:
                out[at : at + 1] = bytes([chance.randrange(256)])
            case 2:
                del out[at : at + chance.choice([1, 4, 100, len(out)])]
            case 3:
                out[at:at] = bytes([chance.randrange(256)]) * chance.choice([1, 8, 3000])
            case 4:
                piece = chance.randrange(max(1, len(out)))
                out[at:at] = out[piece : piece + chance.choice([8, 200])]
            case _:
                out[at : at + 4] = chance.choice(
                    [b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"../."]
                )
    return bytes(out)


def openers(folder: Path) -> dict[str, Callable[[Path], object]]:
    from scenelang.compiler.pipeline import analyse
    from scenelang.compiler.plan import Plan
    from scenelang.grammar.parse import parse_file
    from scenelang.trust.policy import bundled, overridden
    from scenelang.trust.policy_film import judge
    from scenelang.trust.verifying import verify

    policy = bundled()

    def scene(path: Path) -> object:
        film, found, _ = parse_file(path)
        analysis = analyse(film, found)
        if analysis.plan is not None:
            judge(analysis, policy)
        return analysis.diagnostics

    def camera(path: Path) -> object:
        film = folder / "holder.scene"
        film.write_text(
            f'scenelang 1\nfilm "x" {{ size 64x36 }}\nshot a 1s {{ frame wide\n camera path from "{path.name}" }}\n'
        )
        return scene(film)

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
    from audited import Watch
    from pydantic import ValidationError

    from scenelang.runtime.errors import RenderError

    files, opened, chance, tally = seeds(folder), openers(folder), random.Random(seed), Counter[str]()
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
            watch.on = False
            Path("broken-" + name).write_bytes(data)
            return f"\n{name}, number {number}: {type(error).__name__}: {error}; kept as broken-{name}"
        if watch.told:
            return f"\n{name}, number {number}: {watch.told[0]}"
        if (seconds := time.process_time() - begun) > LONGEST:
            watch.on = False
            Path("broken-" + name).write_bytes(data)
            return f"\n{name}, number {number}: took {seconds:.1f} s; kept as broken-{name}"
        print(f"\r{number + 1} files", end="", file=sys.stderr)
    watch.on = False
    print(
        f"\n{count} damaged files, none of which broke or escaped anything: {dict(sorted(tally.items()))}"
    )
    return 0


def _written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


if __name__ == "__main__":
    main()
