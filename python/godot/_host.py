"""The class `PythonHost`, with which GDScript reaches Python modules without an exposed class."""

from __future__ import annotations

import sys
from typing import Any

import godot

from . import _api, _errors


@godot.expose(tool=True)
class PythonHost(godot.RefCounted):
    """Imports Python modules and calls their functions from GDScript."""

    @staticmethod
    def version() -> str:
        """The version of the running Python, like 3.11.2."""
        return ".".join(str(part) for part in sys.version_info[:3])

    @staticmethod
    def import_module(name: str) -> bool:
        """Import a Python module by its dotted name. False, with one error in the output, if that fails."""
        return _errors.import_reported(name) is not None

    @staticmethod
    def create(class_name: str) -> Any:
        """Make an instance of an exposed class, also of one that was exposed after the engine's start."""
        return _api.exposed[class_name]()

    @staticmethod
    def call_function(module: str, function: str, arguments: list[Any] = []) -> Any:  # noqa: B006  # never changed
        """Call a function of a Python module with an array of arguments and return what it returns."""
        found = _errors.import_reported(module)
        return None if found is None else getattr(found, function)(*arguments)
