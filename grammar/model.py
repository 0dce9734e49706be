"""Which classes the syntax tree and the Plan are made of: pydantic's, or where only findings are asked, plain ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenelang.grammar import plain

if TYPE_CHECKING or not plain.in_use:
    from pydantic import BaseModel, ConfigDict, Field
else:
    from scenelang.grammar.plain import BaseModel, ConfigDict, Field

__all__ = ["BaseModel", "ConfigDict", "Field"]
