"""`python -m tests.bench.mark`: how well the invisible mark is read, by attack, and what it costs.

Segments of films are cut into windows of a second, each of which starts half a second after the one before. A window
is marked with an ID of its own, encoded as a render does (CRF 16) and attacked. Windows without a mark are cut from
the same segments, and from noise (`--noise`). What is measured goes to `--log`, a JSON line each: a run goes on where
it was, and the table is of all that the log holds.

Printed are, by attack, windows whose 64 bits came back, with the 95 % interval of Wilson, and those whose mark was
found; PSNR and SSIM of what was added; false alarms beside their bound; and the CPU time of marking as a ratio of
encoding's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from trust_clips import Luma, gif, jpeg, recoded, resized

from scenelang.runtime.backend import FrameArray
from scenelang.trust.mark_reading import HYPOTHESES, SURE, read
from scenelang.trust.marking import Marker
from tests.bench.mark_films import FILMS, FRAMES, STEP, WINDOWS, cuts, noises, segments

BATCH = 200  # windows of noise that are one line of the log
Row = dict[str, Any]

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


def of_segment(pictures: FrameArray, name: str, attacks: dict[str, Attack], unmarked: int) -> Row:
    """What is measured on the windows of a segment, marked with IDs that their names give."""
    starts = [STEP * n for n in range(WINDOWS)]
    windows = [of_window(pictures[s : s + FRAMES], f"{name}, frame {s}", attacks) for s in starts]
    chance = np.random.default_rng(list(name.encode()))
    clean = [read(w) for w in cuts(pictures[:FRAMES], unmarked, chance)]
    return {"name": name, "windows": windows, "unmarked": [(m.found, round(m.score, 2)) for m in clean]}


def of_window(pictures: FrameArray, name: str, attacks: dict[str, Attack]) -> Row:
    payload = hashlib.sha256(name.encode()).digest()[:8]
    begun = time.process_time()
    marked = Marker(payload).mark(pictures)
    middle = time.process_time()
    delivered = recoded(marked, 16, preset="medium")
    ended = time.process_time()
    noise = ((marked.astype(np.float32) - pictures) ** 2).mean(axis=(1, 2, 3))
    found = {attack: read(make(delivered)) for attack, make in attacks.items()}
    return {
        "read": {a: [m.payload == payload, m.found, round(m.score, 2)] for a, m in found.items()},
        "psnr": [round(float(10 * np.log10(255**2 / n)), 3) for n in noise],
        "ssim": round(ssim(marked[0, ..., 1], pictures[0, ..., 1]), 5),
        "cpu": [round(middle - begun, 3), round(ended - middle, 3)],
    }


def measured(chosen: argparse.Namespace, there: set[str]) -> Iterator[Row]:
    """A row for each segment, and each batch of noise, that was asked for and isn't there."""
    attacks = {k: v for k, v in ATTACKS.items() if not chosen.attacks or k in chosen.attacks.split(",")}
    for model in chosen.models.split(","):
        for film in chosen.films.split(","):
            for size in chosen.sizes.split(","):
                width, height = (int(n) for n in size.split("x"))
                renders = segments(film, model, (width, height))
                for number, render in zip(range(chosen.segments), renders):
                    name = f"{size} {model} {film} {number}"
                    if name not in there:
                        yield of_segment(render(), name, attacks, chosen.cuts)
    for number in range(chosen.noise // BATCH):
        if f"noise {number}" not in there:
            clean = [read(w) for w in noises(BATCH, np.random.default_rng([2, number]))]
            yield {
                "name": f"noise {number}",
                "windows": [],
                "unmarked": [(m.found, m.score) for m in clean],
            }


def tell(rows: list[Row]) -> None:
    """Prints the table of all rows."""
    windows = [w for row in rows for w in row["windows"]]
    unmarked = [u for row in rows for u in row["unmarked"]]
    print(f"{'attack':22} {'64 bits':>9} {'95 % interval':>18} {'found':>9}")
    for attack in ATTACKS:
        read_back = [w["read"][attack] for w in windows if attack in w["read"]]
        good, seen, of = sum(r[0] for r in read_back), sum(r[1] for r in read_back), len(read_back)
        low, high = wilson(good, of)
        if of:
            print(f"{attack:22} {good:4}/{of:<4} {low:8.1%} – {high:6.1%} {seen:4}/{of:<4}")
    if windows:
        noise, likeness = [n for w in windows for n in w["psnr"]], [w["ssim"] for w in windows]
        marking, encoding = (sum(w["cpu"][n] for w in windows) for n in (0, 1))
        print(
            f"PSNR {statistics.mean(noise):.1f} dB on average, {min(noise):.1f} at the least; "
            f"SSIM {statistics.mean(likeness):.4f}, {min(likeness):.4f} at the least"
        )
        print(f"marking takes {marking / encoding:.2f} of encoding's CPU time (x264, medium)")
    if unmarked:
        bound = HYPOTHESES * math.exp(-(SURE**2) / 2)
        print(
            f"false alarms: {sum(u[0] for u in unmarked)} of {len(unmarked)} unmarked windows, "
            f"highest z {max(u[1] for u in unmarked):.2f}; at z = {SURE:g} at most {bound:.1e} a window"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.mark", description=__doc__)
    parser.add_argument("--films", default=FILMS)
    parser.add_argument("--models", default="previz", help="previz, maquette")
    parser.add_argument("--sizes", default="640x360", help="with commas between them")
    parser.add_argument("--segments", type=int, default=1, help="of each film, at most")
    parser.add_argument("--attacks", default="", help="names with commas between them; default: all")
    parser.add_argument("--cuts", type=int, default=10, help="windows without a mark, of each segment")
    parser.add_argument("--noise", type=int, default=0, help=f"windows of noise, in batches of {BATCH}")
    parser.add_argument("--log", type=Path, help="a JSON line for each segment; goes on where it ends")
    chosen = parser.parse_args()
    held = chosen.log.read_text().splitlines() if chosen.log and chosen.log.is_file() else []
    rows = [json.loads(line) for line in held]
    for row in measured(chosen, {row["name"] for row in rows}):
        rows.append(row)
        print(row["name"], file=sys.stderr, flush=True)
        if chosen.log:
            with chosen.log.open("a") as log:
                log.write(json.dumps(row) + "\n")
    tell(rows)


if __name__ == "__main__":
    main()
