"""Packs moves of ships, nearly all that a recording holds, as msgpack does, but several times as fast."""

from __future__ import annotations

import struct
from math import isfinite
from typing import Any, Final

from sexp_runtime.packing import msgpack
from sexp_runtime.world.ships import Ship

_SHIP: Final = 1  # the extension type of a ship, see `recording`
#: The largest phase that takes one byte.
_LARGEST_PHASE: Final = 0x7F
#: An array of so many numbers: its mark, then each number with a mark before it.
_POINT: Final = struct.Struct(">BBdBdBd")
_TURN: Final = struct.Struct(">BBdBdBdBdBdBdBdBdBd")
_NONE: Final = b"\xc0"
_PLAIN_END: Final = b"\x80"
_JUMP: Final = frozenset({"jump"})
_JUMPS: Final = b"\x81\xa4jump\xc3"
_NO_JUMP: Final = b"\x81\xa4jump\xc2"
_FEWEST: Final = 2
_MOST: Final = 4


class MovePacker:
    """Packs calls of `move_ship` as changes of a recording."""

    __slots__ = ("_heads",)

    def __init__(self) -> None:
        self._heads: dict[tuple[int, int, str], bytes] = {}

    def pack(self, phase: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes | None:
        """Return a move packed: [phase, "", "move_ship", arguments, keyword arguments]; None for an unusual form.

        Usual are a ship, its position, and none, one or both of velocity and orientation by place; `jump` by name; and
        numbers whose sum is finite.
        """
        count = len(args)
        if not kwargs:
            end = _PLAIN_END
        elif kwargs.keys() == _JUMP and type(kwargs["jump"]) is bool:
            end = _JUMPS if kwargs["jump"] else _NO_JUMP
        else:
            return None
        if not _FEWEST <= count <= _MOST or phase > _LARGEST_PHASE or type(args[0]) is not Ship:
            return None
        key = (phase, count, args[0].key)
        packed = self._heads.get(key) or self._learn(key)
        try:
            x, y, z = args[1]
            total = x + y + z
            packed += _POINT.pack(0x93, 0xCB, x, 0xCB, y, 0xCB, z)
            if count > 2:
                if args[2] is None:
                    packed += _NONE
                else:
                    x, y, z = args[2]
                    total += x + y + z
                    packed += _POINT.pack(0x93, 0xCB, x, 0xCB, y, 0xCB, z)
            if count == _MOST:
                if args[3] is None:
                    packed += _NONE
                else:
                    a, b, c, d, e, f, g, h, i = args[3]
                    total += a + b + c + d + e + f + g + h + i
                    packed += _TURN.pack(
                        0x99, 0xCB, a, 0xCB, b, 0xCB, c, 0xCB, d, 0xCB, e, 0xCB, f, 0xCB, g, 0xCB, h, 0xCB, i
                    )
            if not isfinite(total):
                return None
        except (TypeError, ValueError, OverflowError, struct.error):
            return None
        return packed + end

    def _learn(self, key: tuple[int, int, str]) -> bytes:
        """Return how the moves of a ship begin in a phase and with a number of arguments."""
        phase, count, ship = key
        start: bytes = msgpack.packb([phase, "", "move_ship"])
        reference: bytes = msgpack.packb(msgpack.ExtType(_SHIP, ship.encode()))
        head = self._heads[key] = bytes([0x95]) + start[1:] + bytes([0x90 + count]) + reference
        return head
