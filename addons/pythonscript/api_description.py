"""Turns the engine's API description (JSON) into a compact file from which the binding reads single classes.

Read leniently: keys that are not known are ignored, and a class or method that cannot be understood is left out and
counted, never an error. Only what the binding itself needs to run is required.
"""

from __future__ import annotations

import json
import marshal
import os
from pathlib import Path
from typing import Any

FORMAT = 3
#: The form of marshal that every Python from 3.11 on reads.
MARSHAL = 4

_TYPE_NAMES = (
    "Nil bool int float String Vector2 Vector2i Rect2 Rect2i Vector3 Vector3i Transform2D Vector4 "
    "Vector4i Plane Quaternion AABB Basis Transform3D Projection Color StringName NodePath RID Object "
    "Callable Signal Dictionary Array PackedByteArray PackedInt32Array PackedInt64Array "
    "PackedFloat32Array PackedFloat64Array PackedStringArray PackedVector2Array PackedVector3Array "
    "PackedColorArray PackedVector4Array "
)
VARIANT_TYPES = tuple(_TYPE_NAMES.split())
TYPE_CODE = {name: code for code, name in enumerate(VARIANT_TYPES)}
OBJECT = TYPE_CODE["Object"]
VARIANT = 64
UNSUPPORTED = 255

# Bits of a method's flags.
CONST, VARARG, STATIC, VIRTUAL = 1, 2, 4, 8

# Methods of builtin types that the conversions call by pointer.
CONVERSION_METHODS = {
    "Array": ("size", "resize"),
    "Dictionary": ("keys", "values"),
    **{name: ("size", "resize") for name in VARIANT_TYPES if name.startswith("Packed")},
}

REQUIRED_METHODS = {
    "Object": ("notification", "connect", "disconnect", "is_connected", "emit_signal", "has_signal", "has_method"),
    "RefCounted": ("init_ref", "reference", "unreference", "get_reference_count"),
}


def type_code(text: str, classes: frozenset[str]) -> tuple[int, str | None]:
    """The code of a type of the description, and the class name if it is an engine class."""
    if text in TYPE_CODE:
        return TYPE_CODE[text], None
    if text == "Variant":
        return VARIANT, None
    if text.startswith(("enum::", "bitfield::")):
        return TYPE_CODE["int"], None
    if text.startswith("typedarray::"):
        return TYPE_CODE["Array"], None
    if text.startswith("typeddictionary::"):
        return TYPE_CODE["Dictionary"], None
    if text in classes:
        return OBJECT, None if text == "Object" else text
    return UNSUPPORTED, None


