"""What stands for pydantic's models in a process that only checks films: frozen, with defaults, unvalidated.

Importing pydantic and defining the nodes' models takes twice as long as a check. The parser
and the planner make nodes of values that need no validation (Node.made), and nobody else
sees the nodes of a process that prints findings and ends. So `scenelang check` chooses these.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, Self

in_use = False  # said by the command line before anything of the language is imported

_REQUIRED: Any = ...


class _Field:
    def __init__(self, default: Any):
        self.default = default


class BaseModel:
    """As much of pydantic's BaseModel as checking a film takes; see grammar/model.py."""

    __slots__ = (
        "__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__",
    )  # fmt: skip
    model_fields: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        own = {
            name: _Field(cls.__dict__.get(name, _REQUIRED))
            for name, kind in vars(cls).get("__annotations__", {}).items()
            if not kind.startswith("ClassVar")
        }
        cls.model_fields = {**cls.model_fields, **own}
        cls.__pydantic_init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(cls) -> None:
        pass

    def __init__(self, **values: Any) -> None:
        for name, field in self.model_fields.items():
            if field.default is not _REQUIRED:
                values.setdefault(name, field.default)
        if values.keys() != self.model_fields.keys():
            raise TypeError(f"{type(self).__name__} takes {', '.join(self.model_fields)}")
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} can't be changed: {name}")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.__dict__!r})"

    def model_copy(self, *, update: dict[str, Any]) -> Self:
        made = self.__class__.__new__(self.__class__)
        made.__dict__.update(self.__dict__)
        made.__dict__.update(update)
        return made


def ConfigDict(**settings: Any) -> dict[str, Any]:
    return settings


def Field(default: Any = _REQUIRED, **about: Any) -> Any:
    return default
