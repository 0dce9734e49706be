"""`python -m tests.bench.mark`: how well the invisible mark is read, by attack, and what it costs.

Films are rendered by previz (`--models previz,maquette`), cut into windows of two seconds, marked,
encoded as a render does (CRF 16) and attacked. Printed are, by attack, windows whose 64 bits came back, with the
95 % interval of Wilson, and those whose mark was found; then PSNR and SSIM of what was added, false alarms on
unmarked windows and on noise beside their bound, and the CPU time of marking as a ratio of encoding's.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from films import EXAMPLES
from trust_clips import Luma, clip, gif, jpeg, recoded, resized

from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import FrameArray
from scenelang.trust.mark_reading import HYPOTHESES, SURE, read
from scenelang.trust.marking import Marker

Attack = Callable[[list[Luma]], list[Luma]]


def cropped(lumas: list[Luma], share: float) -> list[Luma]:
    """Without `share` of the width and of the height, half of it on each side."""
    h, w = lumas[0].shape
    y, x = round(h * share / 2), round(w * share / 2)
    return [f[y : h - y, x : w - x] for f in lumas]


def scaled(lumas: list[Luma], by: float) -> list[Luma]:
    h, w = lumas[0].shape
    return resized(lumas, round(w * by / 2) * 2, round(h * by / 2) * 2)


def levels(by: Callable[[np.ndarray], np.ndarray]) -> Attack:  # type: ignore[type-arg]
    return lambda lumas: [np.clip(by(f.astype(np.float32)), 0, 255).astype(np.uint8) for f in lumas]


ATTACKS: dict[str, Attack] = {
    "as delivered": lambda f: f,
    "crf 18": lambda f: recoded(f, 18),
    "crf 23": lambda f: recoded(f, 23),
    "crf 28": lambda f: recoded(f, 28),
    "crf 33": lambda f: recoded(f, 33),
    "half size": lambda f: recoded(scaled(f, 0.5), 18),
    "crop 10 %": lambda f: recoded(cropped(f, 0.1), 23),
    "crop 20 %": lambda f: recoded(cropped(f, 0.2), 23),
    "24 to 15 fps": lambda f: recoded([f[int(i * 1.6)] for i in range(int(len(f) / 1.6))], 23),
    "brightness +20": lambda f: recoded(levels(lambda x: x + 20)(f), 23),
    "contrast 80 %": lambda f: recoded(levels(lambda x: (x - 128) * 0.8 + 128)(f), 23),
    "mirrored": lambda f: recoded([np.ascontiguousarray(x[:, ::-1]) for x in f], 23),
    "x265 crf 28": lambda f: recoded(f, 28, "libx265"),
    "VP9 crf 35": lambda f: recoded(f, 35, "libvpx-vp9"),
    "AV1 crf 35": lambda f: recoded(f, 35, "libsvtav1"),
    "gif": gif,
    "one frame, jpeg 75": lambda f: [jpeg(f[len(f) // 2], 75)],
}


def frames_of(name: str, model: str, size: tuple[int, int], count: int, start: int) -> FrameArray:
    """Some frames [F, H, W, 3] of an example's middle, at this size."""
    if model == "drawn":
        return clip(start + count, *size, seed=sum(map(ord, name)))[start:]
    return next(_films(name, model, size, count, start))


def _films(name: str, model: str, size: tuple[int, int], count: int, start: int) -> Iterator[FrameArray]:
    from scenelang.compiler.conditioning import condition_shot
    from scenelang.compiler.pipeline import plan_film
    from scenelang.grammar.parse import parse_file
    from scenelang.runtime.backend import Frames, Job
    from scenelang.runtime.conform import conform
    from scenelang.runtime.previz.render import render_shot
    from scenelang.runtime.registry import load_backend

    plan: Plan = plan_film(parse_file(EXAMPLES / f"{name}.scene")[0]).model_copy(update={"size": size})
    shots = [s for s in plan.shots if s.frames >= count] or list(plan.shots)
    shot = shots[start % len(shots)]
    first = start * 7 % max(1, shot.frames - count)
    if model == "previz":
        part = range(first, min(first + count, shot.frames))
        yield np.concatenate(
            [p.clay for p in render_shot(plan, shot, *size, frames=part) if p.clay is not None]
        )
        return
    backend = load_backend(model)
    native = backend.native(plan, "final")
    tensors = condition_shot(
        plan, shot, native, raster=backend.raster(native), encode=backend.encode, dialect=backend.dialect
    )
    events = backend.render(Job(plan, shot, tensors, native), None)
    chunks = (e.frames for e in events if isinstance(e, Frames))
    yield np.concatenate(list(conform(chunks, native, size, plan.rate, shot.frames)))[
        first : first + count
    ]


