"""The size of a set: by name, by what happens there, the same for all shots of a place."""

from __future__ import annotations

import pytest
from films import plan_text

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.set_size import SetSize, extent_of, set_size

FILM = """scenelang 1
film "Sets" { size 640x360; fps 12 }
character mara "a woman in a red coat"
place here "a PLACE"
shot a 1s in here {
  mara at (0m, 0m)
}
shot b 1s in here {
  mara at (6m, -9m)
  0s.. mara walks forward 2m
}
"""


@pytest.mark.parametrize(
    ("place", "size"),
    [
        ("street", SetSize("street", 9.0, 11.0, 5.6)),  # 3 m beyond 6
        ("market", SetSize("street", 9.0, 11.0)),
        ("room", SetSize("room", 12.0, 3.4)),  # 3 m beyond 9
        ("cave", SetSize("cave", 12.5, 5.5)),
        ("beach", SetSize("open", edge=13.0, axis=2)),  # the water begins 4 m behind
        ("desert", SetSize()),
    ],
)
def test_a_set_holds_what_happens_in_all_of_its_shots(place: str, size: SetSize) -> None:
    plan = plan_text(FILM.replace("PLACE", place))
    found = plan.place("here")
    assert found is not None
    assert set_size(found.set, extent_of(plan, "here")) == size
    tensors = [condition_shot(plan, shot).set_7.tolist() for shot in plan.shots]
    assert tensors[0] == tensors[1]
    assert tensors[0][:3] == [size.shape == s for s in ("street", "room", "cave")]
    assert tensors[0][3:5] == [size.width, pytest.approx(size.height)]
    assert tensors[0][5:] == [pytest.approx(size.edge * (size.axis == axis)) for axis in (0, 2)]
