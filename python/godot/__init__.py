"""Godot from Python: engine classes, singletons, enums and value types as attributes, looked up on first use.

`godot.Node` is a class, `godot.Engine` a singleton, `godot.Vector3` a value type, `godot.ERR_BUSY` a constant and
`godot.lerp` a function of the engine. `@godot.expose` makes a Python class known to the engine. The package can only
be imported inside Godot.
"""

from __future__ import annotations

import sys
from typing import Any

if not hasattr(sys, "_godot_handover"):
    raise ImportError(
        "the package 'godot' works only inside Godot: run this in the engine, in a project with pythonscript in it",
        name="godot",
    )

from . import _api
from ._core import (
    AABB,
    RID,
    Basis,
    Callable,
    Color,
    Emitter,
    FreedObjectError,
    NodePath,
    PackedColorArray,
    PackedStringArray,
    PackedVector2Array,
    PackedVector3Array,
    PackedVector4Array,
    Plane,
    Projection,
    Quaternion,
    Rect2,
    Rect2i,
    Signal,
    StringName,
    Transform2D,
    Transform3D,
    Vector2,
    Vector2i,
    Vector3,
    Vector3i,
    Vector4,
    Vector4i,
    VectorReader,
)
from ._errors import push_error_at
from ._expose import export, expose, exposed, signal
from ._types import typed_array

__all__ = [
    "AABB",
    "RID",
    "Basis",
    "Callable",
    "Color",
    "Emitter",
    "FreedObjectError",
    "NodePath",
    "PackedColorArray",
    "PackedStringArray",
    "PackedVector2Array",
    "PackedVector3Array",
    "PackedVector4Array",
    "Plane",
    "Projection",
    "Quaternion",
    "Rect2",
    "Rect2i",
    "Signal",
    "StringName",
    "Transform2D",
    "Transform3D",
    "Vector2",
    "Vector2i",
    "Vector3",
    "Vector3i",
    "Vector4",
    "Vector4i",
    "VectorReader",
    "export",
    "expose",
    "exposed",
    "push_error_at",
    "signal",
    "typed_array",
]


def __getattr__(name: str) -> Any:
    """An engine class, singleton, enum, constant or function; kept as an attribute once found."""
    if name.startswith("_"):
        raise AttributeError(f"module 'godot' has no attribute '{name}'")
    value = _api.lookup(name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_api.names()})
