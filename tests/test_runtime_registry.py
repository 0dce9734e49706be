"""Backends are found by name, and loaded only when asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scenelang.runtime.errors import UnknownModel
from scenelang.runtime.registry import BACKENDS, load_backend


def test_an_unknown_model_gets_a_suggestion_and_the_list() -> None:
    with pytest.raises(UnknownModel) as caught:
        load_backend("preview")
    assert str(caught.value) == (
        "there is no model `preview`; did you mean `previz`? there are: "
        + ", ".join(sorted(BACKENDS))
        + "; `scenelang models` lists more"
    )


def test_the_table_loads_no_backend() -> None:
    code = (
        "import sys, scenelang.runtime.registry\n"
        "assert not {'torch', 'diffusers', 'scenelang.runtime.previz.backend'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", sorted(BACKENDS))
def test_every_backend_of_the_table_loads(name: str) -> None:
    backend = load_backend(name)
    assert backend.name == name
    assert BACKENDS[name].description and BACKENDS[name].needs
