"""One test for each threat of docs/security.md."""

from __future__ import annotations

import json
import os
import random
import re
import struct
import subprocess
import sys
import zlib
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from films import HEAD
from in_process import scenelang
from maquette_films import save_tiny
from safetensors.torch import save
from trust_clips import clip
from trust_films import SCENE

from scenelang.compiler.pipeline import plan_film
from scenelang.compiler.prompts import prompts
from scenelang.grammar import facts
from scenelang.grammar.parse import parse
from scenelang.runtime import embeddings, filmlock
from scenelang.runtime.encode import MovieWriter, png
from scenelang.runtime.loading import ModelError, load_pipeline
from scenelang.runtime.lossless import packed
from scenelang.runtime.store import DamagedEntry, Store
from scenelang.runtime.takes import Take, TakeWriter, open_take
from scenelang.trust import footage
from scenelang.trust.footage import FootageError, all_frames, kind_of
from scenelang.trust.verifying import _words, verify

HERE = Path(__file__).parent
TINY = SCENE.replace("640x360", "64x36").replace("a 1s", "a 2f")


def audited(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process that may write below `folder` alone, and reach nobody."""
    done = subprocess.run(
        [sys.executable, HERE / "audited.py", folder, *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "TMPDIR": str(folder), "TORCHINDUCTOR_CACHE_DIR": str(folder / "torch")},
    )  # fmt: skip
    assert "FORBIDDEN" not in done.stderr, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done


def project(tmp_path: Path, text: str = TINY) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "scenelang.toml").write_text("")
    (folder / "film.scene").write_text(text)
    return folder / "film.scene"


# 1, 2: files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["../secret.scene", "/etc/hostname", "a/../../secret.scene", "link.scene", "folder/secret.scene"],
)
def test_1_no_film_reads_outside_its_project(tmp_path: Path, path: str) -> None:
    secret = tmp_path / "secret.scene"
    secret.write_text('scenelang 1\ncharacter mara "the secret"\n')
    film = project(
        tmp_path,
        f'scenelang 1\nimport "{path}"\nfilm "x" {{ size 64x36 }}\nshot a 1s {{ frame wide on mara }}\n',
    )
    (film.parent / "link.scene").symlink_to(secret)
    (film.parent / "folder").symlink_to(tmp_path)
    done = scenelang("check", film, "--json")
    assert "C006" in {d["code"] for d in json.loads(done.stdout)["diagnostics"]}
    assert "the secret" not in done.stdout


@pytest.mark.parametrize("field", ['reference "../secret.png"', 'reference "link.png"'])
def test_1_no_picture_or_camera_outside_the_project_is_read(tmp_path: Path, field: str) -> None:
    (tmp_path / "secret.png").write_bytes(png(clip(1, 16, 16)[0]))
    text = HEAD.format(
        f'character x "a man" {{ {field} }}\nshot a 1s {{ frame wide on x\n camera path from "../secret.json" }}'
    )
    film = project(tmp_path, text)
    (film.parent / "link.png").symlink_to(tmp_path / "secret.png")
    found = [d["code"] for d in json.loads(scenelang("check", film, "--json").stdout)["diagnostics"]]
    assert found.count("C006") == 2


def test_2_what_a_film_says_names_no_file_that_is_written(tmp_path: Path) -> None:
    text = TINY.replace("The wall", "../../../../evil").replace("shot a", "shot evil")
    film = project(tmp_path, text)
    done = audited(film.parent, "render", film, "--model", "previz", "-q")
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in film.parent.iterdir()) == ["film.mp4", "film.scene", "scenelang.toml"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["project"]


def test_2_a_link_where_the_film_shall_stand_keeps_its_place(tmp_path: Path) -> None:
    film = project(tmp_path)
    outside = tmp_path / "precious.txt"
    outside.write_text("precious")
    (film.parent / "frames").mkdir()
    (film.parent / "frames" / "000001.png").symlink_to(outside)
    done = scenelang("render", film, "--model", "previz", "-o", f"{film.parent}/frames/")
    assert done.returncode == 1  # what stands there isn't ours
    assert outside.read_text() == "precious"


# 3: network and programs ---------------------------------------------------------------------


def test_3_opening_anything_reaches_nobody(tmp_path: Path) -> None:
    film = project(tmp_path, TINY.replace("a woman", "http://127.0.0.1:9/x.png"))
    for name, data in {
        "playlist.mp4": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n",
        "concat.mp4": b"ffconcat version 1.0\nfile http://127.0.0.1:9/x.mp4\n",
        "picture.png": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:9/"/></svg>',
    }.items():
        (film.parent / name).write_bytes(data)
        assert audited(film.parent, "verify", film.parent / name).returncode == 2
    for command in ("check", "plan", "fmt"):
        assert audited(film.parent, command, film).returncode == 0


# 4: pickles ----------------------------------------------------------------------------------


def test_4_no_pickle_is_loaded(tmp_path: Path) -> None:
    import torch

    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, (f"touch {tmp_path}/owned",)

    model = save_tiny(tmp_path / "model")
    (model / "SHA256SUMS").unlink()  # which would refuse it, too
    (weights,) = (model / "transformer").glob("*.safetensors")
    weights.unlink()
    torch.save(Evil(), weights.with_suffix(".bin"))
    with pytest.raises(
        ModelError, match=r"no file named .*safetensors"
    ):  # the other isn't even looked at
        load_pipeline(model)
    assert not (tmp_path / "owned").exists()


def test_4_no_code_here_unpickles() -> None:
    loaders = re.compile(
        r"^[ \t]*(?:import|from)\b[^\n]*\b_?pickle\b|\b_?pickle\.|[\"']_?pickle[\"']|\bmarshal\b|\bshelve\b"
        r"|\byaml\.(unsafe_)?load\(|allow_pickle=True|weights_only=False",
        re.M,
    )
    for evil in (
        "import os, pickle",
        "from pickle import loads",
        "  import _pickle",
        'import_module("pickle")',
    ):
        assert loaders.search(evil)
    found = []
    for folder in ("grammar", "compiler", "runtime", "scenelang"):
        for path in sorted((HERE.parent / folder).rglob("*.py")):
            code = "\n".join(
                line.split("#")[0] for line in path.read_text(encoding="utf-8").splitlines()
            )
            found += [str(path) for _ in loaders.finditer(re.sub(r'""".*?"""', "", code, flags=re.S))]
    assert found == []


# 5: decoders ---------------------------------------------------------------------------------


def test_5_a_picture_of_a_billion_pixels_is_not_unpacked(tmp_path: Path) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    for side, why in ((60_000, "no picture that can be read"), (9_000, "9000x9000 pixels")):
        header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
        rows = zlib.compress(bytes((side + 1) * 100), 9)
        bomb = tmp_path / "bomb.png"
        bomb.write_bytes(
            b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
        )
        with pytest.raises(FootageError, match=why):
            verify(bomb)


def test_5_decoding_stops_when_its_time_is_up(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with MovieWriter(path, (64, 36), Fraction(24)) as film:
        film.write(clip(8, 64, 36))
    assert len(list(all_frames(path))) == 8
    assert len(list(all_frames(path, seconds=-1))) == 1  # the one that was under way


def test_5_time_that_others_take_is_not_the_decoders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, now = tmp_path / "film.mp4", [0.0]
    with MovieWriter(path, (64, 36), Fraction(24)) as film:
        film.write(clip(8, 64, 36))
    monkeypatch.setattr(footage.time, "monotonic", lambda: now[0])
    seen = []
    for frame in all_frames(path, seconds=1):
        seen.append(frame)
        now[0] += 100  # whoever looks at the frames is slow
    assert len(seen) == 8


def test_5_a_film_of_an_unknown_codec_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with MovieWriter(path, (64, 36), Fraction(24)) as film:
        film.write(clip(2, 64, 36))
    path.write_bytes(path.read_bytes().replace(b"avc1", b"xyz1"))
    with pytest.raises(FootageError, match="can't be opened"):
        list(all_frames(path))


def test_5_files_are_what_their_first_bytes_say(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(png(clip(1, 16, 16)[0]))
    assert kind_of(path) == "png_pipe"
    assert {kind for *_, kind in footage._MAGIC} | {"mpegts"} == {
        "png_pipe", "jpeg_pipe", "gif", "webp_pipe", "avi", "matroska", "mov", "mpegts",
    }  # fmt: skip
    with pytest.raises(FootageError, match="is no file"):
        kind_of(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="no pipes with names")
def test_5_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "film.mp4")
    with pytest.raises(FootageError, match="is no file"):
        verify(tmp_path / "film.mp4")


# 6, 7: text in other languages ---------------------------------------------------------------


def test_6_a_films_words_are_no_template() -> None:
    evil = "{{ 7 * 191 }} {% for x in range(9) %}y{% endfor %} {{ cycler.__init__.__globals__ }}"
    plan = plan_film(parse(TINY.replace("a woman in a red coat", evil), "x.scene")[0])
    for dialect in ("plain", "maquette"):
        for prompt in prompts(plan, plan.shots[0], dialect):
            assert "1337" not in prompt.text
            assert "yyy" not in prompt.text
            assert "built-in" not in prompt.text
    assert "{{ 7 * 191 }}" in prompts(plan, plan.shots[0])[0].text  # it is said as it stands


def test_7_control_characters_of_a_file_reach_no_terminal() -> None:
    from scenelang.trust.page import LONGEST, printable

    assert printable("a\x1b[31m\x07\u202eb\n") == "a\ufffd[31m\ufffd\ufffdb\ufffd"
    assert len(printable("x" * 10_000)) == LONGEST
    assert "\x1b" not in _words("no JUMBF: \x1b]0;owned\x07")
    assert len(_words("x" * 10_000)) < LONGEST


# 8: sizes ------------------------------------------------------------------------------------


def test_8_limits_say_their_name(tmp_path: Path) -> None:
    big = tmp_path / "big.scene"
    with big.open("wb") as file:
        file.truncate(facts.MOST_BYTES + 1)
    done = scenelang("check", big)
    assert done.returncode == 1
    assert f"more than {facts.MOST_BYTES >> 20} MB" in done.stdout
    for text, told in {
        'film "x" { size 99999x99999 }': "size",
        'film "x" { size 64x36; fps 1000000 }': "fps",
    }.items():
        film = tmp_path / "film.scene"
        film.write_text(f"scenelang 1\n{text}\nshot a 1s {{ frame wide }}\n")
        done = scenelang("check", film)
        assert done.returncode == 1
        assert told in done.stdout
    film.write_text('scenelang 1\nfilm "x" { size 64x36 }\nshot a 999999999s { frame wide }\n')
    assert scenelang("check", film).returncode == 1


def test_8_what_is_deep_or_endless_ends(tmp_path: Path) -> None:
    film = tmp_path / "film.scene"
    for text in ("{" * 50_000, '"' * 50_000, "shot a 1s { " * 5_000, "\\" * 50_000, "(" * 50_000):
        film.write_text("scenelang 1\n" + text)
        assert scenelang("check", film).returncode == 1
    assert scenelang("check", "/dev/zero").returncode == 1


# 9: damage -----------------------------------------------------------------------------------


def test_9_damaged_films_never_break_verify(tmp_path: Path) -> None:
    from trust_films import sealed

    film = tmp_path / "film.mp4"
    sealed(film, frames=2)
    data, chance = film.read_bytes(), random.Random(3)
    verdicts = set()
    for _ in range(12):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 30)):
            damaged[chance.randrange(8, len(damaged))] = chance.randrange(256)
        if chance.random() < 0.4:
            del damaged[chance.randrange(40, len(damaged)) :]
        copy = tmp_path / "copy.mp4"
        copy.write_bytes(damaged)
        try:
            verdicts.add(verify(copy).name)
        except FootageError:
            verdicts.add("no film")
    assert "unchanged" not in verdicts
    assert "unknown-signer" not in verdicts


def test_9_a_damaged_cache_is_worked_out_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    film = project(tmp_path)
    first = scenelang("check", film).stdout
    for entry in (tmp_path / "cache").rglob("*"):
        if entry.is_file():
            entry.write_bytes(b"\x80\x04cos\nsystem\n(S'touch owned'\ntR.")
    assert scenelang("check", film).stdout == first


@pytest.mark.parametrize(
    "text", ['{"shots": [1]}', '{"shots": {"a": 1}}', '{"model": "x"}', "[]", "\x80"]
)
def test_9_a_lock_of_other_values_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "film.lock"
    path.write_text(text.replace("{", f'{{"schema": "{filmlock.SCHEMA}", ', 1), encoding="latin-1")
    with pytest.raises(filmlock.LockError, match="can't be read"):
        filmlock.read_lock(path)


@pytest.mark.parametrize(
    "facts", [b"\xff", b"[]", b'{"pieces": 3}', b'{"pieces": "x", "lengths": [], "hash": ""}']
)
def test_9_a_take_that_a_stranger_wrote_is_damaged(tmp_path: Path, facts: bytes) -> None:
    store = Store(tmp_path)
    store.put("takes", "ab" * 32, facts)  # with a digest that agrees
    with pytest.raises(DamagedEntry):
        open_take(store, "ab" * 32)
    store.put("frames", "ab" * 32 + ".sound0000", b"no safetensors")
    with pytest.raises(DamagedEntry):
        list(Take(store, "ab" * 32, {"sounds": 1}).sounds())


def test_9_a_piece_of_another_length_than_its_take_says_is_damaged(tmp_path: Path) -> None:
    store, key = Store(tmp_path), "ab" * 32
    store.put("frames", f"{key}.0000", packed(clip(1, 64, 36)))
    take = Take(store, key, {"pieces": 1, "lengths": [2]})
    with pytest.raises(DamagedEntry):
        take.frame(1)
    with pytest.raises(DamagedEntry):
        list(take.frames())


def test_4_an_interrupted_take_from_elsewhere_begins_anew(tmp_path: Path) -> None:
    """Its pieces are whole, and what its model needs to go on is nothing of the kind, with a digest that agrees."""
    store, key = Store(tmp_path), "ab" * 32
    TakeWriter(store, key).add(np.zeros((4, 8, 8, 3), np.uint8))
    store.put("latents", f"{key}.0000", b"junk")
    assert TakeWriter(store, key).resume() is None


def test_4_an_embedding_from_elsewhere_is_worked_out_again(tmp_path: Path) -> None:
    store, told = Store(tmp_path), torch.ones(1, 2, 3)
    backend: Any = SimpleNamespace(encode=lambda texts: told)
    for junk in (b"junk", save({"other": told})):
        store.put("texts", embeddings._key("by", "a text"), junk)
        assert torch.equal(embeddings._row(backend, store, "by", "a text"), told[0])
