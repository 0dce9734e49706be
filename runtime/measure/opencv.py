"""OpenCV, which the measures of a take need and nothing else does."""

from __future__ import annotations

from typing import Any

from scenelang.runtime.errors import RenderError

HINT = "pip install 'scenelang[measure]'"


class NoOpenCV(RenderError):
    """OpenCV isn't installed."""


def _opencv() -> Any:
    try:
        import cv2
    except ImportError as error:
        raise NoOpenCV("measuring a take needs the package opencv-python-headless", HINT) from error
    return cv2


cv2 = _opencv()
