"""The command line as a user meets it: exit codes, messages, files; good input and bad."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from films import EXAMPLES

COMMAND = [sys.executable, "-c", "from scenelang.cli import main; main()"]
TINY = 'scenelang 1\n\nfilm "x" { size 64x36; fps 12 }\n\ncharacter mara "a woman"\n\nshot a 6f { frame full on mara }\n'


def scenelang(
    *arguments: str | Path, stdin: str | bytes = "", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], input=data, capture_output=True, cwd=cwd, check=False
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err + out, err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    film = tmp_path / "tiny.scene"
    film.write_text(TINY)
    return film


# Good input ----------------------------------------------------------------------------------


def test_check_of_the_examples_is_clean() -> None:
    done = scenelang("check", *sorted(EXAMPLES.glob("*.scene")), "--strict")
    assert (done.returncode, done.stdout) == (0, "")


def test_fmt_of_the_examples_changes_nothing() -> None:
    assert scenelang("fmt", "--check", *sorted(EXAMPLES.glob("*.scene"))).returncode == 0


def test_fmt_writes_the_canonical_form_in_place(tiny: Path) -> None:
    tiny.write_text(TINY.replace("frame full", "frame   FS").replace("\n\n", "\n\n\n"))
    assert scenelang("fmt", "--check", tiny).returncode == 1
    assert "-" in scenelang("fmt", "--diff", tiny).stdout
    assert scenelang("fmt", tiny).returncode == 0
    text = tiny.read_text()
    assert "frame full on mara" in text
    assert scenelang("fmt", "--check", tiny).returncode == 0
    assert scenelang("fmt", "-", stdin=TINY.replace("frame full", "frame FS")).stdout == text


def test_fmt_normalises_newlines_and_the_byte_order_mark(tiny: Path) -> None:
    canonical = scenelang("fmt", "-", stdin=TINY).stdout
    tiny.write_bytes(b"\xef\xbb\xbf" + canonical.replace("\n", "\r\n").encode())
    assert scenelang("fmt", tiny).returncode == 0
    assert tiny.read_bytes() == canonical.encode()


def test_check_json_follows_its_schema() -> None:
    done = scenelang(
        "check", "--json", "-", stdin=TINY.replace("full on mara }", "ful on mara\nmura waves }")
    )
    schema = json.loads((EXAMPLES.parent / "docs" / "diagnostics.schema.json").read_text())
    document = json.loads(done.stdout)
    jsonschema.validate(document, schema)
    assert done.returncode == 1
    assert [d["line"] for d in document["diagnostics"]] == [7, 8]
    assert json.loads(scenelang("check", "--json", "-", stdin=TINY).stdout)["diagnostics"] == []


def test_plan_prints_segments_and_what_the_model_honours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    done = scenelang("plan", EXAMPLES / "letter.scene")
    assert "s010" in done.stdout
    assert "exact" in done.stdout
    document = json.loads(
        scenelang("plan", EXAMPLES / "letter.scene", "--json", "-o", tmp_path / "p.json").stdout
    )
    jsonschema.validate(
        document, json.loads((EXAMPLES.parent / "docs" / "report.schema.json").read_text())
    )
    assert [s["id"] for s in document["shots"]] == ["s010", "s020", "s030"]
    assert document["shots"][0]["cost"]["seconds"] is None  # unknown is null, never 0
    plan = json.loads((tmp_path / "p.json").read_text())
    jsonschema.validate(plan, json.loads((EXAMPLES.parent / "docs" / "plan.schema.json").read_text()))


def test_compile_writes_plan_and_tensors(tmp_path: Path) -> None:
    done = scenelang("compile", EXAMPLES / "letter.scene", "-o", tmp_path / "build", "--raster", "16x9")
    assert done.returncode == 0
    assert sorted(p.name for p in (tmp_path / "build").iterdir()) == [
        "conditioning.safetensors",
        "plan.json",
    ]
    assert "untrained" in done.stderr


def test_render_writes_the_film_beside_its_source(tiny: Path) -> None:
    done = scenelang("render", tiny)
    assert done.returncode == 0
    assert sorted(p.name for p in tiny.parent.iterdir()) == ["tiny.mp4", "tiny.scene"]


def test_render_json_is_one_event_a_line(tiny: Path) -> None:
    done = scenelang("render", tiny, "--json", "--force")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["event"] == "shot"
    assert events[-1]["event"] == "done"
    assert events[-1]["frames"] == 6
    assert {
        "output",
        "shots_rendered",
        "shots_cached",
        "denoiser_calls",
        "text_encodings",
        "model_loads",
        "seconds",
    } <= set(events[-1])


@pytest.mark.parametrize("which", ["clay", "depth", "mask", "normal"])
def test_preview_passes(tiny: Path, which: str) -> None:
    done = scenelang(
        "preview", tiny, "--pass", which, "--size", "32x18", "-o", f"{tiny.parent}/{which}/"
    )
    assert done.returncode == 0, done.stderr
    assert len(list((tiny.parent / which).glob("*.png"))) == 6


def test_only_some_shots(tmp_path: Path) -> None:
    film = tmp_path / "two.scene"
    film.write_text(TINY + "shot b 3f { frame wide on mara }\n")
    done = scenelang("render", film, "--shots", "b", "--json")
    assert json.loads(done.stdout.splitlines()[-1])["frames"] == 3


def test_help_has_examples_and_models_are_listed() -> None:
    for command in (
        "check",
        "fmt",
        "plan",
        "compile",
        "preview",
        "render",
        "export",
        "models",
        "explain",
        "cache",
        "storyboard",
        "watch",
        "takes",
        "pick",
        "expect",
        "verify",
        "policy",
    ):
        assert "Example" in scenelang(command, "--help").stdout, command
    assert "previz" in scenelang("models").stdout
    listed = {
        row["name"]: row["default"] for row in json.loads(scenelang("models", "--json").stdout)["models"]
    }
    assert [name for name, default in listed.items() if default] == ["maquette"]
    assert {"previz", "wan2.1-t2v-1.3b", "ltx-2"} <= set(listed)
    assert "outside" in scenelang("explain", "C010").stdout


# Bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (("frame full", "frame ful"), 7, "did you mean `full`?"),
        (("frame", "frme"), 7, "frame"),
        (("6f", "6"), 7, "unit"),
        (("6f", "6kg"), 7, "6"),
        (("on mara", "on mura"), 7, "did you mean `mara`?"),
        (("frame full on mara", "4s..9s mara walks"), 7, "outside the shot"),
        (("full on mara }", "full on mara"), 7, "never closed"),
        (('"a woman"', '"a woman'), 5, "quote"),
        (("scenelang 1", 'scenelang 1\nimport "no.scene"'), 2, "no file `no.scene`"),
        (("scenelang 1\n", ""), 1, "scenelang 1"),
        (("on mara }", "on mara } }"), 7, "}"),
    ],
)  # fmt: skip
def test_a_mistake_is_shown_at_its_place(
    tmp_path: Path, change: tuple[str, str], line: int, says: str
) -> None:
    film = tmp_path / "bad.scene"
    film.write_text(TINY.replace(*change, 1))
    for command in (
        ["check"],
        ["plan"],
        ["render"],
        ["compile", "-o", str(tmp_path / "out")],
        ["preview"],
    ):
        done = scenelang(command[0], film, *command[1:])
        text = done.stdout + done.stderr
        assert done.returncode == 1, (command, text)
        assert f"bad.scene:{line}:" in text, (command, text)
        assert says in text, (command, text)
    assert [p.name for p in tmp_path.iterdir()] == ["bad.scene"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\x00\x01\x02\xff" * 50, b"\xff\xfes\x00c\x00", b"\xe9t\xe9", b"{" * 500, b'"' * 99],
)
@pytest.mark.parametrize("command", ["check", "fmt", "plan", "render"])
def test_files_that_are_no_films(tmp_path: Path, content: bytes, command: str) -> None:
    film = tmp_path / "odd.scene"
    film.write_bytes(content)
    done = scenelang(command, film)
    assert done.returncode == 1
    assert "odd.scene" in done.stdout + done.stderr
    assert film.read_bytes() == content
    assert len(list(tmp_path.iterdir())) == 1


def test_missing_files_and_folders(tmp_path: Path) -> None:
    for name in ("nothing.scene", "."):
        for command in ("check", "render"):
            done = scenelang(command, name, cwd=tmp_path)
            assert done.returncode == 1
            assert name in done.stdout + done.stderr


def test_wrong_usage_is_2(tiny: Path) -> None:
    assert scenelang("chek", tiny).returncode == 2
    assert "Did you mean `check`?" in scenelang("chek", tiny).stderr
    assert scenelang("check").returncode == 2
    assert scenelang("render", tiny, "--shots", "b").returncode == 2
    assert scenelang("preview", tiny, "--size", "big").returncode == 2


def test_an_unknown_model_is_named_with_those_there_are(tiny: Path) -> None:
    for command in ("render", "plan"):
        done = scenelang(command, tiny, "--model", "prewiz")
        assert done.returncode in (1, 2)
        assert "did you mean `previz`?" in done.stderr
    assert list(tiny.parent.iterdir()) == [tiny]


def test_output_that_cant_be_written(tiny: Path) -> None:
    for command in (
        ["render", "-o", "{}/x.mp4"],
        ["preview", "-o", "{}/x.mp4"],
        ["compile", "-o", "{}/x"],
        ["plan", "-o", "{}/x.json"],
    ):
        done = scenelang(command[0], tiny, command[1], command[2].format(tiny))
        assert done.returncode == 1, command
        assert "error" in done.stderr
    assert scenelang("render", tiny, "-o", tiny.parent / "x.avi").returncode == 1
    assert list(tiny.parent.iterdir()) == [tiny]


def test_a_library_has_nothing_to_render() -> None:
    done = scenelang("render", EXAMPLES / "cast.scene")
    assert done.returncode == 1
    assert "no shots" in done.stderr


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_leaves_nothing_and_is_130(tmp_path: Path, sent: signal.Signals) -> None:
    film = tmp_path / "long.scene"
    film.write_text(TINY.replace("6f", "60s").replace("64x36", "640x360"))
    process = subprocess.Popen(
        [*COMMAND, "render", str(film), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while json.loads(process.stdout.readline())["event"] != "frames":  # it is at work
        pass
    process.send_signal(sent)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == [film]
