"""What can go wrong between a plan and its film, said so that the reader knows what to do next."""

from __future__ import annotations


class RenderError(Exception):
    """Something stopped a render. `hint` says what to do next."""

    def __init__(self, message: str, hint: str = ""):
        self.message = message
        self.hint = hint
        super().__init__(f"{message}; {hint}" if hint else message)


class OutputError(RenderError):
    """The film can't be written where it should go."""


class TakeError(RenderError):
    """The frames of a shot aren't what its plan asks for: too few, or of another size."""


class UnknownModel(RenderError):
    """No backend has this name."""
