"""msgpack, which recordings and stores of variables are written with, where it is installed.

A mission runs without it: only its use says that it is missing.
"""

from __future__ import annotations

import errno
from importlib import import_module
from typing import Any

__all__ = ["MissingMsgpackError", "msgpack"]


class MissingMsgpackError(OSError):
    """msgpack is not installed. As the error of a file that cannot be written, it is told wherever such errors are."""

    def __init__(self) -> None:
        super().__init__(errno.ENOPKG, "recordings and saved variables need the Python package msgpack")


class _Missing:
    """Stands for msgpack: every use raises MissingMsgpackError."""

    def __getattr__(self, name: str) -> Any:
        raise MissingMsgpackError


def _find() -> Any:
    try:
        return import_module("msgpack")
    except ImportError:
        return _Missing()


msgpack: Any = _find()
