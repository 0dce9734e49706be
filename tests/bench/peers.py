"""The facts of a film's shots in the formats of its peers, and how those are read."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic import Field as Attribute

from scenelang.grammar import ast
from scenelang.grammar.units import written

Plain = str | list[Any] | dict[str, Any]


class Fact(BaseModel):
    """A node: what it is, and its values by name."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str | list[str] | list[Fact] | Fact]
    is_: str = Attribute(alias="is")


def facts(film: ast.Film) -> list[dict[str, Any]]:
    """All that a film says, as data that one might write by hand: no value is a nest of its own."""
    return [_plain(statement) for statement in film.statements]


def _plain(value: Any) -> Any:
    """A text for a value, a time or a field; else what the node is and what it has."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, ast.Interval):
        return f"{written(value.start)}..{written(value.end) if value.end else ''}"
    if isinstance(value, ast.When):
        after = f"after {value.after.text}" if value.after else ""
        return _plain(value.during) if value.during else f"{after} {_text(value.lasting)}".strip()
    if isinstance(value, ast.Field):
        return " ".join(map(_text, (value.key, *value.values)))
    if isinstance(value, ast.Node) and not isinstance(value, _VALUES):
        own = {name: getattr(value, name) for name in type(value).model_fields if name not in _LAYOUT}
        return {"is": type(value).__name__} | {
            k: _plain(v) for k, v in own.items() if v is not None and v != ()
        }
    return _text(value)


_VALUES = (ast.Quantity, ast.Word, ast.Text, ast.Point, ast.Size, ast.Aspect)
_LAYOUT = ("span", "trivia")


def _text(value: Any) -> str:
    if isinstance(value, ast.Quantity):
        return written(value)
    if isinstance(value, ast.Point):
        return f"({', '.join(map(written, value.coordinates))})"
    return str(getattr(value, "text", getattr(value, "value", value)))


def as_yaml(found: list[dict[str, Any]]) -> str:
    import yaml

    return yaml.dump(found, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)


def yaml_reader(text: str) -> Callable[[], object]:
    import yaml

    adapter = TypeAdapter(list[Fact])
    return lambda: adapter.validate_python(yaml.load(text, Loader=yaml.CSafeLoader))


def as_usda(found: list[dict[str, Any]]) -> str:
    lines = ["#usda 1.0"]
    numbers = count()

    def prim(fact: dict[str, Any], indent: str, name: str) -> None:
        lines.append(f'{indent}def {fact["is"]} "{name}_{next(numbers)}"')
        lines.append(indent + "{")
        inner = indent + "    "
        for key, value in fact.items():
            if key == "is":
                continue
            if isinstance(value, dict):
                prim(value, inner, key)
            elif isinstance(value, list) and value and isinstance(value[0], dict):
                for item in value:
                    prim(item, inner, key)
            elif isinstance(value, list):
                lines.append(f"{inner}string[] {_key(key)} = [{', '.join(map(_quoted, value))}]")
            else:
                lines.append(f"{inner}string {_key(key)} = {_quoted(value)}")
        lines.append(indent + "}")

    for fact in found:
        prim(fact, "", "statement")
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return f"scene:{name}"  # some names are words of the format


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def usd_reader(path: Path) -> Callable[[], object]:
    """Opens a layer and asks for every prim's type and every value, as a program would."""
    from pxr import Sdf

    def read() -> object:
        layer = Sdf.Layer.OpenAsAnonymous(str(path))
        return [_prim(prim) for prim in layer.rootPrims]

    return read


def _prim(spec: Any) -> Any:
    values = {p.name: p.default for p in spec.properties}
    return spec.typeName, values, [_prim(child) for child in spec.nameChildren]
