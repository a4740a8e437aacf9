"""Godot's binary form of Variants, written and read in plain Python, as far as the remote debugger uses it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

#: Set in the header of an int or float that needs eight bytes.
FLAG_64: Final = 1 << 16

NIL, BOOL, INT, FLOAT, STRING = 0, 1, 2, 3, 4
STRING_NAME, NODE_PATH, RID, OBJECT, CALLABLE, SIGNAL, DICTIONARY, ARRAY = 21, 22, 23, 24, 25, 26, 27, 28

#: Value types made of a fixed number of 32-bit floats or ints (doubles when FLAG_64 is set on a float one).
_FLOATS: Final = {5: 2, 7: 4, 9: 3, 11: 6, 12: 4, 14: 4, 15: 4, 16: 6, 17: 9, 18: 12, 19: 16}
_INTS: Final = {6: 2, 8: 4, 10: 3, 13: 4}
_COLOR: Final = 20
#: Packed arrays: struct code of an element and how many make one entry.
_PACKED: Final = {
    30: ("i", 1),
    31: ("q", 1),
    32: ("f", 1),
    33: ("d", 1),
    35: ("f", 2),
    36: ("f", 3),
    37: ("f", 4),
    38: ("f", 4),
}
_PACKED_BYTES: Final = 29
_PACKED_STRINGS: Final = 34


class VariantError(ValueError):
    """Bytes that are no Variant, or a value that has no encoding here."""


@dataclass(frozen=True, slots=True)
class ObjectId:
    """An object that crossed the wire as nothing but its instance id."""

    id: int


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def unpack(self, form: str) -> tuple[Any, ...]:
        size = struct.calcsize("<" + form)
        if self.at + size > len(self.data):
            raise VariantError(f"{size} bytes wanted at {self.at}, the packet has {len(self.data)}")
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += size
        return values

    def word(self) -> int:
        return int(self.unpack("I")[0])

    def text(self) -> str:
        size = self.word()
        raw = self.unpack(f"{size}s")[0]
        self.at += -size % 4
        return str(raw.decode("utf-8", "replace"))


def _typed_container_name(reader: _Reader, kind: int) -> None:
    """Skip the element type that follows the header of a typed array or dictionary."""
    if kind == 1:
        reader.word()
    elif kind in (2, 3):
        reader.text()


def _read(reader: _Reader) -> Any:
    header = reader.word()
    kind, wide = header & 0xFF, bool(header & FLAG_64)
    if kind == NIL:
        return None
    if kind == BOOL:
        return bool(reader.word())
    if kind == INT:
        return reader.unpack("q" if wide else "i")[0]
    if kind == FLOAT:
        return reader.unpack("d" if wide else "f")[0]
    if kind in (STRING, STRING_NAME):
        return reader.text()
    if kind == NODE_PATH:
        return _read_node_path(reader)
    if kind in _FLOATS:
        return reader.unpack(f"{_FLOATS[kind]}{'d' if wide else 'f'}")
    if kind in _INTS:
        return reader.unpack(f"{_INTS[kind]}i")
    if kind == _COLOR:
        return reader.unpack("4f")
    if kind == RID:
        return reader.unpack("Q")[0]
    if kind == OBJECT:
        if not wide:  # the flag bit says "as id" for objects
            raise VariantError("whole objects are not read")
        return ObjectId(reader.unpack("Q")[0])
    if kind == CALLABLE:
        return None
    if kind == SIGNAL:
        name, owner = reader.text(), reader.unpack("Q")[0]
        return (ObjectId(owner), name)
    if kind == DICTIONARY:
        _typed_container_name(reader, header >> 16 & 3)
        _typed_container_name(reader, header >> 18 & 3)
        count = reader.word() & 0x7FFFFFFF
        return {_key(_read(reader)): _read(reader) for _ in range(count)}
    if kind == ARRAY:
        _typed_container_name(reader, header >> 16 & 3)
        return [_read(reader) for _ in range(reader.word() & 0x7FFFFFFF)]
    return _read_packed(reader, kind)


def _key(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _read_node_path(reader: _Reader) -> str:
    names, subnames, flags = reader.word() & 0x7FFFFFFF, reader.word(), reader.word()
    path = "/".join(reader.text() for _ in range(names))
    tail = "".join(":" + reader.text() for _ in range(subnames))
    return ("/" if flags & 1 else "") + path + tail


def _read_packed(reader: _Reader, kind: int) -> Any:
    if kind == _PACKED_BYTES:
        size = reader.word()
        raw = reader.unpack(f"{size}s")[0]
        reader.at += -size % 4
        return raw
    if kind == _PACKED_STRINGS:
        return [reader.text().rstrip("\0") for _ in range(reader.word())]
    if kind in _PACKED:
        code, width = _PACKED[kind]
        count = reader.word()
        flat = reader.unpack(f"{count * width}{code}")
        return list(flat) if width == 1 else [flat[i : i + width] for i in range(0, len(flat), width)]
    raise VariantError(f"unknown Variant type {kind}")


def decode(data: bytes) -> Any:
    """Return the Python value of one encoded Variant; math types become tuples of numbers.

    Raises VariantError when the bytes end early or name an unknown type.
    """
    return _read(_Reader(data))


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<I", len(raw)) + raw + b"\0" * (-len(raw) % 4)


def encode(value: Any) -> bytes:
    """Return the encoded Variant of None, bool, int, float, str, bytes, list, tuple or dict.

    Raises VariantError for any other type.
    """
    if value is None:
        return struct.pack("<I", NIL)
    if isinstance(value, bool):
        return struct.pack("<II", BOOL, value)
    if isinstance(value, int):
        if -(2**31) <= value < 2**31:
            return struct.pack("<Ii", INT, value)
        return struct.pack("<Iq", INT | FLAG_64, value)
    if isinstance(value, float):
        return struct.pack("<Id", FLOAT | FLAG_64, value)
    if isinstance(value, str):
        return struct.pack("<I", STRING) + _text(value)
    if isinstance(value, bytes):
        return struct.pack("<II", _PACKED_BYTES, len(value)) + value + b"\0" * (-len(value) % 4)
    if isinstance(value, list | tuple):
        return struct.pack("<II", ARRAY, len(value)) + b"".join(encode(item) for item in value)
    if isinstance(value, dict):
        parts = [encode(part) for pair in value.items() for part in pair]
        return struct.pack("<II", DICTIONARY, len(value)) + b"".join(parts)
    raise VariantError(f"no Variant encoding for {type(value).__name__}")
