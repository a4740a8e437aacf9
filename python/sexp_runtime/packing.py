"""msgpack, the format of recordings and variable stores, if it is installed.

A mission runs without it; only its use raises an error.
"""

from __future__ import annotations

import errno
from importlib import import_module
from typing import Any

__all__ = ["MissingMsgpackError", "msgpack"]


class MissingMsgpackError(OSError):
    """msgpack is not installed. It is a file error, so that it is reported like any file that cannot be written."""

    def __init__(self) -> None:
        super().__init__(errno.ENOPKG, "recordings and saved variables need the Python package msgpack")


class _Missing:
    """Replaces msgpack if it is not installed: every use raises MissingMsgpackError."""

    def __getattr__(self, name: str) -> Any:
        raise MissingMsgpackError


def _find() -> Any:
    try:
        return import_module("msgpack")
    except ImportError:
        return _Missing()


msgpack: Any = _find()
