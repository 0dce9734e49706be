"""What is kept on disk: whole or not at all, damage noticed, the least used thrown out, one process a key."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path
from random import Random

import pytest

from scenelang.compiler.scope import project_folder
from scenelang.runtime.leftovers import owned, sweep
from scenelang.runtime.settings import SettingsError, load_settings, size_of
from scenelang.runtime.store import KINDS, DamagedEntry, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def key(number: int) -> str:
    return f"{number * 7919 % 4096:03x}{number:061x}"


def fork(work: object) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()  # type: ignore[operator]
        finally:
            os._exit(0)
    return child


def test_what_was_put_is_got(store: Store) -> None:
    assert store.get("takes", key(1)) is None and not store.has("takes", key(1))
    store.put("takes", key(1), b"one")
    store.put("takes", key(1), b"another")
    store.put("frames", key(1), b"")
    assert store.get("takes", key(1)) == b"another" and store.has("takes", key(1))
    assert store.get("frames", key(1)) == b""
    store.drop(key(1))
    assert store.get("takes", key(1)) is None and store.get("frames", key(1)) is None


@pytest.mark.parametrize("kind", KINDS)
def test_any_damage_is_noticed(store: Store, kind: str) -> None:
    rng = Random(kind)
    for number in range(40):
        name = f"{key(number)}.0001"
        data = rng.randbytes(rng.randrange(1, 300))
        store.put(kind, name, data)  # type: ignore[arg-type]
        path = store.path(kind, name)  # type: ignore[arg-type]
        whole = bytearray(path.read_bytes())
        if number % 4:
            whole[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        else:
            del whole[rng.randrange(len(whole)) :]
        path.write_bytes(whole)
        with pytest.raises(DamagedEntry):
            store.get(kind, name)  # type: ignore[arg-type]
    assert len(list(store.damaged())) == 40


def test_an_entry_under_another_name_is_damage(store: Store) -> None:
    store.put("takes", key(1), b"one")
    store.path("takes", key(1)).rename(store.path("takes", key(1)).with_name(key(1)[:-1] + "f"))
    with pytest.raises(DamagedEntry):
        store.get("takes", key(1)[:-1] + "f")


def test_the_least_used_goes_first_and_as_a_whole(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(5):
        store.put("takes", key(number), b"x" * 10)
        for piece in range(2):
            store.put("frames", f"{key(number)}.{piece:04}", b"x" * 500)
        for _, group in store.groups().items():
            for path in group.files:
                if path.name.startswith(key(number)):
                    os.utime(path, (1000 + number, 1000 + number))
    store.use("takes", key(0))
    count, freed = Store(tmp_path, limit=3500).prune()
    left = {stem for _, stem in store.groups()}
    assert left == {key(0), key(4)} and count == 3 and freed > 3000
    assert store.prune(0)[0] == 2 and not store.groups()


def test_what_this_run_uses_stays_though_it_is_too_much(tmp_path: Path) -> None:
    store = Store(tmp_path, limit=100)
    store.put("takes", key(1), b"x" * 1000)
    store.prune()
    assert store.has("takes", key(1))


def test_processes_killed_while_they_write_leave_whole_entries(store: Store) -> None:
    def write() -> None:
        rng = Random(os.getpid())
        while True:
            number = rng.randrange(30)
            store.put("frames", key(number), bytes([number]) * 20_000)

    rng = Random(1)
    for _ in range(20):
        child = fork(write)
        time.sleep(rng.uniform(0.0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert list(store.damaged()) == []
    for number in range(30):
        assert store.get("frames", key(number)) in (None, bytes([number]) * 20_000)
    store.prune()
    assert not list((store.folder / "work").glob("*")), "what the killed ones left is swept up"


def test_a_key_is_one_process_alone_and_free_when_that_dies(store: Store) -> None:
    out, into = os.pipe()

    def hold() -> None:
        with store.locked(key(1)) as alone:
            os.write(into, b"y" if alone else b"n")
            time.sleep(600)

    child = fork(hold)
    assert os.read(out, 1) == b"y"
    with store.locked(key(1)) as alone:
        assert not alone
    with store.locked(key(2)) as alone:
        assert alone
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with store.locked(key(1)) as alone:
        assert alone


def test_a_full_disk_leaves_nothing_half_written(store: Store) -> None:
    out, into = os.pipe()

    def write() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            store.put("frames", key(1), b"x" * 5000)
        except OSError:
            os.write(into, b"full")

    os.waitpid(fork(write), 0)
    os.close(into)
    assert os.read(out, 4) == b"full"
    assert not store.has("frames", key(1)) and not list((store.folder / "work").iterdir())


def test_only_what_the_dead_left_is_swept(tmp_path: Path) -> None:
    mine, foreign = tmp_path / owned("film.mp4", ".part.mp4"), tmp_path / ".film.mp4.part.mp4"
    for path in (mine, foreign):
        path.touch()

    def leave() -> None:
        (tmp_path / owned("film.mp4", ".part.mp4")).touch()
        (tmp_path / owned("frames", ".part")).mkdir()

    os.waitpid(fork(leave), 0)
    assert len(list(tmp_path.iterdir())) == 4
    assert sweep(tmp_path.iterdir()) == 2
    assert sorted(tmp_path.iterdir()) == sorted([mine, foreign])


# Settings -------------------------------------------------------------------------------------


def test_sizes_are_read() -> None:
    assert [size_of(t) for t in ("0B", "1.5 KB", "20GB", "2 tb")] == [0, 1500, 20 * 10**9, 2 * 10**12]
    for text in ("20", "GB", "-1GB", "1 GiB"):
        with pytest.raises(ValueError, match="such as"):
            size_of(text)


def test_the_projects_settings_hold_for_films_below(tmp_path: Path) -> None:
    (tmp_path / "scenelang.toml").write_text(
        '[cache]\nfolder = "takes"\nsize = "2 GB"\n[price]\nper_hour = 2.0\ndevices = { H100 = 3.5 }\n[budget]\nprice = 5\n'
    )
    project = project_folder(tmp_path / "act" / "film.scene")
    settings = load_settings(project)
    store = settings.store(project)
    assert store is not None and store.folder == tmp_path / "takes" and store.limit == 2 * 10**9
    assert settings.price.of("NVIDIA H100 80GB HBM3") == 3.5 and settings.price.of("cpu") == 2.0
    assert settings.budget.price == 5 and settings.budget.seconds is None


@pytest.mark.parametrize(
    "text", ["[cache", "[cach]\n", '[cache]\nsize = "20"\n', "[budget]\nprice = -1\n", "budget = 3\n"]
)
def test_settings_that_cannot_be_are_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "scenelang.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"scenelang\.toml"):
        load_settings(tmp_path)
