"""The page of what each model makes of the reference films, generated: `python tests/lowering_table.py`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import tiny_models as tiny
from films import EXAMPLES, REFERENCE, plan_example

from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import Backend
from scenelang.runtime.registry import load_backend
from scenelang.runtime.video_models.model import VideoModel

PAGE = EXAMPLES.parent / "docs" / "lowering.md"
HEAD = """# What becomes of the reference films

Written by `python tests/lowering_table.py`; `scenelang plan FILM --model MODEL` tells the same for any film, with
the reason for each entry. *exact*: the number drives the model. *approx*: it reaches the model, changed or through
something else. *text*: in the prompt, and no more. *dropped*: not at all. Where shots of a film differ, both are named.
Models as `scenelang.toml` has them when it says nothing; [models.md](models.md) tells how each is driven.

"""
BIG: dict[str, Callable[[Path], Path]] = {
    "wan-t2v": tiny.save_wan_t2v, "wan-i2v": tiny.save_wan_i2v, "wan-ti2v": tiny.save_wan_ti2v,
    "wan-camera": lambda folder: tiny.save_camera(folder, folder.parent / "wan-i2v"), "wan-vace": tiny.save_wan_vace,
    "sana-wm": tiny.save_sana_wm, "ltx-2": tiny.save_ltx2, "text-to-video": tiny.save_cogvideox,
}  # fmt: skip


def backends(root: Path) -> list[Backend]:
    """One of each; the tiny ones stand for those of full size, whose lattices they are given."""
    found = [load_backend("maquette"), load_backend("previz")]
    for name, save in BIG.items():
        folder = save(root / name)
        (folder / "scenelang.toml").write_text(
            (folder / "scenelang.toml").read_text().replace(tiny.STEPS, "")
            if name == "wan-camera"
            else ""
        )
        model = load_backend("camera" if name == "wan-camera" else str(folder), folder)
        assert isinstance(model, VideoModel)
        if name in ("sana-wm", "ltx-2"):  # frames of a latent frame of the published VAE
            model.step, model.overlap = 8, 9 if name == "ltx-2" else 1  # type: ignore[misc]
            model.grid = 32  # type: ignore[misc]
        found.append(model)
    return found


def page(root: Path) -> str:
    every = backends(root)
    parts = [HEAD]
    for name in REFERENCE:
        plan = plan_example(name)
        parts.append(f"## {name}.scene\n\n{_table(plan, every)}\n")
    parts.append(f"## Why\n\n{_reasons(every)}")
    return "\n".join(parts)


def _table(plan: Plan, every: list[Backend]) -> str:
    levels: dict[str, dict[str, list[str]]] = {}
    for backend in every:
        for shot in plan.shots:
            for row in backend.lowering(plan, shot):
                seen = levels.setdefault(row.property, {}).setdefault(backend.name, [])
                short = "approx" if row.level == "approximate" else row.level
                if short not in seen:
                    seen.append(short)
    lines = ["| property | " + " | ".join(b.name for b in every) + " |", "|---" * (len(every) + 1) + "|"]
    for name, by_model in levels.items():
        cells = [", ".join(by_model.get(b.name, ["–"])) for b in every]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _reasons(every: list[Backend]) -> str:
    """The sentences of tokyo.scene, once each, by model and kind of property."""
    plan = plan_example("tokyo")
    lines: list[str] = []
    for backend in every:
        lines.append(f"### {backend.name}\n")
        said: dict[tuple[str, str], list[str]] = {}
        for row in backend.lowering(plan, plan.shots[0]):
            kind = row.property.split()[0] if row.property.split()[0] in _KINDS else row.property
            names = said.setdefault((row.level, row.why), [])
            if kind not in names:
                names.append(kind)
        lines += [f"- {', '.join(names)}: *{level}*, {why}" for (level, why), names in said.items()]
        lines.append("")
    return "\n".join(lines)


_KINDS = (
    "light",
    "particles",
    "blocking",
    "description",
    "action",
    "place",
    "reference",
    "change",
    "dialogue",
)

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        PAGE.write_text(page(Path(temporary)), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name}\n")
