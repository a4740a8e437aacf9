"""Changes the inputs of fuzz targets: bytes anywhere, or one value inside the msgpack documents that they hold."""

from __future__ import annotations

from random import Random
from typing import Any, Final

import msgpack

from sexp_runtime.monitor.recording import MAGIC as RECORDING_MAGIC
from sexp_runtime.world.persistence import MAGIC as STORE_MAGIC

#: A byte that no msgpack document begins with: it separates the documents of one input.
SEPARATOR: Final = b"\xc1"
#: First bytes that a change leaves as they are.
_HEADS: Final = (STORE_MAGIC, RECORDING_MAGIC)
_TEXTS: Final = (
    "", "0", "-1", "2147483648", "1e999", "nan", "number", "string", "list", "map", "mission-close", "none", "Score",
    "@Score[0]", "&Queue&", "<argument>", "[b]", "\x1b[2J", "\ud800", "x" * 300, "\0", "set_variable", "__setattr__",
    "../x",
)  # fmt: skip
_NUMBERS: Final = (
    0, 1, -1, 2, 31, 255, 256, 65_535, 1 << 31, -(1 << 31), (1 << 63) - 1, -(1 << 63), (1 << 64) - 1, 0.5, -0.0,
    1e308, float("inf"), float("nan"),
)  # fmt: skip
#: Maximum depth at which the values of a document are changed.
_DEPTH: Final = 12


def mutated(data: bytes, draw: Random) -> bytes:
    """Return the input with one to four changes; most inputs that are msgpack stay msgpack."""
    for _ in range(draw.randrange(1, 5)):
        changed = None if draw.randrange(4) == 0 else _structured(data, draw)
        data = _bytes(data, draw) if changed is None else changed
    return data


def _bytes(data: bytes, draw: Random) -> bytes:
    """Return the input with some of its bytes changed, left out or repeated."""
    content = bytearray(data)
    at, length = draw.randrange(len(content) + 1), draw.randrange(1, 40)
    match draw.randrange(4):
        case 0:
            content[at : at + 1] = bytes([draw.randrange(256)])
        case 1:
            del content[at : at + length]
        case 2:
            content[at:at] = content[at : at + length]
        case _:
            other = draw.randrange(len(content) + 1)
            content[at:at] = content[other : other + length]
    return bytes(content)


def _structured(data: bytes, draw: Random) -> bytes | None:
    """Return the input with one value of a msgpack document changed; None if it holds none."""
    head = next((head for head in _HEADS if data.startswith(head)), b"")
    parts = data[len(head) :].split(SEPARATOR)
    at = draw.randrange(len(parts))
    documents = _unpacked(parts[at])
    if documents is None:
        return None
    _change(documents, draw)
    try:
        parts[at] = b"".join(msgpack.packb(one, unicode_errors="surrogatepass") for one in documents)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return head + SEPARATOR.join(parts)


def _unpacked(data: bytes) -> list[Any] | None:
    """Return the msgpack documents that follow one another in the bytes, None where there is none."""
    unpacker = msgpack.Unpacker(strict_map_key=False, unicode_errors="surrogatepass", max_buffer_size=1 << 20)
    try:
        unpacker.feed(data)
        found = list(unpacker)
    except Exception:  # msgpack raises several unrelated types
        return None
    return found if any(isinstance(one, list | dict) for one in found) else None


def _places(value: Any, depth: int = 0) -> list[tuple[Any, Any]]:
    """Return (collection, key or place) of each value in a document."""
    if depth > _DEPTH:
        return []
    found: list[tuple[Any, Any]] = []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        found.append((value, key))
        found += _places(inner, depth + 1)
    return found


def _change(documents: list[Any], draw: Random) -> None:
    places = _places(documents)
    holder, key = draw.choice(places)
    match draw.randrange(8):
        case 0 if isinstance(holder, list):
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(key, holder[draw.randrange(len(holder))])
        case 2:
            other, place = draw.choice(places)
            if isinstance(holder[key], list | dict) or isinstance(other[place], list | dict):
                holder[key] = _value(draw)  # two collections could become parts of one another
            else:
                holder[key], other[place] = other[place], holder[key]
        case 3 if isinstance(holder[key], int | float):
            holder[key] = draw.choice((-holder[key], holder[key] + 1, holder[key] * 2, float(holder[key])))
        case 4 if isinstance(holder[key], str):
            holder[key] = draw.choice((holder[key].upper(), holder[key] * 2, holder[key][1:], holder[key] + "\n"))
        case 5 if isinstance(holder, dict):
            holder[_text(draw)] = holder.pop(key)
        case _:
            holder[key] = _value(draw)


def _text(draw: Random) -> str:
    return draw.choice(_TEXTS)


def _value(draw: Random, depth: int = 2) -> Any:
    match draw.randrange(7 if depth else 4):
        case 0:
            return draw.choice(_NUMBERS)
        case 1:
            return draw.choice((None, True, False))
        case 2 | 3:
            return _text(draw)
        case 4:
            return [_value(draw, depth - 1) for _ in range(draw.randrange(4))]
        case 5:
            return {_text(draw): _value(draw, depth - 1)}
        case _:
            return msgpack.ExtType(draw.randrange(10), msgpack.packb(_value(draw, 0), unicode_errors="surrogatepass"))
