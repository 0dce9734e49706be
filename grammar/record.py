"""Records: frozen classes that cost next to nothing to define.

A frozen dataclass compiles six methods when it is defined, about a millisecond; the language has
so many that a check spent more on them than on a film. What all records do is written here once.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform

R = TypeVar("R", bound="Record")


@dataclass_transform(frozen_default=True)
class Record:
    """Like a frozen dataclass: fields by annotation, made by place or name, equal by value and hashable.

    A wrong call raises TypeError, a change AttributeError.
    """

    _fields: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        known = dict.fromkeys(cls._fields)
        for name, kind in vars(cls).get("__annotations__", {}).items():
            if not str(kind).startswith("ClassVar"):
                known[name] = None
        cls._fields = tuple(known)
        cls._defaults = {name: getattr(cls, name) for name in known if hasattr(cls, name)}

    def __init__(self, *args: Any, **named: Any) -> None:
        fields, values = self._fields, self.__dict__
        values.update(zip(fields, args))
        if named:
            if not values.keys().isdisjoint(named):
                raise TypeError(
                    f"{type(self).__name__}: given twice: {', '.join(values.keys() & named)}"
                )
            values.update(named)
        if len(values) < len(fields):
            for name, default in self._defaults.items():
                values.setdefault(name, default)
        if len(args) > len(fields) or len(values) != len(fields) or (named and not self._has(named)):
            raise TypeError(f"{type(self).__name__} takes {', '.join(fields)}; got {', '.join(values)}")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} can't be changed: {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} can't be changed: {name}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self is other or self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        shown = ", ".join(f"{n}={v!r}" for n, v in zip(self._fields, self._values()))
        return f"{type(self).__name__}({shown})"

    def _values(self) -> tuple[Any, ...]:
        values = self.__dict__
        return tuple([values[name] for name in self._fields])

    @classmethod
    def _has(cls, names: dict[str, Any]) -> bool:
        return all(name in cls._fields for name in names)


def replace(record: R, **changes: Any) -> R:
    """A copy with other values in some fields."""
    made = record.__class__.__new__(record.__class__)
    values = made.__dict__
    for name in record._fields:
        values[name] = record.__dict__[name]
    values.update(changes)
    if len(values) != len(record._fields):
        raise TypeError(
            f"{type(record).__name__} takes {', '.join(record._fields)}; got {', '.join(values)}"
        )
    return made
