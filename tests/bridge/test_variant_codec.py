"""The tests' own reader and writer of Godot's binary Variants."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from support.godot.variant_codec import FLAG_64, ObjectId, VariantError, decode, encode


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, 0, -1, 2**31 - 1, -(2**31), 2**31, -(2**63), 1.5, -0.0, "", "é☃\0x", b"", b"abcde", [],
        [1, "a", [2.5, None]], {"a": 1, 2: {"b": [True]}},
    ],
)  # fmt: skip
def test_what_is_written_is_read_back(value: Any) -> None:
    data = encode(value)
    assert len(data) % 4 == 0
    assert decode(data) == value


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (struct.pack("<If", 3, 0.5), 0.5),
        (struct.pack("<I3f", 9, 1, 2, 3), (1.0, 2.0, 3.0)),
        (struct.pack("<I3d", 9 | FLAG_64, 1, 2, 3), (1.0, 2.0, 3.0)),
        (struct.pack("<I2i", 6, -4, 5), (-4, 5)),
        (struct.pack("<II2i", 30, 2, 8, 9), [8, 9]),
        (struct.pack("<II4f", 35, 2, 1, 2, 3, 4), [(1.0, 2.0), (3.0, 4.0)]),
        (struct.pack("<IQ", 24 | FLAG_64, 77), ObjectId(77)),
        (struct.pack("<III", 28 | 1 << 16, 2, 1) + encode(6), [6]),
        (struct.pack("<II", 34, 1) + struct.pack("<I4s", 3, b"ab\0\0"), ["ab"]),
    ],
)
def test_forms_that_only_the_engine_writes(data: bytes, value: Any) -> None:
    assert decode(data) == value


@pytest.mark.parametrize("data", [b"", b"\x02\0\0\0\1", struct.pack("<II", 28, 5), struct.pack("<I", 250)])
def test_broken_bytes_are_an_error(data: bytes) -> None:
    with pytest.raises(VariantError):
        decode(data)