def ssim(a: Luma, b: Luma) -> float:
    """Structural similarity over blocks of 8 by 8."""
    h, w = (n // 8 * 8 for n in a.shape)
    x, y = (f[:h, :w].astype(np.float64).reshape(h // 8, 8, w // 8, 8) for f in (a, b))
    mx, my = x.mean((1, 3)), y.mean((1, 3))
    vx, vy = x.var((1, 3)), y.var((1, 3))
    both = (x * y).mean((1, 3)) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float(
        (((2 * mx * my + c1) * (2 * both + c2)) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean()
    )


def wilson(good: int, of: int) -> tuple[float, float]:
    if not of:
        return 0.0, 1.0
    z, p = 1.96, good / of
    middle, half = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.mark", description=__doc__)
    parser.add_argument("--films", default="tokyo,letter,monster,flame,harbour,lantern")
    parser.add_argument("--models", default="previz", help="previz, maquette, drawn")
    parser.add_argument("--sizes", default="640x360,1280x720")
    parser.add_argument("--windows", type=int, default=4, help="of each film, model and size")
    parser.add_argument("--frames", type=int, default=48, help="of a window")
    parser.add_argument("--attacks", default="", help="names with commas between them; default: all")
    parser.add_argument("--noise", type=int, default=100, help="windows of noise for false alarms")
    parser.add_argument("--preset", default="medium", help="of the first encoding")
    chosen = parser.parse_args()
    attacks = {k: v for k, v in ATTACKS.items() if not chosen.attacks or k in chosen.attacks.split(",")}
    chance = random.Random(1)
    read_back: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    noises, likeness, marking, encoding, alarms, unmarked = [], [], [], [], 0, 0
    highest = 0.0
    for size_name in chosen.sizes.split(","):
        size = tuple(int(n) for n in size_name.split("x"))
        for model in chosen.models.split(","):
            for film in chosen.films.split(","):
                for window in range(chosen.windows):
                    pictures = frames_of(film, model, size, chosen.frames, window)  # type: ignore[arg-type]
                    payload = chance.randbytes(8)
                    begun = time.process_time()
                    marked = Marker(payload).mark(pictures)
                    middle = time.process_time()
                    delivered = recoded(marked, 16, preset=chosen.preset)
                    marking.append(middle - begun)
                    encoding.append(time.process_time() - middle)
                    noise = ((marked.astype(np.float32) - pictures) ** 2).mean(axis=(1, 2, 3))
                    noises += [float(10 * np.log10(255**2 / n)) for n in noise]
                    likeness.append(ssim(marked[0, ..., 1], pictures[0, ..., 1]))
                    for name, attack in attacks.items():
                        found = read(attack(delivered))
                        counts = read_back[name]
                        counts[0] += found.payload == payload
                        counts[1] += found.found
                        counts[2] += 1
                    clean = read(recoded(pictures[:8], 23))
                    alarms, unmarked = alarms + clean.found, unmarked + 1
                    highest = max(highest, clean.score)
                    print(f"\r{size_name} {model} {film} {window + 1}   ", end="", file=sys.stderr)
    of_noise = np.random.default_rng(2)
    for _ in range(chosen.noise):
        found = read([of_noise.integers(0, 256, (180, 320), np.uint8)])
        alarms, unmarked, highest = alarms + found.found, unmarked + 1, max(highest, found.score)
    print(f"\n{'attack':22} {'64 bits':>9} {'95 % interval':>18} {'found':>9}")
    for name, (good, seen, of) in read_back.items():
        low, high = wilson(good, of)
        print(f"{name:22} {good:4}/{of:<4} {low:8.1%} – {high:6.1%} {seen:4}/{of:<4}")
    print(
        f"PSNR {statistics.mean(noises):.1f} dB on average, {min(noises):.1f} at the least; "
        f"SSIM {statistics.mean(likeness):.4f}, {min(likeness):.4f} at the least"
    )
    print(f"marking takes {sum(marking) / sum(encoding):.2f} of encoding's CPU time ({chosen.preset})")
    print(
        f"false alarms: {alarms} of {unmarked} unmarked windows, highest z {highest:.2f}; at z = {SURE:g} at most "
        f"{HYPOTHESES * math.exp(-(SURE**2) / 2):.1e} a window"
    )


if __name__ == "__main__":
    main()
