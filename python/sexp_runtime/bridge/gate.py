"""The gate: converts values from a game, or refuses them with one line that gives the reason.

Facts are whole numbers of 32 bits, finite numbers, texts or truths. Values of calls and of signals of tracked nodes go
through the same functions. Behind the gate no further checks are needed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.catalog.rows import nearest_names

if TYPE_CHECKING:
    from sexp_runtime.world.ships import Matrix, Vector
    from sexp_runtime.world.world import World

#: The whole numbers of the language (B1).
LEAST_WHOLE: Final = -(2**31)
MOST_WHOLE: Final = 2**31 - 1
#: The largest number that the original's 32-bit floating point holds.
LARGEST: Final = 3.4028234e38
#: How many refusals are remembered, so that each is reported once.
MOST_REMEMBERED: Final = 4096
#: Most characters of a value in a line.
SHOWN: Final = 60
#: The message of methods that need a mission when there is none.
NO_MISSION: Final = "no mission is loaded; call load_mission first"

_WHOLE_TEXT: Final = re.compile(r"\s*[+-]?\d+\s*")


class RefusedError(ValueError):
    """A value that is refused; its text gives the reason, as the end of the sentence "X cannot be 5: ..."."""


def whole_number(value: Any) -> int:
    """Return a 32-bit whole number: true is 1, a fraction is truncated, larger values are clamped (B1).

    Raises RefusedError for null, non-numeric texts, lists, NaN, infinities and floating numbers beyond 32 bits.
    """
    if isinstance(value, str):
        if _WHOLE_TEXT.fullmatch(value) is None or len(value) > SHOWN:
            raise RefusedError("expected a whole number")
        value = int(value)
    if isinstance(value, int):
        return min(max(int(value), LEAST_WHOLE), MOST_WHOLE)
    if isinstance(value, float) and LEAST_WHOLE - 1 < value < MOST_WHOLE + 1:
        return int(value)
    raise RefusedError("expected a whole number of 32 bits" if isinstance(value, float) else "expected a whole number")


def number(value: Any) -> float:
    """Return a finite number; raises RefusedError for everything else."""
    if isinstance(value, float):
        if -LARGEST <= value <= LARGEST:
            return value
        raise RefusedError("expected a finite number")
    if isinstance(value, int):
        return float(min(max(value, -(2**63)), 2**63))
    raise RefusedError("expected a number")


def truth(value: Any) -> bool:
    """Return whether a number or a bool is not 0; raises RefusedError for everything else."""
    if isinstance(value, bool):
        return value
    return number(value) != 0.0


def text(value: Any) -> str:
    """Return a text without NUL characters; raises RefusedError for everything else."""
    if not isinstance(value, str):
        raise RefusedError("expected a text")
    if "\0" in value:
        raise RefusedError("expected a text without NUL characters")
    return str(value)


def vector(value: Any) -> Vector:
    """Return a Godot vector as metres in space: the plane of a Vector2 lies at height 0, its y axis is z.

    Raises RefusedError for values that are not vectors, and for positions that are not finite.
    """
    try:
        z = getattr(value, "z", None)
        found = (float(value.x), 0.0, float(value.y)) if z is None else (float(value.x), float(value.y), float(z))
    except (AttributeError, TypeError, ValueError):
        raise RefusedError("expected a Vector2 or a Vector3") from None
    if not math.isfinite(found[0] + found[1] + found[2]):
        raise RefusedError("expected finite coordinates")
    return found


def matrix(value: Any) -> Matrix:
    """Return an orientation (right, up, forward) from a Basis, or from the angle in radians of a node in the plane.

    In space an object's front is its +z axis; in the plane it is its +x axis. Raises RefusedError for everything else.
    """
    if isinstance(value, int | float):
        angle = number(value)
        c, s = math.cos(angle), math.sin(angle)
        return (s, 0.0, -c, 0.0, 1.0, 0.0, c, 0.0, s)
    try:
        axes = (value.x, value.y, value.z)
    except AttributeError:
        raise RefusedError("expected a Basis or an angle") from None
    parts = [vector(axis) for axis in axes]
    return (*parts[0], *parts[1], *parts[2])


def meant(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" with the known names that look like the given one, or an empty text."""
    near = nearest_names(name, known)
    return f"; did you mean {' or '.join(repr(found) for found in near)}?" if near else ""


def choices(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name: the names that look like it, and all known names."""
    names = list(known)
    near = meant(name, names)
    return f"{near} There are {', '.join(names)}" if near else f"; there are {', '.join(names)}"


def set_variable(world: World, name: str, value: Any) -> None:
    """Set a variable of the mission to a value of its type; raises RefusedError, for an unknown name, too."""
    variables = world.variables
    index = variables.index(name)
    if index is None:
        raise RefusedError(
            f"the mission has no variable {name!r}{meant(name, (known for known in variables.names if known))}"
        )
    if variables.types[index] == "number":
        variables.set_number(index, whole_number(value))
    elif isinstance(value, int):
        variables.set_number(index, whole_number(value))  # the table keeps it as text
    else:
        variables.set_text(index, text(value))


def shown(value: Any) -> str:
    """Return a value as short text in one line, as GDScript calls it."""
    found = "null" if value is None else repr(value)
    return found if len(found) <= SHOWN else found[:SHOWN] + "..."


class Gate:
    """Reports each refusal once, until another value arrives for the same fact of the same object.

    `report(text)` is called with the line.
    """

    __slots__ = ("_report", "refusals")

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        #: The refused values, as text, by subject and fact.
        self.refusals: dict[tuple[str, str], str] = {}

    def clear(self) -> None:
        """Forget all refusals: another mission begins."""
        self.refusals.clear()

    def accepted(self, subject: str, fact: str) -> None:
        """A value was accepted: the next refusal is reported again."""
        if self.refusals:
            self.refusals.pop((subject, fact), None)

    def refused(self, subject: str, fact: str, value: Any, reason: Exception) -> None:
        """Report a refused value, unless the last value was refused, too, and is equal."""
        key, found = (subject, fact), shown(value)
        if self.refusals.get(key) == found:
            return
        if len(self.refusals) >= MOST_REMEMBERED:
            self.refusals.clear()
        self.refusals[key] = found
        self._report(f"{subject}: {fact} cannot be {found}: {reason}")

    def once(self, subject: str, line: str) -> None:
        """Report a line once until `accepted(subject, "")`."""
        if self.refusals.get((subject, "")) != line:
            self.refusals[subject, ""] = line
            self._report(line)


def reason_of(error: Exception) -> str:
    """Return an error's sentence, without the number of an OSError or the quotes of a KeyError."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error.args[0]) if len(error.args) == 1 else str(error)
