"""The whole API: every class, every method, and objects of every ordinary class."""

from __future__ import annotations

from typing import Any

import godot
from godot import _api, _core


def check_every_class_and_method(node: Any) -> None:
    """Every class of the API can be made a Python class, and every method of the game's part is in this engine."""
    methods = 0
    for name in _api.header["classes"]:
        made = _api.find_class(name)
        assert made.__name__ == name
        if godot.ClassDB.class_get_api_type(name) != godot.ClassDB.API_CORE:
            continue
        for member in vars(made).values():
            method = member.__func__ if isinstance(member, staticmethod) else member
            if isinstance(method, _core.Method):
                assert method.is_available, (name, method.name)
                methods += 1
    assert methods > 8000


def check_every_ordinary_object(node: Any) -> None:
    """Objects of all classes that a game can make are made, their properties read, and freed."""
    made = read = 0
    for name, (_, _, _, flags) in _api.header["classes"].items():
        if not flags & 2 or name in _api.header["singletons"] or not godot.ClassDB.can_instantiate(name):
            continue
        if godot.ClassDB.class_get_api_type(name) != godot.ClassDB.API_CORE:
            continue
        if "Extension" in name or name.startswith(("Physics", "OpenXR", "XR")):
            continue  # parts of servers, which the engine itself does not survive to be made and freed so
        made += 1
        thing = _api.find_class(name)()
        if isinstance(thing, godot.Resource | godot.Control | godot.Node3D):
            for key in dir(type(thing)):
                if isinstance(getattr(type(thing), key, None), _core.Property):
                    getattr(thing, key)
                    read += 1
        if not isinstance(thing, godot.RefCounted):
            thing.free()
    assert made > 500 and read > 5000
