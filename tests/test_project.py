"""The project's own rules: style, types, layers, what commands import, what a wheel installs."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
HEAVY = {
    "torch", "numpy", "diffusers", "transformers", "safetensors", "av", "jinja2", "rich", "pygls", "lsprotocol"
}  # fmt: skip


def run(*command: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env={**os.environ, **env}, check=False
    )


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


@pytest.mark.parametrize("arguments", [("check",), ("format", "--check")])
def test_ruff(arguments: tuple[str, ...]) -> None:
    done = run(tool("ruff"), *arguments)
    assert done.returncode == 0, done.stdout


def test_types() -> None:
    done = run(tool("mypy"))
    assert done.returncode == 0, done.stdout


def test_layers() -> None:
    done = run(tool("lint-imports"))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "examples/letter.scene"),
        ("fmt", "--check", "examples/letter.scene"),
        ("--help",),
        ("models",),
        ("explain", "C001"),
        ("import", "examples/ferry.fountain"),
        ("diff", "examples/letter.scene", "examples/letter.scene"),
        ("textconv", "examples/letter.scene"),
        ("completion", "bash"),
    ],
)
def test_light_commands_import_nothing_heavy(arguments: tuple[str, ...]) -> None:
    done = run(
        sys.executable, "-X", "importtime", "-c", "from scenelang.cli import main; main()", *arguments
    )
    assert done.returncode == 0, done.stdout
    modules = {
        line.rsplit("|", 1)[1].strip().split(".")[0]
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }
    assert "scenelang" in modules
    assert modules & HEAVY == set()


def test_every_package_is_in_the_wheel_and_nothing_stands_beside_it(tmp_path: Path) -> None:
    """Built, installed in another folder and used from there: the film renders."""
    source = tmp_path / "source"
    for name in run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout.split(
        "\0"
    ):
        if name and (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    built = run(
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(source),
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {t for t in tops if not t.endswith(".dist-info")} == {"scenelang"}

    place = tmp_path / "site"
    installed = run(
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(place),
        str(wheel),
    )
    assert installed.returncode == 0, installed.stderr
    where = run(
        sys.executable,
        "-c",
        "import scenelang.grammar; print(scenelang.grammar.__file__)",
        cwd=tmp_path,
        PYTHONPATH=str(place),
    )
    assert Path(where.stdout.strip()).is_relative_to(place)
    film = tmp_path / "short.scene"
    film.write_text(
        'scenelang 1\nfilm "x" { size 64x36 }\ncharacter mara "a woman"\nshot a 6f { frame full on mara }\n'
    )
    command = [
        sys.executable,
        "-c",
        "from scenelang.cli import main; main()",
        "render",
        str(film),
        "--quiet",
    ]
    rendered = run(*command, cwd=tmp_path, PYTHONPATH=str(place))
    assert rendered.returncode == 0, rendered.stderr
    assert (tmp_path / "short.mp4").stat().st_size > 0


def test_setuptools_knows_every_package() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {
        str(path.parent.relative_to(ROOT))
        for top in ("grammar", "compiler", "runtime", "scenelang")
        for path in (ROOT / top).rglob("__init__.py")
        if not any(part.is_symlink() for part in path.parents)
    }
    assert {table["package-dir"][name] for name in table["packages"]} == folders


def test_no_file_is_too_long_to_have_one_subject() -> None:
    files = [
        p for top in ("grammar", "compiler", "runtime", "scenelang") for p in (ROOT / top).rglob("*.py")
    ]
    long = {str(p.relative_to(ROOT)): n for p in files if (n := len(p.read_text().splitlines())) > 380}
    assert long == {}


def test_the_published_schema_of_the_plan_is_the_plans() -> None:
    import json

    from scenelang.compiler.plan import Plan

    published = json.loads((ROOT / "docs" / "plan.schema.json").read_text())
    assert published == Plan.model_json_schema(by_alias=True), "write it again: make schema"
