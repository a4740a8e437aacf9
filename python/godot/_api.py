"""Reads the compact description of the engine's API and creates each Python class on first use."""

from __future__ import annotations

import enum
import keyword
import marshal
import re
from pathlib import Path
from typing import Any

from . import _core

FORMAT = 3
PATH = Path(__file__).with_name("_api.dat")
VIRTUAL = 8
STATIC = 4

header: dict[str, Any] = {}
classes: dict[str, type] = {}
exposed: dict[str, type] = {}
started = False  # whether all modules of the project setting are imported
_base = 0


def load() -> dict[str, Any]:
    """Read everything but the classes. RuntimeError if the file is missing or of another build."""
    global _base
    try:
        with PATH.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header.update(marshal.loads(file.read(size)))
    except (OSError, ValueError, EOFError, TypeError) as problem:
        raise RuntimeError(f"{PATH.name} cannot be read ({problem}): build the binding again") from None
    if header.get("format") != FORMAT:
        raise RuntimeError(f"{PATH.name} is of another version of the binding: build the binding again")
    _base = 8 + size
    return header


def find_class(name: str) -> type:
    """The Python class of an engine class; for a class missing in the API, that of its nearest known parent."""
    found = classes.get(name) or exposed.get(name)
    if found is not None:
        return found
    if name in header["classes"]:
        return _make_class(name)
    parent: str = lookup("ClassDB").get_parent_class(name)
    return find_class(parent or "Object")


def _make_class(name: str) -> type:
    parent, offset, size, flags = header["classes"][name]
    base: type = find_class(parent) if parent else _core.Object
    with PATH.open("rb") as file:
        file.seek(_base + offset)
        methods, properties, signals, constants, enums = marshal.loads(file.read(size))
    members: dict[str, Any] = {"__slots__": (), "__module__": "godot", "__qualname__": name}
    members.update(constants)
    for title, (bitfield, values) in enums.items():
        members[title] = LazyEnum(title, bitfield, values)
    made: dict[str, _core.Method] = {}
    for title, number, bits, *signature in methods:
        if bits & VIRTUAL:
            members[title] = _core.VirtualMethod(title, signature[0], signature[2])
            continue
        made[title] = method = _core.Method(None, name, (title, number, bits, *signature))
        members[title] = staticmethod(method) if bits & STATIC else method
        if keyword.iskeyword(title):
            members[title + "_"] = members[title]
    if not parent:
        for title in ("_notification", "_to_string", "_get", "_set"):
            members[title] = _core.VirtualMethod(title)
    for title, getter, setter, index in properties:
        if title not in members:
            read, write = (made.get(accessor) or _inherited(base, accessor) for accessor in (getter, setter))
            members[title] = _core.Property(title, read, write, None if index < 0 else index)
    for title in signals:
        members.setdefault(title, _core.SignalMember(title))
    result = type(name, (base,), members)
    _core.use_direct_attributes(result)
    for method in made.values():
        method.owner = result
    info = _core.ClassInfo(name, name, bool(flags & 1), bool(flags & 2), result)
    result._godot_class = info  # type: ignore[attr-defined]  # a class attribute that type() does not know of
    classes[name] = result
    return result


def _inherited(base: type, name: str) -> Any:
    found = getattr(base, name, None) if name else None
    return found if isinstance(found, _core.Method) else None


class LazyEnum:
    """An enum of an engine class: becomes an IntEnum or IntFlag when it is first read."""

    def __init__(self, name: str, bitfield: bool, values: dict[str, int]) -> None:
        self.name, self.bitfield, self.values = name, bitfield, values
        self.made: Any = None

    def __get__(self, instance: object, owner: type) -> Any:
        if self.made is None:
            self.made = make_enum(self.name, self.bitfield, self.values)
        return self.made


def make_enum(name: str, bitfield: bool, values: dict[str, int]) -> Any:
    """The IntFlag or IntEnum of an enum of the engine."""
    kind: Any = enum.IntFlag if bitfield else enum.IntEnum
    return kind(name, values, module="godot")


def lookup(name: str) -> Any:
    """The object that `godot.<name>` means. AttributeError for an unknown name."""
    if name in header["singletons"]:
        engine = classes.get("Engine") or find_class("Engine")
        instance = _core.singleton("Engine")
        if name == "Engine":
            return instance
        if isinstance(instance, engine) and instance.has_singleton(name):  # type: ignore[attr-defined]  # made at run time
            return _core.singleton(name)
        raise AttributeError(f"the singleton {name} is not available here (some exist in the editor only)")
    if name in header["classes"]:
        return find_class(name)
    if name in exposed:
        return exposed[name]
    if name in header["enums"]:
        return make_enum(name, *header["enums"][name])
    if name in header["constants"]:
        return header["constants"][name]
    if name in header["utilities"]:
        number, vararg, code, of, kinds, names_of, arguments, defaults = header["utilities"][name]
        return _core.Utility(name, (number, vararg, code, of, kinds, names_of, arguments, defaults))
    raise AttributeError(f"module 'godot' has no attribute '{name}'")


def names() -> list[str]:
    """Everything that `lookup` can find."""
    return [name for part in ("singletons", "classes", "enums", "constants", "utilities") for name in header[part]]


_NUMBER = re.compile(r"-?[0-9.]+(e-?[0-9]+)?")
_VALUE = re.compile(r"(\w+)\(([-0-9., e]*)\)")


def parse_default(text: str) -> tuple[bool, Any]:
    """A default value as the API spells it -> (understood, value)."""
    simple: dict[str, Any] = {
        "null": None,
        "true": True,
        "false": False,
        "[]": [],
        "{}": {},
        '""': "",
        '&""': "",
        '^""': "",
    }
    if text in simple:
        return True, simple[text]
    if _NUMBER.fullmatch(text):
        return True, float(text) if "." in text or "e" in text else int(text)
    if len(text) > 1 and text[0] == text[-1] == '"' and "\\" not in text:
        return True, text[1:-1]
    if text == 'NodePath("")':
        return True, ""
    match = _VALUE.fullmatch(text)
    if match and match[2] and match[1] in ("Vector2", "Vector2i", "Vector3", "Vector3i", "Color", "Rect2"):
        numbers = [float(part) if not match[1].endswith("i") else int(part) for part in match[2].split(",")]
        return True, getattr(_core, match[1])(*numbers)
    return False, None