class Writer:
    """Collects the classes of one API description; `write` puts them into a file."""

    def __init__(self, description: dict[str, Any]) -> None:
        self.description = description
        self.class_names = frozenset(entry["name"] for entry in description["classes"])
        self.left_out = 0

    def signature(self, entry: dict[str, Any]) -> tuple[Any, ...]:
        """(return code, return class, argument codes, argument classes, argument names, defaults as text)."""
        result = entry.get("return_value", {}).get("type") or entry.get("return_type") or "Nil"
        return_code, return_class = type_code(result, self.class_names)
        arguments = entry.get("arguments", [])
        types = [type_code(argument["type"], self.class_names) for argument in arguments]
        classes = tuple(name for _, name in types)
        defaults = tuple(argument["default_value"] for argument in arguments if "default_value" in argument)
        return (
            return_code,
            return_class,
            bytes(code for code, _ in types),
            classes if any(classes) else None,
            tuple(argument["name"] for argument in arguments),
            defaults,
        )

    def method(self, entry: dict[str, Any]) -> tuple[Any, ...]:
        """(name, hash, flags) and the signature."""
        flags = (
            (CONST if entry.get("is_const") else 0)
            | (VARARG if entry.get("is_vararg") else 0)
            | (STATIC if entry.get("is_static") else 0)
            | (VIRTUAL if entry.get("is_virtual") else 0)
        )
        return (entry["name"], entry.get("hash", 0), flags, *self.signature(entry))

    def class_blob(self, entry: dict[str, Any]) -> bytes:
        """One class: methods, properties (name, getter, setter, index), signals, constants, enums."""
        methods = []
        for method in entry.get("methods", []):
            try:
                methods.append(self.method(method))
            except (KeyError, TypeError):
                self.left_out += 1
        constants = {item["name"]: item["value"] for item in entry.get("constants", [])}
        enums = {}
        for enum in entry.get("enums", []):
            values = {item["name"]: item["value"] for item in enum["values"]}
            enums[enum["name"]] = (bool(enum.get("is_bitfield")), values)
            constants.update(values)
        properties = [
            (item["name"], item.get("getter", ""), item.get("setter", ""), item.get("index", -1))
            for item in entry.get("properties", [])
            if item["name"].isidentifier()
        ]
        signals = [item["name"] for item in entry.get("signals", [])]
        return marshal.dumps((methods, properties, signals, constants, enums), MARSHAL)

    def builtins(self) -> dict[str, Any]:
        """For each builtin value type: the offsets of its members, its other members, methods and constants."""
        offsets: dict[str, Any] = {}
        for table in self.description["builtin_class_member_offsets"]:
            if table["build_configuration"] == "float_64":
                for item in table["classes"]:
                    offsets[item["name"]] = [(m["member"], m["offset"], m["meta"]) for m in item["members"]]
        result = {}
        for entry in self.description["builtin_classes"]:
            if entry["name"] not in TYPE_CODE:
                self.left_out += 1
                continue
            result[entry["name"]] = {
                "offsets": offsets.get(entry["name"], []),
                "members": [item["name"] for item in entry.get("members", [])],
                "methods": [(item["name"], bool(item.get("is_static"))) for item in entry.get("methods", [])],
                "constants": [item["name"] for item in entry.get("constants", [])],
            }
        return result

    def header(self) -> dict[str, Any]:
        """The data that the binding reads at start: everything but the classes themselves."""
        description = self.description
        by_name = {entry["name"]: entry for entry in description["classes"]}
        builtin = {entry["name"]: entry for entry in description["builtin_classes"]}
        hashes: dict[str, dict[str, int]] = {}
        for class_name, names in REQUIRED_METHODS.items():
            found = {item["name"]: item["hash"] for item in by_name[class_name]["methods"] if "hash" in item}
            hashes[class_name] = {name: found[name] for name in names}
        for type_name, names in CONVERSION_METHODS.items():
            found = {item["name"]: item["hash"] for item in builtin[type_name]["methods"]}
            hashes[type_name] = {name: found[name] for name in names}
        enums = {
            enum["name"]: (bool(enum.get("is_bitfield")), {item["name"]: item["value"] for item in enum["values"]})
            for enum in description.get("global_enums", [])
            if "." not in enum["name"]
        }
        constants = {item["name"]: item["value"] for item in description.get("global_constants", [])}
        for enum in description.get("global_enums", []):
            constants.update({item["name"]: item["value"] for item in enum["values"]})
        version = description["header"]
        return {
            "format": FORMAT,
            "version": tuple(version[key] for key in ("version_major", "version_minor", "version_patch")),
            "hashes": hashes,
            "singletons": {item["name"]: item["type"] for item in description.get("singletons", [])},
            "enums": enums,
            "constants": constants,
            "utilities": {
                item["name"]: (item["hash"], bool(item.get("is_vararg")), *self.signature(item))
                for item in description.get("utility_functions", [])
            },
            "builtins": self.builtins(),
            "types": {name: code for name, code in TYPE_CODE.items() if name != "Nil"},
        }

    def write(self, path: Path) -> None:
        """Write the file atomically: 8 bytes length, header, then one blob per class."""
        header = self.header()
        blobs, classes, offset = [], {}, 0
        for entry in self.description["classes"]:
            blob = self.class_blob(entry)
            flags = (1 if entry.get("is_refcounted") else 0) | (2 if entry.get("is_instantiable") else 0)
            classes[entry["name"]] = (entry.get("inherits", ""), offset, len(blob), flags)
            blobs.append(blob)
            offset += len(blob)
        header["classes"] = classes
        packed = marshal.dumps(header, MARSHAL)
        temporary = path.with_name(path.name + ".new")
        with temporary.open("wb") as file:
            file.write(len(packed).to_bytes(8, "little"))
            file.write(packed)
            file.writelines(blobs)
        os.replace(temporary, path)


def convert(source: Path, target: Path) -> int:
    """Write `target` from the JSON file `source`; returns the number of unknown entries, which are left out.

    Raises ValueError where the engine is one the binding cannot work with.
    """
    description = json.loads(source.read_text(encoding="utf-8"))
    if description["header"].get("precision", "single") != "single":
        raise ValueError("this engine is a double-precision build, which the binding does not support")
    writer = Writer(description)
    writer.write(target)
    return writer.left_out
