"""Strength of a tracked node: the node counts in points, formulas read percent of its full strength.

`kernel.Strength` does so for hull and shields.
"""

from __future__ import annotations

from typing import Final

from sexp_runtime.kernel.plain_game import UNNAMED_POINTS

#: The facts in points, and the fact with the full number of points.
FULL_OF: Final[dict[str, str]] = {"hull": "max_hull", "shields": "max_shields"}


class SubsystemStrength:
    """The points of one subsystem as the node counts them: the first value of its property is full, else 100 is."""

    __slots__ = ("_full",)

    def __init__(self) -> None:
        self._full = 0.0

    def share_of(self, points: float, *, first: bool) -> float:
        """Return the remaining share, from 0 to 1; `first` if it is the value of the property when tracking begins."""
        if self._full <= 0.0:
            self._full = points if first and points > 0.0 else UNNAMED_POINTS
        return min(max(points / self._full, 0.0), 1.0)
